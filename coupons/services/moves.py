"""Writing moves of coupons (CPN-02): the guarded update and the step that tells of it. The caller holds the memberships."""

from collections.abc import Sequence
from datetime import datetime

from core import sql
from coupons.models import Coupon, CouponStep
from coupons.rules.moves import Held, Move


def held(coupon: Coupon) -> Held:
    """A row as the rules take it."""
    return Held(
        coupon.pk,
        coupon.state,
        coupon.valid_until,
        coupon.grace_until,
        coupon.store_id,
        coupon.order_no,
        coupon.reserved_at,
        coupon.reserved_until,
        coupon.used_at,
        coupon.discount_minor,
    )


def write(moves: Sequence[Move], *, actor: str, booked_at: datetime) -> None:
    """Write moves in their order; those of one coupon one after the other, of many in one statement each round."""
    rounds: list[list[Move]] = []
    place: dict[int, int] = {}
    for move in moves:
        number = place.get(move.before.coupon_id, 0)
        place[move.before.coupon_id] = number + 1
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(move)
    membership_ids: dict[int, int] = {}
    for each in rounds:
        membership_ids |= _write(each)
    steps = [_step(move, membership_ids[move.before.coupon_id], actor, booked_at) for move in moves]
    CouponStep.objects.bulk_create(steps, batch_size=2000)


def _write(moves: Sequence[Move]) -> dict[int, int]:
    """Membership ids by coupon id."""
    written = sql.rows(
        "coupons/moves/write",
        coupon_ids=[move.before.coupon_id for move in moves],
        state_froms=[move.before.state for move in moves],
        state_tos=[move.after.state for move in moves],
        store_ids=[move.after.store_id for move in moves],
        order_nos=[move.after.order_no for move in moves],
        reserved_ats=[move.after.reserved_at for move in moves],
        reserved_untils=[move.after.reserved_until for move in moves],
        used_ats=[move.after.used_at for move in moves],
        discounts=[move.after.discount_minor for move in moves],
        grace_untils=[move.after.grace_until for move in moves],
        ended_ats=[move.ended_at for move in moves],
    )
    assert len(written) == len(moves), "who moves a coupon holds its membership, so nobody else has moved it"
    return {row["id"]: row["membership_id"] for row in written}


def _step(move: Move, membership_id: int, actor: str, booked_at: datetime) -> CouponStep:
    return CouponStep(
        coupon_id=move.before.coupon_id,
        membership_id=membership_id,
        state_from=move.before.state,
        state_to=move.after.state,
        cause=move.cause,
        store_id=move.store_id,
        order_no=move.order_no,
        discount_minor=move.discount_minor,
        reason=move.reason,
        actor=actor,
        occurred_at=move.occurred_at,
        booked_at=booked_at,
    )
