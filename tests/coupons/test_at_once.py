"""R04: many want the same coupon at the same moment, by real threads on connections of their own."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from core.errors import DomainError
from coupons.models import Coupon
from coupons.selectors import coupons as selectors
from coupons.services import claims, expiry, using
from coupons.services.using import Spend
from stores.models import Membership, Programme, Store
from tests import world
from tests.coupons import house
from tests.growth.threads import at_once
from tests.world import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 20
CLAIM_ROUNDS = int(os.environ.get("CLAIM_ROUNDS", "5"))  # of 200 claims each: 20 were seen to hold, 5 are quick
MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(transactional_db: None) -> Store:
    world.platform()
    return world.store("S001")


def codes(answers: list[object]) -> Counter[str]:
    """What each thread was answered: "ok", the code of a refusal, or the name of what should not happen."""
    return Counter(
        each.code if isinstance(each, DomainError) else type(each).__name__ if isinstance(each, Exception) else "ok" for each in answers
    )


def joined(programme: Programme, number: int) -> list[Membership]:
    return [house.membership(programme) for _ in range(number)]


def storm(threads: int, act: Callable[[int, int], object], rounds: int = ROUNDS) -> list[list[Any]]:
    """What each of the threads was answered in each round; in every round they meet at a barrier. act: (thread, round)."""
    gate = Barrier(threads)

    def run(thread: int) -> list[object]:
        answers: list[object] = []
        for number in range(rounds):
            gate.wait(timeout=60)
            try:
                answers.append(act(thread, number))
            except Exception as problem:
                answers.append(problem)
        return answers

    found: list[Any] = at_once(*(partial(run, thread) for thread in range(threads)))
    assert all(isinstance(each, list) for each in found), found
    return [list(of_round) for of_round in zip(*found, strict=True)]


def test_r04_two_hundred_claims_of_ten_coupons(shop: Store):
    """R04: 200 claims of 10 coupons by 25 threads, in every round: exactly 10 each time, 190 refusals, no deadlock, nothing else.

    CLAIM_ROUNDS=20 for the whole.
    """
    members = joined(shop.programme, 25)
    templates = [house.template(shop.programme, stock=10, is_claimable=True).pk for _ in range(CLAIM_ROUNDS)]

    def claim(thread: int, number: int) -> list[str]:
        answers: list[object] = []
        for wave in range(8):
            try:
                answers.append(
                    claims.claim(
                        template_id=templates[number],
                        membership_id=members[thread].pk,
                        effect_key=str(number * 8 + wave),
                        actor="test",
                        at=NOW,
                    )
                )
            except Exception as problem:
                answers.append(problem)
        return list(codes(answers).elements())

    for number, answers in enumerate(storm(25, claim, CLAIM_ROUNDS)):
        assert Counter(code for each in answers for code in each) == {"ok": 10, "quantity_exceeded": 190}, number
        assert Coupon.objects.filter(template=templates[number]).count() == 10


def test_r04_fifty_uses_of_one_code(shop: Store):
    """R04: 50 uses of one coupon on 50 orders by 50 threads, 20 times: exactly one."""
    member = house.membership(shop.programme)
    coupons = [house.coupon(house.template(shop.programme), member).pk for _ in range(ROUNDS)]

    def use(thread: int, number: int) -> object:
        spend = Spend(house.goods(20000))
        order_no = f"{number}-{thread}"
        return using.use_coupon(coupon_id=coupons[number], store_id=shop.pk, order_no=order_no, spend=spend, actor="test", at=NOW)

    for number, answers in enumerate(storm(50, use)):
        assert codes(answers) == {"ok": 1, "already_used": 49}, number


def test_r04_a_payment_that_fails_gives_the_coupon_back(shop: Store):
    """Peers 10: reserved, the payment dies, nobody says so; after its time exactly one of two others has it."""
    member = house.membership(shop.programme)
    coupon = house.coupon(house.template(shop.programme, valid_amount=48), member)
    house.reserve(coupon, shop)
    late = NOW + 31 * MINUTE
    answers = at_once(
        lambda: house.use(coupon, shop, "A", at=late, spend=Spend(house.goods(20000))),
        lambda: house.use(coupon, shop, "B", at=late, spend=Spend(house.goods(20000))),
        lambda: expiry.expire(now=late),
    )
    assert sorted(codes(answers).items()) == [("already_used", 1), ("ok", 2)]
    assert selectors.standing_of(Coupon.objects.get(pk=coupon.pk), late).refusal == "already_used"
    connection.close()


def test_a_member_has_as_many_as_one_may_have(shop: Store):
    """Twenty claims by one member at once: the limit holds."""
    member = house.membership(shop.programme)
    template = house.template(shop.programme, per_member=3, is_claimable=True)
    answers = at_once(
        *(
            (
                lambda place=place: claims.claim(
                    template_id=template.pk, membership_id=member.pk, effect_key=str(place), actor="test", at=NOW
                )
            )
            for place in range(20)
        )
    )
    assert codes(answers) == {"ok": 3, "per_member_exceeded": 17}
