"""The books of points: what a programme owes its members at the end of each local day, to the unit (PTS-15, PTS-26).

A day's row follows from the entries by booked_at and from the rules that held, so it may be reckoned again at any time and comes out the
same. Every run looks again at the last two days, for what was committed late; history that is loaded into closed days takes those days
back. docs/rules/points.md, Books.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import TextIO
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import locks, sql
from core.csvio import defused
from points.models import LiabilityDay
from points.rules import books as rules
from points.rules.books import DayBooks, Movement
from points.selectors import books as selectors
from points.selectors.books import Booked
from points.selectors.expiring import ExpiringMonth
from stores import selectors as stores_selectors

LOCK_CLASS = 7331  # first key of the advisory locks that hold a programme's books; the second is the programme
LOOKED_AT_AGAIN = 2  # days
AT_ONCE = 1000  # rows of a statement
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN = (*rules.FIGURES, "by_kind", "unit_cost_minor")


@dataclass(frozen=True)
class _Due:
    """Days of a programme to close: from first_on (None: from its first entry on) to until_on. before: the books of the day before."""

    programme_id: int
    zone: ZoneInfo
    first_on: date | None
    until_on: date
    before: DayBooks | None

    @property
    def from_at(self) -> datetime:
        return _midnight(self.first_on, self.zone) if self.first_on else _BEGINNING

    @property
    def until_at(self) -> datetime:
        return _midnight(self.until_on + timedelta(days=1), self.zone)


def close_days(*, now: datetime) -> int:
    """Write the rows of all local days that have ended by `now` and have none or a wrong one; answers how many were written.

    A programme's first row is of the day of its first entry; from then on every day has one. A second run writes nothing.
    """
    ids = [programme.pk for programme, _stores in stores_selectors.programmes_with_stores()]
    with locks.held(LOCK_CLASS, ids) as free:
        dues = sorted(_due(free, now), key=lambda due: due.from_at)
        return sum(_close(list(some), now) for _from_at, some in groupby(dues, key=lambda due: due.from_at))


def restate(*, entry_ids: Sequence[int]) -> int:
    """Take back the closed days that these entries fall into or before; answers how many. In the transaction that posted them."""
    if not LiabilityDay.objects.exists():
        return 0
    return sql.run("points/books/restate", entry_ids=list(entry_ids))


def write_csv(target: TextIO, *, programme_id: int, from_on: date, until_on: date) -> int:
    """The closed days of a programme, both included, as people keep books: one line a day, oldest first. Answers how many.

    Points are whole points; the cost of a point and the value of the closing balance are in major units with two decimals.
    """
    writer = csv.writer(target)
    heading = (
        _("day"), _("opening"), _("issued"), _("redeemed"), _("expired"), _("reversed"), _("closing"), _("owed by members"),
        _("members with points"), _("cost of a point"), pgettext("money", "value"), _("currency"),
    )  # fmt: skip
    writer.writerow([defused(name) for name in heading])
    days = selectors.days(programme_id, from_on, until_on)
    for day in days:
        figures = (day.opening, day.issued, day.redeemed, day.expired, day.reversed, day.closing, day.debt, day.members)
        writer.writerow([day.until_on.isoformat(), *figures, _major(day.unit_cost_minor), _major(day.value_minor), day.currency])
    return len(days)


def write_expiring_csv(target: TextIO, months: Sequence[ExpiringMonth], *, unit_cost_minor: int, currency: str) -> None:
    """What will expire, one line a month. Whole points; the value of the points that are free, in major units with two decimals."""
    writer = csv.writer(target)
    heading = (_("month"), _("will expire"), _("of holds beside it"), pgettext("money", "value"), _("currency"))
    writer.writerow([defused(name) for name in heading])
    for month in months:
        writer.writerow([f"{month.month_on:%Y-%m}", month.free, month.held, _major(month.free * unit_cost_minor), currency])


def _due(programme_ids: frozenset[int], now: datetime) -> Iterator[_Due]:
    last = dict(LiabilityDay.objects.values("programme_id").annotate(last=Max("day_on")).values_list("programme_id", "last"))
    begun = {row["id"] for row in sql.rows("points/books/begun", programme_ids=sorted(programme_ids - last.keys()))}
    for programme, _stores in stores_selectors.programmes_with_stores():
        if programme.pk not in programme_ids & (begun | last.keys()):
            continue
        zone = ZoneInfo(programme.time_zone)
        until_on = now.astimezone(zone).date() - timedelta(days=1)
        first_on = last[programme.pk] - timedelta(days=LOOKED_AT_AGAIN - 1) if programme.pk in last else None
        before = first_on and LiabilityDay.objects.filter(programme_id=programme.pk, day_on=first_on - timedelta(days=1)).first()
        if before:
            yield _Due(programme.pk, zone, first_on, until_on, selectors.as_books(before))
        else:
            yield _Due(programme.pk, zone, None, until_on, None)


@transaction.atomic
def _close(dues: Sequence[_Due], now: datetime) -> int:
    moved = selectors.movements([Booked(due.programme_id, due.zone, due.from_at, due.until_at) for due in dues])
    return sum(_write(due, _walk(due, moved.get(due.programme_id, {})), now) for due in dues)


def _walk(due: _Due, moved: Mapping[date, Sequence[Movement]]) -> list[DayBooks]:
    day_on = due.first_on or min(moved, default=None)
    before = due.before
    closed = []
    while day_on is not None and day_on <= due.until_on:
        before = rules.close_day(day_on, before, moved.get(day_on, ()))
        closed.append(before)
        day_on += timedelta(days=1)
    return closed


def _write(due: _Due, closed: Sequence[DayBooks], now: datetime) -> int:
    """Only what differs from what is there."""
    if not closed:
        return 0
    costs = selectors.unit_costs(due.programme_id)
    there = {row.day_on: row for row in LiabilityDay.objects.filter(programme_id=due.programme_id, day_on__gte=closed[0].day_on)}
    wanted = []
    for day in closed:
        row = LiabilityDay(
            programme_id=due.programme_id,
            day_on=day.day_on,
            unit_cost_minor=rules.cost_at(costs, _midnight(day.day_on + timedelta(days=1), due.zone)),
            taken_at=now,
            by_kind=dict(day.by_kind),
            **{name: getattr(day, name) for name in rules.FIGURES},
        )
        known = there.get(day.day_on)
        if known is None or any(getattr(known, name) != getattr(row, name) for name in _WRITTEN):
            wanted.append(row)
    LiabilityDay.objects.bulk_create(
        wanted, batch_size=AT_ONCE, update_conflicts=True, unique_fields=["programme", "day_on"], update_fields=[*_WRITTEN, "taken_at"]
    )
    return len(wanted)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _major(amount_minor: int) -> str:
    whole, minor = divmod(amount_minor, 100)
    return f"{whole}.{minor:02d}"
