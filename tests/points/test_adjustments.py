"""Points moved by hand (PTS-28, CS-3): for a reason; beyond the limit only by two people (R19)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core import scope as scopes
from core.errors import InvalidInput
from core.masking import Role
from core.scope import Scope
from growth.errors import EffectConflict
from points.enums import AdjustmentState, EntryKind
from points.errors import AdjustmentNotFound, AlreadyDecided, InsufficientPoints, PointsOff, SamePerson
from points.models import PointsAdjustment, PointsEntry, PointsLot, PointsVersion
from points.services import adjustments
from points.services.adjustments import Adjusted
from stores.enums import StaffRole
from stores.models import Membership, Programme
from tests import world
from tests.growth.threads import at_once
from tests.points.spending_world import JUNE, SEPTEMBER, balance, entries, lots, member, pointed
from tests.world import NOW

pytestmark = pytest.mark.django_db
CLERK, BOSS = "staff:1", "staff:2"
HERE, ELSEWHERE = "S001", "S002"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def programme(db: None) -> Programme:
    found = world.platform()
    pointed(found)
    return found


@pytest.fixture
def somebody(programme: Programme) -> Membership:
    return member(programme, (60, JUNE), (40, SEPTEMBER))


def adjust(of: Membership, delta: int, *, reason: str = "活动补发", token: str = "t1", asker: Scope | None = None) -> Adjusted:
    asker = asker or Scope(CLERK, roles=frozenset({Role.CUSTOMER_SERVICE}))
    return adjustments.adjust_points(membership_id=of.pk, delta=delta, reason=reason, token=token, asker=asker, at=NOW)


def decide(asked: PointsAdjustment, *, approve: bool = True, actor: str = BOSS, at: Any = LATER) -> PointsAdjustment:
    return adjustments.decide_adjustment(adjustment_id=asked.pk, approve=approve, actor=actor, at=at)


def test_customer_service_adjusts_within_the_limit(somebody: Membership) -> None:
    """PTS-28, CS-3 step 2: 20 points for 活动补发 are there at once, with who and why; 100 are within the limit."""
    made = adjust(somebody, 20).adjustment
    assert (made.state, made.requested_by, made.decided_by, balance(somebody)) == (AdjustmentState.POSTED, CLERK, "", 120)
    entry = made.entry
    assert entry is not None
    assert (entry.kind, entry.delta, entry.source_type, entry.source_id, entry.actor, entry.note) == (
        EntryKind.ADJUST, 20, "staff", "1", CLERK, "活动补发",
    )  # fmt: skip
    assert PointsLot.objects.get(entry=entry).ends_at.isoformat() == "2026-05-20T16:00:00+00:00"  # type: ignore[union-attr]
    assert adjust(somebody, 100, token="t2").adjustment.state == AdjustmentState.POSTED
    assert balance(somebody) == 220


def test_what_is_taken_away_is_taken_as_in_spending(somebody: Membership) -> None:
    adjust(somebody, -70)
    assert lots(somebody) == [(0, JUNE), (30, SEPTEMBER)]
    with pytest.raises(InsufficientPoints) as short:
        adjust(somebody, -31, token="t2")
    assert (short.value.values, balance(somebody), PointsAdjustment.objects.count()) == ({"available": 30, "wanted": 31}, 30, 1)


def test_beyond_the_limit_a_second_person_decides(somebody: Membership) -> None:
    """PTS-28, CS-3 step 3: 101 waits, the balance unchanged; who asked cannot approve; somebody else does: +101, and an entry only then."""
    asked = adjust(somebody, 101).adjustment
    assert (asked.state, balance(somebody), entries(somebody)) == (AdjustmentState.PENDING, 100, 2)
    with pytest.raises(SamePerson):
        decide(asked, actor=CLERK)
    assert (balance(somebody), PointsAdjustment.objects.get().state) == (100, AdjustmentState.PENDING)
    done = decide(asked)
    assert (done.state, done.decided_by, done.decided_at, balance(somebody)) == (AdjustmentState.POSTED, BOSS, LATER, 201)
    entry = PointsEntry.objects.get(adjustment=done)
    assert (entry.delta, entry.source_id, entry.actor, entry.occurred_at) == (101, "1", BOSS, LATER)
    with pytest.raises(AlreadyDecided):
        decide(asked, actor="staff:3")
    assert balance(somebody) == 201


def test_what_is_rejected_moves_nothing(somebody: Membership) -> None:
    asked = adjust(somebody, -101 + 1000).adjustment
    done = decide(asked, approve=False)
    assert (done.state, done.entry, balance(somebody), entries(somebody)) == (AdjustmentState.REJECTED, None, 100, 2)
    with pytest.raises(AlreadyDecided):
        decide(asked)


def test_nobody_is_asked_to_decide_what_cannot_be_done(programme: Programme) -> None:
    """Too few points: refused when it is asked, and again when they have gone meanwhile; then it goes on waiting."""
    rich = member(programme, (150, None))
    with pytest.raises(InsufficientPoints):
        adjust(rich, -151)
    asked = adjust(rich, -150, token="t2").adjustment
    adjust(rich, -1, token="t3")
    with pytest.raises(InsufficientPoints) as short:
        decide(asked)
    asked.refresh_from_db()
    assert (short.value.values, asked.state, balance(rich)) == ({"available": 149, "wanted": 150}, AdjustmentState.PENDING, 149)
    adjust(rich, 1, token="t4")
    assert (decide(asked).state, balance(rich)) == (AdjustmentState.POSTED, 0)


@pytest.mark.parametrize("reason", ["", "   ", "补发", "abcd", "字" * 201])
def test_without_a_reason_nothing_is_adjusted(somebody: Membership, reason: str) -> None:
    """PTS-28, CS-3 step 2: without reason → refused."""
    with pytest.raises(InvalidInput) as refused:
        adjust(somebody, 20, reason=reason)
    assert (refused.value.field, balance(somebody), PointsAdjustment.objects.count()) == ("reason", 100, 0)


@pytest.mark.parametrize("delta", [0, 1_000_001, -1_000_001])
def test_a_change_is_a_number_that_changes_something(somebody: Membership, delta: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        adjust(somebody, delta)
    assert (refused.value.field, PointsAdjustment.objects.count()) == ("delta", 0)


def test_a_form_sent_twice_adjusts_once(somebody: Membership) -> None:
    first = adjust(somebody, 20)
    again = adjust(somebody, 20)
    assert (first.replayed, again.replayed, again.adjustment, balance(somebody)) == (False, True, first.adjustment, 120)
    with pytest.raises(EffectConflict):
        adjust(somebody, 21)
    with pytest.raises(EffectConflict):
        adjust(somebody, 20, reason="别的原因")
    assert balance(somebody) == 120


def test_the_first_points_of_a_member_may_come_by_hand(programme: Programme) -> None:
    newcomer, asks_much = member(programme), member(programme)
    adjust(newcomer, 5)
    asked = adjust(asks_much, 500).adjustment
    assert (balance(newcomer), balance(asks_much)) == (5, 0)
    decide(asked)
    assert balance(asks_much) == 500


def test_the_limit_is_that_of_the_rules_that_hold(programme: Programme, somebody: Membership) -> None:
    pointed(programme, adjust_limit=10)
    assert adjust(somebody, 11).adjustment.state == AdjustmentState.PENDING
    Programme.objects.filter(pk=programme.pk).update(points_on=False)
    with pytest.raises(PointsOff):
        adjust(somebody, 5, token="t2")
    with pytest.raises(AdjustmentNotFound):
        decide(PointsAdjustment(pk=0))


@pytest.mark.parametrize(
    ("held", "limit"),
    [
        ([(StaffRole.CUSTOMER_SERVICE, HERE)], 100),
        ([(StaffRole.APPROVER, HERE)], 100),
        ([(StaffRole.OPERATOR, HERE)], 1_000),
        ([(StaffRole.ADMIN, HERE)], 1_000),
        ([(StaffRole.OPERATOR, None)], 1_000),
        ([(StaffRole.CUSTOMER_SERVICE, HERE), (StaffRole.OPERATOR, HERE)], 1_000),
        ([(StaffRole.CUSTOMER_SERVICE, HERE), (StaffRole.OPERATOR, ELSEWHERE)], 100),
        ([(StaffRole.CUSTOMER_SERVICE, None), (StaffRole.OPERATOR, ELSEWHERE)], 100),
    ],
    ids=lambda value: "+".join(f"{role}@{store or 'platform'}" for role, store in value) if isinstance(value, list) else str(value),
)
def test_the_limit_is_that_of_the_best_role_held_here(programme: Programme, held: list[tuple[StaffRole, str | None]], limit: int) -> None:
    """PTS-28: customer service and approvers move 100 alone, operators and administrators 1,000, where they are that."""
    stores = {None: None, HERE: world.store(HERE, programme_id=programme.pk), ELSEWHERE: world.store(ELSEWHERE)}
    asker = scopes.of_user(world.staff("asks", *((role, stores[code]) for role, code in held)))
    somebody = member(programme)
    assert adjust(somebody, limit, asker=asker).adjustment.state == AdjustmentState.POSTED
    more = adjust(somebody, limit + 1, token="t2", asker=asker).adjustment
    assert (more.state, more.requested_by, balance(somebody), entries(somebody)) == (AdjustmentState.PENDING, asker.actor, limit, 1)
    with pytest.raises(SamePerson):
        decide(more, actor=asker.actor)
    assert decide(more, actor="staff:0").state == AdjustmentState.POSTED
    assert balance(somebody) == 2 * limit + 1


def test_operators_are_never_trusted_less_than_customer_service(programme: Programme) -> None:
    """PTS-28: the database refuses it too."""
    with pytest.raises(IntegrityError), transaction.atomic():
        PointsVersion.objects.filter(programme=programme).update(adjust_limit=1_001)


def test_one_person_is_never_both(somebody: Membership) -> None:
    """R19: the database refuses it too."""
    asked = adjust(somebody, 101).adjustment
    with pytest.raises(IntegrityError), transaction.atomic():
        PointsAdjustment.objects.filter(pk=asked.pk).update(state="rejected", decided_by=CLERK, decided_at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once() -> None:
    programme = world.platform()
    pointed(programme)
    somebody = member(programme, (1, None))
    asked = adjust(somebody, 500).adjustment
    answers = at_once(*(lambda by=by: decide(asked, actor=by) for by in ("staff:2", "staff:3", "staff:4")))
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyDecided", "AlreadyDecided", "PointsAdjustment"]
    assert (balance(somebody), entries(somebody)) == (501, 2)
