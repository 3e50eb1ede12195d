"""What shops and tills do with points: set aside, take, give, take back (SF-6, PTS-06, PTS-08, PTS-17, PTS-24)."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.errors import InvalidInput
from growth.errors import EffectConflict
from points.enums import EntryKind, HoldState
from points.errors import AboveShare, BelowMinimum, BoundToOrder, EntryNotFound, InsufficientPoints, NothingLeftToReverse, NotReversible
from points.models import PointsAccount, PointsEntry, PointsHold
from points.rules.versions import MinimumIn
from points.selectors import forecast, ledger
from points.services import exchange, holds, redemptions, spending
from points.services.spending import Held, Moved
from stores.models import Membership, Programme
from tests import world
from tests.growth import house as growth_house
from tests.growth.threads import at_once
from tests.points.spending_world import BY, JUNE, SEPTEMBER, also_in, balance, entries, give, lots, member, pointed, reward
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme(db: None) -> Programme:
    found = world.platform()
    pointed(found)
    return found


@pytest.fixture
def somebody(programme: Programme) -> Membership:
    """100 points: 60 that end with June, 40 that end with September."""
    return member(programme, (60, JUNE), (40, SEPTEMBER))


def hold(of: Membership, points: int, *, reference: str = "O1", **said: Any) -> Held:
    return spending.hold_for_order(membership_id=of.pk, points=points, reference=reference, **{**BY, **said})


def debit(of: Membership, points: int, *, reference: str = "D1") -> Moved:
    return spending.debit_points(membership_id=of.pk, points=points, reference=reference, **BY)


def reverse(of: Membership, number: int, points: int | None = None, *, reference: str = "V1", reason: str = "录入错误") -> Moved:
    return spending.reverse_points(membership_id=of.pk, number=number, points=points, reference=reference, reason=reason, **BY)


def test_a_hold_is_captured_or_released(somebody: Membership) -> None:
    """SF-6 step 1, PTS-08: 70 held leave 30; captured, the lots hold 0 and 30; released instead, both are as they were."""
    held = hold(somebody, 70).hold
    assert ledger.balance(somebody.pk, NOW).available == 30
    holds.release_hold(hold_id=held.pk, **BY)
    assert (lots(somebody), ledger.balance(somebody.pk, NOW).available) == ([(60, JUNE), (40, SEPTEMBER)], 100)
    again = hold(somebody, 70, reference="O2").hold
    holds.capture_hold(hold_id=again.pk, effect_key="k", **BY)
    assert lots(somebody) == [(0, JUNE), (30, SEPTEMBER)]


def test_the_same_hold_again_answers_the_first(somebody: Membership) -> None:
    shop = world.store("S001")
    said: dict[str, Any] = {"store_id": shop.pk, "order_no": "O1"}
    first = hold(somebody, 70, **said)
    again = hold(somebody, 70, **said)
    assert (first.replayed, again.replayed, again.hold, PointsHold.objects.count()) == (False, True, first.hold, 1)
    for wrong in ({"points": 71}, {"order_no": "O9"}, {"store_id": world.store("S002").pk}):
        with pytest.raises(EffectConflict):
            hold(somebody, **{"points": 70, **said, **wrong})


def test_a_hold_without_an_order_belongs_to_no_store(somebody: Membership) -> None:
    assert hold(somebody, 5, store_id=world.store("S001").pk).hold.store_id is None


def test_holds_keep_to_minimum_and_share() -> None:
    """PTS-17: 15 points are too few for 普通 and enough for 金. Half of 200.00 is a hundred points, not one more."""
    programme = growth_house.counting(world.platform())
    pointed(programme, redeem_minimum=20, minimums=(MinimumIn("L3", 10),), redeem_share=Decimal("0.500"))
    plain, gold = (member(programme, (500, None), level=level) for level in ("L0", "L3"))
    with pytest.raises(BelowMinimum) as few:
        hold(plain, 15)
    assert few.value.values == {"minimum": 20, "wanted": 15}
    with pytest.raises(BelowMinimum):
        debit(plain, 19)
    with pytest.raises(AboveShare) as many:
        hold(plain, 101, total_minor=20000)
    assert many.value.values == {"at_most": 100, "wanted": 101}
    assert (PointsHold.objects.count(), entries(plain)) == (0, 1)
    assert hold(gold, 15).hold.amount == 15
    assert hold(plain, 100, total_minor=20000).hold.amount == 100


def test_a_debit_takes_all_or_nothing(somebody: Membership) -> None:
    moved = debit(somebody, 70)
    assert (moved.replayed, moved.entry.kind, moved.entry.delta, lots(somebody)) == (
        False, EntryKind.REDEEM, -70, [(0, JUNE), (30, SEPTEMBER)],
    )  # fmt: skip
    assert debit(somebody, 70).replayed
    with pytest.raises(EffectConflict):
        debit(somebody, 69)
    with pytest.raises(InsufficientPoints) as short:
        debit(somebody, 31, reference="D2")
    assert (short.value.values, balance(somebody), entries(somebody)) == ({"available": 30, "wanted": 31}, 30, 3)


def test_a_credit_lives_as_points_earned_now(programme: Programme) -> None:
    newcomer = member(programme)
    said: dict[str, Any] = {"membership_id": newcomer.pk, "points": 20, "reference": "C1", "note": "问卷", **BY}
    first = spending.credit_points(**said)
    assert (first.replayed, first.entry.delta, first.entry.note, balance(newcomer)) == (False, 20, "问卷", 20)
    assert spending.credit_points(**said).replayed
    with pytest.raises(EffectConflict):
        spending.credit_points(**{**said, "points": 21})
    with pytest.raises(InvalidInput):
        spending.credit_points(**{**said, "points": 0, "reference": "C2"})
    assert (balance(newcomer), lots(newcomer)[0][1].isoformat()) == (20, "2026-05-20T16:00:00+00:00")  # type: ignore[union-attr]


def test_entries_are_taken_back_whole_or_in_part(somebody: Membership) -> None:
    """Redeemed points go back into their lots with their old ends, the last taken first; never beyond the entry."""
    number = debit(somebody, 70).entry.account_version
    first = reverse(somebody, number, 15)
    assert (first.entry.kind, first.entry.delta, lots(somebody)) == (EntryKind.RESTORE, 15, [(5, JUNE), (40, SEPTEMBER)])
    assert reverse(somebody, number, 15).replayed
    with pytest.raises(NothingLeftToReverse) as beyond:
        reverse(somebody, number, 56, reference="V2")
    assert beyond.value.values == {"left": 55, "wanted": 56}
    assert reverse(somebody, number, reference="V2").entry.delta == 55
    assert lots(somebody) == [(60, JUNE), (40, SEPTEMBER)]
    with pytest.raises(NothingLeftToReverse):
        reverse(somebody, number, reference="V3")
    with pytest.raises(EffectConflict):
        reverse(somebody, number, 14)
    given = reverse(somebody, 1, 10, reference="V4").entry
    assert (given.kind, given.delta, balance(somebody)) == (EntryKind.REVERSE, -10, 90)


def test_what_belongs_to_something_else_is_not_taken_back_by_itself(programme: Programme, somebody: Membership) -> None:
    """Ruling 15: entries of orders follow their refunds. Redemptions are cancelled, exchanges stay, reversals are not reversed."""
    held = hold(somebody, 10, store_id=world.store("S001").pk, order_no="O1").hold
    for_order = holds.capture_hold(hold_id=held.pk, effect_key="k", **BY).account_version
    with pytest.raises(BoundToOrder):
        reverse(somebody, for_order)
    reward(programme, points=10, codes=1)
    bought = redemptions.redeem_reward(membership_id=somebody.pk, reward_code="film", reference="R1", **BY).redemption.entry
    other = world.store("S002").programme
    pointed(other)
    exchange.save_pair(from_programme_id=programme.pk, to_programme_id=other.pk, ratio_from=1, ratio_to=1, **BY)
    also_in(other, somebody)
    swapped = exchange.exchange_points(membership_id=somebody.pk, to_programme_code=other.code, points=10, reference="X1", **BY)
    taken_back = reverse(somebody, debit(somebody, 5).entry.account_version).entry
    before = (balance(somebody), entries(somebody))
    for row in (bought, swapped.exchange.from_entry, taken_back):
        with pytest.raises(NotReversible):
            reverse(somebody, row.account_version, reference="V9")
    with pytest.raises(EntryNotFound):
        reverse(somebody, 99)
    with pytest.raises(InvalidInput):
        reverse(somebody, 1, reason="错")
    assert (balance(somebody), entries(somebody)) == before


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_hundred_holds_of_one_on_fifty_points() -> None:
    """SF-6 step 2, R04: fifty succeed, fifty are refused with what is available; nothing is held twice."""
    programme = world.platform()
    pointed(programme)
    somebody = member(programme, (30, JUNE), (20, SEPTEMBER))
    answers: list[object] = []
    for begin in range(0, 100, 25):  # as many connections as a server lends
        answers += at_once(*(lambda number=number: hold(somebody, 1, reference=f"H{number}") for number in range(begin, begin + 25)))
    assert Counter(type(answer).__name__ for answer in answers) == {"Held": 50, "InsufficientPoints": 50}
    account = PointsAccount.objects.get(pk=somebody.pk)
    assert (account.balance, account.held, PointsHold.objects.filter(state=HoldState.ACTIVE).count()) == (50, 50, 50)
    assert ledger.balance(somebody.pk, NOW).available == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_hundred_redemptions_of_one_on_fifty_points() -> None:
    """PTS-06: balance 50; 50 succeed, 50 are refused, balance 0 = sum of lots = sum of entries."""
    programme = world.platform()
    pointed(programme)
    somebody = member(programme, (30, JUNE), (20, SEPTEMBER))
    answers: list[object] = []
    for begin in range(0, 100, 25):
        answers += at_once(*(lambda number=number: debit(somebody, 1, reference=f"D{number}") for number in range(begin, begin + 25)))
    assert Counter(type(answer).__name__ for answer in answers) == {"Moved": 50, "InsufficientPoints": 50}
    assert (balance(somebody), lots(somebody)) == (0, [(0, JUNE), (0, SEPTEMBER)])
    assert sum(PointsEntry.objects.filter(account_id=somebody.pk).values_list("delta", flat=True)) == 0


def test_the_forecast_goes_by_the_month_of_the_last_day(programme: Programme, somebody: Membership) -> None:
    """A lot that ends at the midnight after the 30th of June ends in June; points without end stand apart."""
    from zoneinfo import ZoneInfo

    give(somebody, 7, None)
    give(somebody, 5, JUNE - timedelta(days=29))  # the first of June is its last day
    debit(somebody, 3)
    found = forecast.forecast(somebody.pk, NOW, ZoneInfo(programme.time_zone))
    assert [(f"{month.month_on:%Y-%m}", month.points, f"{month.last_on}") for month in found.months] == [
        ("2024-06", 62, "2024-06-30"),
        ("2024-09", 40, "2024-09-30"),
    ]
    assert found.endless == 7
    assert [month.points for month in forecast.forecast(somebody.pk, JUNE, ZoneInfo(programme.time_zone)).months] == [40]
