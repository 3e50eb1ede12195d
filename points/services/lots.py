"""Terms of lots that are made by hand or by exchange."""

from datetime import datetime
from zoneinfo import ZoneInfo

from points.models import PointsVersion
from points.rules import lots as rules
from points.rules.lots import LotTerms


def earned_now(version: PointsVersion, at: datetime, zone: str) -> LotTerms:
    """Points that can be spent at once and end as those earned at `at` do, by the rules that hold. zone: the programme's."""
    return rules.terms(at, version.lifetime_months, 0, ZoneInfo(zone))
