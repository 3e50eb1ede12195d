"""What lots give, what reversals find, where points go that come back: docs/rules/points.md, The ledger, with its numbers."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from points.enums import EntryKind, ReversalPolicy
from points.errors import InsufficientPoints, NothingLeftToReverse
from points.models import PointsEntry, PointsLot, PointsMove
from points.selectors import ledger as selectors
from points.services import expiry
from stores.models import Membership, Programme
from tests.points import house
from tests.points.house import DAY, give, lines, lots, restore, reverse, spend
from tests.world import NOW

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def debt(of: Membership) -> int:
    return house.account(of).debt


def moves(entry: PointsEntry) -> list[tuple[int, int, int | None]]:
    """lot, delta and instead of which lot, as numbers of the account's lots: 1, 2, 3 .."""
    ids: dict[int | None, int | None] = {
        lot_id: number
        for number, lot_id in enumerate(PointsLot.objects.filter(account=entry.account_id).order_by("id").values_list("id", flat=True), 1)
    }
    ids[None] = None
    rows = PointsMove.objects.filter(entry=entry).order_by("id").values_list("lot_id", "delta", "instead_of_id")
    return [(ids[lot_id] or 0, delta, ids[instead]) for lot_id, delta, instead in rows]


# --- spending ---


def test_the_lot_that_ends_first_burns_first(member: Membership) -> None:
    """PTS-08: 10 ending in June, 10 in September, 12 redeemed: 0 and 8 remain."""
    give(member, 10, ends_at=NOW + 120 * DAY)
    give(member, 10, ends_at=NOW + 30 * DAY)
    spent = spend(member, 12)
    assert lots(member) == [(10, 8, 0), (10, 0, 0)]
    assert moves(spent) == [(2, -10, None), (1, -2, None)]


def test_of_one_end_the_earliest_earned_burns_first_and_what_never_ends_last(member: Membership) -> None:
    give(member, 5)
    give(member, 5, ends_at=NOW + DAY, at=NOW - DAY)
    give(member, 5, ends_at=NOW + DAY, at=NOW - 2 * DAY)
    assert moves(spend(member, 14)) == [(3, -5, None), (2, -5, None), (1, -4, None)]


def test_a_lot_is_spent_until_the_second_it_ends(member: Membership) -> None:
    """PTS-07: the end is exclusive, whether or not the nightly job has run."""
    ends_at = NOW + 10 * DAY
    give(member, 10, ends_at=ends_at)
    spend(member, 1, at=ends_at - SECOND)
    with pytest.raises(InsufficientPoints) as refused:
        spend(member, 1, at=ends_at)
    assert refused.value.values == {"available": 0, "wanted": 1}
    assert lots(member) == [(10, 9, 0)]
    assert [selectors.balance(member.pk, at).available for at in (ends_at - SECOND, ends_at)] == [9, 0]


def test_pending_points_are_spent_from_their_moment_on(member: Membership) -> None:
    starts = NOW + 7 * DAY
    give(member, 10, available_from=starts)
    with pytest.raises(InsufficientPoints):
        spend(member, 1, at=starts - SECOND)
    held = selectors.balance(member.pk, starts - SECOND)
    assert (held.balance, held.pending, held.available) == (10, 10, 0)
    spend(member, 1, at=starts)
    assert lots(member) == [(10, 9, 0)]


def test_an_adjustment_downwards_is_a_spending(member: Membership) -> None:
    give(member, 10)
    with pytest.raises(InsufficientPoints):
        spend(member, 11, kind=EntryKind.ADJUST)
    spend(member, 4, kind=EntryKind.ADJUST)
    assert lines(member) == [("earn", 10, 10, 10), ("adjust", -4, -4, 6)]


# --- reversals ---


def test_a_reversal_takes_from_the_lot_the_entry_made(member: Membership) -> None:
    give(member, 10, ends_at=NOW + DAY)
    earned = give(member, 10, ends_at=NOW + 9 * DAY)
    assert moves(reverse(earned, 4)) == [(2, -4, None)]
    assert lots(member) == [(10, 10, 0), (10, 6, 0)]


def test_reversals_together_never_exceed_the_entry(member: Membership) -> None:
    earned = give(member, 10)
    give(member, 50)
    reverse(earned, 6)
    with pytest.raises(NothingLeftToReverse) as refused:
        reverse(earned, 5)
    assert refused.value.values == {"left": 4, "wanted": 5}
    reverse(earned, 4)
    with pytest.raises(NothingLeftToReverse):
        reverse(earned, 1)
    assert lots(member) == [(10, 0, 0), (50, 50, 0)]


def test_spent_points_are_owed_and_repaid_by_the_next_earning(member: Membership) -> None:
    """PTS-22: 3 points earned and spent, 2 taken back: a debt of 2, and the next 5 earned repay it."""
    earned = give(member, 3)
    spend(member, 3)
    back = reverse(earned, 2)
    assert (back.requested, back.delta, back.owed, back.forgiven, back.debt_after) == (-2, 0, 2, 0, 2)
    give(member, 1)
    assert debt(member) == 1
    later = give(member, 5)
    assert lines(member)[3:] == [("earn", 1, 1, 1), ("repay", -1, -1, 0), ("earn", 5, 5, 5), ("repay", -1, -1, 4)]
    repaid = PointsEntry.objects.filter(kind="repay").order_by("id")
    assert [(each.reverses_id, each.owed, each.debt_after) for each in repaid] == [(back.pk, -1, 1), (back.pk, -1, 0)]
    assert repaid[1].effect_key == f"{later.effect_key}:repay:{back.pk}"
    assert debt(member) == 0


def test_pending_points_repay_too_and_a_debtor_has_nothing_to_spend(member: Membership) -> None:
    earned = give(member, 10)
    spend(member, 10)
    reverse(earned, 10)
    give(member, 4, available_from=NOW + 7 * DAY)
    assert (debt(member), lots(member)) == (6, [(10, 0, 0), (4, 0, 0)])
    with pytest.raises(InsufficientPoints):
        spend(member, 1)


def test_of_several_debts_the_oldest_is_repaid_first_by_an_entry_each(member: Membership) -> None:
    first, second = give(member, 10), give(member, 10)
    spend(member, 20)
    older, newer = reverse(second, 6), reverse(first, 7)
    give(member, 8)
    repaid = PointsEntry.objects.filter(kind="repay").order_by("id")
    assert [(each.reverses_id, each.delta) for each in repaid] == [(older.pk, -6), (newer.pk, -2)]
    assert (debt(member), house.account(member).balance) == (5, 0)


def test_a_reversal_takes_other_points_in_place_of_spent_ones(member: Membership) -> None:
    earned = give(member, 10, ends_at=NOW + DAY)
    give(member, 6, ends_at=NOW + 9 * DAY)
    spend(member, 8)
    back = reverse(earned, 10)
    assert moves(back) == [(1, -2, None), (2, -6, 1)]
    assert (back.delta, back.owed) == (-8, 2)


@pytest.mark.parametrize(
    ("policy", "delta", "owed", "forgiven"),
    [
        (ReversalPolicy.DEBT, -8, 2, 0),
        (ReversalPolicy.WITHIN_BALANCE, -8, 0, 2),
        (ReversalPolicy.ONLY_PENDING, 0, 0, 10),
    ],
)
def test_each_policy_says_what_becomes_of_the_rest(
    programme: Programme, policy: ReversalPolicy, delta: int, owed: int, forgiven: int
) -> None:
    """A-26: 10 earned, 6 of another order beside them, 8 spent, all 10 taken back."""
    house.rules(programme, reversal_policy=policy)
    member = house.membership(programme)
    earned = give(member, 10, ends_at=NOW + DAY)
    give(member, 6, ends_at=NOW + 9 * DAY)
    spend(member, 8)
    back = reverse(earned, 10)
    assert (back.requested, back.delta, back.owed, back.forgiven) == (-10, delta, owed, forgiven)


def test_only_pending_takes_what_cannot_be_spent_yet(programme: Programme) -> None:
    house.rules(programme, reversal_policy=ReversalPolicy.ONLY_PENDING)
    member = house.membership(programme)
    starts = NOW + 7 * DAY
    earned = give(member, 10, available_from=starts)
    before, after = reverse(earned, 4, at=starts - SECOND), reverse(earned, 4, at=starts)
    assert [(each.delta, each.forgiven) for each in (before, after)] == [(-4, 0), (0, 4)]
    assert lots(member) == [(10, 6, 0)]


def test_points_that_expired_are_not_taken_back_twice(member: Membership) -> None:
    """10 earned, 4 spent, 6 expired, then all refunded in two parts: 6 are forgiven once, 4 are owed."""
    earned = give(member, 10, ends_at=NOW + DAY)
    spend(member, 4)
    expiry.expire_lots(now=NOW + DAY)
    first, second = reverse(earned, 5, at=NOW + 2 * DAY), reverse(earned, 5, at=NOW + 2 * DAY)
    assert [(each.delta, each.owed, each.forgiven, each.details) for each in (first, second)] == [
        (0, 0, 5, {"expired": 5}),
        (0, 4, 1, {"expired": 1}),
    ]


# --- points that come back ---


def test_what_comes_back_goes_into_the_lots_it_came_from_the_last_first(member: Membership) -> None:
    """PTS-12: with their old ends."""
    give(member, 10, ends_at=NOW + DAY)
    give(member, 10, ends_at=NOW + 9 * DAY)
    spent = spend(member, 15)
    assert moves(restore(spent, 4)) == [(2, 4, None)]
    assert moves(restore(spent, 6)) == [(2, 1, None), (1, 5, None)]
    with pytest.raises(NothingLeftToReverse) as refused:
        restore(spent, 6)
    assert refused.value.values == {"left": 5, "wanted": 6}
    assert moves(restore(spent, 5)) == [(1, 5, None)]
    assert [(lot.remaining, lot.ends_at) for lot in PointsLot.objects.order_by("id")] == [(10, NOW + DAY), (10, NOW + 9 * DAY)]


def test_without_grace_points_whose_lot_has_ended_end_at_once(member: Membership) -> None:
    give(member, 10, ends_at=NOW + DAY)
    give(member, 10, ends_at=NOW + 9 * DAY)
    spent = spend(member, 15)
    back = restore(spent, 15, at=NOW + 2 * DAY)
    ended = PointsEntry.objects.get(kind="expire")
    assert lines(member)[3:] == [("restore", 15, 15, 20), ("expire", -10, -10, 10)]
    assert (moves(back), moves(ended)) == ([(2, 5, None), (1, 10, None)], [(1, -10, None)])
    assert ended.effect_key == f"{back.effect_key}:expire"


def test_with_grace_they_live_on_as_a_lot_of_their_own(programme: Programme) -> None:
    """Grace of 7 days: back on 22 May 2024, they live through 29 May, in Shanghai."""
    house.rules(programme, restore_grace_days=7)
    member = house.membership(programme)
    give(member, 10, ends_at=NOW + DAY)
    give(member, 10, ends_at=NOW + 9 * DAY)
    back = restore(spend(member, 15), 15, at=NOW + 2 * DAY)
    assert lots(member) == [(10, 0, 0), (10, 10, 0), (10, 10, 0)]
    assert back.lot.ends_at == datetime.fromisoformat("2024-05-30T00:00+08:00")
    assert (back.lot.available_from, moves(back)) == (NOW + 2 * DAY, [(2, 5, None)])


def test_what_comes_back_goes_first_to_the_lots_that_gave_in_its_stead(member: Membership) -> None:
    """10 earned and spent, the order refunded (10 of another lot go), then the spending refunded: the other lot has its 10 again."""
    first = give(member, 10, ends_at=NOW + DAY)
    spent = spend(member, 10)
    give(member, 10, ends_at=NOW + 9 * DAY)
    reverse(first, 10)
    back = restore(spent, 4)
    assert (moves(back), lots(member)) == ([(2, 4, 1)], [(10, 0, 0), (10, 4, 0)])
    restore(spent, 6)
    assert lots(member) == [(10, 0, 0), (10, 10, 0)]


def test_what_a_repayment_took_comes_back_too(member: Membership) -> None:
    """The same, but the other points came after the debt."""
    first = give(member, 10, ends_at=NOW + DAY)
    spent = spend(member, 10)
    reverse(first, 10)
    give(member, 12, ends_at=NOW + 9 * DAY)
    assert (debt(member), lots(member)) == (0, [(10, 0, 0), (12, 2, 0)])
    restore(spent, 10)
    assert lots(member) == [(10, 0, 0), (12, 12, 0)]


def test_what_comes_back_is_handed_on_from_stead_to_stead(member: Membership) -> None:
    """Lot 2 gave in the stead of lot 1, lot 3 in that of lot 2: what comes back to lot 1 goes through lot 2 to lot 3."""
    first, second = give(member, 10, ends_at=NOW + DAY), give(member, 10, ends_at=NOW + 2 * DAY)
    spent = spend(member, 10)
    reverse(first, 10)
    reverse(second, 10)
    give(member, 10)
    back = restore(spent, 10)
    assert moves(back) == [(2, 10, 1), (3, 10, 2), (2, -10, None)]
    assert lots(member) == [(10, 0, 0), (10, 0, 0), (10, 10, 0)]
    assert debt(member) == 0


def test_points_that_come_back_repay_debts_first_those_of_their_own_lot(member: Membership) -> None:
    """50 held, 10 earned, 55 spent, the 10 refunded (5 owed), the spending refunded: the 50 are whole, the 10 gone."""
    give(member, 50, ends_at=NOW + DAY)
    earned = give(member, 10, ends_at=NOW + 9 * DAY)
    spent = spend(member, 55)
    reverse(earned, 10)
    assert debt(member) == 5
    restore(spent, 55)
    assert (debt(member), lots(member)) == (0, [(50, 50, 0), (10, 0, 0)])


# --- all of it undone ---


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_orders_refunded_whole_leave_everything_as_it_was(programme: Programme, data: st.DataObject) -> None:
    """R07: earnings and spendings in any order, refunded in parts in any order until nothing is left: every balance, lot and end."""
    member = house.membership(programme)
    for days in data.draw(st.lists(st.sampled_from([5, 9, None]), min_size=1, max_size=3)):
        give(member, data.draw(st.integers(1, 30)), ends_at=NOW + days * DAY if days else None)
    before = _state(member, [])
    left: dict[PointsEntry, int] = {}
    for _step in range(data.draw(st.integers(2, 9))):
        undoing: list[Any] = sorted((entry for entry in left if left[entry]), key=lambda entry: entry.pk)
        verb = data.draw(st.sampled_from(["earn", "spend", "undo"] if undoing else ["earn", "spend"]))
        if verb == "undo":
            _undo(data.draw(st.sampled_from(undoing)), left, data)
        elif verb == "earn":
            days = data.draw(st.sampled_from([3, 7, None]))
            entry = give(member, data.draw(st.integers(1, 30)), ends_at=NOW + days * DAY if days else None)
            left[entry] = entry.requested
        elif available := selectors.balance(member.pk, NOW).available:
            entry = spend(member, data.draw(st.integers(1, available)))
            left[entry] = -entry.requested
    while open_ones := sorted((entry for entry in left if left[entry]), key=lambda entry: entry.pk):
        _undo(data.draw(st.sampled_from(open_ones)), left, data)
    assert debt(member) == 0
    assert _state(member, list(left)) == before


def _undo(entry: PointsEntry, left: dict[PointsEntry, int], data: st.DataObject) -> None:
    points = data.draw(st.integers(1, left[entry]))
    left[entry] -= points
    (reverse if entry.requested > 0 else restore)(entry, points)


def _state(of: Membership, undone: list[PointsEntry]) -> list[object]:
    """Lots but those of what was undone, which must be empty."""
    assert not PointsLot.objects.filter(entry__in=undone, remaining__gt=0).exists()
    found = PointsLot.objects.filter(account=of.pk).exclude(entry__in=undone).order_by("id")
    return [house.account(of).balance, list(found.values_list("amount", "remaining", "ends_at"))]
