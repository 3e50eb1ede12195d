"""What growth offers to a member's summary: level, growth value, benefits, for storefronts (PRD-05, SF-2, LVL-30)."""

from datetime import datetime
from typing import Any

from core import registry
from core.registry import Part
from core.scope import Scope
from growth.api import shapes, told
from growth.selectors import benefits, levels, promises
from stores import selectors as stores_selectors


def _summary(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
    """Three pieces in one, since they read the same rows; null where the programme does without growth."""
    nothing: dict[str, Any] = {"level": None, "growth": None, "benefits": None}
    if programme_id is None or not scope.reaches_programme(programme_id):
        return nothing
    membership = stores_selectors.membership_rows_of(member_id, programme_id).select_related("growth_account").first()
    if membership is None or not membership.programme.growth_on:
        return nothing
    account = getattr(membership, "growth_account", None)
    known = levels.known(membership.pk, programme_id, now)
    standing = levels.standing(known)
    ladder = promises.by_level(known.terms)
    entitled = benefits.of_membership(membership.pk, now, ladder=ladder)
    level = shapes.LevelOut(told.standing(standing, known.tracks, ladder, membership.programme.code)).data
    also = told.entitlements(entitled, None)
    unit_name = told.unit_name(standing.version.unit_name if standing else "")
    return {
        "level": {**level, "identity": also["identity"], "service": also["service"]},
        "growth": {"balance": account.balance if account else 0, "unit_name": unit_name},
        "benefits": [shapes.BenefitOut(each).data for each in also["data"]],
    }


registry.add_part(Part("summary", "", _summary, 10))
