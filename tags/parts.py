"""What tags offer to a member's portrait (MEM-28). Not to the summary: that is shown to the member, and tags are the shop's own words."""

from datetime import datetime
from typing import Any

from core import registry
from core.registry import Part
from core.scope import Scope
from stores import selectors as stores_selectors
from tags.api import shapes, told
from tags.selectors import tags


def _tags(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> list[Any] | None:
    """What the member has in the programme now; None where they are not in it, or it does without tags."""
    if programme_id is None or not scope.reaches_programme(programme_id):
        return None
    membership = stores_selectors.membership_rows_of(member_id, programme_id).first()
    if membership is None or not membership.programme.tags_on:
        return None
    teller = told.Teller(programme_id)
    return [shapes.HeldTagOut(teller.held(each)).data for each in tags.held([membership.pk])[membership.pk]]


registry.add_part(Part("portrait", "tags", _tags, 20))
