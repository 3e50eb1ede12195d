"""Coupons follow their orders (CPN-17, rulings 4, 5, 15): named by an order they are reserved while it waits for payment and used once it
is paid; a cancelled order lets go of them; one of which nothing is left gives them back by the rule they were issued with.

A fact is never refused: the shop has taken the coupon, so its terms on goods are not judged again. What cannot be - it has ended, or
another order has it - becomes an EffectSkipped row. The same fact twice changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from activity.enums import OrderStatus
from core import events, sql
from core.enums import Origin
from core.models import EffectSkipped
from coupons.enums import CouponState
from coupons.events import CouponsReturned, CouponsSetAside, CouponsUsed
from coupons.models import Coupon
from coupons.rules import moves as rules
from coupons.rules.discounts import split
from coupons.rules.moves import Held, Move
from coupons.rules.states import Kept, standing
from coupons.selectors import coupons as selectors
from coupons.services import moves
from coupons.services.using import MINUTES
from stores import services as stores_services

ACTOR = "system"


@transaction.atomic
def settle_named(*, order_ids: Sequence[int], booked_at: datetime, origin: Origin) -> int:
    """Reserve or use the coupons that orders name; answers how many were used now.

    Whether a coupon can still be used is judged by the door's clock; of history that is loaded, by the time of the order.
    """
    named = sql.rows("coupons/orders/named", order_ids=list(order_ids))
    if not named:
        return 0
    coupons = _held([row["membership_id"] for row in named], [row["coupon_id"] for row in named])
    by_order: dict[int, list[dict[str, Any]]] = {}
    for row in named:
        by_order.setdefault(row["order_id"], []).append(row)
    work = _Work(coupons, booked_at, origin)
    for rows in by_order.values():
        work.settle(rows)
    moves.write(work.moves, actor=ACTOR, booked_at=booked_at)
    work.note()
    if work.used:
        events.publish(CouponsUsed(coupon_ids=tuple(work.used), origin=origin, booked_at=booked_at))
    _tell_set_aside(work.moves, work.used, origin, booked_at)
    return len(work.used)


@transaction.atomic
def settle_ended(*, order_ids: Sequence[int], booked_at: datetime, origin: Origin) -> int:
    """Give back what hangs on orders of which nothing is left; answers how many coupons are free again.

    Reserved ones in any case. Used ones where their refund rule says so and they have not ended meanwhile; others stay used (CPN-17).
    """
    rows = sql.rows("coupons/orders/ended", order_ids=list(order_ids))
    if not rows:
        return 0
    coupons = _held([row["membership_id"] for row in rows], [row["coupon_id"] for row in rows])
    found: list[Move] = []
    returned: list[int] = []
    for row in rows:
        coupon = coupons[row["coupon_id"]]
        at = row["ended_at"] if origin == Origin.BACKFILL else booked_at
        cause = "cancelled" if row["is_cancelled"] else "refunded"
        if coupon.state == CouponState.RESERVED:
            found.append(rules.release(moves.held(coupon), cause=cause, at=at, grace=selectors.grace()))
        elif coupon.state == CouponState.USED and coupon.return_on_refund and at < coupon.valid_until:
            found.append(rules.give_back(moves.held(coupon), cause=cause, at=at))
            returned.append(coupon.pk)
    moves.write(found, actor=ACTOR, booked_at=booked_at)
    if returned:
        events.publish(CouponsReturned(coupon_ids=tuple(returned), origin=origin, booked_at=booked_at))
    _tell_set_aside(found, returned, origin, booked_at)
    return len(found)


def settle_after_sales(*, after_sale_ids: Sequence[int], booked_at: datetime, origin: Origin) -> int:
    """The same for the orders of refunds that have been taken off their lines."""
    rows = sql.rows("coupons/orders/of_after_sales", after_sale_ids=list(after_sale_ids))
    return settle_ended(order_ids=[row["order_id"] for row in rows], booked_at=booked_at, origin=origin)


def _tell_set_aside(written: Sequence[Move], told: Sequence[int], origin: Origin, booked_at: datetime) -> None:
    """told: of which something else is said."""
    others = {move.before.coupon_id for move in written}.difference(told)
    if others:
        events.publish(CouponsSetAside(coupon_ids=tuple(sorted(others)), origin=origin, booked_at=booked_at))


def _held(membership_ids: Sequence[int], coupon_ids: Sequence[int]) -> dict[int, Coupon]:
    """The coupons as they are once their memberships are held."""
    stores_services.lock_memberships(membership_ids)
    return Coupon.objects.in_bulk(list(coupon_ids))


@dataclass
class _Work:
    """What a batch of orders does to coupons, reckoned in memory and written at the end. now: each coupon as the moves so far leave it."""

    coupons: dict[int, Coupon]
    booked_at: datetime
    origin: Origin

    def __post_init__(self) -> None:
        self.moves: list[Move] = []
        self.used: list[int] = []
        self.done: list[str] = []
        self.skipped: list[EffectSkipped] = []
        self.now: dict[int, Held] = {pk: moves.held(coupon) for pk, coupon in self.coupons.items()}

    def settle(self, rows: Sequence[dict[str, Any]]) -> None:
        """The coupons of one order."""
        took = self._took(rows)
        for row in rows:
            self._settle(row, took.get(row["coupon_id"]))

    def note(self) -> None:
        """Write down what could not be; what was written down before and has been done now is settled."""
        EffectSkipped.objects.filter(effect_key__in=self.done, settled_at=None).update(settled_at=self.booked_at)
        EffectSkipped.objects.bulk_create(
            self.skipped,
            update_conflicts=True,
            unique_fields=["effect_key"],
            update_fields=["code", "values", "occurred_at", "booked_at", "settled_at"],
        )

    def _settle(self, row: dict[str, Any], took: int | None) -> None:
        held = self.now[row["coupon_id"]]
        is_paid = row["status"] != OrderStatus.PLACED
        at = (row["paid_at"] or row["completed_at"] or row["placed_at"]) if self.origin == Origin.BACKFILL else self.booked_at
        is_own = (held.store_id, held.order_no) == (row["store_id"], row["order_no"])
        is_held = is_own and held.state == CouponState.RESERVED and held.reserved_until is not None and held.reserved_until > at
        if (is_own and held.state == CouponState.USED) or (is_held and not is_paid):
            return
        if not is_held:
            refusal = self._refusal(row, held, at)
            if refusal:
                self.skipped.append(self._skip(row, refusal))
                return
            held = self._reserved(row, held, took, at)
        if is_paid:
            self._do(rules.use(held, discount_minor=took, at=at))
            self.used.append(row["coupon_id"])
        self.done.append(_key(row))

    def _refusal(self, row: dict[str, Any], held: Held, at: datetime) -> str:
        coupon = self.coupons[row["coupon_id"]]
        kept = Kept(held.state, coupon.valid_from, coupon.valid_until, held.grace_until, held.reserved_until)
        found = standing(kept, at, selectors.grace()).refusal
        if not found and coupon.store_ids and row["store_id"] not in coupon.store_ids:
            return "wrong_store"
        return found

    def _reserved(self, row: dict[str, Any], held: Held, took: int | None, at: datetime) -> Held:
        """Set aside for the order; a reservation whose time is over ends first."""
        if held.state == CouponState.RESERVED:
            assert held.reserved_until is not None
            held = self._do(rules.release(held, cause="timed_out", at=held.reserved_until, grace=selectors.grace()))
        until = at + timedelta(minutes=MINUTES)
        return self._do(rules.reserve(held, store_id=row["store_id"], order_no=row["order_no"], discount_minor=took, at=at, until=until))

    def _took(self, rows: Sequence[dict[str, Any]]) -> dict[int, int]:
        """What each coupon took off, where the order says so: of one coupon all of it, of several what was not reckoned before, evenly."""
        total = rows[0]["coupon_minor"]
        known = {row["coupon_id"]: self.now[row["coupon_id"]].discount_minor or 0 for row in rows if len(rows) > 1}
        open_ones = [row["coupon_id"] for row in rows if not known.get(row["coupon_id"])]
        if not total or not open_ones:
            return {}
        parts = split(max(0, total - sum(known.values())), [1] * len(open_ones))
        return dict(zip(open_ones, parts, strict=True))

    def _skip(self, row: dict[str, Any], code: str) -> EffectSkipped:
        return EffectSkipped(
            effect_key=_key(row),
            code=code,
            values={"order_id": row["order_id"], "order_no": row["order_no"], "coupon_id": row["coupon_id"]},
            member_id=row["member_id"],
            programme_id=row["programme_id"],
            occurred_at=row["placed_at"],
            booked_at=self.booked_at,
        )

    def _do(self, move: Move) -> Held:
        self.moves.append(move)
        self.now[move.before.coupon_id] = move.after
        return move.after


def _key(row: dict[str, Any]) -> str:
    return f"coupons:{row['coupon_id']}:order:{row['order_id']}"
