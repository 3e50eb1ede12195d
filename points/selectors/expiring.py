"""What members of a programme will lose if nobody spends: the open lots by the month in which they end (PTS-15)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from core import sql
from points.rules import books as rules

MONTHS = 12  # that of today the first


@dataclass(frozen=True)
class ExpiringMonth:
    """month_on: the first of the month.  free: points that end in it unless they are spent.  held: set aside by holds, beside `free`.

    Points end in the month of the last local day on which they can be spent. What is held ends only once a hold lets go of it.
    """

    month_on: date
    free: int
    held: int


def expiring(programme_id: int, zone: ZoneInfo, at: datetime) -> list[ExpiringMonth]:
    """The month of `at` and the eleven after it, as the lots stand now; what has ended by `at` is not in it."""
    months = rules.months_from(at.astimezone(zone).date(), MONTHS + 1)
    found = sql.rows(
        "points/books/expiring",
        programme_id=programme_id,
        zone=zone.key,
        since=at,
        until=datetime.combine(months[-1], time(), zone),
    )
    by_month = {row["month_on"]: ExpiringMonth(**row) for row in found}
    return [by_month.get(month_on, ExpiringMonth(month_on, 0, 0)) for month_on in months[:-1]]
