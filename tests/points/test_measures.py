"""Levels by points earned: what was earned counts, not what is left (A-28, LVL-03)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import replays
from growth.enums import Basis
from growth.models import LevelHistory, LevelTerms, Measure, SchemeVersion
from points.enums import EntryKind
from stores.models import Membership, Programme, Store
from tests.activity.facts import order, record
from tests.growth import house as growth_house
from tests.points import house
from tests.points.buying import buy, does, refund
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_points(programme: Programme) -> Programme:
    """Levels by the points earned in a year: bronze at 10, silver at 30; they are in force."""
    growth_house.counting(programme)
    SchemeVersion.objects.update(basis=Basis.POINTS_EARNED, window_days=365)
    for code, threshold in {"L1": 10, "L2": 30, "L3": 500, "L4": 5000}.items():
        LevelTerms.objects.filter(level__code=code).update(threshold=threshold)
    return programme


@pytest.fixture
def somebody(by_points: Programme) -> Membership:
    return Membership.objects.get(member_id=growth_house.enrol().member_id, programme=by_points)


def level(member: Membership) -> str:
    return member.levels.get(track="free").level.code


def test_points_earned_raise_and_points_spent_lower_nothing(shop: Store, somebody: Membership) -> None:
    """A-28: 10 earned make bronze; 10 spent leave it; 20 more make 30 earned and silver, with a balance of 20."""
    buy(shop, somebody, 50000)
    does(somebody, "S1", "share")
    assert level(somebody) == "L0"
    buy(shop, somebody, 40000, "O2")
    assert level(somebody) == "L1"
    house.spend(somebody, 10)
    assert level(somebody) == "L1"
    buy(shop, somebody, 200000, "O3")
    assert (level(somebody), house.account(somebody).balance) == ("L2", 20)
    assert sum(Measure.objects.values_list("amount", flat=True)) == 30
    assert LevelHistory.objects.latest("id").details["value"] == 30


def test_what_is_taken_back_counts_no_longer(shop: Store, somebody: Membership) -> None:
    """Of 8 points 7 are taken back: 9 more make 10; gifts, openings and what was set by hand never count."""
    buy(shop, somebody, 80000)
    refund(shop, 70000)
    house.give(somebody, 100, kind=EntryKind.GIFT)
    buy(shop, somebody, 80000, "O2")
    assert level(somebody) == "L0"
    buy(shop, somebody, 10000, "O3")
    assert level(somebody) == "L1"
    assert list(Measure.objects.order_by("id").values_list("amount", flat=True)) == [8, -7, 8, 1]


def test_nothing_is_counted_where_no_level_goes_by_it(programme: Programme, shop: Store) -> None:
    growth_house.counting(programme)
    buy(shop, growth_house.membership(programme), 80000)
    assert not Measure.objects.exists()


def test_what_was_earned_before_the_scheme_is_counted_by_a_replay(programme: Programme, shop: Store) -> None:
    """Twice is once; nobody is given or told anything for it."""
    growth_house.counting(programme)
    member = Membership.objects.get(member_id=growth_house.enrol().member_id, programme=programme)
    buy(shop, member, 120000)
    refund(shop, 10000)
    SchemeVersion.objects.update(basis=Basis.POINTS_EARNED, window_days=365)
    LevelTerms.objects.filter(level__code="L1").update(threshold=10)
    for _twice in range(2):
        replays.replay_effects(booked_at=NOW + timedelta(days=1), apply=True)
        assert list(Measure.objects.order_by("id").values_list("amount", flat=True)) == [12, -1]
    assert level(member) == "L1"


def test_as_many_statements_for_many_members_as_for_two(by_points: Programme, shop: Store) -> None:
    def counted(number: int, prefix: str) -> int:
        people = [growth_house.membership(by_points) for _each in range(number)]
        some = [order(shop.pk, each.member_id, f"{prefix}{each.pk}", status="completed") for each in people]
        with CaptureQueriesContext(connection) as queries:
            assert all(answer.ok for answer in record(*some))
        return len(queries)

    counted(2, "W")  # what is asked once
    assert counted(2, "A") == counted(30, "B")
