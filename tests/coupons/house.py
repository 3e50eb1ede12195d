"""Coupon templates, and members with coupons, for tests that are about something else; others extend it."""

from datetime import datetime
from itertools import count
from typing import Any

from coupons.enums import CouponKind, CouponSource, Validity
from coupons.models import Coupon, CouponStep, CouponTemplate
from coupons.rules.discounts import Goods
from coupons.services import issuing, using
from coupons.services.issuing import Issued
from coupons.services.using import Spend
from stores.models import Membership, Programme, Store
from tests import world
from tests.world import NOW

_numbers = count(1)


def template(programme: Programme, **values: Any) -> CouponTemplate:
    """A template: 30.00 off from 99.00 on, for 24 hours after receipt, unless said otherwise."""
    return CouponTemplate.objects.create(
        **{
            "programme": programme,
            "code": f"t{next(_numbers)}",
            "name": "满减券",
            "kind": CouponKind.AMOUNT,
            "face_minor": 3000,
            "min_spend_minor": 9900,
            "validity": Validity.HOURS,
            "valid_amount": 24,
            "cost_minor": 3000,
            **values,
        }
    )


def percent(programme: Programme, **values: Any) -> CouponTemplate:
    """10 % off without minimum."""
    return template(programme, **{"kind": CouponKind.PERCENT, "face_minor": None, "pay_rate": "0.9000", "min_spend_minor": 0, **values})


def shipping(programme: Programme, **values: Any) -> CouponTemplate:
    """Free postage."""
    return template(programme, **{"kind": CouponKind.SHIPPING, "face_minor": None, "min_spend_minor": 0, "cost_minor": 1000, **values})


def gift(programme: Programme, **values: Any) -> CouponTemplate:
    """A free piece of 咖啡."""
    return template(programme, **{"kind": CouponKind.GIFT, "face_minor": None, "min_spend_minor": 0, "categories": ["咖啡"], **values})


def membership(programme: Programme) -> Membership:
    """Somebody new in a programme."""
    member_id = world.enrol(None, f"+86138{next(_numbers):08d}", at=NOW).member_id
    found, _created = Membership.objects.get_or_create(
        member_id=member_id,
        programme=programme,
        defaults={"member_no": f"C{next(_numbers)}", "joined_at": NOW, "source": "registration"},
    )
    return found


def issue(of: CouponTemplate, *to: Membership, key: str = "", at: datetime = NOW, **values: Any) -> Issued:
    """Coupons of a template to memberships."""
    return issuing.issue_coupons(
        **{
            "template_id": of.pk,
            "membership_ids": [each.pk for each in to],
            "source": CouponSource.CAMPAIGN,
            "source_id": "1",
            "effect_key": key or f"test:{next(_numbers)}",
            "actor": "test",
            "at": at,
            **values,
        }
    )


def coupon(of: CouponTemplate, to: Membership, *, at: datetime = NOW, **values: Any) -> Coupon:
    """One coupon of a member."""
    [[coupon_id]] = issue(of, to, at=at, **values).coupon_ids.values()
    return Coupon.objects.get(pk=coupon_id)


def steps(of: Coupon) -> list[tuple[str, str, str]]:
    """from, to and cause of each step."""
    return list(CouponStep.objects.filter(coupon=of).order_by("id").values_list("state_from", "state_to", "cause"))


def goods(*amounts: int, category: str = "", **values: Any) -> tuple[Goods, ...]:
    """Lines that cost so much after level and activity, one piece each unless said otherwise."""
    return tuple(
        Goods(**{"line_no": place, "sku": f"SKU{place}", "category": category, "quantity": 1, "pay_minor": amount, **values})
        for place, amount in enumerate(amounts, start=1)
    )


def reserve(of: Coupon, store: Store, amount: int = 29900, order_no: str = "O2001", *, at: datetime = NOW, **values: Any) -> Coupon:
    """Set aside for an order of one line."""
    spend = values.pop("spend", None) or Spend(goods(amount))
    return using.reserve_coupon(coupon_id=of.pk, store_id=store.pk, order_no=order_no, spend=spend, actor="test", at=at, **values)


def use(of: Coupon, store: Store, order_no: str = "O2001", *, at: datetime = NOW, **values: Any) -> Coupon:
    return using.use_coupon(coupon_id=of.pk, store_id=store.pk, order_no=order_no, actor="test", at=at, **values)


def release(of: Coupon, store: Store, order_no: str = "O2001", *, at: datetime = NOW) -> Coupon:
    return using.release_coupon(coupon_id=of.pk, store_id=store.pk, order_no=order_no, actor="test", at=at)


def revoke(of: Coupon, *, at: datetime = NOW) -> Coupon:
    return using.revoke_coupon(coupon_id=of.pk, reason="given by mistake", actor="test", at=at)
