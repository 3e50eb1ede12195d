"""What points offer to a member's summary and portrait, for storefronts (PRD-05, SF-2)."""

from datetime import datetime
from typing import Any

from core import registry
from core.registry import Part
from core.scope import Scope
from points.api import shapes, told
from points.selectors import cards


def _points(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any] | None:
    """None where the member is not in the programme, or it does without points."""
    found = [each for each in cards.purses([member_id], scope, now)[member_id] if each.programme_id == programme_id]
    if not found:
        return None
    answer: dict[str, Any] = shapes.PointsOut(told.card(found[0])).data
    return answer


registry.add_part(Part("summary", "points", _points, 20))
registry.add_part(Part("portrait", "assets.points", _points, 45))
