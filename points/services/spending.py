"""What shops and tills do with a member's points: set aside, take, give, take back (SF-6, SF-7, PTS-24).

Each call has a reference of the caller's, once for ever per member: the same again answers the first and moves nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core import reasons
from growth.errors import EffectConflict
from points.enums import EntryKind
from points.errors import AboveShare, BoundToOrder, EntryNotFound, NotReversible
from points.models import PointsEntry, PointsHold
from points.rules import checkout as rules
from points.selectors import prices
from points.services import holds, ledger
from points.services.admission import admit, check_minimum
from points.services.ledger import Moved as Moved
from stores import services as stores_services

_OF_ORDERS = ("order", "after_sale")
_WITH_A_WAY_OF_THEIR_OWN = frozenset({EntryKind.EXCHANGE_OUT, EntryKind.EXCHANGE_IN, EntryKind.OPENING, EntryKind.MERGE})


@dataclass(frozen=True)
class Held:
    """replayed: this hold was made before."""

    hold: PointsHold
    replayed: bool


@transaction.atomic
def hold_for_order(
    *,
    membership_id: int,
    points: int,
    reference: str,
    store_id: int | None = None,
    order_no: str = "",
    total_minor: int | None = None,
    minutes: int | None = None,
    actor: str,
    at: datetime,
) -> Held:
    """Set points aside until they are captured, released, or their time is over.

    store_id, order_no: the order they will pay; its refunds give them back.  total_minor: what is to pay; with it the share that points may
    pay is looked at.  minutes: None for what the rules say.
    Rule: docs/rules/points.md, Spending. Raises BelowMinimum, AboveShare, InsufficientPoints, EffectConflict, PointsOff, MemberNotActive.
    """
    stores_services.lock_memberships([membership_id])
    effect_key = f"hold:{reference}"
    known = PointsHold.objects.filter(account_id=membership_id, effect_key=effect_key).select_related("store").first()
    if known is not None:
        if (known.amount, known.order_no) != (points, order_no) or (order_no and known.store_id != store_id):
            raise EffectConflict(membership=membership_id, effect_key=effect_key)
        return Held(known, True)
    admitted = admit(membership_id)
    check_minimum(membership_id, admitted.rules, points, at)
    if total_minor is not None:
        at_most = rules.most_by_share(total_minor, prices.checkout_terms(admitted.rules, None))
        if points > at_most:
            raise AboveShare(at_most=at_most, wanted=points)
    made = holds.hold_points(
        membership_id=membership_id,
        points=points,
        store_id=store_id if order_no else None,
        order_no=order_no,
        effect_key=effect_key,
        actor=actor,
        at=at,
        minutes=minutes,
    )
    return Held(made, False)


@transaction.atomic
def debit_points(*, membership_id: int, points: int, reference: str, note: str = "", actor: str, at: datetime) -> Moved:
    """Take points at once, without an order. Raises BelowMinimum, InsufficientPoints, EffectConflict, PointsOff, MemberNotActive."""
    stores_services.lock_memberships([membership_id])
    effect_key = f"debit:{reference}"
    if not _is_known(membership_id, effect_key):
        check_minimum(membership_id, admit(membership_id).rules, points, at)
    return ledger.move_points(
        membership_id=membership_id,
        kind=EntryKind.REDEEM,
        requested=-points,
        source_type="debit",
        source_id=reference,
        effect_key=effect_key,
        actor=actor,
        occurred_at=at,
        booked_at=at,
        note=note,
    )


@transaction.atomic
def credit_points(*, membership_id: int, points: int, reference: str, note: str = "", actor: str, at: datetime) -> Moved:
    """Give points for something that is no order; they live as points earned now do.

    Raises InvalidInput for a number out of range, EffectConflict, PointsOff, MemberNotActive.
    """
    ledger.check_points(points)
    return ledger.move_points(
        membership_id=membership_id,
        kind=EntryKind.EARN,
        requested=points,
        source_type="credit",
        source_id=reference,
        effect_key=f"credit:{reference}",
        actor=actor,
        occurred_at=at,
        booked_at=at,
        note=note,
    )


@transaction.atomic
def reverse_points(
    *, membership_id: int, number: int, points: int | None = None, reference: str, reason: str, actor: str, at: datetime
) -> Moved:
    """Take an entry back, whole or in part: points given are taken, points redeemed go back into their lots with their old ends.

    number: of the entry in this membership.  points: None takes back all that is left of it.
    Raises EntryNotFound, BoundToOrder (refunds of the order do it, ruling 15), NotReversible (redemptions are cancelled, exchanges stay),
    NothingLeftToReverse, InvalidInput for a reason that is too short, EffectConflict.
    """
    reason = reasons.checked(reason)
    stores_services.lock_memberships([membership_id])
    row = PointsEntry.objects.select_related("hold", "redemption").filter(account_id=membership_id, account_version=number).first()
    if row is None:
        raise EntryNotFound()
    effect_key = f"reversal:{reference}"
    known = PointsEntry.objects.filter(account_id=membership_id, effect_key=effect_key).first()
    if known is not None:
        if known.reverses_id != row.pk or known.note != reason or (points is not None and abs(known.requested) != points):
            raise EffectConflict(membership=membership_id, effect_key=effect_key)
        return Moved(known, True)
    _check_reversible(row)
    return Moved(
        ledger.reverse_entry(
            entry_id=row.pk,
            points=points,
            effect_key=effect_key,
            source_type="reversal",
            source_id=reference,
            actor=actor,
            at=at,
            note=reason,
        ),
        False,
    )


def _check_reversible(row: PointsEntry) -> None:
    hold = getattr(row, "hold", None)
    if row.source_type in _OF_ORDERS or (hold is not None and hold.order_no):
        raise BoundToOrder()
    if row.kind in _WITH_A_WAY_OF_THEIR_OWN or hasattr(row, "redemption") or row.reverses_id is not None or row.kind == EntryKind.EXPIRE:
        raise NotReversible(kind=row.kind)


def _is_known(membership_id: int, effect_key: str) -> bool:
    return PointsEntry.objects.filter(account_id=membership_id, effect_key=effect_key).exists()
