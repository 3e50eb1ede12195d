"""Levels go down in reviews alone (LVL-09, LVL-10, LVL-21, LVL-25, LVL-26, A-14, A-19, A-20)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.enums import Origin
from core.models import Notice, OutboxMessage
from growth.enums import Demotion, RunState, Track
from growth.errors import RunDone, RunTooEarly, SchemeNotFound
from growth.models import GiftItem, GrowthEntry, Level, LevelHistory, LevelReview, LevelScheme, LevelTerms, MemberLevel, SchemeVersion
from growth.rules.levels import next_review_on
from growth.selectors import levels as levels_selectors
from growth.services import levels, reviews, schemes
from growth.services.reviews import Outcome
from stores.models import Membership, Programme
from tests import world
from tests.activity import facts
from tests.growth import house
from tests.world import NOW

DAY = timedelta(days=1)
FIRST = datetime(2024, 5, 31, 18, 0, tzinfo=UTC)  # 02:00 on the first of June in Shanghai
JUNE = date(2024, 6, 1)


def review(programme: Programme, at: datetime = FIRST, **values: Any) -> LevelReview:
    """The review of the local day of `at`, run at `at`."""
    local = (at + timedelta(hours=8)).date()
    done = reviews.run_review(scheme_id=scheme_of(programme), review_on=local, now=lambda: at, **values)
    assert done is not None
    return done


def run_due(at: datetime) -> list[LevelReview]:
    """What a tick runs."""
    ran = [
        reviews.run_review(scheme_id=due.scheme_id, review_on=due.review_on, now=lambda: at, again=False) for due in reviews.due_reviews(at)
    ]
    return [each for each in ran if each is not None]


def scheme_of(programme: Programme, track: Track = Track.FREE) -> int:
    return LevelScheme.objects.get(programme=programme, track=track).pk


def rules(**values: Any) -> None:
    """Other rules for the published version."""
    SchemeVersion.objects.update(**values)


def code(membership: Membership, at: datetime = FIRST) -> str:
    return levels_selectors.held([membership.pk], at)[membership.pk][Track.FREE].code


def causes(membership: Membership) -> list[str]:
    return list(LevelHistory.objects.filter(membership=membership).order_by("id").values_list("cause", flat=True))


@pytest.mark.parametrize(("demotion", "level"), [(Demotion.NONE, "L3"), (Demotion.ONE_STEP, "L2"), (Demotion.DIRECT, "L0")])
def test_how_far_a_member_falls_is_the_schemes_choice(programme, demotion, level):
    """LVL-25: gold falling to 2,000 - none: gold, one step: silver, direct: the lowest."""
    rules(demotion=demotion)
    membership = house.membership(programme, growth=2000, level="L3")
    done = review(programme)
    assert code(membership) == level
    changed = demotion != Demotion.NONE
    assert done.result == ({"down": 1, "moves": {f"L3>{level}": 1}} if changed else {"same": 1, "moves": {}})
    line = LevelHistory.objects.latest("id")
    if changed:
        assert (line.cause, line.source, line.occurred_at) == ("down", f"review:{done.pk}", FIRST)
        assert (line.details["value"], line.details["threshold"]) == (2000, 20000)


def test_a_fall_is_told_once(programme):
    """LVL-26: gold with 18,150 after the cycle falls to silver; one message, one webhook."""
    membership = house.membership(programme, growth=18150, level="L3")
    review(programme)
    assert code(membership) == "L2"
    notice = Notice.objects.get()
    assert (notice.template, notice.values) == ("level_down", {"level": "银牌会员", "level_before": "金牌会员"})
    assert OutboxMessage.objects.get(topic="level.changed").payload["cause"] == "down"


def test_who_still_reaches_the_level_keeps_it(programme):
    membership = house.membership(programme, growth=20000)
    assert review(programme).result == {"same": 1, "moves": {}}
    assert (code(membership), causes(membership)) == ("L3", ["joined"])


def test_a_fresh_level_is_protected_and_falls_at_the_first_review_afterwards(programme):
    """LVL-09: risen on the first of March, below on the first of April: kept; after the thirtieth of May: lowered."""
    # given
    march = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
    membership = house.membership(programme)
    MemberLevel.objects.update(since=march - DAY)
    house.give(membership, 8000, occurred_at=march)
    risen = GrowthEntry.objects.latest("id").pk
    levels.rise(membership_ids=[membership.pk], booked_at=march, origin=Origin.BACKFILL, entry_ids=[risen])
    MemberLevel.objects.update(protected_until=march + 90 * DAY)
    take_away(membership, 100)
    # when reviewed in April and in May
    for month in (4, 5):
        at = datetime(2024, month, 1, 2, 0, tzinfo=UTC)
        assert review(programme, at).result["protected"] == 1
    # then it was kept, and the history says so once
    assert code(membership) == "L2"
    assert causes(membership).count("protected") == 1
    # when protection has ended on the thirtieth of May
    assert review(programme, FIRST).result["down"] == 1
    assert code(membership) == "L1"


def take_away(membership: Membership, growth: int) -> None:
    """Growth value gone, as a refund takes it."""
    account = membership.growth_account
    account.refresh_from_db()
    account.entries.create(
        account_version=account.version + 1,
        requested=-growth,
        applied=-growth,
        balance_after=account.balance - growth,
        reason="adjustment",
        source_type="test",
        source_id="2",
        effect_key=f"test:{account.version + 1}",
        request_digest="test",
        actor="test",
        occurred_at=NOW,
        booked_at=NOW,
    )
    account.balance -= growth
    account.version += 1
    account.save(update_fields=["balance", "version"])


def test_a_review_is_done_once(programme):
    """LVL-10: the second run changes 0 rows."""
    membership = house.membership(programme, growth=0, level="L3")
    review(programme)
    lines = LevelHistory.objects.count()
    with pytest.raises(RunDone):
        review(programme)
    assert reviews.run_review(scheme_id=scheme_of(programme), review_on=JUNE, now=lambda: FIRST, again=False) is None
    assert run_due(FIRST) == []
    assert (code(membership), LevelHistory.objects.count(), LevelReview.objects.count()) == ("L2", lines, 1)


def test_a_review_of_a_day_to_come_is_refused(programme):
    with pytest.raises(RunTooEarly):
        reviews.run_review(scheme_id=scheme_of(programme), review_on=JUNE + DAY, now=lambda: FIRST)
    assert not LevelReview.objects.exists()


def test_reviews_are_due_on_the_first_of_a_local_month(programme):
    """LVL-10; the scheme was published in May, so nothing is due before June."""
    last_of_may = datetime(2024, 5, 31, 15, 59, tzinfo=UTC)
    assert reviews.due_reviews(last_of_may) == []
    begins = datetime(2024, 5, 31, 16, 0, tzinfo=UTC)
    assert reviews.due_reviews(begins) == [reviews.Due(scheme_of(programme), JUNE)]
    assert run_due(FIRST)[0].review_on == JUNE
    assert reviews.due_reviews(FIRST + 29 * DAY) == []
    assert reviews.due_reviews(FIRST + 30 * DAY) == [reviews.Due(scheme_of(programme), date(2024, 7, 1))]


def test_a_review_asked_for_waits_for_the_next_tick(programme):
    house.membership(programme, growth=0, level="L3")
    asked = reviews.request_review(scheme_id=scheme_of(programme), review_on=NOW.date(), at=NOW)
    assert reviews.request_review(scheme_id=scheme_of(programme), review_on=NOW.date(), at=NOW).pk == asked.pk
    assert asked.state == RunState.DUE
    ran = run_due(NOW + DAY)
    assert [(done.pk, done.state, done.at, done.result["down"]) for done in ran] == [(asked.pk, RunState.DONE, NOW + DAY, 1)]
    with pytest.raises(RunDone):
        reviews.request_review(scheme_id=scheme_of(programme), review_on=NOW.date(), at=NOW)


def test_what_was_bought_or_recharged_is_not_reviewed(programme):
    """LVL-21, A-20."""
    for track in (Track.PAID, Track.RECHARGE):
        other = LevelScheme.objects.create(programme=programme, track=track)
        version = SchemeVersion.objects.create(scheme=other, **house.PUBLISHED)
        for rank in (0, 1):
            level = Level.objects.create(programme=programme, track=track, code=f"X{rank}")
            LevelTerms.objects.create(version=version, level=level, rank=rank, name=f"X{rank}", threshold=1000 * rank)
    membership = house.membership(programme, growth=0)
    for track in (Track.PAID, Track.RECHARGE):
        house.hold(membership, "X1", track=track)
        with pytest.raises(SchemeNotFound):
            reviews.run_review(scheme_id=scheme_of(programme, track), review_on=JUNE, now=lambda: FIRST)
    assert [due.scheme_id for due in reviews.due_reviews(FIRST)] == [scheme_of(programme)]
    review(programme)
    assert set(MemberLevel.objects.exclude(track=Track.FREE).values_list("level__code", flat=True)) == {"X1"}
    assert not LevelHistory.objects.exclude(track=Track.FREE).exclude(cause="joined").exists()


def test_a_programme_that_counts_no_growth_is_not_reviewed(programme):
    house.membership(programme, growth=0, level="L3")
    Programme.objects.update(growth_on=False)
    assert reviews.due_reviews(FIRST) == []
    with pytest.raises(SchemeNotFound):
        review(programme)
    assert MemberLevel.objects.get().level.code == "L3"


def test_a_review_raises_whom_nothing_else_has_raised(programme):
    """Ruling 23: ups and downs at a named review; the pack is given."""
    GiftItem.objects.create(terms=LevelTerms.objects.get(level__code="L2"), kind="points", payload={"points": 100})
    membership = house.membership(programme, growth=9000, level="L0")
    assert review(programme).result == {"up": 1, "moves": {"L0>L2": 1}}
    assert code(membership) == "L2"
    assert membership.gift_grants.count() == 1
    assert MemberLevel.objects.get().protected_until == FIRST + 90 * DAY


def test_history_that_is_loaded_falls_silently(programme):
    """Ruling 5."""
    house.membership(programme, growth=0, level="L3")
    review(programme, origin=Origin.BACKFILL)
    line = LevelHistory.objects.latest("id")
    assert (line.cause, line.occurred_at, line.booked_at) == ("down", FIRST, FIRST)
    assert not Notice.objects.exists()
    assert not OutboxMessage.objects.filter(topic="level.changed").exists()


# --- grace ---


def test_a_fall_waits_out_its_grace_and_then_takes_place_by_itself(programme):
    rules(grace_days=10)
    membership = house.membership(programme, growth=0, level="L2")
    assert review(programme).result == {"waits": 1, "moves": {}}
    assert (code(membership), MemberLevel.objects.get().falls_on) == ("L2", date(2024, 6, 11))
    assert reviews.carry_out_falls(now=FIRST + 9 * DAY).members == 0
    assert reviews.carry_out_falls(now=FIRST + 10 * DAY) == Outcome({"down": 1}, {("L2", "L1"): 1})
    assert code(membership, FIRST + 10 * DAY) == "L1"
    assert MemberLevel.objects.get().falls_on is None
    assert reviews.carry_out_falls(now=FIRST + 11 * DAY).members == 0


def test_who_recovers_within_the_grace_does_not_fall(programme):
    rules(grace_days=10)
    membership = house.membership(programme, growth=0, level="L2")
    review(programme)
    house.give(membership, 8000)
    assert reviews.carry_out_falls(now=FIRST + 10 * DAY) == Outcome({"recovered": 1}, {})
    assert (code(membership), MemberLevel.objects.get().falls_on) == ("L2", None)


# --- long inactivity ---


def buy(membership: Membership, at: datetime) -> None:
    shop = world.store("S001")
    facts.record(
        facts.order(shop.pk, membership.member_id, f"O{at:%m%d}", status="completed", placed_at=at, completed_at=at), at=max(at, NOW)
    )


@pytest.mark.parametrize(("days", "level"), [(180, "L3"), (181, "L2")])
def test_half_a_year_without_purchase_is_one_step_down_where_that_is_switched_on(programme, days, level):
    """A-14: a switch, off by default."""
    membership = house.membership(programme, growth=21000)
    Membership.objects.update(joined_at=NOW - 900 * DAY)
    buy(membership, FIRST - days * DAY)
    assert review(programme, NOW).result == {"same": 1, "moves": {}}
    rules(inactivity_demote_days=180)
    review(programme)
    assert code(membership) == level
    if level == "L2":
        line = LevelHistory.objects.latest("id")
        assert (line.cause, line.details["days"], line.details["value"]) == ("inactive", 180, 21100), "the order gave 100"


def test_who_fell_for_buying_nothing_rises_by_buying_alone(programme):
    membership = house.membership(programme, growth=21000)
    Membership.objects.update(joined_at=NOW - 900 * DAY)
    rules(inactivity_demote_days=180)
    review(programme)
    assert code(membership) == "L2"
    house.give(membership, 5)
    levels.rise(membership_ids=[membership.pk], at=FIRST + DAY, booked_at=FIRST + DAY, origin=Origin.LIVE)
    assert code(membership, FIRST + DAY) == "L2"
    buy(membership, FIRST + 2 * DAY)
    levels.rise(membership_ids=[membership.pk], at=FIRST + 3 * DAY, booked_at=FIRST + 3 * DAY, origin=Origin.LIVE)
    assert code(membership, FIRST + 3 * DAY) == "L3"


def test_publishing_does_not_raise_who_fell_for_buying_nothing(programme):
    membership = house.membership(programme, growth=21000)
    Membership.objects.update(joined_at=NOW - 900 * DAY)
    rules(inactivity_demote_days=180)
    review(programme)
    draft = schemes.create_draft(programme_id=programme.pk, track=Track.FREE, actor="test", at=FIRST)
    schemes.publish_draft(version_id=draft.pk, actor="test", at=FIRST + DAY)
    assert code(membership, FIRST + DAY) == "L2"


def test_who_has_just_joined_is_not_inactive(programme):
    rules(inactivity_demote_days=180)
    house.membership(programme, growth=21000)
    assert review(programme).result == {"same": 1, "moves": {}}


# --- preview ---


def test_a_preview_says_what_the_review_does_and_writes_nothing(programme):
    for growth, level in ((0, "L3"), (2000, "L1"), (9000, "L0"), (20000, "L3"), (0, "L0")):
        house.membership(programme, growth=growth, level=level)
    version = SchemeVersion.objects.get()
    before = (LevelHistory.objects.count(), LevelReview.objects.count())
    said = reviews.preview_review(version_id=version.pk, at=FIRST)
    assert (LevelHistory.objects.count(), LevelReview.objects.count()) == before
    assert said.counts == {"down": 2, "up": 1, "same": 2}
    assert said.as_json() == review(programme).result


def test_a_preview_of_a_draft_reads_removed_levels_through_their_mapping(programme):
    old = SchemeVersion.objects.get()
    draft = SchemeVersion.objects.create(
        scheme=old.scheme, number=2, created_by="test", created_at=NOW, mapping={"L4": "L3"}, demotion=Demotion.ONE_STEP
    )
    for terms in old.terms.exclude(level__code="L4"):
        LevelTerms.objects.create(version=draft, level=terms.level, rank=terms.rank, name=terms.name, threshold=terms.threshold)
    house.membership(programme, growth=60000)
    house.membership(programme, growth=100, level="L4")
    said = reviews.preview_review(version_id=draft.pk, at=FIRST)
    assert said.moves == {("L4", "L3"): 1, ("L4", "L2"): 1}
    assert said.counts == {"same": 1, "down": 1}


# --- told before ---


def test_a_coming_fall_is_told_seven_days_before_and_once(programme, monkeypatch):
    """A-19."""
    monkeypatch.setattr(reviews, "CHUNK", 1)
    falling = house.membership(programme, growth=2000, level="L2")
    house.membership(programme, growth=3000)
    assert reviews.queue_coming_falls(now=datetime(2024, 5, 24, 15, 59, tzinfo=UTC)) == 0
    begins = datetime(2024, 5, 24, 16, 0, tzinfo=UTC)  # the 25th in Shanghai, seven days before the first
    assert reviews.queue_coming_falls(now=begins) == 1
    reviews.queue_coming_falls(now=begins + DAY)
    notice = Notice.objects.get()
    assert (notice.template, notice.member_id) == ("level_down_coming", falling.member_id)
    assert {name: notice.values[name] for name in ("level_before", "level", "day", "threshold")} == {
        "level_before": "银牌会员",
        "level": "铜牌会员",
        "day": "2024-06-01",
        "threshold": 8000,
    }
    assert code(falling) == "L2"


def test_a_fall_that_protection_will_prevent_is_not_announced(programme):
    house.membership(programme, growth=2000, level="L2")
    MemberLevel.objects.update(protected_until=datetime(2024, 6, 2, tzinfo=UTC))
    assert reviews.queue_coming_falls(now=FIRST - DAY) == 0
    MemberLevel.objects.update(protected_until=FIRST)
    assert reviews.queue_coming_falls(now=FIRST - DAY) == 1


def test_with_grace_the_fall_itself_is_announced(programme):
    rules(grace_days=20)
    house.membership(programme, growth=0, level="L2")
    review(programme)
    assert reviews.queue_coming_falls(now=FIRST + 12 * DAY) == 0
    assert reviews.queue_coming_falls(now=FIRST + 13 * DAY) == 1
    assert Notice.objects.get().values["day"] == "2024-06-21"


@pytest.mark.parametrize(
    ("today", "wanted"),
    [(date(2024, 5, 20), date(2024, 6, 1)), (date(2024, 6, 1), date(2024, 7, 1)), (date(2024, 12, 31), date(2025, 1, 1))],
)
def test_the_next_review_is_on_the_first_of_the_next_month(today, wanted):
    assert next_review_on(today) == wanted
