"""R04: many at once on one balance, with real connections: exact results, and nobody meets a deadlock."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from django.db import connection

from core import ledgers
from core.registry import BLANK
from points.enums import HoldState
from points.errors import HoldClosed, InsufficientPoints
from points.models import PointsEntry, PointsHold
from points.services import exchange, expiry, holds, ledger
from stores import services as stores_services
from stores.enums import ProgrammeKind
from stores.models import Membership, Programme
from tests import world
from tests.points import house
from tests.points.house import DAY
from tests.world import NOW

Call = Callable[[int], object]


@contextmanager
def crowd(size: int) -> Iterator[Callable[[Call], Counter[str]]]:
    """So many threads, each with a connection of its own, that do the same at the same moment as often as they are asked.

    Answers how often a call answered "done" or raised what.
    """
    gate = Barrier(size)

    def one(call: Call, number: int) -> str:
        gate.wait(60)
        try:
            call(number)
        except Exception as problem:
            return type(problem).__name__
        return "done"

    def leave(_number: int) -> None:
        gate.wait(60)
        connection.close()

    with ThreadPoolExecutor(size) as pool:

        def together(call: Call) -> Counter[str]:
            return Counter(pool.map(lambda number: one(call, number), range(size)))

        try:
            yield together
        finally:
            list(pool.map(leave, range(size)))


def redeem(of: Membership, points: int, key: str) -> object:
    return ledger.redeem_points(
        membership_id=of.pk, points=points, source_type="api", source_id="1", effect_key=key, actor="test", occurred_at=NOW, booked_at=NOW
    )


def hold(of: Membership, points: int, key: str) -> PointsHold:
    return holds.hold_points(membership_id=of.pk, points=points, effect_key=key, actor="test", at=NOW)


def spends_of_80_on_100(spenders: int, rounds: int) -> None:
    programme = giving()
    with crowd(spenders) as together:
        for _round in range(rounds):
            member = house.membership(programme, points=60)
            house.give(member, 40, ends_at=NOW + DAY)
            assert together(lambda number, of=member: redeem(of, 80, f"k{number}")) == {  # type: ignore[misc]
                "done": 1,
                InsufficientPoints.__name__: spenders - 1,
            }
            assert (house.account(member).balance, house.lots(member)) == (20, [(60, 20, 0), (40, 0, 0)])
    assert ledgers.disagreements() == []


def holds_of_1_on_50(callers: int, rounds: int) -> None:
    """A hundred holds, each caller as many as the others, one after the other."""
    programme = giving()
    each = 100 // callers
    with crowd(callers) as together:
        for _round in range(rounds):
            member = house.membership(programme, points=20)
            house.give(member, 30, ends_at=NOW + DAY)

            def several(number: int, of: Membership = member) -> None:
                refused = 0
                for place in range(each):
                    try:
                        hold(of, 1, f"k{number}:{place}")
                    except InsufficientPoints:
                        refused += 1
                if refused == each:
                    raise InsufficientPoints()

            assert set(together(several)) <= {"done", InsufficientPoints.__name__}
            account = house.account(member)
            assert (account.balance, account.held, PointsHold.objects.filter(account=account).count()) == (50, 50, 50)
    assert ledgers.disagreements() == []


def transfers_in_both_directions(callers: int, rounds: int) -> None:
    here, there = giving(), giving("other")
    for one, other in ((here, there), (there, here)):
        exchange.save_pair(from_programme_id=one.pk, to_programme_id=other.pk, ratio_from=1, ratio_to=1, actor="test", at=NOW)
    member = house.membership(here, points=100)
    twin = Membership.objects.create(member_id=member.member_id, programme=there, member_no="T1", joined_at=NOW, source="registration")
    house.give(twin, 100)
    with crowd(callers) as together:
        for turn in range(rounds):

            def swap(number: int, turn: int = turn) -> None:
                giver, taker = (member, there) if number % 2 else (twin, here)
                exchange.exchange_points(
                    membership_id=giver.pk,
                    to_programme_code=taker.code,
                    points=1 + number % 5,
                    reference=f"{turn}:{number}",
                    actor="test",
                    at=NOW,
                )

            assert set(together(swap)) <= {"done", InsufficientPoints.__name__}
            assert house.account(member).balance + house.account(twin).balance == 200
    assert PointsEntry.objects.filter(kind="exchange_out").count() == PointsEntry.objects.filter(kind="exchange_in").count() > 0
    assert ledgers.disagreements() == []


def giving(code: str = "platform") -> Programme:
    """A programme with the default rules."""
    if code == "platform":
        programme = world.platform()
    else:
        programme = stores_services.create_programme(code=code, name=code, kind=ProgrammeKind.STORE, preset=BLANK, actor="test", at=NOW)
    house.rules(programme)
    return programme


@pytest.mark.django_db(transaction=True)
def test_of_ten_spenders_one_wins() -> None:
    """R04, in small."""
    spends_of_80_on_100(10, 3)


@pytest.mark.django_db(transaction=True)
def test_a_hundred_redemptions_of_1_from_50() -> None:
    """PTS-06: 50 succeed, 50 are refused, balance 0."""
    programme = giving()
    member = house.membership(programme, points=50)
    outcomes: Counter[str] = Counter()
    with crowd(10) as together:
        for turn in range(10):
            outcomes += together(lambda number, turn=turn: redeem(member, 1, f"k{turn}:{number}"))  # type: ignore[misc]
    assert outcomes == {"done": 50, InsufficientPoints.__name__: 50}
    assert house.account(member).balance == 0


@pytest.mark.django_db(transaction=True)
def test_transfers_that_cross_do_not_lock_up() -> None:
    transfers_in_both_directions(6, 3)


@pytest.mark.django_db(transaction=True)
def test_the_same_effect_from_many_sides_posts_once() -> None:
    member = house.membership(giving(), points=50)
    with crowd(8) as together:
        assert together(lambda _number: redeem(member, 20, "k")) == {"done": 8}
        assert together(lambda _number: hold(member, 10, "h")) == {"done": 8}
    account = house.account(member)
    assert (account.balance, account.held, account.version) == (30, 10, 2)


@pytest.mark.django_db(transaction=True)
def test_a_hold_ends_once_whoever_comes() -> None:
    """Captured, released and timed out at the same moment: one of them has it."""
    programme = giving()
    with crowd(6) as together:
        for turn in range(6):
            member = house.membership(programme, points=10)
            found = hold(member, 10, "h")

            def end(number: int, found: PointsHold = found) -> None:
                if number % 3 == 0:
                    holds.capture_hold(hold_id=found.pk, effect_key=f"c{number}", actor="test", at=NOW)
                elif number % 3 == 1:
                    holds.release_hold(hold_id=found.pk, actor="test", at=NOW)
                else:
                    holds.time_out(now=NOW + DAY)

            assert set(together(end)) <= {"done", HoldClosed.__name__, "HoldTimedOut"}, turn
            found.refresh_from_db()
            assert found.state != HoldState.ACTIVE
            spent = 10 if found.state == HoldState.CAPTURED else 0
            assert (house.account(member).balance, house.account(member).held) == (10 - spent, 0)


@pytest.mark.django_db(transaction=True)
def test_two_nightly_jobs_empty_each_lot_once() -> None:
    """R13."""
    programme = giving()
    people = [house.membership(programme, points=10, ends_at=NOW + DAY) for _each in range(12)]
    with crowd(4) as together:
        assert together(lambda _number: expiry.expire_lots(now=NOW + DAY, limit=5)) == {"done": 4}
    assert [house.account(each).version for each in people] == [2] * 12
    assert PointsEntry.objects.filter(kind="expire").count() == 12


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_fifty_spenders_one_wins_twenty_times() -> None:
    """R04: 50 concurrent spends of 80 on 100; the losers are refused, none fails."""
    spends_of_80_on_100(50, 20)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_hundred_holds_of_1_on_50_twenty_times() -> None:
    """R04."""
    holds_of_1_on_50(50, 20)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twenty_transfers_in_both_directions_twenty_times() -> None:
    """R04."""
    transfers_in_both_directions(20, 20)
