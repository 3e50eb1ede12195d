"""R04: many want the same coupon at the same moment, by real threads on connections of their own."""

from collections import Counter
from datetime import timedelta

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


def test_r04_two_hundred_claims_of_ten_coupons(shop: Store):
    """R04: 200 claims of 10 coupons, 20 times, in waves of 25 threads: exactly 10 each time, 190 refusals, no deadlock."""
    members = joined(shop.programme, 25)
    for number in range(ROUNDS):
        template = house.template(shop.programme, stock=10, is_claimable=True)

        def claim(member: Membership, wave: int, template_id: int = template.pk) -> object:
            return claims.claim(template_id=template_id, membership_id=member.pk, effect_key=f"{template_id}:{wave}", actor="test", at=NOW)

        answers: list[object] = []
        for wave in range(8):
            answers += at_once(*((lambda member=member, wave=wave: claim(member, wave)) for member in members))  # type: ignore[misc]
        assert codes(answers) == {"ok": 10, "quantity_exceeded": 190}, number
        assert Coupon.objects.filter(template=template).count() == 10


def test_r04_fifty_uses_of_one_code(shop: Store):
    """R04: 50 uses of one coupon on 50 orders, 20 times, in waves of 25: exactly one."""
    member = house.membership(shop.programme)
    for number in range(ROUNDS):
        coupon = house.coupon(house.template(shop.programme), member)

        def use(order: int, coupon_id: int = coupon.pk) -> object:
            spend = Spend(house.goods(20000))
            return using.use_coupon(
                coupon_id=coupon_id, store_id=shop.pk, order_no=f"{coupon_id}-{order}", spend=spend, actor="test", at=NOW
            )

        answers: list[object] = []
        for wave in range(2):
            answers += at_once(*((lambda order=wave * 25 + place: use(order)) for place in range(25)))  # type: ignore[misc]
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
            )  # type: ignore[misc]
            for place in range(20)
        )
    )
    assert codes(answers) == {"ok": 3, "per_member_exceeded": 17}
