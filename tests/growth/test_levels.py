"""Levels go up at once (LVL-01..03, LVL-15, LVL-22, LVL-28, LVL-29), with history, gifts, messages and webhooks."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from core import notices, sql
from core.enums import Origin, VersionState
from core.models import EffectSkipped, Notice, OutboxMessage
from growth.enums import Basis, GiftState, LevelCause, MeasureKind, Track
from growth.errors import EffectConflict
from growth.models import (
    GiftGrant,
    GiftItem,
    GrowthEntry,
    Level,
    LevelHistory,
    LevelScheme,
    LevelTerms,
    MemberLevel,
    SchemeVersion,
)
from growth.rules.levels import rank_reached
from growth.selectors import level_history
from growth.selectors import levels as levels_selectors
from growth.services import changes, gifts, levels, measures, overrides
from growth.services.changes import Change
from stores.models import Membership, Programme
from tests import world
from tests.activity import facts
from tests.growth import house
from tests.world import NOW

DAY = timedelta(days=1)


def code(membership: Membership, at: datetime = NOW + DAY, track: Track = Track.FREE) -> str | None:
    held = levels_selectors.held([membership.pk], at)[membership.pk].get(track)
    return held.code if held else None


def joined(programme: Programme) -> Membership:
    return Membership.objects.get(member_id=house.enrol().member_id, programme=programme)


def given(membership: Membership, growth: int, at: datetime = NOW) -> int:
    """One growth entry, and whatever levels follow from it; the entry's id."""
    house.give(membership, growth, occurred_at=at)
    entry = GrowthEntry.objects.filter(account_id=membership.pk).latest("account_version")
    levels.rise(membership_ids=[membership.pk], booked_at=at, origin=Origin.LIVE, entry_ids=[entry.pk])
    return entry.pk


def lines(membership: Membership, track: Track = Track.FREE) -> list[tuple[str, str | None, str | None]]:
    """Cause, from, to of each line of the history, oldest first."""
    rows = LevelHistory.objects.filter(membership=membership, track=track).order_by("id")
    return list(rows.values_list("cause", "level_from__code", "level_to__code"))


def pack(programme: Programme, level: str, *kinds: str) -> None:
    terms = LevelTerms.objects.get(level__programme=programme, level__code=level, version__state=VersionState.PUBLISHED)
    for position, kind in enumerate(kinds, start=1):
        GiftItem.objects.create(terms=terms, position=position, kind=kind, payload={"n": position})


def scheme(programme: Programme, basis: Basis, *thresholds: int, track: Track = Track.FREE) -> SchemeVersion:
    """A published scheme of a track with levels X0, X1, ..."""
    of_programme = LevelScheme.objects.create(programme=programme, track=track)
    version = SchemeVersion.objects.create(
        scheme=of_programme, basis=basis, window_days=None if basis == Basis.GROWTH else 365, **house.PUBLISHED
    )
    for rank, threshold in enumerate(thresholds):
        level = Level.objects.create(programme=programme, track=track, code=f"X{rank}")
        LevelTerms.objects.create(version=version, level=level, rank=rank, name=f"Level {rank}", threshold=threshold)
    return version


@pytest.fixture
def kinds() -> Any:
    """The kinds of gifts are as they were after the test."""
    before = dict(gifts._kinds)
    yield gifts._kinds
    gifts._kinds.clear()
    gifts._kinds.update(before)


# --- joining ---


def test_who_joins_gets_the_lowest_level_dated_when_they_joined(programme):
    membership = joined(programme)
    assert lines(membership) == [("joined", None, "L0")]
    assert LevelHistory.objects.get().occurred_at == NOW
    assert code(membership) == "L0"
    assert not Notice.objects.exists()
    assert not OutboxMessage.objects.filter(topic="level.changed").exists()


def test_a_programme_without_a_scheme_gives_no_level_until_it_has_one(db):
    platform = world.platform()
    membership = joined(platform)
    assert not MemberLevel.objects.exists()
    house.counting(platform)
    levels.open_missing_levels(programme_id=platform.pk, booked_at=NOW + DAY)
    assert lines(membership) == [("joined", None, "L0")]
    assert LevelHistory.objects.get().occurred_at == NOW
    assert levels.open_missing_levels(programme_id=platform.pk, booked_at=NOW + DAY) == []


def test_a_programme_that_counts_no_growth_changes_no_level(programme):
    Programme.objects.filter(pk=programme.pk).update(growth_on=False)
    membership = joined(programme)
    given(membership, 60000)
    assert not MemberLevel.objects.exists()
    assert not LevelHistory.objects.exists()


# --- up ---


@pytest.mark.parametrize(
    ("growth", "level"), [(2999, "L0"), (3000, "L1"), (7999, "L1"), (8000, "L2"), (20000, "L3"), (49999, "L3"), (50000, "L4")]
)
def test_thresholds_are_inclusive(programme, growth, level):
    """LVL-01, LVL-02, A-05."""
    membership = joined(programme)
    given(membership, growth)
    assert code(membership) == level


def test_the_level_follows_growth_value_whatever_was_spent(programme):
    """LVL-02: balance 8,000 is silver even if nothing was spent."""
    membership = joined(programme)
    given(membership, 8000)
    assert code(membership) == "L2"


def test_each_crossing_in_a_batch_has_its_line_dated_at_its_entry(programme):
    membership = joined(programme)
    for day, growth in enumerate((2999, 1, 100, 4900), start=1):
        house.give(membership, growth, occurred_at=NOW + day * DAY)
    entries = list(GrowthEntry.objects.order_by("account_version").values_list("pk", flat=True))
    ids = levels.rise(membership_ids=[membership.pk], booked_at=NOW + 9 * DAY, origin=Origin.BACKFILL, entry_ids=entries)
    rows = LevelHistory.objects.filter(pk__in=ids).order_by("id")
    assert lines(membership)[1:] == [("up", "L0", "L1"), ("up", "L1", "L2")]
    assert [row.occurred_at for row in rows] == [NOW + 2 * DAY, NOW + 4 * DAY]
    assert [row.source for row in rows] == [f"entry:{entries[1]}", f"entry:{entries[3]}"]
    assert levels.rise(membership_ids=[membership.pk], booked_at=NOW, origin=Origin.BACKFILL, entry_ids=entries) == []


def test_a_jump_is_one_line_and_gives_the_pack_of_every_level_passed_once(programme):
    """LVL-28, ruling 22."""
    pack(programme, "L1", "points")
    pack(programme, "L2", "points", "coupon")
    pack(programme, "L3", "points")
    membership = joined(programme)
    given(membership, 21000)
    assert lines(membership)[1:] == [("up", "L0", "L3")]
    assert list(GiftGrant.objects.order_by("id").values_list("level__code", "item__kind")) == [
        ("L1", "points"),
        ("L2", "points"),
        ("L2", "coupon"),
        ("L3", "points"),
    ]


def test_a_second_rise_within_365_days_gives_no_second_pack(programme):
    """LVL-28: fall and second promotion in 365 days give none; a year later there is one again."""
    pack(programme, "L2", "points", "coupon")
    membership = joined(programme)
    given(membership, 8000)
    for days, grants in ((364, 2), (365, 4)):
        house.hold(membership, "L1")
        given(membership, 1, at=NOW + days * DAY)
        assert code(membership, NOW + days * DAY) == "L2"
        assert GiftGrant.objects.count() == grants, days


def test_a_rise_protects_for_ninety_days(programme):
    """A-19."""
    membership = joined(programme)
    given(membership, 3000)
    assert MemberLevel.objects.get().protected_until == NOW + 90 * DAY


def test_why_is_stored_and_gives_the_same_again(programme):
    """Ruling 28: the version and the inputs on the line give the level again."""
    membership = joined(programme)
    given(membership, 8050)
    line = LevelHistory.objects.latest("id")
    assert line.version is not None
    thresholds = list(line.version.terms.order_by("rank").values_list("threshold", flat=True))
    assert rank_reached(thresholds, line.details["value"]) == 2
    assert (line.details["basis"], line.details["value"], line.details["threshold"]) == ("growth", 8050, 8000)
    with translation.override("en"):
        told = level_history.explain(line)
        assert str(told.words) == "8,050 growth value reached the threshold of 8,000 growth value; levels rise at once."
        assert told.rule.endswith("version 1")


def test_thousands_rise_in_the_same_few_statements(programme, django_assert_max_num_queries):
    memberships = [joined(programme) for _each in range(30)]
    for membership in memberships:
        house.give(membership, 3000)
    entries = list(GrowthEntry.objects.values_list("pk", flat=True))
    with django_assert_max_num_queries(16):
        ids = levels.rise(
            membership_ids=[membership.pk for membership in memberships], booked_at=NOW, origin=Origin.LIVE, entry_ids=entries
        )
    assert len(ids) == 30


def test_what_comes_in_late_is_dated_no_earlier_than_the_last_change(programme):
    membership = joined(programme)
    given(membership, 3000, at=NOW + 9 * DAY)
    given(membership, 5000, at=NOW + 3 * DAY)
    assert LevelHistory.objects.latest("id").occurred_at == NOW + 9 * DAY
    assert levels_selectors.level_at([membership.pk], NOW + 10 * DAY)[membership.pk][Track.FREE].code == "L2"


def test_changes_of_one_batch_are_numbered_in_the_order_given(programme, monkeypatch):
    """Two of one membership at one instant: the line with the higher id is the later one, however the rows lie in the table."""
    scheme(programme, Basis.GROWTH, 0, track=Track.PAID)
    membership = joined(programme)
    paid: dict[str, Any] = {"membership_id": membership.pk, "track": Track.PAID, "source": "subscription:1", "actor": "test"}
    bought = Change(cause=LevelCause.SUBSCRIBED, level_id=Level.objects.get(code="X0").pk, until=NOW + DAY, occurred_at=NOW, **paid)
    ended = Change(cause=LevelCause.EXPIRED, occurred_at=NOW, **paid)
    copy_in = sql.copy_in
    monkeypatch.setattr(sql, "copy_in", lambda table, columns, rows: copy_in(table, columns, reversed(list(rows))))
    first, second = changes.record([bought, ended], booked_at=NOW, origin=Origin.LIVE)
    assert first < second
    assert lines(membership, Track.PAID) == [("subscribed", None, "X0"), ("expired", "X0", None)]
    assert code(membership, NOW, Track.PAID) is None


# --- what a change sets off ---


def test_one_rise_is_one_message_and_one_webhook(programme):
    """LVL-29, SF-3: once, and again nothing."""
    membership = joined(programme)
    entry = given(membership, 8050)
    levels.rise(membership_ids=[membership.pk], booked_at=NOW, origin=Origin.LIVE, entry_ids=[entry])
    notice = Notice.objects.get()
    assert (notice.template, notice.member_id, notice.values) == (
        "level_up",
        membership.member_id,
        {"level": "银牌会员", "level_before": "普通会员"},
    )
    assert notice.cause == f"level_history:{LevelHistory.objects.latest('id').pk}"
    assert "银牌会员" in notices.text(notice)
    message = OutboxMessage.objects.get(topic="level.changed")
    one_id = membership.member.one_id
    assert message.ordering_key == one_id
    assert message.payload == {"one_id": one_id, "programme": "platform", "track": "free", "from": "L0", "to": "L2", "cause": "up"}


def test_history_that_is_loaded_tells_and_gives_nothing(programme):
    """Ruling 5."""
    pack(programme, "L1", "points")
    membership = joined(programme)
    house.give(membership, 3000)
    entry = GrowthEntry.objects.get()
    levels.rise(membership_ids=[membership.pk], booked_at=NOW, origin=Origin.BACKFILL, entry_ids=[entry.pk])
    assert code(membership) == "L1"
    assert not Notice.objects.exists()
    assert not OutboxMessage.objects.filter(topic="level.changed").exists()
    assert not GiftGrant.objects.exists()


def test_a_stores_level_is_told_to_that_store_alone(db):
    shop = world.store("S001")
    house.counting(shop.programme)
    world.store("S002")
    enrolled = world.enrol(shop, "+8613800138000")
    membership = Membership.objects.get(pk=enrolled.membership_ids[shop.programme_id])
    given(membership, 3000)
    assert OutboxMessage.objects.get(topic="level.changed").store_ids == [shop.pk]


def test_a_gift_nobody_can_give_waits_is_shown_and_is_given_later(programme, kinds):
    """Rulings 4 and 11."""
    kinds.clear()
    pack(programme, "L1", "points")
    given(joined(programme), 3000)
    skipped = EffectSkipped.objects.get()
    assert (skipped.code, skipped.settled_at, GiftGrant.objects.get().state) == ("gift_kind_unknown", None, GiftState.PENDING)
    assert gifts.give(grant_ids=gifts.waiting(after=0, at_most=10), booked_at=NOW + DAY) == 0
    received: list[gifts.Due] = []

    def fulfil(due: Any, booked_at: datetime) -> dict[int, str]:
        received.extend(due)
        return {}

    gifts.register_gift_kind(kind="points", validator=lambda *_: [], cost=lambda *_: None, fulfiller=fulfil)
    assert gifts.give(grant_ids=gifts.waiting(after=0, at_most=10), booked_at=NOW + DAY) == 1
    assert gifts.give(grant_ids=gifts.waiting(after=0, at_most=10), booked_at=NOW + DAY) == 0
    assert [due.payload for due in received] == [{"n": 1}]
    assert GiftGrant.objects.get().state == GiftState.GIVEN
    assert EffectSkipped.objects.get().settled_at == NOW + DAY


def test_a_gift_is_given_at_once_by_who_can_and_a_refusal_is_kept(programme, kinds):
    given_to: list[int] = []

    def only_the_first(due: Any, booked_at: datetime) -> dict[int, str]:
        given_to.append(due[0].membership_id)
        return {each.grant_id: "out_of_stock" for each in due[1:]}

    gifts.register_gift_kind(kind="coupon", validator=lambda *_: [], cost=lambda *_: None, fulfiller=only_the_first)
    pack(programme, "L1", "coupon", "coupon")
    membership = joined(programme)
    given(membership, 3000)
    assert given_to == [membership.pk]
    assert list(GiftGrant.objects.order_by("id").values_list("state", flat=True)) == ["given", "pending"]
    assert EffectSkipped.objects.get().code == "out_of_stock"


# --- the five bases ---


@pytest.mark.parametrize(
    ("basis", "threshold"),
    [(Basis.GROWTH, 100), (Basis.SPEND, 10000), (Basis.ORDER_COUNT, 10), (Basis.POINTS_EARNED, 10), (Basis.RECHARGE, 100000)],
)
def test_just_below_is_not_enough_and_equal_is_for_every_basis(db, basis, threshold):
    """LVL-03: growth, spend, order_count, points_earned, recharge."""
    platform = world.platform()
    scheme(platform, basis, 0, threshold)
    shop = world.store("S001")
    membership = joined(platform)
    reach(basis, membership, shop, threshold - 1)
    assert code(membership) == "X0"
    reach(basis, membership, shop, 1)
    assert code(membership) == "X1"
    assert LevelHistory.objects.latest("id").details["value"] == threshold


def reach(basis: Basis, membership: Membership, shop: Any, amount: int) -> None:
    """So much more of what the basis counts."""
    nth = amount
    if basis == Basis.GROWTH:
        given(membership, amount)
    elif basis == Basis.SPEND:
        lines = [facts.line(paid_minor=amount)]
        facts.record(facts.order(shop.pk, membership.member_id, f"O{nth}", lines=lines, status="completed"))
    elif basis == Basis.ORDER_COUNT:
        orders = [facts.order(shop.pk, membership.member_id, f"O{nth}-{each}", status="completed") for each in range(amount)]
        facts.record(*orders)
    elif basis == Basis.POINTS_EARNED:
        measures.record_measure(
            membership_id=membership.pk,
            kind=MeasureKind.POINTS_EARNED,
            amount=amount,
            occurred_at=NOW,
            booked_at=NOW,
            effect_key=f"order:{nth}",
        )
    else:
        told = getattr(Membership.objects.get(pk=membership.pk), "wallet", None)
        total = (told.recharge_total_minor if told else 0) + amount
        as_of = NOW + timedelta(minutes=1 if told else 0)
        facts.record(facts.wallet(membership.member_id, None, total, as_of=as_of, recharge_total_minor=total))


def test_a_recharge_level_begins_with_the_cent_that_reaches_it(programme):
    """LVL-22, OP-3.4: 999.99 no, 1,000.00 yes; side by side with the free level (LVL-15)."""
    scheme(programme, Basis.RECHARGE, 100000, track=Track.RECHARGE)
    membership = joined(programme)
    facts.record(facts.wallet(membership.member_id, None, 99999, recharge_total_minor=99999))
    assert code(membership, track=Track.RECHARGE) is None
    facts.record(facts.wallet(membership.member_id, None, 100000, recharge_total_minor=100000, as_of=NOW + timedelta(hours=1)))
    assert code(membership, track=Track.RECHARGE) == "X0"
    assert code(membership) == "L0"
    assert lines(membership, Track.RECHARGE) == [("recharged", None, "X0")]


def test_a_wallet_told_twice_is_counted_once(programme):
    scheme(programme, Basis.RECHARGE, 100000, track=Track.RECHARGE)
    membership = joined(programme)
    for minute in range(2):
        facts.record(facts.wallet(membership.member_id, None, 60000, recharge_total_minor=60000, as_of=NOW + timedelta(minutes=minute)))
    assert code(membership, track=Track.RECHARGE) is None


@pytest.mark.parametrize(("days", "level"), [(364, "X1"), (365, "X0"), (366, "X0")])
def test_what_was_spent_before_the_window_does_not_count(db, days, level):
    """LVL-27: the window is the last 365 local days, today's among them."""
    platform = world.platform()
    scheme(platform, Basis.SPEND, 0, 300000)
    membership = joined(platform)
    bought = NOW - days * DAY
    shop = world.store("S001")
    order = facts.order(
        shop.pk, membership.member_id, lines=[facts.line(paid_minor=300000)], status="completed", placed_at=bought, completed_at=bought
    )
    facts.record(order)
    MemberLevel.objects.update(level=Level.objects.get(code="X0"), automatic_level=Level.objects.get(code="X0"))
    levels.rise_by_measure(moments=[(membership.pk, NOW, "test")], booked_at=NOW, origin=Origin.LIVE)
    assert code(membership) == level


def test_a_stores_scheme_counts_that_stores_orders_alone(db):
    shop, other = world.store("S001"), world.store("S002")
    scheme(shop.programme, Basis.ORDER_COUNT, 0, 2)
    member = world.enrol(shop, "+8613800138000")
    membership = Membership.objects.get(pk=member.membership_ids[shop.programme_id])
    facts.record(facts.order(shop.pk, member.member_id, "O1", status="completed"))
    facts.record(facts.order(other.pk, member.member_id, "O2", status="completed"))
    assert code(membership) == "X0"
    facts.record(facts.order(shop.pk, member.member_id, "O3", status="completed"))
    assert code(membership) == "X1"


def test_spending_points_is_no_measure_and_the_same_effect_counts_once(db):
    """A-28: what was earned in the window counts, not the balance."""
    platform = world.platform()
    scheme(platform, Basis.POINTS_EARNED, 0, 10)
    membership = joined(platform)
    said: dict[str, Any] = {"membership_id": membership.pk, "kind": "points_earned", "occurred_at": NOW, "booked_at": NOW}
    first = measures.record_measure(amount=5, effect_key="order:1", **said)
    assert measures.record_measure(amount=5, effect_key="order:1", **said).pk == first.pk
    assert code(membership) == "X0"
    with pytest.raises(EffectConflict):
        measures.record_measure(amount=6, effect_key="order:1", **said)
    assert code(membership) == "X0"


# --- reads by the clock ---


def test_a_bought_level_ends_by_the_clock_without_a_job(programme):
    """LVL-19: one second before it counts, one second after it does not."""
    scheme(programme, Basis.GROWTH, 0, track=Track.PAID)
    membership = joined(programme)
    ends = NOW + 30 * DAY
    bought = Change(
        membership_id=membership.pk,
        track=Track.PAID,
        cause=LevelCause.SUBSCRIBED,
        source="subscription:1",
        actor="test",
        occurred_at=NOW,
        level_id=Level.objects.get(code="X0").pk,
        until=ends,
    )
    changes.record([bought], booked_at=NOW, origin=Origin.LIVE)
    second = timedelta(seconds=1)
    assert code(membership, ends - second, Track.PAID) == "X0"
    assert code(membership, ends, Track.PAID) is None
    assert code(membership) == "L0"


def test_a_paid_level_is_never_raised_by_growth(programme):
    """LVL-21."""
    scheme(programme, Basis.GROWTH, 0, 10, track=Track.PAID)
    membership = joined(programme)
    given(membership, 3000)
    assert not MemberLevel.objects.filter(track=Track.PAID).exists()


def test_points_go_by_the_level_held_immediately_before(programme):
    """Ruling 3."""
    membership = joined(programme)
    moment = NOW + DAY
    given(membership, 3000, at=moment)

    def then(at: datetime) -> str | None:
        found = levels_selectors.level_at([membership.pk], at)[membership.pk].get(Track.FREE)
        return found.code if found else None

    assert then(NOW - timedelta(seconds=1)) is None
    assert then(NOW) == "L0"
    assert then(moment) == "L0"
    assert then(moment + timedelta(microseconds=1)) == "L1"


def test_a_level_set_by_hand_that_has_run_out_is_not_held_afterwards_though_no_job_ran(programme):
    membership = joined(programme)
    until = NOW + 10 * DAY
    overrides.set_level(
        membership_id=membership.pk,
        level_id=Level.objects.get(code="L1").pk,
        reason="投诉补偿一次",
        valid_until=until,
        actor="staff:1",
        at=NOW,
    )
    moment = timedelta(microseconds=1)
    assert code(membership, until - moment) == "L1"
    assert code(membership, until) == "L0"
    assert levels_selectors.level_at([membership.pk], until)[membership.pk][Track.FREE].code == "L1"
    assert levels_selectors.level_at([membership.pk], until + moment)[membership.pk][Track.FREE].code == "L0"


# --- standing ---


def standing(membership: Membership) -> levels_selectors.Standing | None:
    return levels_selectors.standing(levels_selectors.known(membership.pk, membership.programme_id, NOW))


def test_standing_tells_what_is_missing_and_what_the_next_review_would_do(programme):
    """LVL-30."""
    membership = house.membership(programme, growth=7200)
    found = standing(membership)
    assert found is not None
    assert found.terms is not None
    assert found.next_terms is not None
    assert (found.terms.name, found.value, found.next_terms.name, found.gap) == ("铜牌会员", 7200, "银牌会员", 800)
    assert found.projection is not None
    assert (found.projection.on.isoformat(), found.projection.happening, found.projection.terms.name) == ("2024-06-01", "same", "铜牌会员")


def test_standing_foresees_a_fall(programme):
    membership = house.membership(programme, growth=2000, level="L2")
    found = standing(membership)
    assert found is not None
    assert found.projection is not None
    assert (found.projection.happening, found.projection.terms.name) == ("down", "铜牌会员")


def test_at_the_top_nothing_is_missing(programme):
    found = standing(house.membership(programme, growth=60000))
    assert found is not None
    assert (found.next_terms, found.gap) == (None, None)


def test_the_distribution_counts_everybody_once(programme):
    """LVL-31: levels nobody holds are there with none."""
    for growth in (0, 10, 3000, 8000):
        house.membership(programme, growth=growth)
    found = levels_selectors.distribution(programme.pk, Track.FREE, NOW)
    assert [(share.terms.level.code, share.members, str(share.share)) for share in found] == [
        ("L0", 2, "0.5000"),
        ("L1", 1, "0.2500"),
        ("L2", 1, "0.2500"),
        ("L3", 0, "0.0000"),
        ("L4", 0, "0.0000"),
    ]


def test_a_second_level_in_one_track_is_impossible(programme):
    """LVL-15."""
    membership = joined(programme)
    level = Level.objects.get(code="L1")
    with pytest.raises(IntegrityError, match="growth_memberlevel_one_per_track"), transaction.atomic():
        MemberLevel.objects.create(membership=membership, track=Track.FREE, level=level, automatic_level=level, since=NOW)
