"""Record the orders of a file: `import_orders FILE --store S001 --map shop.toml`. Started again after a kill, it goes on."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from activity import mapping, services
from activity.enums import ImportPhase, LineFate
from activity.services import ImportReport
from core import clock
from core.file_commands import FileCommand
from core.scope import Scope


class Command(FileCommand):
    help = "Record the orders of a CSV file (gzip or not), by a mapping file. Bad lines go to a report; the others are recorded."
    without_map = "our own column names"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--store", default="", metavar="CODE", help="the store of all lines, unless the mapping tells it line by line")
        parser.add_argument("--shift-days", type=int, default=0, metavar="N", help="move all times by this many days")
        parser.add_argument("--at-once", type=int, default=1, metavar="N", help="record on so many connections side by side; default: 1")

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
    lines.append(f"{_('Lines of the file'):<28}{_('lines'):>12}{_('pieces'):>14}{_('amount'):>20}")
    for name, fate in [*report.fates.items(), *sorted(report.skipped.items())]:
        lines.append(f"  {_fate(name):<26}{fate.lines:>12,}{fate.pieces:>14,}{_exact(fate.amount_micro):>20}")
    if report.unreadable:
        lines.append(f"  {_('not readable'):<26}{report.unreadable:>12,}")
    lines.append(f"  {_('together'):<26}{control.lines + report.unreadable:>12,}{control.pieces:>14,}{_exact(control.amount_micro):>20}")
    for currency, totals in sorted(report.totals.items()):
        amounts = {name: f"{value / 100:,.2f}" for name, value in vars(totals).items()}
        lines.append(
            _("Recorded in %(currency)s: goods %(settled_minor)s (shop's own %(source_settled_minor)s), postage %(postage_minor)s;"
              " refunds %(refund_minor)s (shop's own %(source_refund_minor)s), postage refunded %(refund_postage_minor)s.")
            % {"currency": currency, **amounts}
        )  # fmt: skip
    return [line for line in lines if line]


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
