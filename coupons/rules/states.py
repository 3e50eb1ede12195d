"""What a coupon is at a moment (CPN-02, CPN-06): its row and the clock decide, never whether a job has run. No ORM, clock or settings."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from coupons.enums import CouponState


@dataclass(frozen=True)
class Kept:
    """What a row keeps; fields as in coupons.Coupon."""

    state: str
    valid_from: datetime
    valid_until: datetime
    grace_until: datetime | None = None
    reserved_until: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """state: by the clock.  refusal: code of coupons.errors why it cannot be used now, empty where it can.

    usable_until: when it ends (exclusive), grace included.
    """

    state: CouponState
    refusal: str
    usable_until: datetime


_REFUSALS = {
    CouponState.USED: "already_used",
    CouponState.REVOKED: "revoked",
    CouponState.EXPIRED: "expired",
    CouponState.RESERVED: "held_by_other_session",
}


def standing(kept: Kept, at: datetime, grace: timedelta) -> Standing:
    """What a coupon is at `at`. grace: how long after its end one stays usable whose end came while it was reserved.

    A reservation whose time is over is void: the coupon is what it would be had it been released at that moment.
    """
    state, until = CouponState(kept.state), kept.grace_until or kept.valid_until
    if state == CouponState.RESERVED and kept.reserved_until is not None and kept.reserved_until <= at:
        state = CouponState.AVAILABLE
        until = grace_until(kept.valid_until, kept.reserved_until, grace) or until
    if state == CouponState.AVAILABLE and until <= at:
        state = CouponState.EXPIRED
    refusal = _REFUSALS.get(state, "")
    if state == CouponState.AVAILABLE and at < kept.valid_from:
        refusal = "not_yet_valid"
    return Standing(state, refusal, until)


def grace_until(valid_until: datetime, released_at: datetime, grace: timedelta) -> datetime | None:
    """Until when a coupon stays usable that was let go after its end; None where the end has not come yet.

    It is counted from the end, so that reserving and letting go again never prolongs a coupon.
    """
    return valid_until + grace if valid_until <= released_at else None
