"""The books of points as others read them: days, months, what a point costs, the consumption rate (PTS-13, PTS-15, PTS-26)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain, groupby
from zoneinfo import ZoneInfo

from django.db.models import Max, QuerySet, Sum

from core import scope as scopes
from core import sql
from core.scope import Scope
from points.enums import ConsumptionBand, EntryKind
from points.models import LiabilityDay, PointsVersion
from points.rules import books as rules
from points.rules.books import DayBooks, Movement


@dataclass(frozen=True)
class Period:
    """What happened to a programme's points in some local days, both included. Whole points; money in minor units.

    opening + issued - redeemed - expired - reversed = closing.  debt, members, unit_cost_minor, value_minor: at its end.
    by_kind: signed sums by kind of entry.  is_closed: its last day has ended and stands in the books.
    """

    from_on: date
    until_on: date
    opening: int
    issued: int
    redeemed: int
    expired: int
    reversed: int
    closing: int
    debt: int
    members: int
    by_kind: Mapping[str, int]
    unit_cost_minor: int
    currency: str
    is_closed: bool = True

    @property
    def value_minor(self) -> int:
        """The liability: what is outstanding at what a point costs. Breakage is not deducted (A-25)."""
        return self.closing * self.unit_cost_minor


@dataclass(frozen=True)
class Consumption:
    """PTS-13 over the twelve months up to and including until_on. issued: net of reversed.  redeemed: net of what was given back.

    rate: per cent, one decimal; None while nothing was issued.  expired: shown beside it, in neither number (A-27).
    """

    from_on: date
    until_on: date
    issued: int
    redeemed: int
    expired: int
    rate: Decimal | None
    band: ConsumptionBand | None


@dataclass(frozen=True)
class Booked:
    """Entries of a programme booked from one moment until before another."""

    programme_id: int
    zone: ZoneInfo
    from_at: datetime
    until_at: datetime


def within(scope: Scope) -> QuerySet[LiabilityDay]:
    """The closed days a caller may read, newest first."""
    return scopes.narrow(LiabilityDay.objects.all(), scope).select_related("programme").order_by("programme_id", "-day_on")


def last_day(programme_id: int) -> date | None:
    """The last local day that is closed; None while there are no books."""
    last: date | None = LiabilityDay.objects.filter(programme_id=programme_id).aggregate(last=Max("day_on"))["last"]
    return last


def days(programme_id: int, from_on: date, until_on: date) -> list[Period]:
    """Closed days, both included, oldest first (PTS-26)."""
    return [_together([row]) for row in _rows(programme_id, from_on, until_on)]


def months(programme_id: int, until_on: date, count: int = 12) -> list[Period]:
    """The calendar months up to that of until_on, oldest first, each as far as its days are closed: the month ends of PTS-15."""
    rows = _rows(programme_id, rules.month_from(until_on, count), until_on)
    return [_together(list(some)) for _month, some in groupby(rows, key=lambda row: (row.day_on.year, row.day_on.month))]


def since_closed(programme_id: int, now: datetime) -> Period | None:
    """What has happened since the last closed day, by the entries themselves; None while nothing is closed."""
    last = LiabilityDay.objects.filter(programme_id=programme_id).select_related("programme").order_by("-day_on").first()
    if last is None:
        return None
    zone = ZoneInfo(last.programme.time_zone)
    from_on, until_at = last.day_on + timedelta(days=1), now + timedelta(microseconds=1)
    moved = movements([Booked(programme_id, zone, datetime.combine(from_on, time(), zone), until_at)])
    today = now.astimezone(zone).date()
    open_days = rules.close_day(today, as_books(last), chain.from_iterable(moved.get(programme_id, {}).values()))
    return Period(
        from_on=from_on,
        until_on=today,
        by_kind=open_days.by_kind,
        unit_cost_minor=rules.cost_at(unit_costs(programme_id), until_at),
        currency=last.programme.currency,
        is_closed=False,
        **{name: getattr(open_days, name) for name in rules.FIGURES},
    )


def consumption(programme_id: int, until_on: date) -> Consumption:
    """The consumption rate of the twelve months that end with a day (PTS-13, A-27)."""
    from_on = rules.trailing_from(until_on)
    columns = ("issued", "redeemed", "expired", "reversed")
    sums = _rows(programme_id, from_on, until_on).order_by().aggregate(**{f"all_{name}": Sum(name) for name in columns})
    issued, redeemed, expired, taken_back = (sums[f"all_{name}"] or 0 for name in columns)
    rate = rules.consumption_rate(redeemed=redeemed, issued=issued - taken_back)
    return Consumption(from_on, until_on, issued - taken_back, redeemed, expired, rate, rules.consumption_band(rate))


def unit_costs(programme_id: int) -> list[tuple[datetime, int]]:
    """(from when, what a point costs in minor units) of all rules that have held, oldest first."""
    held = PointsVersion.objects.filter(programme_id=programme_id, published_at__isnull=False)
    return [
        (since, cost) for since, cost in held.order_by("published_at", "number").values_list("published_at", "unit_cost_minor") if since
    ]


def movements(booked: Sequence[Booked]) -> Mapping[int, Mapping[date, Sequence[Movement]]]:
    """What the entries of each programme came to, by local day. Reads every entry of the widest of the periods."""
    found: dict[int, dict[date, list[Movement]]] = defaultdict(lambda: defaultdict(list))
    rows = sql.rows(
        "points/books/movements",
        programme_ids=[each.programme_id for each in booked],
        zones=[each.zone.key for each in booked],
        froms=[each.from_at for each in booked],
        untils=[each.until_at for each in booked],
        since=min(each.from_at for each in booked),
        until=max(each.until_at for each in booked),
    )
    for row in rows:
        of_kind = EntryKind(row["of_kind"]) if row["of_kind"] else None
        movement = Movement(EntryKind(row["kind"]), row["raises"], of_kind, row["delta"], row["owed"], row["members"])
        found[row["programme_id"]][row["day_on"]].append(movement)
    return found


def as_books(row: LiabilityDay) -> DayBooks:
    """A closed day as the value that the rules reckon with."""
    return DayBooks(row.day_on, row.opening, row.issued, row.redeemed, row.expired, row.reversed, row.debt, row.members, dict(row.by_kind))


def _rows(programme_id: int, from_on: date, until_on: date) -> QuerySet[LiabilityDay]:
    rows = LiabilityDay.objects.filter(programme_id=programme_id, day_on__range=(from_on, until_on))
    return rows.select_related("programme").order_by("day_on")


def _together(rows: Sequence[LiabilityDay]) -> Period:
    first, last = rows[0], rows[-1]
    return Period(
        from_on=first.day_on,
        until_on=last.day_on,
        opening=first.opening,
        issued=sum(row.issued for row in rows),
        redeemed=sum(row.redeemed for row in rows),
        expired=sum(row.expired for row in rows),
        reversed=sum(row.reversed for row in rows),
        closing=last.closing,
        debt=last.debt,
        members=last.members,
        by_kind=rules.add_kinds(row.by_kind for row in rows),
        unit_cost_minor=last.unit_cost_minor,
        currency=last.programme.currency,
    )
