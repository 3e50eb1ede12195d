"""Terms of lots that are made now: by exchange, by hand, by a shop's call."""

from datetime import datetime
from zoneinfo import ZoneInfo

from points.models import PointsVersion
from points.rules import lots as rules
from points.services.ledger import LotTerms


def earned_now(version: PointsVersion, at: datetime, zone: str) -> LotTerms:
    """Points that can be spent at once and end as those earned at `at` do, by the rules that hold. zone: the programme's."""
    earned_on = at.astimezone(ZoneInfo(zone)).date()
    return LotTerms(earned_at=at, available_from=at, ends_at=rules.ends_at(earned_on, version.lifetime_months, ZoneInfo(zone)))
