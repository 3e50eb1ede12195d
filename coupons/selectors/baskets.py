"""What coupons are asked about: goods, the store they are bought in, and how many orders the member has completed (CPN-11, CPN-18)."""

from collections.abc import Sequence

from core import sql
from coupons.models import Coupon
from coupons.rules.discounts import Basket, Goods, Terms


def basket(*, membership_id: int, store_id: int | None, goods: Sequence[Goods], postage_minor: int, counts_orders: bool) -> Basket:
    """counts_orders: whether any coupon asks for a first order; nobody else needs the count."""
    row = sql.one("coupons/baskets/completed_orders", membership_id=membership_id) if counts_orders else None
    return Basket(tuple(goods), postage_minor, store_id, int(row["orders"]) if row else 0)


def terms(coupon: Coupon) -> Terms:
    """What a coupon promises, as the rules take it."""
    return Terms(
        kind=coupon.kind,
        face_minor=coupon.face_minor,
        pay_rate=coupon.pay_rate,
        cap_minor=coupon.cap_minor,
        min_spend_minor=coupon.min_spend_minor,
        store_ids=tuple(coupon.store_ids),
        categories=tuple(coupon.categories),
        skus=tuple(coupon.skus),
        stackable=coupon.stackable,
        first_order=coupon.first_order,
    )
