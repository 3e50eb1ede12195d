"""When points will end if nobody spends them: by local month (PTS-18)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, ExpressionWrapper, F, Max, Q, Sum
from django.db.models.functions import TruncMonth

from points.models import PointsLot


@dataclass(frozen=True)
class EndingMonth:
    """month_on: the first of the month.  points: that end in it.  last_on: the last local day on which some of them can be spent."""

    month_on: date
    points: int
    last_on: date


@dataclass(frozen=True)
class Forecast:
    """endless: points that never end."""

    months: tuple[EndingMonth, ...]
    endless: int


def forecast(membership_id: int, at: datetime, zone: ZoneInfo) -> Forecast:
    """What is left in lots at `at`, held or not, by the month of the last day on which it can be spent; one statement."""
    last_second = ExpressionWrapper(F("ends_at") - timedelta(seconds=1), output_field=DateTimeField())  # ends_at is a midnight, exclusive
    lots = PointsLot.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), account_id=membership_id, is_open=True)
    rows = (
        lots.values(month=TruncMonth(last_second, tzinfo=zone)).annotate(points=Sum("remaining"), last=Max(last_second)).order_by("month")
    )
    found = list(rows)
    return Forecast(
        tuple(EndingMonth(row["month"].date(), row["points"], row["last"].astimezone(zone).date()) for row in found if row["month"]),
        sum(row["points"] for row in found if not row["month"]),
    )
