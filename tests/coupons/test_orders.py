"""Coupons follow their orders (CPN-17, rulings 4, 15). docs/rules/coupons.md, Orders."""

from datetime import timedelta
from typing import Any

import pytest

from activity.inputs import AfterSaleLineIn
from core.enums import Origin
from core.models import EffectSkipped, OutboxMessage
from core.watching import Unwatched
from coupons.models import Coupon
from coupons.services import replay
from stores.models import Membership, Programme, Store
from tests.activity.facts import after_sale, line, order, record
from tests.coupons import house
from tests.world import NOW

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def coupon(programme: Programme, member: Membership) -> Coupon:
    """30.00 off, for 24 hours; comes back on a full refund."""
    return house.coupon(house.template(programme), member)


def tell(shop: Store, member: Membership, *coupons: Coupon, at: Any = NOW, origin: Origin = Origin.LIVE, **values: Any) -> None:
    """An order of 100.00 that names coupons."""
    said = {
        "coupon_codes": tuple(each.code for each in coupons),
        "lines": [line(1, 10000)],
        "coupon_minor": 3000,
        "goods_minor": 13000,
        **values,
    }
    [answer] = record(order(shop.pk, member.member_id, **said), at=at, origin=origin)
    assert answer.ok, answer.problem


def states(*coupons: Coupon) -> list[str]:
    return [Coupon.objects.get(pk=each.pk).state for each in coupons]


def test_a_placed_order_reserves_and_a_paid_one_uses(shop: Store, member: Membership, coupon: Coupon):
    tell(shop, member, coupon, status="placed", paid_at=None)
    assert states(coupon) == ["reserved"]
    tell(shop, member, coupon, status="paid", version=2)
    found = Coupon.objects.get(pk=coupon.pk)
    assert (found.state, found.order_no, found.discount_minor, found.used_at) == ("used", "O1", 3000, NOW)
    tell(shop, member, coupon, status="completed", version=3)
    assert len(house.steps(coupon)) == 3
    told = list(OutboxMessage.objects.filter(topic="coupon.changed").order_by("id").values_list("payload__happened", flat=True))
    assert told == ["issued", "used"]


def test_what_was_reserved_for_the_order_is_used_by_it(shop: Store, member: Membership, coupon: Coupon):
    house.reserve(coupon, shop, order_no="O1")
    tell(shop, member, coupon, status="paid")
    assert [step[2] for step in house.steps(coupon)] == ["issued", "reserved", "used"]


def test_codes_of_others_are_the_shops_own(shop: Store, programme: Programme, member: Membership):
    other = house.coupon(house.template(programme), house.membership(programme))
    tell(shop, member, other, coupon_codes=(other.code, "SHOP-5"))
    assert states(other) == ["available"]
    assert not EffectSkipped.objects.exists()


def test_a_coupon_that_has_ended_is_noted_and_the_order_stands(shop: Store, member: Membership, coupon: Coupon):
    """Ruling 4: a handler never refuses a fact."""
    tell(shop, member, coupon, at=NOW + DAY)
    [skipped] = EffectSkipped.objects.all()
    assert (skipped.code, skipped.member_id, skipped.values["order_no"]) == ("expired", member.member_id, "O1")
    assert states(coupon) == ["available"]


def test_what_another_order_holds_is_tried_again_once_it_is_free(shop: Store, member: Membership, coupon: Coupon):
    house.reserve(coupon, shop, order_no="O2")
    tell(shop, member, coupon)
    assert EffectSkipped.objects.get(settled_at=None).code == "held_by_other_session"
    house.release(coupon, shop, order_no="O2", at=NOW + MINUTE)
    assert replay.retry(NOW + MINUTE, Unwatched()) == (1, 1, 1)
    assert states(coupon) == ["used"]
    assert replay.retry(NOW + MINUTE, Unwatched()) == (0, 0, 0)


def test_history_is_judged_by_its_own_time_and_not_told(shop: Store, member: Membership, coupon: Coupon):
    """Ruling 5."""
    OutboxMessage.objects.all().delete()
    tell(shop, member, coupon, at=NOW + 30 * DAY, origin=Origin.BACKFILL, placed_at=NOW + HOUR)
    found = Coupon.objects.get(pk=coupon.pk)
    assert (found.state, found.used_at) == ("used", NOW + HOUR)
    assert not OutboxMessage.objects.filter(topic="coupon.changed").exists()


def test_cpn_17_cancelled_before_payment_it_is_available_again(shop: Store, member: Membership, coupon: Coupon):
    """CPN-17, case 1."""
    tell(shop, member, coupon, status="placed", paid_at=None)
    tell(shop, member, coupon, status="cancelled", paid_at=None, version=2)
    assert states(coupon) == ["available"]
    assert house.steps(coupon)[-1] == ("reserved", "available", "cancelled")


@pytest.mark.parametrize(
    ("returns", "later", "state"),
    [(True, HOUR, "available"), (False, HOUR, "used"), (True, DAY, "used"), (False, DAY, "used")],
)
def test_cpn_17_a_full_refund(shop: Store, programme: Programme, member: Membership, returns: bool, later: timedelta, state: str):
    """CPN-17: return_on_refund and not expired: available; false or expired: stays used (4 cases)."""
    coupon = house.coupon(house.template(programme, return_on_refund=returns), member)
    tell(shop, member, coupon, status="completed")
    record(after_sale(shop.pk, refund_minor=10000, settled_at=NOW + later), at=NOW + later)
    assert states(coupon) == [state]


def test_a_refund_in_part_leaves_the_coupon_used(shop: Store, member: Membership, coupon: Coupon):
    """The second part makes it whole."""
    tell(shop, member, coupon, status="completed", lines=[line(1, 4000), line(2, 6000)])
    record(after_sale(shop.pk, "A1", lines=[AfterSaleLineIn(1, 4000, 1)]))
    assert states(coupon) == ["used"]
    record(after_sale(shop.pk, "A2", lines=[AfterSaleLineIn(2, 6000, 1)]))
    assert states(coupon) == ["available"]
    found = Coupon.objects.get(pk=coupon.pk)
    assert (found.used_at, found.discount_minor, found.order_no) == (None, None, "")


@pytest.mark.parametrize("status", ["paid", "completed"])
def test_a_later_version_of_a_refunded_order_does_not_take_its_coupon_again(shop: Store, member: Membership, coupon: Coupon, status: str):
    tell(shop, member, coupon, status=status)
    record(after_sale(shop.pk, refund_minor=10000))
    assert states(coupon) == ["available"]
    tell(shop, member, coupon, status="completed", version=2)
    assert states(coupon) == ["available"]
    assert [step[2] for step in house.steps(coupon)] == ["issued", "reserved", "used", "refunded"]


def test_several_coupons_of_an_order_share_what_it_says(shop: Store, programme: Programme, member: Membership):
    """What was reckoned when it was reserved stays; the rest of the order's 30.00 is the other's."""
    first = house.coupon(house.template(programme, stackable=True, face_minor=1000, min_spend_minor=0), member)
    second = house.coupon(house.template(programme, stackable=True, min_spend_minor=0), member)
    house.reserve(first, shop, order_no="O1")
    tell(shop, member, first, second)
    took = [Coupon.objects.get(pk=each.pk).discount_minor for each in (first, second)]
    assert took == [1000, 2000]
