"""Coupons at the checkout and at the till (SF-5, CPN-02, CPN-18): reserve, use, release; and taking them away.

A reservation names its order and ends by itself. From reserved_until on it is void, whether or not a job has said so: whatever touches the
coupon then ends it first. Every verb holds the membership, then writes by guarded update.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import events, reasons
from core import scope as scopes
from core.enums import Origin
from core.errors import InvalidInput
from coupons import errors
from coupons.enums import CouponState
from coupons.events import CouponsEnded, CouponsSetAside, CouponsUsed
from coupons.models import Coupon, CouponTemplate
from coupons.rules import moves as rules
from coupons.rules.discounts import Goods, Taken, reckon
from coupons.selectors import baskets
from coupons.selectors import coupons as selectors
from coupons.services import moves, refusals
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.enums import ProgrammeKind

MINUTES = 30
MINUTES_AT_MOST = 24 * 60


@dataclass(frozen=True)
class Spend:
    """What is bought: lines at what they cost after level and activity, before coupons, and the postage left to pay."""

    goods: tuple[Goods, ...]
    postage_minor: int = 0


@transaction.atomic
def reserve_coupon(
    *, coupon_id: int, store_id: int, order_no: str, spend: Spend, minutes: int = MINUTES, actor: str, at: datetime
) -> Coupon:
    """Set a coupon aside for an order. What it takes off is reckoned together with the coupons the order has already.

    minutes: how long, at most a day.  Raises CouponNotFound, InvalidInput, CouponExpired, CouponNotYetValid, CouponUsed, CouponRevoked,
    HeldByOtherOrder - also for the same order a second time -, WrongStore, MinSpend, NotApplicable, NotFirstOrder, NotStackable.
    """
    if not 1 <= minutes <= MINUTES_AT_MOST:
        raise InvalidInput(_("A reservation lasts 1 to %(most)s minutes.") % {"most": MINUTES_AT_MOST}, field="minutes")
    coupon = _reserve(_held(coupon_id), store_id, order_no, spend, at + timedelta(minutes=minutes), actor, at)
    events.publish(CouponsSetAside(coupon_ids=(coupon_id,), origin=Origin.LIVE, booked_at=at))
    return coupon


@transaction.atomic
def use_coupon(
    *, coupon_id: int, store_id: int, order_no: str, spend: Spend | None = None, discount_minor: int | None = None, actor: str, at: datetime
) -> Coupon:
    """Take a coupon for good. spend: takes one that is not reserved, in one step (a till); without it only the order's own reservation.

    discount_minor: what the shop took off; None for what was reckoned.
    Raises CouponNotFound, NotReserved where nothing is reserved and no goods are named, and as `reserve_coupon`.
    """
    coupon = _held(coupon_id)
    found = selectors.standing_of(coupon, at)
    is_own = found.state == CouponState.RESERVED and (coupon.store_id, coupon.order_no) == (store_id, order_no)
    if not is_own:
        refusal = refusals.of_state(coupon, found)
        if refusal is not None:
            raise refusal
        if spend is None:
            raise errors.NotReserved(state=found.state)
        coupon = _reserve(coupon, store_id, order_no, spend, at + timedelta(minutes=MINUTES), actor, at)
    moves.write([rules.use(moves.held(coupon), discount_minor=discount_minor, at=at)], actor=actor, booked_at=at)
    events.publish(CouponsUsed(coupon_ids=(coupon_id,), origin=Origin.LIVE, booked_at=at))
    return _read(coupon_id)


@transaction.atomic
def release_coupon(*, coupon_id: int, store_id: int, order_no: str, actor: str, at: datetime) -> Coupon:
    """Give a reserved coupon back: the order was not paid. One whose end came meanwhile stays usable for the hours of grace.

    Raises CouponNotFound, CouponUsed, HeldByOtherOrder for another order's reservation, NotReserved.
    """
    coupon = _held(coupon_id)
    found = selectors.standing_of(coupon, at)
    if found.state == CouponState.USED:
        raise errors.CouponUsed(order_no=coupon.order_no)
    if found.state != CouponState.RESERVED:
        raise errors.NotReserved(state=found.state)
    if (coupon.store_id, coupon.order_no) != (store_id, order_no):
        raise errors.HeldByOtherOrder(reserved_until=coupon.reserved_until)
    move = rules.release(moves.held(coupon), cause="released", at=at, grace=selectors.grace())
    moves.write([move], actor=actor, booked_at=at)
    events.publish(CouponsSetAside(coupon_ids=(coupon_id,), origin=Origin.LIVE, booked_at=at))
    return _read(coupon_id)


@transaction.atomic
def revoke_coupon(*, coupon_id: int, reason: str, actor: str, at: datetime) -> Coupon:
    """Take a coupon away that can still be used. Stock and budget of its template get it back.

    Raises CouponNotFound, NotRevocable (values: state), InvalidInput for a reason that says nothing.
    """
    reason = reasons.checked(reason)
    coupon = _held(coupon_id)
    found = selectors.standing_of(coupon, at)
    if found.state != CouponState.AVAILABLE:
        raise errors.NotRevocable(state=found.state)
    coupon = _timed_out(coupon, at)
    moves.write([rules.revoke(moves.held(coupon), reason=reason, at=at)], actor=actor, booked_at=at)
    CouponTemplate.objects.filter(pk=coupon.template_id).update(
        issued=F("issued") - 1, committed_minor=F("committed_minor") - coupon.cost_minor
    )
    events.publish(CouponsEnded(coupon_ids=(coupon_id,), origin=Origin.LIVE, booked_at=at))
    return _read(coupon_id)


def _reserve(coupon: Coupon, store_id: int, order_no: str, spend: Spend, until: datetime, actor: str, at: datetime) -> Coupon:
    """The coupon is held. What the other coupons of the order take off is reckoned anew, since they share its goods."""
    found = selectors.standing_of(coupon, at)
    refusal = refusals.of_state(coupon, found)
    if refusal is not None:
        raise refusal
    store = stores_selectors.contacts([store_id]).get(store_id)
    programme = coupon.template.programme
    if not programme.coupons_on:
        raise errors.CouponsOff()
    if store is None or (programme.kind != ProgrammeKind.PLATFORM and store.programme_id != programme.pk):
        raise errors.WrongStore(store=store.code if store else "")
    others = _of_order(coupon, store_id, order_no, at)
    together = [*others, coupon]
    taken = _reckoned(together, coupon, store_id, spend)
    refusal = refusals.of_basket(coupon, taken[-1], store.code)
    if refusal is not None:
        raise refusal
    coupon = _timed_out(coupon, at)
    _retell(others, taken)
    move = rules.reserve(
        moves.held(coupon), store_id=store_id, order_no=order_no, discount_minor=taken[-1].discount_minor, at=at, until=until
    )
    moves.write([move], actor=actor, booked_at=at)
    return _read(coupon.pk)


def _reckoned(together: Sequence[Coupon], coupon: Coupon, store_id: int, spend: Spend) -> Sequence[Taken]:
    basket = baskets.basket(
        membership_id=coupon.membership_id,
        store_id=store_id,
        goods=spend.goods,
        postage_minor=spend.postage_minor,
        counts_orders=any(each.first_order for each in together),
    )
    return reckon([baskets.terms(each) for each in together], basket)


def _of_order(coupon: Coupon, store_id: int, order_no: str, at: datetime) -> list[Coupon]:
    """The member's other coupons on the same order, reserved in time or used, of the platform's programme and the store's alike."""
    rows = Coupon.objects.filter(
        membership__member_id=coupon.membership.member_id, store_id=store_id, order_no=order_no, state__in=_ON_AN_ORDER
    ).exclude(pk=coupon.pk)
    return [each for each in rows.order_by("reserved_at", "id") if selectors.standing_of(each, at).state in _ON_AN_ORDER]


_ON_AN_ORDER = (CouponState.RESERVED, CouponState.USED)


def _retell(others: Sequence[Coupon], taken: Sequence[Taken]) -> None:
    """A coupon reserved before takes off another amount now that one more is with it; what was used stays as it was told."""
    for other, of_other in zip(others, taken, strict=False):
        if other.state == CouponState.RESERVED and not of_other.refusal:
            Coupon.objects.filter(pk=other.pk, state=CouponState.RESERVED).update(discount_minor=of_other.discount_minor)


def _timed_out(coupon: Coupon, at: datetime) -> Coupon:
    """The coupon free of a reservation whose time is over, as the job would leave it."""
    if coupon.state != CouponState.RESERVED:
        return coupon
    assert coupon.reserved_until is not None and coupon.reserved_until <= at
    move = rules.release(moves.held(coupon), cause="timed_out", at=coupon.reserved_until, grace=selectors.grace())
    moves.write([move], actor="system", booked_at=at)
    return _read(coupon.pk)


def _held(coupon_id: int) -> Coupon:
    """The coupon as it is once its membership is held: of all programmes of the member, since an order may have coupons of two."""
    membership_id = Coupon.objects.filter(pk=coupon_id).values_list("membership_id", flat=True).first()
    if membership_id is None:
        raise errors.CouponNotFound()
    member_id = stores_selectors.membership_rows(membership_id).values_list("member_id", flat=True).get()
    stores_services.lock_memberships([each.pk for each in stores_selectors.memberships_of(member_id, scopes.SYSTEM)])
    return _read(coupon_id)


def _read(coupon_id: int) -> Coupon:
    return Coupon.objects.select_related("template__programme", "membership", "store").get(pk=coupon_id)
