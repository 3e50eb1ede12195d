"""What points may pay at checkout: where the points part of a quote begins (ruling 25, PTS-17)."""

from dataclasses import dataclass
from datetime import datetime

from core.enums import VersionState
from growth.enums import Track
from growth.selectors import levels
from points.models import PointsVersion
from points.rules.checkout import CheckoutTerms
from points.selectors import ledger, versions


@dataclass(frozen=True)
class Purse:
    """What a member could pay with. available: points that can be spent now."""

    terms: CheckoutTerms
    available: int


def purse(membership_id: int, programme_id: int, at: datetime) -> Purse | None:
    """None where the programme has no points rules. The caller has seen that points are switched on."""
    rules = versions.published(programme_id)
    if rules is None:
        return None
    held = levels.held([membership_id], at)[membership_id].get(Track.FREE)
    return Purse(checkout_terms(rules, held.code if held else None), ledger.balance(membership_id, at).available)


def value_of_a_point(programme_id: int) -> int | None:
    """What a point pays now, in minor units; None where the programme has no rules. One statement."""
    published = versions.versions(programme_id).filter(state=VersionState.PUBLISHED)
    return published.values_list("redeem_value_minor", flat=True).first()


def checkout_terms(rules: PointsVersion, level_code: str | None) -> CheckoutTerms:
    """rules: read by selectors.versions, which brings its minimums.  level_code: held in the free track."""
    return CheckoutTerms(rules.redeem_value_minor, minimum_of(rules, level_code), rules.redeem_share)


def minimum_of(rules: PointsVersion, level_code: str | None) -> int:
    """Fewest points of one redemption for holders of a level; what the rules say of everybody where they say nothing of it."""
    named = {minimum.level_code: minimum.points for minimum in rules.minimums.all()}
    return named.get(level_code or "", rules.redeem_minimum)
