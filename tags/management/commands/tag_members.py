"""Tag people by hand from a list: `tag_members FILE --programme P1 --tag picky --apply`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core import clock
from core.file_commands import ReadingCommand
from core.scope import Scope
from stores import selectors as stores_selectors
from tags.selectors import tags as selectors
from tags.services import files

ACTOR = "command:tag_members"


class Command(ReadingCommand):
    help = _("Give the people of a CSV with one_id or phone a tag, by hand. Bad lines go to a report; the others are tagged.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--programme", required=True, metavar="CODE", help=_("whose tag it is"))
        parser.add_argument("--tag", required=True, metavar="CODE", help=_("which tag"))
        parser.add_argument("--reason", default="", help=_("why, as people read it beside the tag"))
        parser.add_argument("--apply", action="store_true", help=_("keep it; without this nothing is kept"))

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        with self.watched(options, {"tagging": _("tagging")}) as watcher:
            programme = stores_selectors.programme_by_code(options["programme"], Scope(actor=ACTOR, platform=True))
            done = files.tag_members(
                open_file=lambda: file.open("rb"),
                tag_id=selectors.tag_by_code(programme.pk, options["tag"]).pk,
                reason=options["reason"],
                actor=ACTOR,
                at=clock.now(),
                apply=options["apply"],
                report_to=lambda: self.new_report(options),
                watcher=watcher,
            )
        said = _("%(lines)s lines: %(tagged)s tagged, %(had)s had it by hand already, %(refused)s refused.")
        self.stdout.write(said % {name: f"{count:,}" for name, count in vars(done).items()})
        if done.refused:
            self.stdout.write(_("The refused lines are in %(path)s") % {"path": self.report_path(options)})
        if not options["apply"]:
            self.stdout.write(_("Dry run: nothing was kept."))
