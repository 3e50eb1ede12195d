"""The books in plain arithmetic: in which column of the liability an entry counts, and what the consumption rate says (PTS-13, PTS-15).

opening + issued - redeemed - expired - reversed = closing, to the unit, because every entry counts in exactly one column with its whole
delta. docs/rules/points.md, Books, has worked numbers.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from points.enums import ConsumptionBand, EntryKind, ReportedAs

_ALWAYS = {
    EntryKind.EARN: ReportedAs.ISSUED,
    EntryKind.BONUS: ReportedAs.ISSUED,
    EntryKind.GIFT: ReportedAs.ISSUED,
    EntryKind.OPENING: ReportedAs.ISSUED,
    EntryKind.EXCHANGE_IN: ReportedAs.ISSUED,
    EntryKind.MERGE: ReportedAs.ISSUED,  # out of one account and into another of the programme: together nothing
    EntryKind.REDEEM: ReportedAs.REDEEMED,
    EntryKind.EXCHANGE_OUT: ReportedAs.REDEEMED,
    EntryKind.EXPIRE: ReportedAs.EXPIRED,
    EntryKind.REVERSE: ReportedAs.REVERSED,
    EntryKind.REPAY: ReportedAs.REVERSED,
}
HEALTHY_FROM, HEALTHY_TO = Decimal("60.0"), Decimal("80.0")  # per cent, both within
FIGURES = ("opening", "issued", "redeemed", "expired", "reversed", "closing", "debt", "members")  # of a day
USUAL_COST_MINOR = 100  # of a point, where no rules have ever held


def reported_as(kind: EntryKind, *, raises: bool, of_kind: EntryKind | None = None) -> ReportedAs:
    """The column of an entry. raises: its delta is above zero.  of_kind: of the entry that a restoration gives back.

    What is given back takes from the column of what it belongs to. An adjustment upwards is issued, one downwards reversed.
    """
    if kind == EntryKind.RESTORE:
        assert of_kind is not None, "a restoration names the entry it belongs to"
        return reported_as(of_kind, raises=False)
    if kind == EntryKind.ADJUST:
        return ReportedAs.ISSUED if raises else ReportedAs.REVERSED
    return _ALWAYS[kind]


@dataclass(frozen=True)
class Movement:
    """What a day's entries of one sort came to. delta, owed: signed sums.  members: by how many more have a balance than before."""

    kind: EntryKind
    raises: bool
    of_kind: EntryKind | None
    delta: int
    owed: int
    members: int


@dataclass(frozen=True)
class DayBooks:
    """A programme's points at the end of a local day. Whole points; by_kind: signed sums."""

    day_on: date
    opening: int
    issued: int
    redeemed: int
    expired: int
    reversed: int
    debt: int
    members: int
    by_kind: Mapping[str, int] = field(default_factory=dict)

    @property
    def closing(self) -> int:
        return self.opening + self.issued - self.redeemed - self.expired - self.reversed


def close_day(day_on: date, before: DayBooks | None, movements: Iterable[Movement]) -> DayBooks:
    """The books after a day, from those of the day before and what was posted."""
    columns: Counter[ReportedAs] = Counter()
    by_kind: Counter[str] = Counter()
    debt, members = (before.debt, before.members) if before else (0, 0)
    for each in movements:
        column = reported_as(each.kind, raises=each.raises, of_kind=each.of_kind)
        columns[column] += each.delta if column == ReportedAs.ISSUED else -each.delta
        by_kind[each.kind.value] += each.delta
        debt += each.owed
        members += each.members
    return DayBooks(
        day_on=day_on,
        opening=before.closing if before else 0,
        issued=columns[ReportedAs.ISSUED],
        redeemed=columns[ReportedAs.REDEEMED],
        expired=columns[ReportedAs.EXPIRED],
        reversed=columns[ReportedAs.REVERSED],
        debt=debt,
        members=members,
        by_kind={kind: by_kind[kind] for kind in sorted(by_kind)},
    )


def add_kinds(days: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Sums by kind of several days."""
    sums: Counter[str] = Counter()
    for by_kind in days:
        for kind, delta in by_kind.items():
            sums[kind] += delta
    return {kind: sums[kind] for kind in sorted(sums)}


def trailing_from(until_on: date) -> date:
    """The first day of the twelve months that end with until_on: 2024-05-19 -> 2023-05-20."""
    year_before = until_on.replace(year=until_on.year - 1) if (until_on.month, until_on.day) != (2, 29) else date(until_on.year - 1, 2, 28)
    return year_before + timedelta(days=1)


def month_from(until_on: date, count: int) -> date:
    """The first day of the earliest of so many calendar months, that of until_on the last: (2024-05-19, 12) -> 2023-06-01."""
    year, month = divmod(until_on.year * 12 + until_on.month - count, 12)
    return date(year, month + 1, 1)


def months_from(day_on: date, count: int) -> list[date]:
    """The firsts of so many calendar months, that of day_on the first: (2024-11-19, 3) -> 2024-11-01, 2024-12-01, 2025-01-01."""
    months = (divmod(day_on.year * 12 + day_on.month - 1 + step, 12) for step in range(count))
    return [date(year, month + 1, 1) for year, month in months]


def cost_at(costs: Sequence[tuple[datetime, int]], day_ends: datetime) -> int:
    """What a point cost when a day ended. costs: (from when, minor units), oldest first; before the first one its cost counts."""
    held = [cost for since, cost in costs if since < day_ends]
    return held[-1] if held else costs[0][1] if costs else USUAL_COST_MINOR


def consumption_rate(*, redeemed: int, issued: int) -> Decimal | None:
    """Per cent to one decimal, halves up; None while nothing was issued. Both net: of cancellations, of reversals (A-27)."""
    if issued <= 0:
        return None
    return (Decimal(redeemed) * 100 / issued).quantize(Decimal("0.1"), ROUND_HALF_UP)


def consumption_band(rate: Decimal | None) -> ConsumptionBand | None:
    """Decided by the rate as it is shown, so that a page never calls 60.0 % low."""
    if rate is None:
        return None
    if rate < HEALTHY_FROM:
        return ConsumptionBand.LOW
    return ConsumptionBand.HIGH if rate > HEALTHY_TO else ConsumptionBand.HEALTHY
