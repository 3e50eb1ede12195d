"""A programme with levels, benefits and a plan for the tests of the API, and growth value for its members."""

from datetime import datetime
from typing import Any

from growth.enums import Track
from growth.services import ledger
from stores.models import Membership, Programme
from tests.growth import house, promising
from tests.world import NOW


def levelled(programme: Programme) -> Programme:
    """普通 9.8折 .. 金 9折, priority dispatch for everybody, PLUS for ¥299.00 a year."""
    house.counting(programme)
    promising.discounts(programme)
    for level, *_rest in house.LEVELS:
        promising.give(programme, level, "priority_dispatch", quota=500)
    plus = promising.track(programme, Track.PAID, "PLUS", "PLUS会员")
    promising.give(programme, "PLUS", "discount", {"rate": "0.9500"}, track=Track.PAID)
    promising.plan(programme, plus)
    return programme


def membership(programme_code: str, one_id: str) -> Membership:
    return Membership.objects.get(programme__code=programme_code, member__one_id=one_id)


def grow(of: Membership, growth: int, *, at: datetime = NOW, key: str = "1") -> Any:
    """Growth value by hand."""
    return ledger.adjust_growth(
        membership_id=of.pk, delta=growth, reason_text="test", actor="test", occurred_at=at, booked_at=at, effect_key=f"adjust:{key}"
    )
