"""The monthly cycle by the acceptance checks: what each member's month comes to, to the unit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise, product

import pytest
from django.db import transaction
from django.utils import translation

from core.enums import Origin
from core.models import Notice
from growth import tasks
from growth.enums import Mode, Reason
from growth.errors import RunDone, RunTooEarly, SchemeInvalid
from growth.models import (
    GrowthAccount,
    GrowthEntry,
    Level,
    LevelHistory,
    LevelReview,
    RfmRun,
    RfmSnapshot,
    RfmState,
    RfmVersion,
    SchemeVersion,
)
from growth.rules import rfm
from growth.selectors import entry_history
from growth.selectors import rfm as rfm_selectors
from growth.services import ledger, reviews, rfm_cycles, rfm_models
from growth.services.ledger import EntryIn
from stores.models import Membership, Programme, Store
from tests import world
from tests.growth import house
from tests.growth.rfm_world import at, buys, cell, cycle, orders_by_hand, preview, refunds, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme(db: None) -> Programme:
    return house.counting(world.platform(), mode=Mode.RFM)


@pytest.fixture
def version(programme: Programme) -> RfmVersion:
    return RfmVersion.objects.get(programme=programme)


@pytest.fixture
def shop(programme: Programme) -> Store:
    return world.store("S001")


def joined(programme: Programme, *, growth: int = 0, level: str | None = None, on: str = "2023-01-01") -> Membership:
    """A member since long ago, who holds a level since then."""
    member_id = house.enrol(at=at(on)).member_id
    found = house.membership(programme, growth=growth, level=level, member_id=member_id)
    Membership.objects.filter(pk=found.pk).update(joined_at=at(on))
    found.levels.update(since=at(on))
    return found


def balance(membership: Membership) -> int:
    return GrowthAccount.objects.filter(membership=membership).values_list("balance", flat=True).first() or 0


def became(membership: Membership, code: str, on: str) -> None:
    """A line of history."""
    level = Level.objects.get(programme=membership.programme, code=code)
    LevelHistory.objects.create(
        membership=membership, track="free", level_to=level, cause="up", source="test", actor="test", occurred_at=at(on), booked_at=at(on)
    )


def post_activity(membership: Membership, told: Sequence[tuple[str, int]], *, on: str) -> None:
    """Growth by activity, one entry each."""
    entries = [
        EntryIn(membership.pk, growth, Reason(reason), "test", f"{on}/{place}", f"test:{on}:{place}", at(on), "test")
        for place, (reason, growth) in enumerate(told)
    ]
    with transaction.atomic():
        ledger.post_entries(entries=entries, booked_at=at(on))


def test_the_worked_year_comes_out_to_the_unit(programme: Programme, shop: Store) -> None:
    """OP-2.5: gold, 26,000 at the end of 2023, 1,750 yuan on the 15th of each month of 2023, then nothing: 19,000 after September."""
    gold = joined(programme, level="L3")
    for month in range(1, 13):
        buys(shop, gold.member_id, f"2023-{month:02}-15", 1750)
    house.give(gold, 26_000)
    found = [snapshot(cycle(programme, f"2024-{month:02}"), gold) for month in range(1, 10)]
    assert [cell(each) for each in found] == [
        "4-4-3", "3-4-3", "2-4-3", "2-4-3", "2-3-3", "1-3-3", "1-3-3", "1-2-2", "1-2-2",
    ]  # fmt: skip
    assert [each.applied for each in found] == [0, 0, -400, -400, -600, -1200, -1200, -1600, -1600]
    assert [each.requested for each in found] == [each.applied for each in found]
    assert balance(gold) == 19_000
    assert GrowthEntry.objects.filter(account_id=gold.pk, reason=Reason.RFM).count() == 7, "entries only where something is asked"


def test_a_gold_member_idle_for_half_a_year_is_asked_for_2000(programme: Programme, version: RfmVersion, shop: Store) -> None:
    """OP-2.2, OP-2.3, LVL-26: 李四, 20,150, last bought 181 days ago, one order of 300 yuan."""
    gold = joined(programme, growth=20_150)
    buys(shop, gold.member_id, "2023-12-02", 300)
    seen = preview(version, "2024-05-31", gold)
    assert (seen.r_days, seen.f_count, seen.m_minor, cell(seen), seen.requested) == (181, 1, 30000, "1-1-1", -2000)
    assert not RfmRun.objects.exists() and not RfmSnapshot.objects.exists() and not RfmState.objects.exists()
    assert balance(gold) == 20_150
    run = cycle(programme, "2024-05")
    kept = snapshot(run, gold)
    assert (kept.r_days, kept.f_count, kept.m_minor, cell(kept), kept.requested, kept.applied) == (181, 1, 30000, "1-1-1", -2000, -2000)
    assert balance(gold) == 18_150
    entry = GrowthEntry.objects.get(account_id=gold.pk, reason=Reason.RFM)
    assert (entry.effect_key, entry.rfm_run_id, entry.occurred_at) == ("rfm:2024-05", run.pk, at("2024-06-01", "00:00"))
    assert entry.booked_at == at("2024-06-01", "02:00")
    with pytest.raises(RunDone):
        cycle(programme, "2024-05")
    assert GrowthEntry.objects.filter(reason=Reason.RFM).count() == 1


def test_recency_is_counted_in_local_days(programme: Programme, version: RfmVersion, shop: Store) -> None:
    """RFM-01: last completed 2024-05-01, as of 2024-06-01, is 31 days; never is empty and scores 1."""
    member, other = joined(programme), joined(programme)
    buys(shop, member.member_id, "2024-05-01", clock="23:59")
    assert preview(version, "2024-06-01", member).r_days == 31
    never = preview(version, "2024-06-01", other)
    assert (never.r_days, never.r_score, never.f_count, never.m_minor) == (None, 1, 0, 0)


def test_frequency_counts_the_window_and_no_full_refund(programme: Programme, version: RfmVersion, shop: Store) -> None:
    """RFM-02: four orders inside 365 days and one on day 366; the fully refunded one is none."""
    member = joined(programme)
    last = date(2024, 6, 1)
    for back in (0, 100, 200, 364, 365):
        buys(shop, member.member_id, last - timedelta(days=back))
    gone = buys(shop, member.member_id, last - timedelta(days=50), 80)
    assert preview(version, "2024-06-01", member).f_count == 5
    refunds(shop, gone, 80, at=at("2024-06-01", "15:00"))
    assert preview(version, "2024-06-01", member).f_count == 4


def test_the_amount_is_a_total_or_an_average_less_refunds(programme: Programme, version: RfmVersion, shop: Store) -> None:
    """RFM-03: orders of 100, 200, 300 yuan; 50 come back."""
    member = joined(programme)
    orders = [buys(shop, member.member_id, "2024-05-01", yuan) for yuan in (100, 200, 300)]
    assert preview(version, "2024-06-01", member).m_minor == 60000
    RfmVersion.objects.filter(pk=version.pk).update(m_mode="average")
    assert preview(version, "2024-06-01", member).m_minor == 20000
    RfmVersion.objects.filter(pk=version.pk).update(m_mode="sum")
    refunds(shop, orders[2], 50, at=at("2024-05-02"))
    assert preview(version, "2024-06-01", member).m_minor == 55000


def test_the_balance_stops_at_nothing_and_both_numbers_are_kept(programme: Programme, shop: Store) -> None:
    """RFM-10: balance 150, asked for -200: applied -150."""
    member = joined(programme, growth=150)
    kept = snapshot(cycle(programme, "2024-05"), member)
    assert (cell(kept), kept.requested, kept.applied, balance(member)) == ("1-1-1", -200, -150, 0)
    entry = GrowthEntry.objects.get(account_id=member.pk, reason=Reason.RFM)
    assert (entry.requested, entry.applied, entry.balance_after) == (-200, -150, 0)


@pytest.mark.parametrize(("mode", "expected"), [(Mode.BEHAVIOUR, 1040), (Mode.RFM, 0), (Mode.HYBRID, 960)])
def test_two_models_are_in_use_and_may_be_mixed(programme: Programme, shop: Store, mode: Mode, expected: int) -> None:
    """GRW-09: behaviour gives 1,040 for the order and two reviews; RFM 3-1-1 asks for -80."""
    SchemeVersion.objects.update(mode=mode)
    member = joined(programme, level="L0")
    buys(shop, member.member_id, "2024-03-05", 1000)
    if mode != Mode.RFM:
        house.give(member, 1040 - balance(member))
    kept = snapshot(cycle(programme, "2024-05"), member)
    assert cell(kept) == "3-1-1"
    assert (kept.requested, kept.applied) == {Mode.BEHAVIOUR: (0, 0), Mode.RFM: (-80, 0), Mode.HYBRID: (-80, -80)}[mode]
    assert GrowthEntry.objects.filter(account_id=member.pk, reason=Reason.RFM).count() == (mode != Mode.BEHAVIOUR)
    assert balance(member) == expected
    assert rfm_selectors.recompute(kept) == kept.requested


@pytest.mark.parametrize("mode", [Mode.BEHAVIOUR, Mode.HYBRID])
def test_rfm_lets_idle_members_fall_where_behaviour_stands_still(programme: Programme, shop: Store, mode: Mode) -> None:
    """GRW-10: six months of buying, then twelve idle ones."""
    SchemeVersion.objects.update(mode=mode)
    member = joined(programme, level="L2", on="2022-01-01")
    for month in range(1, 7):
        buys(shop, member.member_id, f"2023-{month:02}-10", 2000)
    house.give(member, 30_000)
    held = [balance(member)]
    scores = []
    for number in range(7, 19):
        kept = snapshot(cycle(programme, f"{2023 + (number - 1) // 12}-{(number - 1) % 12 + 1:02}"), member)
        scores.append(kept.r_score)
        held.append(balance(member))
    falls = [after - before for before, after in pairwise(held)]
    if mode == Mode.BEHAVIOUR:
        assert falls == [0] * 12
    else:
        assert max(falls) <= 0
        assert scores.count(1) >= 7 and all(fall < 0 for fall, score in zip(falls, scores, strict=True) if score == 1)


def test_growth_by_activity_is_added_up_beside_rfm(programme: Programme, shop: Store) -> None:
    """GRW-11: bronze, an order in March, 3 x 5 + 2 x 20 + 20 = 75 by activity; RFM 4-3-3 adds 90; the period changes by 165."""
    member = joined(programme, growth=5000)
    for yuan in (1000, 1000, 1000, 1000):
        buys(shop, member.member_id, "2024-01-15", yuan)
    buys(shop, member.member_id, "2024-03-01", 5000, clock="00:00")
    post_activity(member, [("login", 5)] * 3 + [("review", 20)] * 2 + [("photo_review", 20)], on="2024-03-10")
    post_activity(member, [("login", 5)], on="2024-02-29")
    post_activity(member, [("login", 5)], on="2024-04-01")
    RfmVersion.objects.update(r_cuts=[29, 60, 90, 180])  # at its end no order of the month is more than 30 days old
    kept = snapshot(cycle(programme, "2024-03"), member)
    assert (kept.r_days, cell(kept), kept.rfm_unit, kept.requested, kept.activity_growth) == (30, "4-3-3", 150, 90, 75)
    assert kept.period_change == 165
    with translation.override("en"):
        told = {str(label): value for label, value in entry_history.explain(GrowthEntry.objects.get(reason=Reason.RFM)).values}
    assert (told["growth by activity in the month"], told["change of the month, activity and RFM"]) == ("+75", "+165")


def test_weights_belong_to_a_version(programme: Programme, version: RfmVersion, shop: Store) -> None:
    """GRW-12, RFM-05, OP-2.4: the next cycle goes by version 2; the snapshots of version 1 stay what they are."""
    member = joined(programme, growth=900)
    for day in ("2024-04-01", "2024-05-01", "2024-05-02", "2024-05-03", "2024-05-04", "2024-05-05"):
        buys(shop, member.member_id, day, 100)
    first = snapshot(cycle(programme, "2024-05"), member)
    assert (cell(first), first.value_milli) == ("5-3-1", 3800)
    draft = rfm_models.create_draft(programme_id=programme.pk, actor="test", at=at("2024-06-10"))
    terms = rfm.terms_of(draft)
    wrong = replace(terms, weight_r=Decimal("0.5"))
    rfm_models.change_draft(version_id=draft.pk, terms=wrong, actor="test", at=at("2024-06-10"))
    with pytest.raises(SchemeInvalid) as refused:
        rfm_models.publish_draft(version_id=draft.pk, actor="test", at=at("2024-06-10"))
    assert "0.900" in str(refused.value.values["problems"])
    assert RfmVersion.objects.get(state="published").pk == version.pk
    right = replace(terms, f_cuts=(6, 4, 3, 2), weight_r=Decimal("0.5"), weight_f=Decimal("0.3"))
    rfm_models.change_draft(version_id=draft.pk, terms=right, actor="test", at=at("2024-06-10"))
    rfm_models.publish_draft(version_id=draft.pk, actor="test", at=at("2024-06-10"))
    second = snapshot(cycle(programme, "2024-06"), member)
    assert (cell(second), second.value_milli, second.run.version.number) == ("4-5-1", 3700, 2)
    first.refresh_from_db()
    assert (cell(first), first.value_milli, first.run.version.number) == ("5-3-1", 3800, 1)
    assert rfm_selectors.recompute(first) == first.requested and rfm_selectors.recompute(second) == second.requested


def test_every_cell_is_reached_by_somebody(programme: Programme, shop: Store) -> None:
    """RFM-04, RFM-08: a member for each of the 125 cells; all counts sum to the members."""
    backs = {5: (0, 30), 4: (31, 60), 3: (61, 90), 2: (91, 180), 1: (181, 300)}
    numbers = {5: (12, 14), 4: (8, 11), 3: (5, 7), 2: (2, 4), 1: (1, 1)}
    amounts = {5: 5_000_000, 4: 2_000_000, 3: 800_000, 2: 300_000, 1: 299_999}
    last = date(2024, 5, 31)
    told, wanted = [], {}
    for place, (r, f, m) in enumerate(product(range(1, 6), repeat=3)):
        member = joined(programme, level="L0")
        number = numbers[f][place % 2]
        for turn in range(number):
            minor = amounts[m] // number + (amounts[m] % number if turn == 0 else 0)
            on = last - timedelta(days=backs[r][place % 2] + 2 * turn)
            told.append((member.member_id, at(on), minor))
        wanted[member.pk] = f"{r}-{f}-{m}"
    orders_by_hand(shop, sorted(told, key=lambda each: each[1]))
    run = cycle(programme, "2024-05")
    found = {each.membership_id: cell(each) for each in RfmSnapshot.objects.filter(run=run)}
    assert found == wanted
    seen = rfm_selectors.heat_map(run.pk)
    assert seen.filled == len(set(found.values())) == 125
    assert seen.members == sum(seen.cells.values()) == sum(seen.classes.values()) == sum(seen.groups.values()) == 125
    assert [*seen.classes.values()] == [30, 15, 18, 12, 25, 25]
    for each in RfmSnapshot.objects.filter(run=run).select_related("run__version"):
        scores = (each.r_score, each.f_score, each.m_score)
        assert (each.rfm_class, each.customer_group, each.layer) == (
            rfm.rfm_class(scores), rfm.customer_group(scores), rfm.layer(scores),
        )  # fmt: skip
        assert rfm_selectors.recompute(each) == each.requested
    assert sum(seen.layers.values()) == 125


def test_a_month_is_run_once_and_not_before_it_has_ended(programme: Programme, shop: Store) -> None:
    """RFM-09, A-15."""
    member = joined(programme, growth=1000)
    early = at("2024-05-31", "23:59")
    with pytest.raises(RunTooEarly):
        rfm_cycles.run_cycle(programme_id=programme.pk, period_on=date(2024, 5, 1), now=lambda: early)
    assert not RfmRun.objects.exists()
    run = cycle(programme, "2024-05")
    assert (run.state, run.done, run.total, run.result["members"], run.result["entries"]) == ("done", 1, 1, 1, 1)
    with pytest.raises(RunDone):
        cycle(programme, "2024-05")
    with pytest.raises(RunDone):
        rfm_cycles.request_cycle(programme_id=programme.pk, period_on=date(2024, 5, 17), at=at("2024-06-02"))
    assert (RfmSnapshot.objects.count(), GrowthEntry.objects.filter(reason=Reason.RFM).count()) == (1, 1)
    assert balance(member) == 800


def test_beat_finds_what_is_due(programme: Programme, shop: Store) -> None:
    """RFM-09, R14: the first month is that of publishing; missed ones are made up for; a second tick adds nothing."""
    member = joined(programme, growth=1000)
    assert rfm_cycles.due_cycles(at("2024-05-31", "23:59")) == []
    tasks.turn_month(at=at("2024-06-01", "02:00").isoformat())
    assert list(RfmRun.objects.values_list("period_on", "state")) == [(date(2024, 5, 1), "done")]
    tasks.turn_month(at=at("2024-06-01", "02:00").isoformat())
    assert RfmRun.objects.count() == 1
    tasks.turn_month(at=at("2024-09-04", "09:00").isoformat())
    assert [f"{each:%m}" for each in RfmRun.objects.order_by("period_on").values_list("period_on", flat=True)] == ["05", "06", "07", "08"]
    keys = GrowthEntry.objects.filter(account_id=member.pk, reason=Reason.RFM).order_by("account_version")
    assert list(keys.values_list("effect_key", flat=True)) == ["rfm:2024-05", "rfm:2024-06", "rfm:2024-07", "rfm:2024-08"]


def test_who_finds_a_cycle_due_that_another_has_just_run_leaves_it(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    """R14: two workers look at the same moment, and one is quicker."""
    joined(programme, growth=1000)
    moment = at("2024-06-01", "02:00")
    cycles, due_reviews = rfm_cycles.due_cycles(moment), reviews.due_reviews(moment)
    assert (len(cycles), len(due_reviews)) == (1, 1)
    tasks.turn_month(at=moment.isoformat())
    monkeypatch.setattr(rfm_cycles, "due_cycles", lambda _at: cycles)
    monkeypatch.setattr(reviews, "due_reviews", lambda _at: due_reviews)
    tasks.turn_month(at=moment.isoformat())
    assert (RfmRun.objects.count(), LevelReview.objects.count(), RfmSnapshot.objects.count()) == (1, 1, 1)


def test_somebody_asks_for_a_cycle_and_the_next_tick_runs_it(programme: Programme) -> None:
    """A-15: 立即运行."""
    joined(programme, growth=1000)
    row = rfm_cycles.request_cycle(programme_id=programme.pk, period_on=date(2024, 3, 1), at=at("2024-05-20"))
    assert rfm_cycles.request_cycle(programme_id=programme.pk, period_on=date(2024, 3, 1), at=at("2024-05-20")).pk == row.pk
    tasks.run_waiting(at=at("2024-05-20").isoformat())
    row.refresh_from_db()
    assert row.state == "done"
    assert RfmRun.objects.count() == 1, "nothing is run that nobody asked for"


def test_a_steep_fall_of_frequency_is_seen(programme: Programme, shop: Store) -> None:
    """RFM-11, A-37: 5 to 3 is a drop, 5 to 4 none, and nor is a first snapshot."""
    steep, mild = joined(programme), joined(programme)
    for member, leaving in ((steep, 6), (mild, 3)):
        for place in range(leaving):
            buys(shop, member.member_id, date(2023, 6, 3) + timedelta(days=place), 10)
        for place in range(12 - leaving):
            buys(shop, member.member_id, date(2023, 9, 1) + timedelta(days=place), 10)
    first = cycle(programme, "2024-05")
    assert {snapshot(first, each).f_score for each in (steep, mild)} == {5}
    second = cycle(programme, "2024-06")
    assert (snapshot(second, steep).f_score, snapshot(second, mild).f_score) == (3, 4)
    assert [each.membership_id for each in rfm_selectors.f_drops(second.pk)] == [steep.pk]
    assert not rfm_selectors.f_drops(first.pk).exists()


def test_only_active_memberships_of_the_time_are_judged(programme: Programme, shop: Store) -> None:
    """A-15: who is frozen, has left, or joined later has no snapshot; who never bought has one."""
    never, frozen, left, later = (joined(programme, growth=500) for _each in range(4))
    Membership.objects.filter(pk=frozen.pk).update(status="frozen")
    Membership.objects.filter(pk=left.pk).update(status="left")
    Membership.objects.filter(pk=later.pk).update(joined_at=at("2024-06-01", "00:00"))
    run = cycle(programme, "2024-05")
    [kept] = RfmSnapshot.objects.filter(run=run)
    assert (kept.membership_id, kept.r_days, cell(kept)) == (never.pk, None, "1-1-1")


def test_the_unit_is_that_of_the_level_held_at_the_month_s_end(programme: Programme, shop: Store) -> None:
    """A-14: a level that came later, one set by hand that had ended by then, and one lost since."""
    later, ended, lost = joined(programme, level="L1"), joined(programme, level="L3"), joined(programme, level="L3")
    became(later, "L1", "2024-02-01")
    became(lost, "L3", "2024-02-01")
    house.hold(later, "L4", since=at("2024-06-01", "00:30"))
    ended.levels.update(level_until=at("2024-05-31"), automatic_level=house.hold(lost, "L2", since=at("2024-06-01", "01:00")).level_id)
    run = cycle(programme, "2024-05")
    assert [snapshot(run, each).rfm_unit for each in (later, ended, lost)] == [150, 400, 1000]


def test_the_platform_counts_all_stores_and_a_store_its_own(programme: Programme, shop: Store) -> None:
    """Ruling 21: the platform's standing is of all orders, a store's of its programme's stores."""
    other = world.store("S002")
    house.counting(shop.programme, mode=Mode.RFM)
    here = joined(shop.programme)
    everywhere = house.membership(programme, member_id=here.member_id)
    Membership.objects.filter(pk=everywhere.pk).update(joined_at=at("2023-01-01"))
    buys(shop, here.member_id, "2024-03-01", 100)
    buys(other, here.member_id, "2024-05-30", 5000)
    tasks.turn_month(at=at("2024-06-01", "02:00").isoformat())
    runs = {run.programme_id: run for run in RfmRun.objects.all()}
    at_shop, at_platform = snapshot(runs[shop.programme_id], here), snapshot(runs[programme.pk], everywhere)
    assert (at_shop.r_days, at_shop.f_count, at_shop.m_minor) == (91, 1, 10_000)
    assert (at_platform.r_days, at_platform.f_count, at_platform.m_minor) == (1, 2, 510_000)


def test_fifths_never_part_equal_values(programme: Programme, version: RfmVersion, shop: Store) -> None:
    """A-12: quintiles; the cut points are kept with the run, so that every snapshot can be reckoned again."""
    RfmVersion.objects.filter(pk=version.pk).update(method="quintile")
    members = [joined(programme, level="L0") for _each in range(11)]
    for member, orders in zip(members, [0, 1, 1, 1, 1, 1, 1, 2, 3, 3, 9], strict=True):
        for place in range(orders):
            buys(shop, member.member_id, date(2024, 5, 1) + timedelta(days=place), 10 * orders)
    run = cycle(programme, "2024-05")
    assert run.f_cuts == [4, 2, 2, 2], "of ten who bought: the 8th has 3, the 6th 1"
    found = [snapshot(run, member).f_score for member in members]
    assert found == [1, 1, 1, 1, 1, 1, 1, 4, 4, 4, 5]
    for each in RfmSnapshot.objects.filter(run=run).select_related("run__version"):
        assert rfm_selectors.reckon(each).cell == (each.r_score, each.f_score, each.m_score)
        assert rfm_selectors.recompute(each) == each.requested


def test_history_is_booked_when_it_happened(programme: Programme, shop: Store) -> None:
    """Ruling 5, ruling 6: the closed months of a load are dated and booked at their end, and nobody is told."""
    member = joined(programme)
    house.give(member, 1000, occurred_at=at("2024-01-01"))
    run = cycle(programme, "2024-02", origin=Origin.BACKFILL)
    [entry] = GrowthEntry.objects.filter(account_id=member.pk, reason=Reason.RFM)
    assert entry.occurred_at == entry.booked_at == run.as_of == at("2024-03-01", "00:00")
    assert not Notice.objects.exists()
    assert rfm_cycles.due_cycles(at("2024-03-31")) == []
    assert [each.period_on for each in rfm_cycles.due_cycles(at("2024-04-01"))] == [date(2024, 3, 1)]
