"""What the demo shows of growth value, RFM and levels, to the unit."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from django.db.models import Count

from core.registry import BLANK
from demo import stages
from demo.models import LoadedStage
from demo.world import house
from demo.world.cast import Cast, cast_facts, register_cast
from demo.world.moments import FROZEN
from demo.world.parts import EXTRAS
from growth.models import GrowthEntry, LevelHistory, MemberLevel, PhotoPlace, RfmRun, RfmVersion, Subscription
from growth.selectors import ledger as ledger_selectors
from growth.selectors import schemes as schemes_selectors
from growth.services import reviews, rfm_cycles, rfm_previews
from stores import selectors as stores_selectors
from stores.models import Programme
from tests.demo.conftest import Told

pytestmark = pytest.mark.django_db
FIRST_OF_JUNE = datetime(2024, 5, 31, 18, 0, tzinfo=UTC)  # 02:00 in Shanghai


def membership_id(member_id: int, programme: str) -> int:
    return stores_selectors.membership(member_id, Programme.objects.get(code=programme).pk).pk


def holds(cast: Cast, key: str, programme: str = "P1", track: str = "free") -> tuple[int, str]:
    """Growth value, and the code of the level."""
    of = membership_id(cast.member_ids[key], programme)
    return ledger_selectors.balance(of), MemberLevel.objects.get(membership=of, track=track).level.code


def entries(cast: Cast, key: str, programme: str = "P1") -> list[tuple[str, int]]:
    rows = GrowthEntry.objects.filter(account_id=membership_id(cast.member_ids[key], programme)).order_by("account_version")
    return [(entry.reason, entry.requested) for entry in rows]


def test_zhang_san_is_bronze_with_7200(cast: Cast) -> None:
    """F1."""
    assert holds(cast, "M1") == (7_200, "L1")
    assert entries(cast, "M1") == [("opening", 6_901), ("purchase", 299)]


def test_li_si_is_gold_with_20150_since_june_2023(cast: Cast) -> None:
    """F1."""
    assert holds(cast, "M2") == (20_150, "L3")
    level = MemberLevel.objects.get(membership=membership_id(cast.member_ids["M2"], "P1"), track="free")
    assert (level.since.date(), level.protected_until) == (date(2023, 6, 1), None)
    assert LevelHistory.objects.get(membership=level.membership_id, level_to=level.level_id).cause == "imported"


def test_looking_ahead_to_the_end_of_may_li_si_is_asked_for_2000(cast: Cast) -> None:
    """OP-2.2: R 181 days, F 1, M 300.00: 1-1-1."""
    version = RfmVersion.objects.get(programme__code="P1", state="published")
    of = membership_id(cast.member_ids["M2"], "P1")
    (found,) = rfm_previews.preview_cycle(version_id=version.pk, as_of_on=date(2024, 5, 31), membership_ids=[of]).rows
    assert (found.r_days, found.f_count, found.m_minor, found.cell, found.requested) == (181, 1, 30_000, (1, 1, 1), -2_000)


def test_lin_yue_has_all_four_rules_and_a_deleted_review(cast: Cast) -> None:
    """GRW-01, GRW-07."""
    assert Counter(entries(cast, "FOUR_RULES")) == Counter(
        [("purchase", 3_255), ("review", 20), ("photo_review", 20), ("review", 20), ("login", 5), ("review_deleted", -20)]
    )
    assert holds(cast, "FOUR_RULES") == (3_300, "L1")


def test_ten_have_the_photo_places_of_the_cup_and_the_eleventh_has_none(cast: Cast) -> None:
    """GRW-06."""
    places = PhotoPlace.objects.filter(programme__code="P1", spu="FD02").order_by("place")
    assert [row.membership_id for row in places] == [membership_id(cast.member_ids[part.key], "P1") for part in EXTRAS]
    assert entries(cast, "ELEVENTH") == [("purchase", 129)]


def test_the_worked_year_begins_with_26000_and_gold(cast: Cast) -> None:
    assert entries(cast, "WORKED_YEAR") == [("opening", 5_000), *[("purchase", 1_750)] * 12]
    assert holds(cast, "WORKED_YEAR") == (26_000, "L3")


def test_one_has_a_year_card_and_one_has_recharged_a_thousand(cast: Cast) -> None:
    """OP-3."""
    assert holds(cast, "PLUS", track="paid") == (664, "PLUS")
    assert holds(cast, "STORED_VALUE", track="recharge")[1] == "SV1"
    assert not MemberLevel.objects.filter(membership__member_id=cast.member_ids["M1"], track="recharge").exists()


def test_one_is_silver_on_the_platform_and_ordinary_in_a_store(cast: Cast) -> None:
    assert holds(cast, "PLATFORM_SILVER", "platform") == (10_926, "L2")
    assert holds(cast, "PLATFORM_SILVER", "P1") == (138, "L0")


@pytest.mark.usefixtures("loaded_year")
def test_a_loaded_demo_stands_where_the_scripts_begin_and_beat_goes_on_from_there() -> None:
    """OP-2: the worked year within the closed months; then the first cycle that beat runs lets 李四 fall."""
    cast = register_cast(house.open_house(FROZEN), FROZEN)
    # the figures of F1 are exact, whatever the cycles took
    assert holds(cast, "M1") == (7_200, "L1")
    assert holds(cast, "M2") == (20_150, "L3")
    # the worked year: nine months, then silver by silver's unit
    rfm = [requested for reason, requested in entries(cast, "WORKED_YEAR") if reason == "rfm"]
    assert rfm == [-400, -400, -600, -1_200, -1_200, -1_600, -1_600, -640, -800, -800]
    assert holds(cast, "WORKED_YEAR") == (26_000 - 7_000 - 640 - 800 - 800, "L2")
    fall = LevelHistory.objects.get(membership=membership_id(cast.member_ids["WORKED_YEAR"], "P1"), cause="down")
    assert (fall.level_from and fall.level_from.code, fall.level_to and fall.level_to.code) == ("L3", "L2")
    assert fall.occurred_at == datetime(2024, 1, 31, 18, 0, tzinfo=UTC)
    assert holds(cast, "PLATFORM_SILVER", "platform")[1] == "L2"
    assert holds(cast, "PLATFORM_SILVER", "P1")[1] == "L0"
    # beat has nothing left to do, until the month has ended
    assert RfmRun.objects.values("programme").annotate(runs=Count("id")).values_list("runs", flat=True).distinct().get() == 12
    assert rfm_cycles.due_cycles(FROZEN) == []
    assert reviews.due_reviews(FROZEN) == []
    p1 = Programme.objects.get(code="P1")
    rfm_cycles.run_cycle(programme_id=p1.pk, period_on=date(2024, 5, 1), now=lambda: FIRST_OF_JUNE)
    (due,) = [due for due in reviews.due_reviews(FIRST_OF_JUNE) if due.scheme_id == p1_scheme(p1.pk)]
    reviews.run_review(scheme_id=due.scheme_id, review_on=due.review_on, now=lambda: FIRST_OF_JUNE)
    assert holds(cast, "M2") == (18_150, "L2")


def p1_scheme(programme_id: int) -> int:
    version = schemes_selectors.published(programme_id)
    assert version is not None
    return version.scheme_id


@pytest.mark.usefixtures("only_the_cast")
def test_a_demo_from_before_growth_value_is_given_it_by_replay(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    # given the cast's facts in a database whose programmes have no levels yet
    blank = tuple(house.ProgrammePlan(plan.code, plan.name, plan.kind, (BLANK,)) for plan in house.PROGRAMMES)
    with monkeypatch.context() as patch:
        patch.setattr(house, "PROGRAMMES", blank)
        patch.setattr(house, "_set_up", lambda *values: None)
        patch.setattr("demo.world.openings.join_with", lambda *values: None)
        old = house.open_house(FROZEN)
        cast_facts(register_cast(old, FROZEN), FROZEN).record(FROZEN)
    for name in ("house", "cast", "crowd"):
        LoadedStage.objects.create(name=name, facts={"now": FROZEN.isoformat(), "shift_days": 0})
    assert not GrowthEntry.objects.exists()
    # when it is loaded after the upgrade
    stages.load(now=FROZEN, with_real=False, watcher=told)
    # then the facts have had their effects, once, and no month of the past is judged
    cast = register_cast(house.open_house(FROZEN), FROZEN)
    assert holds(cast, "FOUR_RULES") == (3_300, "L1")
    assert holds(cast, "M1") == (7_200, "L1")
    assert holds(cast, "M2") == (20_150, "L3")
    assert holds(cast, "WORKED_YEAR")[1] == "L3"
    assert not RfmRun.objects.exists()
    assert Subscription.objects.count() == 1
