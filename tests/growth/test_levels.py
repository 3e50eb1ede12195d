"""Levels go up at once (LVL-01..03, LVL-15, LVL-22), with history, gifts, messages and webhooks."""

from datetime import timedelta

import pytest
from django.db import transaction

from core.enums import Origin
from core.models import EffectSkipped, Notice, OutboxMessage
from growth.enums import Track
from growth.models import GiftGrant, GiftItem, LevelHistory, LevelTerms, MemberLevel
from growth.selectors import levels as levels_selectors
from growth.services import levels
from stores.models import Membership, Programme
from tests import world
from tests.growth import house
from tests.world import NOW


def code(membership: Membership, at=NOW + timedelta(days=1)) -> str:
    return levels_selectors.held([membership.pk], at)[membership.pk][Track.FREE].code


def joined(programme: Programme) -> Membership:
    return Membership.objects.get(member_id=house.enrol().member_id, programme=programme)


def test_who_joins_gets_the_lowest_level_dated_when_they_joined(programme):
    membership = joined(programme)
    line = LevelHistory.objects.get(membership=membership)
    assert (line.cause, line.level_from, line.level_to.code, line.occurred_at) == ("joined", None, "L0", NOW)
    assert code(membership) == "L0"


@pytest.mark.parametrize(
    ("growth", "level"),
    [(2999, "L0"), (3000, "L1"), (7999, "L1"), (8000, "L2"), (20000, "L3"), (50000, "L4")],
)
def test_thresholds_are_inclusive(programme, growth, level):
    """LVL-01, LVL-02, A-05."""
    membership = joined(programme)
    house.give(membership, growth)
    levels.rise(membership_ids=[membership.pk], at=NOW, booked_at=NOW, origin=Origin.LIVE)
    assert code(membership) == level
