"""What points offer to a member's summary and portrait, for storefronts (PRD-05, SF-2)."""

from datetime import datetime
from typing import Any

from core import registry
from core.registry import Part
from core.scope import Scope
from points.api import shapes, told
from points.selectors import ledger
from stores import selectors as stores_selectors


def _points(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any] | None:
    """None where the member is not in the programme, or it does without points."""
    if programme_id is None or not scope.reaches_programme(programme_id):
        return None
    membership = stores_selectors.membership_rows_of(member_id, programme_id).first()
    if membership is None or not membership.programme.points_on:
        return None
    found = ledger.balance(membership.pk, now)
    answer: dict[str, Any] = shapes.PointsOut(told.points(found, membership.programme)).data
    return answer


registry.add_part(Part("summary", "points", _points, 20))
registry.add_part(Part("portrait", "assets.points", _points, 45))
