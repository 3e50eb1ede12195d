"""On which days a member is reminded that points end (PTS-18): thirty days before, then once a week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS_BEFORE = (30, 23, 16, 9, 2)  # before the last day on which the points can be spent
MADE_UP_WITHIN = 2  # days: a reminder that was missed by more is left out, the next one is near
SENT_FROM = time(10)  # local: nobody is woken by it


@dataclass(frozen=True)
class Window:
    """Lots whose last day is `last_on`: those with from_at < ends_at <= until_at. days: which reminder it is.

    known_before: lots booked later came after this reminder's day and wait for the next one.
    """

    days: int
    last_on: date
    from_at: datetime
    until_at: datetime
    known_before: datetime


def windows(today: date, zone: ZoneInfo) -> Iterator[Window]:
    """What is reminded of on a local day: the reminders that fall on it, and those missed by a day or two."""
    for days in DAYS_BEFORE:
        for late in range(MADE_UP_WITHIN + 1):
            due_on = today - timedelta(days=late)
            last_on = due_on + timedelta(days=days)
            if last_on >= today:
                yield Window(
                    days, last_on, _midnight(last_on, zone), _midnight(last_on + timedelta(1), zone), _midnight(due_on + timedelta(1), zone)
                )


def last_day(ends_at: datetime, zone: ZoneInfo) -> date:
    """The last local day on which points of a lot can be spent; its end is exclusive."""
    return (ends_at - timedelta(microseconds=1)).astimezone(zone).date()


def send_at(now: datetime, zone: ZoneInfo) -> datetime:
    """Not before ten in the morning."""
    return max(now, datetime.combine(now.astimezone(zone).date(), SENT_FROM, zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
