"""States kept by the day are those of all orders counted anew, whatever comes late, changes or is refunded (ruling 21, ruling 28)."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from activity.models import Order
from core import sql
from core.enums import Origin
from growth import tasks
from growth.enums import Mode
from growth.models import LevelTerms, RfmClock, RfmRun, RfmSnapshot, RfmStale, RfmState, RfmVersion
from growth.rules import rfm
from growth.selectors import rfm as rfm_selectors
from growth.services import rfm_cycles, rfm_models, rfm_states
from stores.models import Membership, Programme, Store
from tests import world
from tests.activity.facts import line, order, record
from tests.growth import house
from tests.growth.rfm_world import (
    at,
    bring,
    buys,
    by_hand,
    cell,
    cycle,
    judge_by_hand,
    orders_by_hand,
    refunds,
    states,
)

pytestmark = pytest.mark.django_db
Hit = Callable[[str], None]


@pytest.fixture
def programme(db: None) -> Programme:
    return house.counting(world.platform(), mode=Mode.RFM)


@pytest.fixture
def version(programme: Programme) -> RfmVersion:
    return RfmVersion.objects.get(programme=programme)


@pytest.fixture
def shop(programme: Programme) -> Store:
    return world.store("S001")


def tick(day: date) -> None:
    """Half past one of the night after a day."""
    tasks.update_rfm_states(at=at(day + timedelta(days=1), "01:30").isoformat())


def notes() -> int:
    return RfmStale.objects.count()


def test_the_daily_update_reads_only_what_enters_and_leaves(version: RfmVersion, shop: Store) -> None:
    """Design 5: the states move on by a day, by the short road, and end as those of all orders."""
    member_id = house.enrol().member_id
    buys(shop, member_id, "2023-06-02", 100)
    buys(shop, member_id, "2024-05-31", 200)
    tick(date(2024, 5, 31))
    [(last_on, orders, amount)] = states(version).values()
    assert (last_on, orders, amount) == (date(2024, 5, 31), 2, 30_000)
    buys(shop, member_id, "2024-06-01", 50)
    moved = bring(version, date(2024, 6, 1))
    assert (moved.road, moved.touched) == ("day", 1)
    assert list(states(version).values()) == [(date(2024, 6, 1), 2, 25_000)], "the order of 2 June 2023 has left"
    assert bring(version, date(2024, 6, 1)).touched == 0
    assert list(states(version).values()) == [(date(2024, 6, 1), 2, 25_000)]


def test_a_last_order_outside_the_window_is_remembered(version: RfmVersion, shop: Store) -> None:
    """R goes by the last order ever; F and M by the window."""
    member_id = house.enrol().member_id
    buys(shop, member_id, "2022-01-10", 100)
    tick(date(2024, 5, 31))
    assert list(states(version).values()) == [(date(2022, 1, 10), 0, 0)]


@pytest.mark.parametrize("clock", ["00:00", "23:59"])
def test_days_are_local(version: RfmVersion, shop: Store, clock: str) -> None:
    """Ruling 19: the first and the last minute of a day in Shanghai belong to it."""
    member_id = house.enrol().member_id
    buys(shop, member_id, "2024-06-01", 100, clock=clock)
    bring(version, date(2024, 5, 31))
    assert states(version) == {}
    bring(version, date(2024, 6, 1))
    assert [last_on for last_on, _orders, _amount in states(version).values()] == [date(2024, 6, 1)]


def test_an_order_of_its_day_leaves_no_note(version: RfmVersion, shop: Store) -> None:
    """What beat will see anyway needs none: the common road of orders costs one look."""
    member_id = house.enrol().member_id
    bring(version, date(2024, 5, 31))
    buys(shop, member_id, "2024-06-01", 100)
    assert notes() == 0
    fact = order(shop.pk, member_id, "P1", placed_at=at("2024-05-01"))
    record(fact, at=at("2024-06-01"))
    assert notes() == 0, "not completed"


def test_late_changed_and_refunded_orders_are_seen_to(version: RfmVersion, shop: Store) -> None:
    """Ruling 21: each leaves a note, and the next update reckons the member anew."""
    late, refunded, changed = (house.enrol().member_id for _each in range(3))
    number = buys(shop, refunded, "2024-05-10", 100)
    original = order(shop.pk, changed, "V1", status="completed", placed_at=at("2024-05-10"), completed_at=at("2024-05-11"))
    record(original, at=at("2024-05-11"))
    tick(date(2024, 5, 31))
    buys(shop, late, "2024-05-20", 70, told=at("2024-06-01"))
    refunds(shop, number, 100, at=at("2024-06-01"))
    newer = order(
        shop.pk, changed, "V1", version=2, status="completed", lines=[line(paid_minor=777)], placed_at=at("2024-05-10"),
        completed_at=at("2024-06-01", "08:00"),
    )  # fmt: skip
    record(newer, at=at("2024-06-01", "09:00"))
    assert notes() == 3
    moved = bring(version, date(2024, 6, 1))
    assert notes() == 0 and moved.touched >= 3
    of = dict(Membership.objects.filter(programme=version.programme).values_list("member_id", "id"))
    assert states(version) == {of[late]: (date(2024, 5, 20), 1, 7000), of[changed]: (date(2024, 6, 1), 1, 777)}
    assert states(version) == by_hand(version)


def test_history_loaded_before_the_first_reckoning_leaves_no_notes(version: RfmVersion, shop: Store) -> None:
    member_id = house.enrol().member_id
    fact = order(shop.pk, member_id, "H1", status="completed", placed_at=at("2023-05-10"), completed_at=at("2023-05-11"))
    record(fact, at=at("2024-06-01"), origin=Origin.BACKFILL)
    assert notes() == 0
    buys(shop, member_id, "2023-06-01", 70, told=at("2024-06-01"))
    assert notes() == 1, "a live one may meet the first reckoning on its way"


def test_a_daily_update_waits_for_the_cycle_that_is_under_way(version: RfmVersion, shop: Store) -> None:
    """All chunks of a cycle see the same facts, also after a kill."""
    house.enrol()
    bring(version, date(2024, 5, 31))
    row = rfm_cycles.request_cycle(programme_id=version.programme_id, period_on=date(2024, 5, 1), at=at("2024-06-01"))
    RfmRun.objects.filter(pk=row.pk).update(state="running")
    tick(date(2024, 6, 1))
    assert RfmClock.objects.get(version=version).as_of_on == date(2024, 5, 31)
    RfmRun.objects.filter(pk=row.pk).update(state="done")
    tick(date(2024, 6, 1))
    assert RfmClock.objects.get(version=version).as_of_on == date(2024, 6, 1)


def test_a_cycle_that_comes_late_goes_back_to_its_month_s_end(version: RfmVersion, shop: Store) -> None:
    """R14: beat stood still for days, the daily update has gone on."""
    member_id = house.enrol(at=at("2024-01-01")).member_id
    buys(shop, member_id, "2024-05-01", 100)
    buys(shop, member_id, "2024-06-03", 100)
    tick(date(2024, 6, 3))
    run = cycle(version.programme, "2024-05")
    [kept] = RfmSnapshot.objects.filter(run=run)
    assert (kept.r_days, kept.f_count) == (30, 1)
    tick(date(2024, 6, 4))
    assert states(version) == by_hand(version)


def test_the_full_check_counts_and_repairs(version: RfmVersion, shop: Store) -> None:
    """Ruling 21: 0 differences when all is well; what was spoilt is found, repaired and told of."""
    members = [house.enrol().member_id for _each in range(3)]
    for member_id in members[:2]:
        buys(shop, member_id, "2024-05-20", 100)
    tick(date(2024, 5, 31))
    assert rfm_states.check_states(now=at("2024-06-02")) == 0
    assert RfmClock.objects.get(version=version).checked_on == date(2024, 6, 2)
    wanted = states(version)
    RfmState.objects.filter(membership_id=min(wanted)).update(orders=5)
    RfmState.objects.filter(membership_id=max(wanted)).delete()
    spare = Membership.objects.get(programme=version.programme, member_id=members[2])
    RfmState.objects.create(version=version, membership=spare, last_on=date(2024, 1, 1), orders=1, amount_minor=1)
    tasks.check_rfm_states(at=at("2024-06-02").isoformat())
    assert RfmClock.objects.get(version=version).differences == 3
    assert states(version) == wanted == by_hand(version)
    assert rfm_states.check_states(now=at("2024-06-02")) == 0


def test_another_window_is_reckoned_anew(version: RfmVersion, shop: Store) -> None:
    """Ruling 21: publishing other windows rebuilds; the states of the old version go."""
    member_id = house.enrol().member_id
    for day in ("2023-09-01", "2024-04-20", "2024-05-20"):
        buys(shop, member_id, day, 100)
    tick(date(2024, 5, 31))
    assert [orders for _on, orders, _amount in states(version).values()] == [3]
    draft = rfm_models.create_draft(programme_id=version.programme_id, actor="test", at=at("2024-06-01"))
    terms = rfm.terms_of(draft)
    rfm_models.change_draft(
        version_id=draft.pk, terms=rfm.RfmTerms(**{**terms.__dict__, "window_days": 30}), actor="test", at=at("2024-06-01")
    )
    rfm_models.publish_draft(version_id=draft.pk, actor="test", at=at("2024-06-01"))
    tick(date(2024, 6, 1))
    draft.refresh_from_db()
    assert states(draft) == by_hand(draft) and [orders for _on, orders, _amount in states(draft).values()] == [1]
    assert states(version) == {} and not RfmClock.objects.filter(version=version).exists()


def test_a_change_committed_during_the_reckoning_keeps_its_note(version: RfmVersion, shop: Store) -> None:
    """A second note for the same membership is not swallowed by the deletion of the first."""
    member_id = house.enrol().member_id
    number = buys(shop, member_id, "2024-05-10", 100)
    bring(version, date(2024, 5, 31))
    refunds(shop, number, 10, at=at("2024-06-01"))
    rfm_states.open_tables([version.pk])
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO rfm_stale SELECT id, membership_id FROM growth_rfmstale")
    refunds(shop, number, 20, at=at("2024-06-01"))
    sql.run("growth/rfm/drop_stale")
    assert notes() == 1


def some_member(rng: random.Random, shop: Store, last: date, hit: Hit) -> list[tuple[datetime, int]]:
    """Orders whose days, number and amount like to lie on the cuts and beside them."""
    number = rng.choice([0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13])
    back = rng.choice([0, 1, 29, 30, 31, 59, 60, 61, 89, 90, 91, 179, 180, 181, 363, 364, 365, 366, 500])
    total = rng.choice([300_000, 800_000, 2_000_000, 5_000_000, 100, 123_456]) + rng.choice([-1, 0, 0, 1, 2])
    told = []
    for turn in range(number):
        minor = total // number + (total % number if turn == 0 else 0)
        clock = rng.choice(["00:00", "12:00", "23:59"])
        further = rng.choice([0, 0, 1, 7, 30, 200]) if turn else 0
        told.append((at(last - timedelta(days=back + further), clock), minor))
    if number and back >= 364:
        hit("at the window's edge")
    return told


@pytest.mark.parametrize("seed", range(3))
def test_the_statements_agree_with_the_rule_in_plain_python(version: RfmVersion, shop: Store, seed: int) -> None:
    """RFM-01..06, ruling 28: states, scores, deltas and names of generated members, on the cuts and beside them."""
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    last = date(2024, 5, 31)
    told = []
    members = [house.enrol(at=at("2022-01-01")).member_id for _each in range(120)]
    for member_id in members:
        told += [(member_id, moment, minor) for moment, minor in some_member(rng, shop, last, lambda what: seen.update([what]))]
    orders_by_hand(shop, sorted(told, key=lambda each: each[1]))
    run = cycle(version.programme, "2024-05", chunk=37)
    assert run.result["members"] == len(members)
    expected = by_hand(version)
    assert states(version) == expected
    units = dict(LevelTerms.objects.filter(version__scheme__programme=version.programme).values_list("level_id", "rfm_unit"))
    for kept in RfmSnapshot.objects.filter(run=run).select_related("run__version"):
        last_on, orders, amount = expected.get(kept.membership_id, (None, 0, 0))
        days = (last - last_on).days if last_on else None
        bought = last_on is not None and last_on >= date(2024, 5, 1)
        assert kept.level_id is not None
        wanted = judge_by_hand(days, orders, amount, units[kept.level_id], bought, lambda what: seen.update([what]))
        assert (cell(kept), kept.requested, kept.bought) == (wanted.cell, wanted.delta, bought), (days, orders, amount)
        scores = (kept.r_score, kept.f_score, kept.m_score)
        assert (kept.rfm_class, kept.customer_group, kept.layer, kept.value_milli) == (
            rfm.rfm_class(scores), rfm.customer_group(scores), rfm.layer(scores), 600 * scores[0] + 200 * scores[1] + 200 * scores[2],
        )  # fmt: skip
        assert rfm_selectors.recompute(kept) == kept.requested
    print(dict(sorted(seen.items())))
    assert all(seen[f"{axis} {where} a cut"] >= 5 for axis in "rfm" for where in ("on", "beside"))
    assert seen["at the window's edge"] >= 5


@pytest.mark.slow
def test_sixty_days_by_the_day_are_sixty_full_counts(programme: Programme, version: RfmVersion, shop: Store) -> None:
    """Ruling 21: every day the states by the short road equal those of all orders, with late orders and refunds in between."""
    rng = random.Random(20240520)
    house.counting(shop.programme, mode=Mode.RFM)
    own = RfmVersion.objects.get(programme=shop.programme)
    RfmVersion.objects.filter(pk=version.pk).update(window_days=30)
    RfmVersion.objects.filter(pk=own.pk).update(window_days=45)
    other = world.store("S002")
    members = [house.enrol(at=at("2022-01-01")).member_id for _each in range(60)]
    numbers: list[tuple[Store, str, int]] = []
    seen: Counter[str] = Counter()
    start = date(2024, 1, 20)
    for place in range(61):
        day = start + timedelta(days=place)
        for _turn in range(rng.randint(0, 5)):
            store = rng.choice([shop, shop, other])
            late = rng.choice([0, 0, 0, 0, 0, 0, 1, 29, 31, 44])
            when = day - timedelta(days=late)
            number = buys(store, rng.choice(members), when, 10, clock=rng.choice(["00:00", "09:00", "23:59"]), told=at(day, "23:59"))
            numbers.append((store, number, 10))
            seen["late" if late else "of its day"] += 1
        if numbers and rng.random() < 0.6:
            store, number, _yuan = rng.choice(numbers)
            held = Order.objects.get(order_no=number, store=store).net_minor
            if held:
                refunds(store, number, rng.choice([1, held / 100]), at=at(day, "23:59"))
                seen["refunded"] += 1
        if rng.random() < 0.1 and place:
            seen["tick missed"] += 1
            continue
        seen["notes"] += notes()
        for moved in rfm_states.update_states(now=at(day + timedelta(days=1), "01:30")):
            seen[moved.road] += 1
        for each in (version, own):
            each.refresh_from_db()
            assert RfmClock.objects.get(version=each).as_of_on == day
            assert states(each) == by_hand(each), day
        if place % 20 == 0:
            assert rfm_states.check_states(now=at(day + timedelta(days=1), "04:30")) == 0
    print(dict(seen))
    assert min(seen["late"], seen["refunded"], seen["tick missed"]) >= 3
    assert seen["day"] > 60, "most days go the short road"
