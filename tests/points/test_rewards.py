"""The points mall: points, stock and what is given move together, or nothing does (PTS-10..12)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from core.errors import InvalidInput
from core.models import OutboxMessage
from growth.errors import EffectConflict
from members.errors import MemberNotActive
from members.services import freeze_member
from points.enums import RedemptionState
from points.errors import (
    BelowMinimum,
    InsufficientPoints,
    MemberLimit,
    NotCancellable,
    OutOfStock,
    PointsOff,
    RedemptionNotFound,
    RewardNotFound,
)
from points.models import Redemption, Reward, RewardCode
from points.rules.versions import MinimumIn
from points.services import redemptions, rewards
from points.services.redemptions import Redeemed
from points.services.rewards import Giving, RewardIn, RewardKind
from stores.models import Membership, Programme
from tests import world
from tests.growth import house as growth_house
from tests.growth.threads import at_once
from tests.points.spending_world import BY, DAY, JUNE, SEPTEMBER, balance, entries, lots, member, pointed, reward
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> Programme:
    found = growth_house.counting(world.platform())
    pointed(found)
    return found


def redeem(of: Membership, code: str = "film", *, reference: str = "R1", at: Any = NOW) -> Redeemed:
    return redemptions.redeem_reward(membership_id=of.pk, reward_code=code, reference=reference, actor="client:1", at=at)


def taken(of: Reward) -> tuple[int | None, int]:
    return Reward.objects.values_list("stock", "taken").get(pk=of.pk)


def test_points_buy_a_code_of_ones_own(programme: Programme) -> None:
    """PTS-12: -50 and one redemption with its code; two members never get the same one."""
    film, first, second = reward(programme, codes=2), member(programme, (60, None)), member(programme, (50, None))
    made = redeem(first)
    assert (made.replayed, made.redemption.points, made.redemption.state) == (False, 50, RedemptionState.FULFILLED)
    assert (made.redemption.result, redeem(second).redemption.result) == ({"code": "film-001"}, {"code": "film-002"})
    assert (balance(first), balance(second), taken(film)) == (10, 0, (2, 2))
    assert RewardCode.objects.get(code="film-001").redemption == made.redemption
    entry = made.redemption.entry
    assert (entry.source_type, entry.source_id, entry.note) == ("redemption", str(made.redemption.pk), "film")


def test_the_same_redemption_again_answers_the_first(programme: Programme) -> None:
    film, somebody = reward(programme, codes=2), member(programme, (200, None))
    first = redeem(somebody)
    again = redeem(somebody)
    assert (again.replayed, again.redemption, balance(somebody), taken(film)) == (True, first.redemption, 150, (2, 1))
    reward(programme, "mug", codes=1)
    with pytest.raises(EffectConflict):
        redeem(somebody, "mug")


def test_cancelled_points_come_back_into_their_lots(programme: Programme) -> None:
    """PTS-12: cancelled, +50 into the original lots with their old ends; the code is not given again."""
    film, somebody = reward(programme, codes=2), member(programme, (30, JUNE), (40, SEPTEMBER))
    made = redeem(somebody).redemption
    assert lots(somebody) == [(0, JUNE), (20, SEPTEMBER)]
    done = redemptions.cancel_redemption(redemption_id=made.pk, reason="不想要了", actor="staff:1", at=NOW + DAY)
    assert (done.replayed, done.redemption.state, done.redemption.cancelled_by) == (False, RedemptionState.CANCELLED, "staff:1")
    assert lots(somebody) == [(30, JUNE), (40, SEPTEMBER)]
    assert taken(film) == (1, 0)
    assert redeem(somebody, reference="R2").redemption.result == {"code": "film-002"}
    assert taken(film) == (1, 1)


def test_the_shop_hears_of_redemptions(programme: Programme) -> None:
    """PTS-12: one redemption.created event, in the same transaction; what was given is not in it."""
    reward(programme, codes=1)
    somebody = member(programme, (50, None))
    made = redeem(somebody).redemption
    redeem(somebody)
    redemptions.cancel_redemption(redemption_id=made.pk, **BY)
    told = OutboxMessage.objects.filter(topic__startswith="redemption.").order_by("id")
    assert [(row.topic, row.payload["redemption"], row.payload["state"]) for row in told] == [
        ("redemption.created", made.pk, "fulfilled"),
        ("redemption.cancelled", made.pk, "cancelled"),
    ]
    assert told[0].payload == {
        "one_id": somebody.member.one_id,
        "programme": programme.code,
        "redemption": made.pk,
        "reward": "film",
        "kind": "virtual_code",
        "points": 50,
        "state": "fulfilled",
    }


def test_a_redemption_is_cancelled_once(programme: Programme) -> None:
    reward(programme, codes=1)
    somebody = member(programme, (50, None))
    made = redeem(somebody).redemption
    redemptions.cancel_redemption(redemption_id=made.pk, **BY)
    again = redemptions.cancel_redemption(redemption_id=made.pk, actor="staff:2", at=NOW + DAY)
    assert (again.replayed, again.redemption.cancelled_by, balance(somebody), entries(somebody)) == (True, "client:1", 50, 3)
    with pytest.raises(RedemptionNotFound):
        redemptions.cancel_redemption(redemption_id=made.pk + 1, **BY)


def test_nothing_is_taken_for_what_is_not_to_be_had(programme: Programme) -> None:
    """Gone, not enough points, not on offer, not yet, no longer: refused, and nothing has moved."""
    film = reward(programme, codes=1)
    rich, poor = member(programme, (500, None)), member(programme, (49, None))
    with pytest.raises(InsufficientPoints) as short:
        redeem(poor)
    assert short.value.values == {"available": 49, "wanted": 50}
    redeem(rich)
    with pytest.raises(OutOfStock):
        redeem(rich, reference="R2")
    reward(programme, "soon", codes=1, valid_from=NOW + DAY)
    reward(programme, "over", codes=1, valid_until=NOW)
    reward(programme, "off", codes=1, is_on=False)
    for code in ("soon", "over", "off", "nothing"):
        with pytest.raises(RewardNotFound):
            redeem(rich, code, reference="R3")
    assert (balance(rich), balance(poor), taken(film), Redemption.objects.count()) == (450, 49, (1, 1), 1)
    assert redeem(rich, "soon", reference="R3", at=NOW + DAY).redemption.points == 50


def test_a_member_has_as_many_as_one_may_have(programme: Programme) -> None:
    """A cancelled one does not count."""
    reward(programme, codes=3, per_member=1)
    somebody = member(programme, (200, None))
    first = redeem(somebody).redemption
    with pytest.raises(MemberLimit) as refused:
        redeem(somebody, reference="R2")
    assert (refused.value.values, balance(somebody)) == ({"at_most": 1}, 150)
    redemptions.cancel_redemption(redemption_id=first.pk, **BY)
    redeem(somebody, reference="R2")
    assert balance(somebody) == 150


def test_a_level_has_its_own_minimum() -> None:
    """PTS-17: at least 20 points for 普通, 10 for 金: 15 points are refused for 普通 and taken for 金."""
    programme = growth_house.counting(world.platform())
    pointed(programme, redeem_minimum=20, minimums=(MinimumIn("L3", 10),))
    reward(programme, points=15, codes=2)
    plain, gold = member(programme, (50, None), level="L0"), member(programme, (50, None), level="L3")
    with pytest.raises(BelowMinimum) as refused:
        redeem(plain)
    assert (refused.value.values, balance(plain)) == ({"minimum": 20, "wanted": 15}, 50)
    assert redeem(gold).redemption.points == 15


def test_frozen_members_and_programmes_without_points_redeem_nothing(programme: Programme) -> None:
    reward(programme, codes=2)
    frozen, other = member(programme, (50, None)), member(programme, (50, None))
    freeze_member(member_id=frozen.member_id, reason="盗号申诉处理中", actor="staff:1", at=NOW)
    with pytest.raises(MemberNotActive):
        redeem(frozen)
    Programme.objects.filter(pk=programme.pk).update(points_on=False)
    with pytest.raises(PointsOff):
        redeem(other)
    assert (balance(frozen), balance(other), Redemption.objects.count()) == (50, 50, 0)


@pytest.fixture
def fragile() -> Iterator[RewardKind]:
    """A kind that gives nothing when its payload says so, and can take back nothing."""

    def give(giving: Giving) -> dict[str, Any]:
        if giving.payload.get("empty"):
            raise OutOfStock(reward=giving.reward_id)
        return {"coupon": giving.effect_key}

    def take(_giving: Giving, _given: Any) -> None:
        raise NotCancellable(kind="fragile")

    kind = RewardKind("fragile", "fragile", lambda payload, _programme: [] if "empty" in payload else ["?"], lambda *_: 100, give, take)
    rewards.register_reward_kind(kind)
    yield kind
    rewards._kinds.pop("fragile")


def test_when_the_giver_refuses_nothing_is_deducted(programme: Programme, fragile: RewardKind) -> None:
    """PTS-11: the coupon's stock is 0, so nothing is deducted; with stock, points and what is given move in one transaction."""
    gone = reward(programme, "gone", points=20, kind="fragile", payload={"empty": True}, stock=5)
    good = reward(programme, "good", points=20, kind="fragile", payload={"empty": False}, stock=5)
    somebody = member(programme, (20, JUNE))
    with pytest.raises(OutOfStock):
        redeem(somebody, "gone")
    assert (lots(somebody), entries(somebody), taken(gone), Redemption.objects.count()) == ([(20, JUNE)], 1, (5, 0), 0)
    made = redeem(somebody, "good").redemption
    assert (balance(somebody), made.result, taken(good)) == (0, {"coupon": f"redemption:{made.pk}"}, (5, 1))
    with pytest.raises(NotCancellable):
        redemptions.cancel_redemption(redemption_id=made.pk, **BY)
    assert (balance(somebody), taken(good), Redemption.objects.get().state) == (0, (5, 1), RedemptionState.FULFILLED)


@pytest.mark.django_db(transaction=True)
def test_two_who_want_the_last_one() -> None:
    """PTS-10: cost 50, stock 1, two at once: one success, one refusal, stock 0, one deduction of 50."""
    programme = world.platform()
    pointed(programme)
    film = reward(programme, codes=1)
    two = [member(programme, (50, None)), member(programme, (50, None))]
    answers = at_once(*(lambda of=of: redeem(of) for of in two))
    assert sorted(type(answer).__name__ for answer in answers) == ["OutOfStock", "Redeemed"]
    assert (sorted(map(balance, two)), taken(film), Redemption.objects.count()) == ([0, 50], (1, 1), 1)


# --- the catalogue ---


def test_rewards_say_what_makes_sense(programme: Programme, fragile: RewardKind) -> None:
    def save(**said: Any) -> Reward:
        values: dict[str, Any] = {"name": "n", "points": 1, "payload": {"empty": False}, **said}
        return rewards.save_reward(programme_id=programme.pk, code="x", kind="fragile", said=RewardIn(**values), **BY)

    for field, said in (
        ("name", {"name": " "}),
        ("points", {"points": 0}),
        ("per_member", {"per_member": 0}),
        ("valid_until", {"valid_from": NOW, "valid_until": NOW}),
        ("payload", {"payload": {}}),
    ):
        with pytest.raises(InvalidInput) as refused:
            save(**said)
        assert refused.value.field == field
    assert not Reward.objects.exists()
    made = save(stock=3)
    with pytest.raises(InvalidInput) as refused:
        save()
    assert refused.value.field == "code"
    Reward.objects.filter(pk=made.pk).update(taken=2)
    change = {"programme_id": programme.pk, "code": "x", "kind": "fragile", "reward_id": made.pk, **BY}
    with pytest.raises(InvalidInput):
        rewards.save_reward(said=RewardIn(name="n", points=1, payload={"empty": False}, stock=1), **change)
    changed = rewards.save_reward(said=RewardIn(name="m", points=9, payload={"empty": True}, stock=2), **change)
    assert (changed.name, changed.points, changed.stock, changed.taken) == ("m", 9, 2, 2)


def test_the_stock_of_codes_is_their_number(programme: Programme) -> None:
    film = reward(programme, codes=2)
    assert rewards.add_codes(reward_id=film.pk, codes=["film-002", " film-900 ", "", "film-900"], **BY) == 1
    assert taken(film) == (3, 0)
    for codes in ([], ["x" * 81]):
        with pytest.raises(InvalidInput):
            rewards.add_codes(reward_id=film.pk, codes=codes, **BY)
    saved = rewards.save_reward(
        programme_id=programme.pk, code="film", kind="virtual_code", reward_id=film.pk, said=RewardIn("film", 40, stock=77), **BY
    )
    assert (saved.stock, saved.points) == (3, 40)


def test_what_is_over_can_still_be_cancelled(programme: Programme) -> None:
    film = reward(programme, codes=1)
    somebody = member(programme, (50, SEPTEMBER))
    made = redeem(somebody).redemption
    Reward.objects.filter(pk=film.pk).update(is_on=False)
    redemptions.cancel_redemption(redemption_id=made.pk, actor="staff:1", at=NOW + timedelta(days=30))
    assert lots(somebody) == [(50, SEPTEMBER)]
