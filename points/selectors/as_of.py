"""What a membership held at any past moment, by what had been booked until then (design section 6: balance as of).

Reckoned from entries, moves and holds alone, never from what is kept up to date beside them; for now it equals points.selectors.ledger.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from core import sql
from points.enums import EntryKind
from points.models import PointsEntry
from points.selectors.ledger import Balance


@dataclass(frozen=True, slots=True)
class LotAsOf:
    """A lot with something left. held: of that, set aside by holds that were active.  kind: of the entry that made it."""

    lot_id: int
    entry_id: int
    kind: EntryKind
    amount: int
    remaining: int
    held: int
    earned_at: datetime
    available_from: datetime
    ends_at: datetime | None

    def lives(self, at: datetime) -> bool:
        return self.ends_at is None or self.ends_at > at


@dataclass(frozen=True, slots=True)
class AsOf:
    """at: everything booked until then, that moment included, counts.  lots: in burn order; ended ones that no job had emptied yet, too."""

    at: datetime
    balance: Balance
    lots: tuple[LotAsOf, ...]


def balance_as_of(membership_id: int, at: datetime) -> AsOf:
    """The balance and the lots as they were; zeros and none before the first entry. Two statements."""
    rows = sql.rows("points/books/as_of", membership_id=membership_id, at=at)
    lots = tuple(LotAsOf(**{**row, "kind": EntryKind(row["kind"])}) for row in rows)
    booked = PointsEntry.objects.filter(account_id=membership_id, booked_at__lte=at).aggregate(balance=Sum("delta"), debt=Sum("owed"))
    debt = booked["debt"] or 0
    free = [(lot, lot.remaining - lot.held) for lot in lots if lot.lives(at) and lot.remaining > lot.held]
    next_end_at = min((lot.ends_at for lot, _points in free if lot.ends_at), default=None)
    available = sum(points for lot, points in free if lot.available_from <= at)
    balance = Balance(
        balance=booked["balance"] or 0,
        held=sum(lot.held for lot in lots),
        pending=sum(points for lot, points in free if lot.available_from > at),
        available=max(0, available - debt),
        debt=debt,
        next_end_at=next_end_at,
        next_end_points=sum(points for lot, points in free if next_end_at and lot.ends_at == next_end_at),
    )
    return AsOf(at, balance, lots)
