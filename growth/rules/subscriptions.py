"""How long a paid membership lasts (LVL-16). No ORM, clock or settings; docs/rules/benefits.md, Paid membership."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

REMINDED_BEFORE = timedelta(days=7)  # the end (BEN-17)
CLOCKS_APART = timedelta(days=1)  # how far a shop's clock may run ahead of ours


class Term(NamedTuple):
    """Valid starts_at <= t < ends_at."""

    starts_at: datetime
    ends_at: datetime


def term(*, paid_at: datetime, held_until: datetime | None, days: int, time_zone: str) -> Term:
    """What a payment buys: from the payment, or from the end of what is held already (OP-3).

    It ends at the local midnight that begins the day so many days after the local day of its start: a year of 365 days bought on
    2024-03-01 ends at 2025-03-01 00:00.
    """
    starts_at = held_until if held_until is not None and held_until > paid_at else paid_at
    zone = ZoneInfo(time_zone)
    last_on = starts_at.astimezone(zone).date() + timedelta(days=days)
    return Term(starts_at, datetime.combine(last_on, time.min, tzinfo=zone).astimezone(starts_at.tzinfo))


def last_day(ends_at: datetime, time_zone: str) -> date:
    """The last local day on which it holds: people are not told of midnights."""
    return (ends_at.astimezone(ZoneInfo(time_zone)) - timedelta(microseconds=1)).date()
