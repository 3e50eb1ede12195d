"""What growth offers to a member's summary: level, growth value, benefits, for storefronts (PRD-05, SF-2, LVL-30)."""

from datetime import datetime
from typing import Any

from core import registry
from core.registry import Part
from core.scope import Scope
from growth.api import shapes, told
from growth.models import GrowthAccount
from growth.selectors import benefits, levels, promises
from stores import selectors as stores_selectors


def _summary(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
    """Three pieces in one, since they read the same rows; null where the programme does without growth."""
    nothing: dict[str, Any] = {"level": None, "growth": None, "benefits": None}
    if programme_id is None or not scope.reaches_programme(programme_id):
        return nothing
    membership = stores_selectors.membership(member_id, programme_id)
    if not membership.programme.growth_on:
        return nothing
    standing = levels.standing(membership.pk, now)
    tracks = levels.held([membership.pk], now)[membership.pk]
    ladder = promises.promised(each.level_id for each in (standing.terms, standing.next_terms) if each) if standing else {}
    entitled = benefits.of_membership(membership.pk, now)
    account = GrowthAccount.objects.filter(pk=membership.pk).first()
    level = shapes.LevelOut(told.standing(standing, tracks, ladder, membership.programme.code)).data
    also = told.entitlements(entitled, None)
    unit_name = told.unit_name(standing.version.unit_name if standing else "")
    return {
        "level": {**level, "identity": also["identity"], "service": also["service"]},
        "growth": {"balance": account.balance if account else 0, "unit_name": unit_name},
        "benefits": [shapes.BenefitOut(each).data for each in also["data"]],
    }


registry.add_part(Part("summary", "", _summary, 10))
