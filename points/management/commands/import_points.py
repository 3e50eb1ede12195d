"""Take over points with their ends once: `import_points FILE --programme P1 --apply`."""

from collections.abc import Callable
from typing import BinaryIO, TextIO

from django.utils.translation import gettext as _

from core import clock
from core.file_commands import OpeningCommand
from core.scope import Scope
from core.watching import Terminal
from points.services import opening
from stores import selectors as stores_selectors

ACTOR = "command:import_points"


class Command(OpeningCommand):
    help = _("Take over a CSV with one_id or phone, points, ends_on. Bad lines go to a report; the others are loaded, once.")

    def take_over(
        self,
        open_file: Callable[[], BinaryIO],
        programme: str,
        report_to: Callable[[], TextIO],
        watcher: Terminal,
        *,
        apply: bool,
    ) -> opening.Opened:
        return opening.import_points(
            open_file=open_file,
            programme_id=stores_selectors.programme_by_code(programme, Scope(actor=ACTOR, platform=True)).pk,
            actor=ACTOR,
            booked_at=clock.now(),
            apply=apply,
            report_to=report_to,
            watcher=watcher,
        )

    def outcome(self, done: opening.Opened) -> str:
        return _("%(lines)s lines: %(taken_over)s taken over with %(points)s points, %(known)s known, %(refused)s refused.")
