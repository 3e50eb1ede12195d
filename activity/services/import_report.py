"""What an import of orders tells of itself."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Fate:
    """What became of some of the file's lines. amount_micro: exact, as in the file (millionths of its currency)."""

    lines: int = 0
    pieces: int = 0
    amount_micro: int = 0

    def add(self, lines: int, pieces: int, amount_micro: int) -> None:
        self.lines += lines
        self.pieces += pieces
        self.amount_micro += amount_micro


@dataclass
class Totals:
    """Amounts recorded in one currency, in minor units; source_*: the same in the shop's own where it was converted."""

    orders: int = 0
    settled_minor: int = 0
    postage_minor: int = 0
    source_settled_minor: int = 0
    after_sales: int = 0
    refund_minor: int = 0
    refund_postage_minor: int = 0
    source_refund_minor: int = 0

    def add(self, amounts: Mapping[str, int | None]) -> None:
        for name, amount in amounts.items():
            setattr(self, name, getattr(self, name) + (amount or 0))


@dataclass
class ImportReport:
    """What an import has done; the fates of all lines add up to the file's (control totals).

    orders, after_sales: how many were recorded, known already, refused.  members: how many whom the file names were known before, and not
    (these are made if the mapping says so).  fates: by what became of the lines; skipped: the same for lines passed over on purpose.
    totals: by currency.  unread: columns of the file nothing was taken from.
    """

    dry_run: bool
    shift_days: int
    lines: int = 0
    unreadable: int = 0
    orders: dict[str, int] = field(default_factory=lambda: {"recorded": 0, "known": 0, "refused": 0})
    after_sales: dict[str, int] = field(default_factory=lambda: {"recorded": 0, "known": 0, "refused": 0})
    members: dict[str, int] = field(default_factory=lambda: {"known": 0, "unknown": 0})
    fates: dict[str, Fate] = field(default_factory=dict)
    skipped: dict[str, Fate] = field(default_factory=dict)
    matching: dict[str, int] = field(default_factory=dict)
    totals: dict[str, Totals] = field(default_factory=dict)
    flaws: int = 0
    unread: list[str] = field(default_factory=list)

    def control(self) -> Fate:
        """All readable lines together: equals the file's own sums."""
        total = Fate()
        for fate in [*self.fates.values(), *self.skipped.values()]:
            total.add(fate.lines, fate.pieces, fate.amount_micro)
        return total

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"control": asdict(self.control())}
