"""The points ledger as others read it: what a membership holds by the clock, its lots, its entries page by page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from core import sql
from points.models import PointsEntry, PointsLot


@dataclass(frozen=True, slots=True)
class Balance:
    """Whole points of a membership at a moment. balance: the ledger's, until a job has emptied lots that ended.

    held: set aside by holds whose time is not over.  pending: earned, not spendable yet.  available: what can be spent.  debt: owed.
    next_end_at, next_end_points: the soonest end of points that nobody holds, and how many end then; None and 0 where none end.
    """

    balance: int = 0
    held: int = 0
    pending: int = 0
    available: int = 0
    debt: int = 0
    next_end_at: datetime | None = None
    next_end_points: int = 0


def balance(membership_id: int, at: datetime) -> Balance:
    """What a membership holds; zeros where nothing was ever posted."""
    return balances([membership_id], at)[membership_id]


def balances(membership_ids: Iterable[int], at: datetime) -> dict[int, Balance]:
    """The same for many, in one statement: every id asked for is answered."""
    rows = sql.call("points/ledger/balances", membership_ids=list(membership_ids), at=at)
    return {row.pop("membership_id"): Balance(**row) for row in rows}


def open_lots(membership_id: int, at: datetime) -> list[PointsLot]:
    """Lots with points that have not ended, in burn order: soonest end, earliest earned, id; those without end last. With their entries."""
    lives = Q(ends_at=None) | Q(ends_at__gt=at)
    lots = PointsLot.objects.filter(lives, account_id=membership_id, is_open=True).select_related("entry")
    return list(lots.order_by(F("ends_at").asc(nulls_last=True), "earned_at", "id"))


def memberships_of_entries(entry_ids: Sequence[int]) -> list[int]:
    """Whose accounts the entries belong to."""
    return list(PointsEntry.objects.filter(pk__in=entry_ids).order_by("account_id").values_list("account_id", flat=True).distinct())


def entries(membership_id: int, *, before: int | None = None, limit: int = 20, kinds: Sequence[str] = ()) -> list[PointsEntry]:
    """Entries of a membership, the last posted first, with their rules, what they belong to and the lot they made, in one statement.

    before: number (account_version) of the last entry of the page before.  kinds: codes of points.EntryKind; empty for all.
    """
    rows: QuerySet[PointsEntry] = PointsEntry.objects.filter(account_id=membership_id)
    if before is not None:
        rows = rows.filter(account_version__lt=before)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    related = rows.select_related("rules", "reverses", "lot", "account__membership__programme")
    return list(related.order_by("-account_version")[:limit])
