"""Take over points with their ends once: `import_points FILE --programme P1 --apply`."""

from argparse import ArgumentParser
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core import clock
from core.csvio import NotACsvFile
from core.errors import DomainError
from core.scope import Scope
from core.watching import Terminal
from points.services import opening
from stores import selectors as stores_selectors

ACTOR = "command:import_points"


class Command(BaseCommand):
    help = "Take over a CSV with one_id or phone, points, ends_on. Bad lines go to a report; the others are loaded, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--programme", required=True, metavar="CODE", help="whose points they are")
        parser.add_argument("--apply", action="store_true", help="keep it; without this nothing is kept")
        parser.add_argument("--errors", type=Path, metavar="REPORT", help="where refused lines are written; default: FILE.errors.csv")
        parser.add_argument("--now", metavar="TIME", help="the door's clock (RFC 3339), in demo and test settings")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        report: Path = options["errors"] or file.with_name(f"{file.name}.errors.csv")
        said = clock.at(datetime.fromisoformat(options["now"])) if options["now"] else nullcontext()
        try:
            with said, Terminal(self.stdout, {"taking_over": _("taking over")}) as watcher:
                done = opening.import_points(
                    open_file=lambda: file.open("rb"),
                    programme_id=stores_selectors.programme_by_code(options["programme"], Scope(actor=ACTOR, platform=True)).pk,
                    actor=ACTOR,
                    booked_at=clock.now(),
                    apply=options["apply"],
                    report_to=lambda: report.open("w", encoding="utf-8-sig", newline=""),
                    watcher=watcher,
                )
        except (OSError, NotACsvFile) as problem:
            raise CommandError(str(problem)) from None
        except DomainError as problem:
            raise CommandError(f"{problem.detail} {problem.values or ''}".strip()) from None
        self.stdout.write(
            _("%(lines)s lines: %(taken_over)s taken over with %(points)s points, %(known)s known, %(refused)s refused.")
            % {name: f"{count:,}" for name, count in vars(done).items()}
        )
        if done.refused:
            self.stdout.write(_("The refused lines are in %(path)s") % {"path": report})
        if not options["apply"]:
            self.stdout.write(_("Dry run: nothing was kept."))
