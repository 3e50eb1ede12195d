"""When a lot can be spent and when it ends (A-26, PTS-07). Nothing here asks the database or the clock; the SQL functions of the same
names reckon the same for many rows.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class LotTerms:
    """Of the lot an entry makes. earned_at: orders lots of one end.  available_from: pending before.  ends_at: exclusive; None never."""

    earned_at: datetime
    available_from: datetime
    ends_at: datetime | None


def ends_at(earned_on: date, months: int | None, zone: ZoneInfo) -> datetime | None:
    """The end of points earned on a local date: so many months later, clipped to the month's last day, through the end of that day.

    Answers the next local midnight, exclusive: 10 May 2022 and 24 months give 11 May 2024 00:00.  months None: never.
    """
    if months is None:
        return None
    place = earned_on.month - 1 + months
    year, month = earned_on.year + place // 12, place % 12 + 1
    last_day = date(year, month, min(earned_on.day, monthrange(year, month)[1]))
    return _midnight(last_day + timedelta(days=1), zone)


def available_from(earned_at: datetime, pending_days: int, zone: ZoneInfo) -> datetime:
    """From when points can be spent: at once, or from the beginning of the local day so many days after the one they were earned on."""
    if pending_days == 0:
        return earned_at
    return _midnight(earned_at.astimezone(zone).date() + timedelta(days=pending_days), zone)


def grace_ends_at(at: datetime, days: int, zone: ZoneInfo) -> datetime | None:
    """Until when points live that come back at a moment after their end: through so many local days after that day; None for no grace."""
    if days == 0:
        return None
    return _midnight(at.astimezone(zone).date() + timedelta(days=days + 1), zone)


def terms(earned_at: datetime, months: int | None, pending_days: int, zone: ZoneInfo) -> LotTerms:
    """A lot of points earned at a moment under rules that say so."""
    return LotTerms(
        earned_at=earned_at,
        available_from=available_from(earned_at, pending_days, zone),
        ends_at=ends_at(earned_at.astimezone(zone).date(), months, zone),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
