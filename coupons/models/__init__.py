"""Tables of coupons: what is offered, what members hold, what happened to it, and the packs given by themselves."""

from coupons.models.coupons import Coupon, CouponStep
from coupons.models.packs import CouponPack, PackItem, PackRun
from coupons.models.templates import CouponTemplate

__all__ = ["Coupon", "CouponPack", "CouponStep", "CouponTemplate", "PackItem", "PackRun"]
