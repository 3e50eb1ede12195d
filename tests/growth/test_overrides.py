"""Levels set by hand (A-23, CSL-13, CS-4): for a time, by two people where they go far, and never on the growth value."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.enums import Origin
from core.errors import InvalidInput
from core.models import OutboxMessage
from growth.enums import OverrideState, Track
from growth.errors import LevelNotFound, OverrideDecided, OverrideWaiting, SchemeNotFound, SecondPersonNeeded
from growth.models import GrowthAccount, GrowthEntry, Level, LevelHistory, LevelOverride, LevelScheme, MemberLevel
from growth.selectors import levels as levels_selectors
from growth.services import levels, overrides, reviews
from stores.models import Membership, Programme
from tests.growth import house
from tests.world import NOW

DAY = timedelta(days=1)
CLERK, BOSS = "staff:1", "staff:2"


def level(code: str) -> int:
    return Level.objects.get(code=code).pk


def code(membership: Membership, at: datetime) -> str:
    return levels_selectors.held([membership.pk], at)[membership.pk][Track.FREE].code


def set_level(membership: Membership, to: str, *, at: datetime = NOW, until: datetime | None = None, actor: str = CLERK) -> LevelOverride:
    return overrides.set_level(membership_id=membership.pk, level_id=level(to), reason="投诉补偿", valid_until=until, actor=actor, at=at)


def earn(membership: Membership, growth: int, at: datetime) -> None:
    house.give(membership, growth, occurred_at=at)
    entry = GrowthEntry.objects.filter(account_id=membership.pk).latest("account_version")
    levels.rise(membership_ids=[membership.pk], booked_at=at, origin=Origin.LIVE, entry_ids=[entry.pk])


def last(membership: Membership) -> tuple[str, str | None, str | None]:
    line = LevelHistory.objects.filter(membership=membership).latest("id")
    return (line.cause, line.level_from.code if line.level_from else None, line.level_to.code if line.level_to else None)


def test_a_level_complaint_from_request_to_end(bronze, programme):
    """CS-4, steps 2 to 4: one step at once, three steps wait, at the end the automatic level holds again."""
    # given 铜牌 with 7,200, set to 银牌 until the 18th of August
    ends = datetime(2024, 8, 18, 16, 0, tzinfo=UTC)  # midnight after the 18th in Shanghai
    raised = set_level(bronze, "L2", until=ends)
    # then it holds at once, growth value untouched, with history and webhook
    assert (raised.state, raised.steps, raised.is_raise) == (OverrideState.ACTIVE, 1, True)
    assert code(bronze, NOW) == "L2"
    assert GrowthAccount.objects.get(membership=bronze).balance == 7200
    line = LevelHistory.objects.latest("id")
    assert last(bronze) == ("override", "L1", "L2")
    assert (line.actor, line.note) == (CLERK, "投诉补偿")
    assert OutboxMessage.objects.filter(topic="level.changed").count() == 1
    # when 钻石 is asked for: three steps
    asked = set_level(bronze, "L4")
    # then it waits, and 银牌 goes on
    assert (asked.state, asked.steps) == (OverrideState.PENDING, 3)
    assert code(bronze, NOW) == "L2"
    overrides.decide_override(override_id=asked.pk, approve=False, actor=BOSS, at=NOW + DAY)
    assert code(bronze, NOW + DAY) == "L2"
    # when the review of the day after the end runs
    after = datetime(2024, 8, 19, 2, 0, tzinfo=UTC)
    scheme = LevelScheme.objects.get(programme=programme)
    reviews.run_review(scheme_id=scheme.pk, review_on=after.date(), now=lambda: after)
    # then the automatic level holds again
    assert code(bronze, after) == "L1"
    assert last(bronze) == ("override_ended", "L2", "L1")
    assert LevelHistory.objects.latest("id").occurred_at == ends
    assert LevelOverride.objects.get(pk=raised.pk).state == OverrideState.ENDED


def test_it_lasts_ninety_days_unless_said_otherwise(bronze):
    assert set_level(bronze, "L2").valid_until == NOW + 90 * DAY


def test_a_raise_is_the_better_of_both(bronze):
    """A-23: while valid the better of automatic and set by hand."""
    set_level(bronze, "L2")
    earn(bronze, 800, NOW + DAY)
    assert code(bronze, NOW + DAY) == "L2"
    assert MemberLevel.objects.get(membership=bronze).level_until is None, "reached by itself: nothing ends"
    earn(bronze, 12000, NOW + 2 * DAY)
    assert code(bronze, NOW + 2 * DAY) == "L3"
    assert code(bronze, NOW + 91 * DAY) == "L3"


def test_a_rise_behind_a_level_set_by_hand_is_written_and_counts_after_its_end(bronze):
    approved = set_level(bronze, "L4")
    overrides.decide_override(override_id=approved.pk, approve=True, actor=BOSS, at=NOW)
    earn(bronze, 800, NOW + DAY)
    assert code(bronze, NOW + DAY) == "L4"
    line = LevelHistory.objects.latest("id")
    assert last(bronze) == ("up", "L4", "L4")
    assert (line.details["automatic_from"], line.details["automatic_to"]) == ("L1", "L2")
    assert code(bronze, NOW + 90 * DAY) == "L2"


def test_a_lowering_is_exactly_that_level_whatever_is_reached(bronze):
    """A-23."""
    lowered = set_level(bronze, "L0")
    assert (lowered.state, lowered.is_raise) == (OverrideState.ACTIVE, False)
    earn(bronze, 800, NOW + DAY)
    assert code(bronze, NOW + DAY) == "L0"
    assert code(bronze, NOW + 90 * DAY) == "L2"
    assert overrides.end_overrides(now=NOW + 90 * DAY) == 1
    assert last(bronze) == ("override_ended", "L0", "L2")


def test_a_fall_at_review_does_not_touch_a_raise_in_force(programme):
    membership = house.membership(programme, growth=7000, level="L2")
    set_level(membership, "L3")
    scheme = LevelScheme.objects.get()
    at = datetime(2024, 6, 1, 2, 0, tzinfo=UTC)
    reviews.run_review(scheme_id=scheme.pk, review_on=at.date(), now=lambda: at)
    assert code(membership, at) == "L3"
    assert code(membership, NOW + 90 * DAY) == "L1"


def test_who_asked_may_not_decide(bronze):
    """R19."""
    asked = set_level(bronze, "L3")
    before = LevelHistory.objects.count()
    with pytest.raises(SecondPersonNeeded):
        overrides.decide_override(override_id=asked.pk, approve=True, actor=CLERK, at=NOW)
    with pytest.raises(SecondPersonNeeded):
        overrides.decide_override(override_id=asked.pk, approve=False, actor=CLERK, at=NOW)
    asked.refresh_from_db()
    assert (asked.state, LevelHistory.objects.count(), code(bronze, NOW)) == (OverrideState.PENDING, before, "L1")


def test_approved_it_holds_from_then_until_the_end_asked_for(bronze):
    until = NOW + 30 * DAY
    asked = set_level(bronze, "L3", until=until)
    decided = overrides.decide_override(override_id=asked.pk, approve=True, actor=BOSS, at=NOW + 3 * DAY)
    assert (decided.state, decided.valid_from, decided.valid_until) == (OverrideState.ACTIVE, NOW + 3 * DAY, until)
    assert (decided.requested_by, decided.decided_by) == (CLERK, BOSS)
    assert code(bronze, until - timedelta(microseconds=1)) == "L3"
    assert code(bronze, until) == "L1"


def test_many_small_steps_are_no_way_around_the_second_person(bronze):
    """Steps count from the level the scheme gives, not from the one set by hand before."""
    set_level(bronze, "L2")
    assert set_level(bronze, "L3", at=NOW + DAY).state == OverrideState.PENDING


def test_a_newer_one_replaces_the_one_in_force(bronze):
    first = set_level(bronze, "L2")
    second = set_level(bronze, "L0", at=NOW + DAY)
    first.refresh_from_db()
    assert (first.state, first.ended_at, second.state) == (OverrideState.ENDED, NOW + DAY, OverrideState.ACTIVE)
    assert last(bronze) == ("override", "L2", "L0")
    assert code(bronze, NOW + DAY) == "L0"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"reason": "    a   "}, InvalidInput),
        ({"valid_until": NOW}, InvalidInput),
        ({"level_id": 0}, LevelNotFound),
        ({"track": Track.PAID}, SchemeNotFound),
        ({"track": Track.RECHARGE}, SchemeNotFound),
        ({"to": "L1"}, InvalidInput),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(bronze, change: dict[str, Any], error):
    said = {"level_id": level(change.pop("to", "L2")), "reason": "投诉补偿一次", "actor": CLERK, "at": NOW, **change}
    with pytest.raises(error):
        overrides.set_level(membership_id=bronze.pk, **said)
    assert not LevelOverride.objects.exists()
    assert code(bronze, NOW) == "L1"


def test_one_request_waits_at_a_time(bronze):
    set_level(bronze, "L3")
    with pytest.raises(OverrideWaiting):
        set_level(bronze, "L2")
    assert LevelOverride.objects.count() == 1
    assert code(bronze, NOW) == "L1"


def test_where_growth_is_switched_off_no_level_is_set(bronze):
    Programme.objects.update(growth_on=False)
    with pytest.raises(SchemeNotFound):
        set_level(bronze, "L2")
    assert not LevelOverride.objects.exists()


def approve(override: LevelOverride) -> None:
    overrides.decide_override(override_id=override.pk, approve=True, actor=BOSS, at=NOW + DAY)


def reject(override: LevelOverride) -> None:
    overrides.decide_override(override_id=override.pk, approve=False, actor=BOSS, at=NOW + DAY)


def end(override: LevelOverride) -> None:
    overrides.end_override(override_id=override.pk, actor=BOSS, at=NOW + DAY)


def run_out(override: LevelOverride) -> None:
    overrides.end_overrides(now=override.valid_until)


def in_state(membership: Membership, state: OverrideState) -> LevelOverride:
    asked = set_level(membership, "L3")
    if state == OverrideState.REJECTED:
        reject(asked)
    elif state != OverrideState.PENDING:
        approve(asked)
    if state == OverrideState.ENDED:
        end(asked)
    asked.refresh_from_db()
    assert asked.state == state
    return asked


LISTED: dict[tuple[OverrideState, Callable[[LevelOverride], None]], OverrideState] = {
    (OverrideState.PENDING, approve): OverrideState.ACTIVE,
    (OverrideState.PENDING, reject): OverrideState.REJECTED,
    (OverrideState.PENDING, run_out): OverrideState.REJECTED,
    (OverrideState.ACTIVE, end): OverrideState.ENDED,
    (OverrideState.ACTIVE, run_out): OverrideState.ENDED,
}


@pytest.mark.parametrize("act", [approve, reject, end, run_out])
@pytest.mark.parametrize("state", list(OverrideState))
def test_an_override_takes_the_listed_turns_alone(bronze, state, act):
    """A-23: every turn that is not listed is refused, or finds nothing to do, and changes nothing."""
    override = in_state(bronze, state)
    before = (code(bronze, NOW + 2 * DAY), LevelHistory.objects.count())
    wanted = LISTED.get((state, act))
    if wanted is not None or act is run_out:
        act(override)
    else:
        with pytest.raises(OverrideDecided):
            act(override)
    after = LevelOverride.objects.get(pk=override.pk)
    assert after.state == (wanted or state)
    if wanted is None:
        assert (code(bronze, NOW + 2 * DAY), LevelHistory.objects.count()) == before
        assert after.decided_at == override.decided_at
        assert after.ended_at == override.ended_at


def test_a_request_whose_end_has_passed_cannot_be_approved(bronze):
    asked = set_level(bronze, "L3", until=NOW + DAY)
    with pytest.raises(InvalidInput):
        overrides.decide_override(override_id=asked.pk, approve=True, actor=BOSS, at=NOW + DAY)
    asked.refresh_from_db()
    assert asked.state == OverrideState.PENDING


def test_an_unknown_override_is_not_found(db):
    for act in (overrides.end_override, lambda **said: overrides.decide_override(approve=True, **said)):
        with pytest.raises(LevelNotFound):
            act(override_id=1, actor=BOSS, at=NOW)


def test_ending_twice_writes_one_line(bronze):
    set_level(bronze, "L2", until=NOW + DAY)
    assert overrides.end_overrides(now=NOW + DAY) == 1
    count = LevelHistory.objects.count()
    assert overrides.end_overrides(now=NOW + 2 * DAY) == 0
    assert LevelHistory.objects.count() == count


def test_two_people_stand_in_the_database_too(bronze):
    """The constraint refuses what the service would not do."""
    asked = set_level(bronze, "L3")
    with pytest.raises(IntegrityError, match="growth_leveloverride_two_people"), transaction.atomic():
        LevelOverride.objects.filter(pk=asked.pk).update(decided_by=CLERK)
