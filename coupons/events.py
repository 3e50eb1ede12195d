"""Facts this app announces (ruling 12). Each carries a batch of ids, never rows."""

from dataclasses import dataclass
from datetime import datetime

from core.enums import Origin


@dataclass(frozen=True)
class _CouponFact:
    """coupon_ids: rows of coupons.Coupon, in the same transaction.  booked_at: the door's clock."""

    coupon_ids: tuple[int, ...]
    origin: Origin
    booked_at: datetime


@dataclass(frozen=True)
class CouponsIssued(_CouponFact):
    """Members have these coupons since now."""


@dataclass(frozen=True)
class CouponsSetAside(_CouponFact):
    """These coupons are reserved for an order, or free again without having been used."""


@dataclass(frozen=True)
class CouponsUsed(_CouponFact):
    """These coupons have taken something off an order."""


@dataclass(frozen=True)
class CouponsReturned(_CouponFact):
    """Used coupons that may be used again, since their order was refunded."""


@dataclass(frozen=True)
class CouponsEnded(_CouponFact):
    """Coupons that expired or were revoked."""
