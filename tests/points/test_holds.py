"""Holds: set aside once, ended once, void from their time on (SF-6, ruling 24)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from core.errors import InvalidInput
from growth.errors import EffectConflict
from members.errors import MemberNotActive
from points.errors import HoldClosed, HoldNotFound, HoldTimedOut, InsufficientPoints
from points.models import HoldPart, PointsEntry, PointsHold
from points.selectors import ledger as selectors
from points.services import expiry, holds
from stores.models import Membership, Programme
from tests.points import house
from tests.points.house import DAY, give, lines, lots, restore, reverse, spend
from tests.world import NOW

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
HALF_HOUR = timedelta(minutes=30)


def hold(of: Membership, points: int, key: str = "h", *, at: datetime = NOW, **values: Any) -> PointsHold:
    return holds.hold_points(membership_id=of.pk, points=points, effect_key=key, actor="client:shop", at=at, **values)


def capture(of: PointsHold, points: int | None = None, key: str = "c", *, at: datetime = NOW) -> PointsEntry:
    return holds.capture_hold(hold_id=of.pk, points=points, effect_key=key, actor="client:shop", at=at)


def release(of: PointsHold, *, at: datetime = NOW) -> PointsHold:
    return holds.release_hold(hold_id=of.pk, actor="client:shop", at=at)


def test_held_points_are_there_but_not_to_be_spent(member: Membership) -> None:
    give(member, 10, ends_at=NOW + 9 * DAY)
    give(member, 10, ends_at=NOW + DAY)
    found = hold(member, 12)
    assert (found.state, found.amount, found.expires_at) == ("active", 12, NOW + HALF_HOUR)
    assert lots(member) == [(10, 10, 2), (10, 10, 10)]
    assert list(HoldPart.objects.order_by("id").values_list("amount", flat=True)) == [10, 2]
    held = selectors.balance(member.pk, NOW)
    assert (held.balance, held.held, held.available) == (20, 12, 8)
    with pytest.raises(InsufficientPoints) as refused:
        spend(member, 9)
    assert refused.value.values == {"available": 8, "wanted": 9}


def test_a_hold_of_more_than_is_available_sets_nothing_aside(member: Membership) -> None:
    give(member, 10)
    with pytest.raises(InsufficientPoints) as refused:
        hold(member, 11)
    assert refused.value.values == {"available": 10, "wanted": 11}
    assert (lots(member), PointsHold.objects.count()) == ([(10, 10, 0)], 0)
    with pytest.raises(InvalidInput):
        hold(member, 0)


def test_the_same_hold_again_is_the_same(member: Membership) -> None:
    give(member, 30)
    first = hold(member, 10)
    assert hold(member, 10, at=NOW + SECOND) == first
    with pytest.raises(EffectConflict):
        hold(member, 11)
    assert house.account(member).held == 10


def test_a_captured_hold_takes_its_points_for_good(member: Membership) -> None:
    """PTS-24: in one call."""
    give(member, 10)
    found = hold(member, 2)
    entry = capture(found)
    assert (entry.kind, entry.delta, entry.source_type, entry.source_id) == ("redeem", -2, "hold", str(found.pk))
    found.refresh_from_db()
    assert (found.state, found.captured, found.entry_id, found.closed_at) == ("captured", 2, entry.pk, NOW)
    assert (house.account(member).held, lots(member)) == (0, [(10, 8, 0)])
    assert capture(found) == entry  # the same again
    with pytest.raises(HoldClosed) as refused:
        capture(found, key="other")
    assert refused.value.values == {"state": "captured"}
    with pytest.raises(HoldClosed):
        release(found)
    assert house.account(member).balance == 8


def test_of_a_part_capture_the_rest_is_free_again(member: Membership) -> None:
    give(member, 10, ends_at=NOW + DAY)
    give(member, 10, ends_at=NOW + 9 * DAY)
    found = hold(member, 15)
    with pytest.raises(InsufficientPoints) as refused:
        capture(found, 16)
    assert refused.value.values == {"available": 15, "wanted": 16}
    capture(found, 12)
    assert lots(member) == [(10, 0, 0), (10, 8, 0)]
    assert selectors.balance(member.pk, NOW).available == 8


def test_a_released_hold_gives_back_and_says_so_again(member: Membership) -> None:
    give(member, 10)
    found = hold(member, 4)
    assert release(found).state == "released"
    assert release(found, at=NOW + SECOND).closed_at == NOW
    assert (lines(member), lots(member)) == ([("earn", 10, 10, 10)], [(10, 10, 0)])
    with pytest.raises(HoldClosed):
        capture(found)


def test_a_hold_is_void_from_its_time_on(member: Membership) -> None:
    """Whether or not a job has said so."""
    give(member, 10)
    found = hold(member, 10)
    assert [selectors.balance(member.pk, NOW + HALF_HOUR - each).available for each in (SECOND, 0 * SECOND)] == [0, 10]
    with pytest.raises(HoldTimedOut):
        capture(found, at=NOW + HALF_HOUR)
    with pytest.raises(InsufficientPoints):
        spend(member, 1, at=NOW + HALF_HOUR - SECOND)
    spend(member, 10, at=NOW + HALF_HOUR)
    found.refresh_from_db()
    assert (found.state, found.closed_at) == ("timed_out", NOW + HALF_HOUR)
    with pytest.raises(HoldTimedOut):
        capture(found, at=NOW + HALF_HOUR)
    assert release(found, at=NOW + HALF_HOUR).state == "timed_out"


def test_a_capture_in_the_last_second_counts(member: Membership) -> None:
    give(member, 10)
    capture(hold(member, 10), at=NOW + HALF_HOUR - SECOND)
    assert house.account(member).balance == 0


def test_the_job_ends_holds_whose_time_is_over(programme: Programme) -> None:
    people = [house.membership(programme, points=10) for _each in range(3)]
    for person in people:
        hold(person, 5)
    hold(people[0], 2, "longer", at=NOW + SECOND)
    assert holds.time_out(now=NOW + HALF_HOUR - SECOND) == 0
    assert holds.time_out(now=NOW + HALF_HOUR, limit=2) == 3
    assert holds.time_out(now=NOW + HALF_HOUR) == 0
    assert [house.account(each).held for each in people] == [2, 0, 0]


def test_a_hold_lasts_no_longer_than_the_rules_say(programme: Programme) -> None:
    house.rules(programme, hold_minutes=45)
    member = house.membership(programme, points=10)
    lasting = [hold(member, 1, f"h{minutes}", minutes=minutes).expires_at - NOW for minutes in (None, 15, 600)]
    assert [each.total_seconds() / 60 for each in lasting] == [45, 15, 45]


def test_held_points_do_not_expire_but_end_when_they_are_let_go(member: Membership) -> None:
    """Ruling 24, without grace."""
    give(member, 10, ends_at=NOW + SECOND)
    found = hold(member, 6)
    expiry.expire_lots(now=NOW + 2 * SECOND)
    assert (lines(member)[-1], lots(member)) == (("expire", -4, -4, 6), [(10, 6, 6)])
    release(found, at=NOW + 3 * SECOND)
    assert (lines(member)[-1], lots(member)) == (("expire", -6, -6, 0), [(10, 0, 0)])
    ended = PointsEntry.objects.latest("id")
    assert (ended.effect_key, ended.source_type, ended.source_id) == (f"hold:{found.pk}:expire", "hold", str(found.pk))


def test_held_points_of_an_ended_lot_can_still_be_captured(member: Membership) -> None:
    give(member, 10, ends_at=NOW + SECOND)
    capture(hold(member, 6), 4, at=NOW + 2 * SECOND)
    assert lines(member)[1:] == [("redeem", -4, -4, 6), ("expire", -2, -2, 4)]
    expiry.expire_lots(now=NOW + 3 * SECOND)
    assert lots(member) == [(10, 0, 0)]


def test_with_grace_what_is_let_go_lives_on(programme: Programme) -> None:
    """Grace of 3 days: let go on 20 May 2024, they live through 23 May, in Shanghai; a refund of the order takes nothing twice."""
    house.rules(programme, restore_grace_days=3)
    member = house.membership(programme)
    earned = give(member, 10, ends_at=NOW + SECOND)
    release(hold(member, 6), at=NOW + 2 * SECOND)
    assert lines(member)[1:] == [("expire", -6, -6, 4), ("restore", 6, 6, 10)]
    back = PointsEntry.objects.get(kind="restore")
    assert back.lot.ends_at == datetime.fromisoformat("2024-05-24T00:00+08:00")
    assert back.reverses == PointsEntry.objects.get(kind="expire")
    expiry.expire_lots(now=NOW + 3 * SECOND)
    assert lots(member) == [(10, 0, 0), (6, 6, 0)]
    refund = reverse(earned, 10, at=NOW + 4 * SECOND)
    assert (refund.delta, refund.forgiven, refund.owed) == (-6, 4, 0)


def test_what_is_let_go_repays_a_debt(member: Membership) -> None:
    earned = give(member, 10)
    found = hold(member, 10)
    assert reverse(earned, 7).owed == 7
    release(found)
    assert (lines(member)[-1], house.account(member).debt, lots(member)) == (("repay", -7, -7, 3), 0, [(10, 3, 0)])


def test_a_capture_is_given_back_into_its_lots(member: Membership) -> None:
    give(member, 10, ends_at=NOW + DAY)
    give(member, 10)
    entry = capture(hold(member, 15), 12)
    restore(entry, 12)
    assert lots(member) == [(10, 10, 0), (10, 10, 0)]


def test_the_frozen_hold_nothing_but_what_was_promised_is_captured(member: Membership) -> None:
    give(member, 10)
    found = hold(member, 4)
    Membership.objects.filter(pk=member.pk).update(status="frozen")
    with pytest.raises(MemberNotActive):
        hold(member, 1, "other")
    capture(found)
    assert house.account(member).balance == 6


def test_a_hold_that_is_not_there_is_not_found(db: None) -> None:
    with pytest.raises(HoldNotFound):
        capture(PointsHold(pk=0, amount=1))
    with pytest.raises(HoldNotFound):
        release(PointsHold(pk=0))
