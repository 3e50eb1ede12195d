"""Exchange of points between programmes (PTS-23, A-46, SF-12): both legs or none, whole steps, within the day's cap."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from core.errors import InvalidInput
from growth.errors import EffectConflict
from members.errors import MemberNotActive
from members.services import freeze_member
from points.enums import EntryKind
from points.errors import BelowStep, DailyCap, InsufficientPoints, PairNotFound, PointsOff
from points.models import ExchangePair, PointsEntry, PointsExchange, PointsLot
from points.services import exchange
from points.services.exchange import Exchanged
from stores.errors import NotAMember
from stores.models import Membership, Programme
from tests import world
from tests.growth.threads import at_once
from tests.points.spending_world import BY, SEPTEMBER, also_in, balance, lots, member, pointed
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(db: None) -> Programme:
    found = world.store("S001").programme
    pointed(found)
    return found


@pytest.fixture
def theirs(ours: Programme) -> Programme:
    found = world.store("S002").programme
    pointed(found, lifetime_months=12)
    return found


def pair(ours: Programme, theirs: Programme, **values: Any) -> ExchangePair:
    """100 : 80 in steps of 50."""
    said = {"ratio_from": 100, "ratio_to": 80, "step": 50, "minimum": 50, **values}
    return exchange.save_pair(from_programme_id=ours.pk, to_programme_id=theirs.pk, **said, **BY)


def swap(of: Membership, points: int, *, to: str = "s002", reference: str = "X1", at: Any = NOW) -> Exchanged:
    return exchange.exchange_points(membership_id=of.pk, to_programme_code=to, points=points, reference=reference, actor="client:1", at=at)


def nothing_moved(given: Membership, received: Membership, points: int) -> bool:
    return (balance(given), PointsEntry.objects.filter(account_id=received.pk).count(), PointsExchange.objects.count()) == (points, 0, 0)


def test_points_go_over_at_the_ratio_of_the_pair(ours: Programme, theirs: Programme) -> None:
    """PTS-23, SF-12: 250 at 100 : 80 in steps of 50 are 200; both ledgers bear the number of the exchange."""
    agreed = pair(ours, theirs)
    given = member(ours, (300, SEPTEMBER))
    received = also_in(theirs, given)
    made = swap(given, 250)
    row = made.exchange
    assert (made.replayed, row.points_out, row.points_in, row.ratio_from, row.ratio_to) == (False, 250, 200, 100, 80)
    assert (balance(given), balance(received)) == (50, 200)
    out, back = PointsEntry.objects.filter(source_type="exchange", source_id=str(row.pk)).order_by("id")
    assert (out, back) == (row.from_entry, row.to_entry)
    assert (out.kind, out.delta, back.kind, back.delta) == (EntryKind.EXCHANGE_OUT, -250, EntryKind.EXCHANGE_IN, 200)
    # received points live as those earned today do there: twelve months, through the end of the 20th of May
    assert PointsLot.objects.get(entry=back).ends_at.isoformat() == "2025-05-20T16:00:00+00:00"  # type: ignore[union-attr]
    # the ratio of then is kept
    pair(ours, theirs, ratio_to=50)
    row.refresh_from_db()
    assert (row.ratio_to, agreed.pk) == (80, row.pair_id)


def test_the_same_exchange_again_answers_the_first(ours: Programme, theirs: Programme) -> None:
    pair(ours, theirs)
    given = member(ours, (300, None))
    also_in(theirs, given)
    first = swap(given, 100)
    again = swap(given, 100)
    assert (again.replayed, again.exchange, balance(given), PointsExchange.objects.count()) == (True, first.exchange, 200, 1)
    with pytest.raises(EffectConflict):
        swap(given, 150)


@pytest.mark.parametrize("points", [30, 75, 0])
def test_points_go_over_in_whole_steps(ours: Programme, theirs: Programme, points: int) -> None:
    """PTS-23: 30 with a step of 50 are refused, and nothing has moved."""
    pair(ours, theirs)
    given = member(ours, (300, None))
    received = also_in(theirs, given)
    with pytest.raises(BelowStep) as refused:
        swap(given, points)
    assert refused.value.values == {"field": "points", "step": 50, "minimum": 50}
    assert nothing_moved(given, received, 300)


def test_a_day_has_its_cap(ours: Programme, theirs: Programme) -> None:
    """SF-12: beyond the cap of a local day is refused; the next day begins at midnight of the programme that gives."""
    pair(ours, theirs, daily_cap=200)
    given = member(ours, (900, None))
    also_in(theirs, given)
    swap(given, 150)
    with pytest.raises(DailyCap) as refused:
        swap(given, 100, reference="X2")
    assert (refused.value.values, balance(given)) == ({"cap": 200, "left": 50}, 750)
    swap(given, 50, reference="X3")
    last_second = NOW + timedelta(hours=13, minutes=59, seconds=59)  # 23:59:59 in Shanghai
    with pytest.raises(DailyCap):
        swap(given, 50, reference="X4", at=last_second)
    swap(given, 200, reference="X4", at=last_second + timedelta(seconds=1))
    assert balance(given) == 500


def test_what_is_refused_moves_nothing_in_either_programme(ours: Programme, theirs: Programme) -> None:
    """Without a pair, with one switched off, in the other direction, with too few points, frozen, or where the member is nobody."""
    given = member(ours, (100, None))
    received = also_in(theirs, given)
    with pytest.raises(PairNotFound):
        swap(given, 50)
    agreed = pair(ours, theirs, is_on=False)
    with pytest.raises(PairNotFound):
        swap(given, 50)
    ExchangePair.objects.filter(pk=agreed.pk).update(is_on=True)
    with pytest.raises(PairNotFound):
        swap(received, 50, to="s001")
    with pytest.raises(InsufficientPoints) as short:
        swap(given, 150)
    assert short.value.values == {"available": 100, "wanted": 150}
    with pytest.raises(NotAMember):
        swap(member(ours, (50, None)), 50)
    Programme.objects.filter(pk=theirs.pk).update(points_on=False)
    with pytest.raises(PointsOff):
        swap(given, 50)
    Programme.objects.filter(pk=theirs.pk).update(points_on=True)
    freeze_member(member_id=given.member_id, reason="盗号申诉处理中", actor="staff:1", at=NOW)
    with pytest.raises(MemberNotActive):
        swap(given, 50)
    assert nothing_moved(given, received, 100)


@pytest.mark.django_db(transaction=True)
def test_exchanges_in_both_directions_at_once(ours: Programme, theirs: Programme) -> None:
    """R04: ten each way at the same moment: all done, no deadlock, each balance exact; the cap is kept under the lock."""
    pair(ours, theirs, ratio_to=100, step=10, minimum=10)
    pair(theirs, ours, ratio_to=100, step=10, minimum=10, daily_cap=50)
    here = member(ours, (1000, None))
    there = also_in(theirs, here)
    swap(here, 100)  # so that there are points on both sides
    calls = [
        *(lambda number=number: swap(here, 10, reference=f"A{number}") for number in range(10)),
        *(lambda number=number: swap(there, 10, to="s001", reference=f"B{number}") for number in range(10)),
    ]
    answers = at_once(*calls)
    assert sorted({type(answer).__name__ for answer in answers}) == ["DailyCap", "Exchanged"]
    assert [isinstance(answer, Exchanged) for answer in answers[:10]] == [True] * 10
    assert sum(isinstance(answer, Exchanged) for answer in answers[10:]) == 5
    assert (balance(here), balance(there)) == (1000 - 200 + 50, 200 - 50)
    connection.close()


def test_a_pair_makes_sense(ours: Programme, theirs: Programme) -> None:
    good: dict[str, Any] = {"from_programme_id": ours.pk, "to_programme_id": theirs.pk, "ratio_from": 1, "ratio_to": 1, **BY}
    for field, wrong in (
        ("to_programme", {"to_programme_id": ours.pk}),
        ("ratio_from", {"ratio_from": 0}),
        ("ratio_to", {"ratio_to": 0}),
        ("step", {"step": 0}),
        ("minimum", {"minimum": 0}),
        ("daily_cap", {"step": 50, "daily_cap": 49}),
    ):
        with pytest.raises(InvalidInput) as refused:
            exchange.save_pair(**{**good, **wrong})
        assert refused.value.field == field
    assert not ExchangePair.objects.exists()
    first = exchange.save_pair(**good)
    assert exchange.save_pair(**{**good, "ratio_to": 3}).pk == first.pk
    given = member(ours, (10, None))
    also_in(theirs, given)
    assert swap(given, 10).exchange.points_in == 30
    assert lots(given) == [(0, None)]
