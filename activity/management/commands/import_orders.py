"""Record the orders of a file: `import_orders FILE --store S001 --map shop.toml`. Started again after a kill, it goes on."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from django.utils.translation import gettext as _

from activity import mapping, services
from activity.enums import ImportPhase, LineFate
from activity.services import ImportReport
from core import clock, words
from core.file_commands import FileCommand
from core.scope import Scope

COLUMNS = (12, 14, 20)  # letters: lines, pieces, amount


class Command(FileCommand):
    help = _("Record the orders of a CSV file (gzip or not), by a mapping file. Bad lines go to a report; the others are recorded.")
    without_map = _("our own column names")

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--store", default="", metavar="CODE", help=_("the store of all lines, unless the mapping tells it line by line")
        )
        parser.add_argument("--shift-days", type=int, default=0, metavar="N", help=_("move all times by this many days"))
        parser.add_argument("--at-once", type=int, default=1, metavar="N", help=_("record on so many connections side by side; default: 1"))

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        with self.watched(options, dict(ImportPhase.choices)) as watcher:
            report = services.import_orders(
                open_file=lambda: file.open("rb"),
                mapping=self._mapping(options["map"], options["store"]),
                scope=Scope(actor="command:import_orders", platform=True),
                booked_at=clock.now(),
                shift_days=options["shift_days"],
                dry_run=options["dry_run"],
                at_once=options["at_once"],
                watcher=watcher,
                report_to=lambda: self.new_report(options),
            )
        for line in summary(report):
            self.stdout.write(line)
        if report.flaws:
            said = {"count": f"{report.flaws:,}", "path": self.report_path(options)}
            self.stdout.write(_("%(count)s lines were refused; see %(path)s") % said)

    def _mapping(self, path: Path | None, store_code: str) -> mapping.OrderMapping:
        if path is None:
            return mapping.standard(store_code)
        return mapping.read(path.read_text(encoding="utf-8"), beside=path.parent, store_code=store_code)


def summary(report: ImportReport) -> list[str]:
    """The control totals as lines of text: what became of every line, adding up to the file's own sums."""
    control = report.control()
    lines = [
        _("Dry run: nothing was kept.") if report.dry_run else "",
        _("Times moved by %(days)s days.") % {"days": report.shift_days} if report.shift_days else "",
        _("Orders: %(recorded)s recorded, %(known)s known, %(refused)s refused.") % _grouped(report.orders),
        _("After-sales: %(recorded)s recorded, %(known)s known, %(refused)s refused.") % _grouped(report.after_sales),
        _("Members: %(known)s known before, %(unknown)s not.") % _grouped(report.members),
    ]
    if report.matching:
        lines.append(
            _("Returned lines: %(lines_matched)s matched whole, %(lines_partly_matched)s in part, %(lines_unmatched)s not;"
              " pieces: %(pieces_matched)s matched, %(pieces_unmatched)s not.") % _grouped(report.matching)
        )  # fmt: skip
    lines.append(_row(_("Lines of the file"), _("lines"), _("pieces"), _("amount"), indent=0))
    for name, fate in [*report.fates.items(), *sorted(report.skipped.items())]:
        lines.append(_row(_fate(name), f"{fate.lines:,}", f"{fate.pieces:,}", _exact(fate.amount_micro)))
    if report.unreadable:
        lines.append(_row(_("not readable"), f"{report.unreadable:,}"))
    lines.append(_row(_("together"), f"{control.lines + report.unreadable:,}", f"{control.pieces:,}", _exact(control.amount_micro)))
    for currency, totals in sorted(report.totals.items()):
        amounts = {name: f"{value / 100:,.2f}" for name, value in vars(totals).items()}
        lines.append(
            _("Recorded in %(currency)s: goods %(settled_minor)s (shop's own %(source_settled_minor)s), postage %(postage_minor)s;"
              " refunds %(refund_minor)s (shop's own %(source_refund_minor)s), postage refunded %(refund_postage_minor)s.")
            % {"currency": currency, **amounts}
        )  # fmt: skip
    if report.unread:
        lines.append(_("Columns that were not read: %(columns)s") % {"columns": words.listed(report.unread)})
    return [line for line in lines if line]


def _row(said: str, *figures: str, indent: int = 2) -> str:
    """A line of the table; a Chinese character is as wide as two letters."""
    cells = [_filled(" " * indent + said, 28, left=True), *(_filled(text, width) for text, width in zip(figures, COLUMNS, strict=False))]
    return "".join(cells).rstrip()


def _filled(text: str, width: int, *, left: bool = False) -> str:
    blanks = " " * (width - sum(2 if east_asian_width(character) in "WF" else 1 for character in text))
    return text + blanks if left else blanks + text


def _fate(name: str) -> str:
    """Words for what became of lines; a mapping's own reasons stand for themselves."""
    return str(LineFate(name).label) if name in LineFate.values else name


def _grouped(counts: dict[str, int]) -> dict[str, str]:
    return {name: f"{count:,}" for name, count in counts.items()}


def _exact(micro: int) -> str:
    """Millionths as an exact decimal: 9747747934000 -> "9,747,747.934"."""
    whole, rest = divmod(abs(micro), mapping.MICRO)
    digits = f"{rest:06d}".rstrip("0")
    return f"{'-' if micro < 0 else ''}{whole:,}" + (f".{digits}" if digits else "")
