"""When things of the story happen: told as "so long before now", so that the same story stands at any moment."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
FROZEN = datetime(2024, 5, 20, 10, 0, tzinfo=ZONE)  # F1's now

Ago = float | timedelta  # days, or exactly


def days(number: float, **more: float) -> timedelta:
    return timedelta(days=number, **more)


def before(now: datetime, ago: Ago) -> datetime:
    return now - (ago if isinstance(ago, timedelta) else timedelta(days=ago))


def months_before(now: datetime, months: int) -> date:
    """The first day of the month that began so many whole months ago: `(2024-05-20, 18)` -> `2022-11-01`."""
    today = now.astimezone(ZONE).date()
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, 1)


def month_began(now: datetime, months: int) -> datetime:
    """The local midnight with which that month began."""
    first = months_before(now, months)
    return datetime(first.year, first.month, first.day, tzinfo=ZONE)
