"""Points as a gift of a level (LVL-28): given once, never taken back, and given later where they could not be given at once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import replays
from core.models import EffectSkipped
from growth.models import GiftGrant, GiftItem, Level, LevelTerms
from growth.rules.schemes import GiftIn
from growth.services import gifts as growth_gifts
from points.models import PointsEntry, PointsLot, PointsVersion
from points.selectors import versions
from points.services import gifts
from stores.models import Membership, Programme, Store
from tests.growth import house as growth_house
from tests.points import house
from tests.points.buying import balance, buy, posted, refund, rules
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def packed(programme: Programme) -> Programme:
    """Levels that count growth; silver gives 100 points."""
    growth_house.counting(programme)
    silver = LevelTerms.objects.get(version__scheme__programme=programme, level__code="L2")
    GiftItem.objects.create(terms=silver, kind="points", payload={"points": 100}, position=1)
    return programme


@pytest.fixture
def bronze(packed: Programme) -> Membership:
    return growth_house.membership(packed, growth=7200)


def test_a_level_gives_its_points_once_and_never_takes_them_back(shop: Store, bronze: Membership) -> None:
    """LVL-28, SF-3: silver's pack of 100 points at the order that brings it; a refund takes back the order's points alone."""
    buy(shop, bronze, 85050, "O2000")
    assert posted(bronze) == [("earn", 8, 8), ("gift", 100, 100)]
    gift = PointsEntry.objects.get(kind="gift")
    silver = Level.objects.get(code="L2")
    assert (gift.source_type, gift.source_id, gift.rule, gift.effect_key) == (
        "level", str(silver.pk), "level_gift", GiftGrant.objects.get().effect_key,
    )  # fmt: skip
    lot = PointsLot.objects.get(entry=gift)
    assert (lot.available_from, lot.ends_at) == (NOW, datetime(2026, 5, 21, tzinfo=ZoneInfo("Asia/Shanghai")))
    refund(shop, 85050, order_no="O2000")
    assert posted(bronze)[2:] == [("reverse", -8, -8)]
    assert balance(bronze) == 100
    assert GiftGrant.objects.get().state == "given"


def test_gifts_can_be_spent_at_once_and_do_not_count_towards_a_level(packed: Programme, shop: Store, bronze: Membership) -> None:
    """Pending days are for what may come back."""
    rules(packed, pending_days=14)
    buy(shop, bronze, 85050)
    assert PointsLot.objects.get(entry__kind="gift").available_from == NOW


@pytest.mark.parametrize("reason", ["points_off", "member_frozen"])
def test_what_could_not_be_given_waits_and_is_given_later(packed: Programme, bronze: Membership, reason: str) -> None:
    """Rulings 4, 11: shown with its reason, retried by replay_effects; given late it lives from then on."""
    item = GiftItem.objects.get()
    grant = GiftGrant.objects.create(
        membership=bronze, level=item.terms.level, item=item, state="pending", effect_key="gift:1:1", granted_at=NOW
    )
    published = PointsVersion.objects.filter(programme=packed, state="published")
    if reason == "points_off":
        published.update(state="retired")
    else:
        Membership.objects.filter(pk=bronze.pk).update(status="frozen")
    assert growth_gifts.give(grant_ids=[grant.pk], booked_at=NOW) == 0
    assert EffectSkipped.objects.get().code == reason
    assert not PointsEntry.objects.exists()
    PointsVersion.objects.filter(programme=packed).update(state="published")
    Membership.objects.filter(pk=bronze.pk).update(status="active")
    later = NOW + 40 * DAY
    replays.replay_effects(booked_at=later, apply=True)
    assert (balance(bronze), EffectSkipped.objects.get().settled_at) == (100, later)
    assert PointsLot.objects.get().ends_at == datetime(2026, 6, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    replays.replay_effects(booked_at=later, apply=True)
    assert balance(bronze) == 100


def test_a_gift_says_a_whole_number_of_points(packed: Programme) -> None:
    """Ruling 11: checked when the level's pack is written; its cost is that of the points."""
    sound, *wrong = (
        GiftIn("points", payload) for payload in ({"points": 5}, {"points": 0}, {"points": "5"}, {"points": True}, {}, {"n": 5})
    )
    assert growth_gifts.problems([sound], packed.pk) == []
    assert [len(growth_gifts.problems([each], packed.pk)) for each in wrong] == [1] * 5
    assert gifts.cost({"points": 5}, packed.pk) == 500
    version = versions.published(packed.pk)
    assert version is not None
    PointsVersion.objects.update(state="retired")
    assert gifts.cost({"points": 5}, packed.pk) is None


def test_as_many_statements_for_many_gifts_as_for_two(packed: Programme) -> None:
    item = GiftItem.objects.get()

    def counted(number: int) -> int:
        people = [house.membership(packed) for _each in range(number)]
        grants = [
            GiftGrant.objects.create(
                membership=each, level=item.terms.level, item=item, state="pending", effect_key=f"gift:{each.pk}:1", granted_at=NOW
            )
            for each in people
        ]
        with CaptureQueriesContext(connection) as queries:
            assert growth_gifts.give(grant_ids=[grant.pk for grant in grants], booked_at=NOW) == number
        return len(queries)

    counted(1)
    assert counted(2) == counted(30)
