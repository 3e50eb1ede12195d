"""Take over a store's list of members: `import_members FILE --store S001 --phones-verified`. The same list again makes nobody."""

from argparse import ArgumentParser
from contextlib import nullcontext
from dataclasses import replace
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
from stores import member_files, member_import, selectors
from stores.enums import MemberImportPhase

ACTOR = "command:import_members"


class Command(BaseCommand):
    help = "Take over a CSV list of members: known people are linked, others made; bad lines go to a report."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--store", required=True, metavar="CODE", help="whose members they are")
        parser.add_argument("--map", type=Path, metavar="MAPPING", help="a mapping in TOML (docs/import.md); default: known headings")
        parser.add_argument("--phones-verified", action="store_true", help="the store vouches that these phones are proven: they link")
        parser.add_argument("--dry-run", action="store_true", help="the same, but nothing is kept")
        parser.add_argument("--errors", type=Path, metavar="REPORT", help="where refused lines are written; default: FILE.errors.csv")
        parser.add_argument("--now", metavar="TIME", help="the door's clock (RFC 3339), in demo and test settings")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        report_path: Path = options["errors"] or file.with_name(f"{file.name}.errors.csv")
        try:
            mapping = member_files.read(options["map"].read_text(encoding="utf-8") if options["map"] else "")
            if options["phones_verified"]:
                mapping = replace(mapping, phones_verified=True)
            said = clock.at(datetime.fromisoformat(options["now"])) if options["now"] else nullcontext()
            with said, Terminal(self.stdout, dict(MemberImportPhase.choices)) as watcher:
                report = member_import.import_members(
                    open_file=lambda: file.open("rb"),
                    mapping=mapping,
                    store=selectors.store_by_code(options["store"], Scope(actor=ACTOR, platform=True)),
                    actor=ACTOR,
                    booked_at=clock.now(),
                    dry_run=options["dry_run"],
                    watcher=watcher,
                    report_to=lambda: report_path.open("w", encoding="utf-8-sig", newline=""),
                )
        except (OSError, NotACsvFile) as problem:
            raise CommandError(str(problem)) from None
        except DomainError as problem:
            raise CommandError(f"{problem.detail} {problem.values or ''}".strip()) from None
        if report.dry_run:
            self.stdout.write(_("Dry run: nothing was kept."))
        self.stdout.write(
            _("%(lines)s lines: %(linked)s linked, %(new)s new, %(errors)s refused; %(merge_cases)s merge cases.")
            % {name: f"{count:,}" for name, count in vars(report).items()}
        )
        if report.errors:
            self.stdout.write(_("The refused lines are in %(path)s") % {"path": report_path})
