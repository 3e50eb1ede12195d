"""The six ways a coupon's state goes (CPN-02), as what its row holds afterwards and the step that tells of it. No ORM, clock or settings.

available -> reserved, expired, revoked; reserved -> available, used; used -> available. Everything else is refused, by the database too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from coupons.enums import CouponState
from coupons.rules.states import grace_until as grace_end


@dataclass(frozen=True)
class Held:
    """A coupon as it is before it moves; fields as in coupons.Coupon."""

    coupon_id: int
    state: str
    valid_until: datetime
    grace_until: datetime | None = None
    store_id: int | None = None
    order_no: str = ""
    reserved_at: datetime | None = None
    reserved_until: datetime | None = None
    used_at: datetime | None = None
    discount_minor: int | None = None


@dataclass(frozen=True)
class Move:
    """after: the row as it will be.  store_id, order_no, discount_minor: of the order the step is about."""

    before: Held
    after: Held
    cause: str
    occurred_at: datetime
    store_id: int | None = None
    order_no: str = ""
    discount_minor: int | None = None
    ended_at: datetime | None = None
    reason: str = ""


def reserve(held: Held, *, store_id: int, order_no: str, discount_minor: int | None, at: datetime, until: datetime) -> Move:
    """Set aside for an order until a moment."""
    assert held.state == CouponState.AVAILABLE
    after = Held(
        held.coupon_id,
        CouponState.RESERVED,
        held.valid_until,
        held.grace_until,
        store_id,
        order_no,
        reserved_at=at,
        reserved_until=until,
        discount_minor=discount_minor,
    )
    return Move(held, after, "reserved", at, store_id, order_no, discount_minor)


def use(held: Held, *, discount_minor: int | None, at: datetime) -> Move:
    """Taken for the order it is reserved for. discount_minor: what it took off; None keeps what was reckoned when it was reserved."""
    assert held.state == CouponState.RESERVED
    took = held.discount_minor if discount_minor is None else discount_minor
    after = Held(
        held.coupon_id,
        CouponState.USED,
        held.valid_until,
        held.grace_until,
        held.store_id,
        held.order_no,
        held.reserved_at,
        None,
        used_at=at,
        discount_minor=took,
    )
    return Move(held, after, "used", at, held.store_id, held.order_no, took)


def release(held: Held, *, cause: str, at: datetime, grace: timedelta) -> Move:
    """Let go of by the order: free again, with grace where its end has come meanwhile. cause: "released", "cancelled", "timed_out"."""
    assert held.state == CouponState.RESERVED
    until = grace_end(held.valid_until, at, grace) or held.grace_until
    return _freed(held, cause, at, until)


def give_back(held: Held, *, cause: str, at: datetime) -> Move:
    """Used on an order of which nothing is left: may be used again. cause: "refunded", "cancelled"."""
    assert held.state == CouponState.USED
    return _freed(held, cause, at, held.grace_until)


def _freed(held: Held, cause: str, at: datetime, until: datetime | None) -> Move:
    after = Held(held.coupon_id, CouponState.AVAILABLE, held.valid_until, until)
    return Move(held, after, cause, at, held.store_id, held.order_no, held.discount_minor)


def revoke(held: Held, *, reason: str, at: datetime) -> Move:
    """Taken away."""
    assert held.state == CouponState.AVAILABLE
    after = Held(held.coupon_id, CouponState.REVOKED, held.valid_until, held.grace_until)
    return Move(held, after, "revoked", at, ended_at=at, reason=reason)
