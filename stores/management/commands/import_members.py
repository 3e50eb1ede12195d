"""Take over a store's list of members: `import_members FILE --store S001 --phones-verified`. The same list again makes nobody."""

from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core import clock
from core.file_commands import FileCommand
from core.scope import Scope
from core.words import listed
from stores import member_files, member_import, selectors
from stores.enums import MemberImportPhase

ACTOR = "command:import_members"


class Command(FileCommand):
    help = _("Take over a CSV list of members: known people are linked, others made; bad lines go to a report.")
    without_map = _("known headings")

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--store", required=True, metavar="CODE", help=_("whose members they are"))
        parser.add_argument("--phones-verified", action="store_true", help=_("the store vouches that these phones are proven: they link"))

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        with self.watched(options, dict(MemberImportPhase.choices)) as watcher:
            mapping = member_files.read(options["map"].read_text(encoding="utf-8") if options["map"] else "")
            if options["phones_verified"]:
                mapping = replace(mapping, phones_verified=True)
            report = member_import.import_members(
                open_file=lambda: file.open("rb"),
                mapping=mapping,
                store=selectors.store_by_code(options["store"], Scope(actor=ACTOR, platform=True)),
                actor=ACTOR,
                booked_at=clock.now(),
                dry_run=options["dry_run"],
                watcher=watcher,
                report_to=lambda: self.new_report(options),
            )
        if report.dry_run:
            self.stdout.write(_("Dry run: nothing was kept."))
        self.stdout.write(
            _("%(lines)s lines: %(linked)s linked, %(new)s new, %(errors)s refused; %(merge_cases)s merge cases.")
            % {name: f"{count:,}" for name, count in vars(report).items() if isinstance(count, int)}
        )
        if report.unread:
            self.stdout.write(_("Columns that were not read: %(columns)s") % {"columns": listed(report.unread)})
        if report.errors:
            self.stdout.write(_("The refused lines are in %(path)s") % {"path": self.report_path(options)})
