"""Moving points: given, taken, set aside for an order, taken back."""

from typing import Any

from core.api import pages
from core.api.operations import Answer, Call, operation
from core.api.serializers import page_of
from growth.errors import EffectConflict
from members.errors import MemberNotActive
from points import errors
from points.api import examples, shapes, told
from points.api.filters import HoldFilters
from points.api.people import NOT_THERE, PointsView
from points.api.views import READ
from points.models import PointsHold
from points.services import holds, spending
from points.services.spending import Moved
from stores import selectors as stores_selectors
from stores.api.views import store_of
from stores.enums import ProgrammeKind
from stores.errors import StoreNotFound

WRITE = "points:write"
_REFUSALS = (*NOT_THERE, errors.PointsOff, MemberNotActive, EffectConflict)
_SPENDING = (*_REFUSALS, errors.BelowMinimum, errors.InsufficientPoints)


class MovesView(PointsView):
    @operation(
        "credit_points",
        summary="Give points",
        scope=WRITE,
        body=shapes.CreditIn,
        answers={201: shapes.MovedOut, 200: shapes.MovedOut},
        creates=True,
        refusals=_REFUSALS,
        example=examples.CREDIT,
    )
    def credit(self, call: Call, code: str, one_id: str) -> Answer:
        """For something that is no order: orders and events give points by themselves. They live as points earned now do. 200 when this
        reference was used for the same before.
        """
        _programme, membership_id = self.change(call, code, one_id)
        moved = spending.credit_points(membership_id=membership_id, **call.body, actor=call.actor, at=call.now)
        return _told(moved, call)

    @operation(
        "debit_points",
        summary="Take points",
        scope=WRITE,
        body=shapes.DebitIn,
        answers={201: shapes.MovedOut, 200: shapes.MovedOut},
        creates=True,
        refusals=_SPENDING,
        example=examples.DEBIT,
    )
    def debit(self, call: Call, code: str, one_id: str) -> Answer:
        """At once, and not for an order: what pays for an order is set aside by a hold, so that a refund gives it back. More than the
        member has is refused whole: 409 `insufficient_points` says what is available.
        """
        _programme, membership_id = self.change(call, code, one_id)
        moved = spending.debit_points(membership_id=membership_id, **call.body, actor=call.actor, at=call.now)
        return _told(moved, call)

    @operation(
        "reverse_points_entry",
        summary="Take a points entry back",
        scope=WRITE,
        body=shapes.ReversalIn,
        answers={201: shapes.MovedOut, 200: shapes.MovedOut},
        creates=True,
        refusals=(*NOT_THERE, errors.EntryNotFound, errors.BoundToOrder, errors.NotReversible, errors.NothingLeftToReverse, EffectConflict),
        example=examples.REVERSAL,
    )
    def reverse(self, call: Call, code: str, one_id: str, number: int) -> Answer:
        """Whole or in part, as often as something is left of it. Points redeemed go back into the lots they came from, with their old ends.

        What an order gave or took follows its refunds (`bound_to_order`); a redemption is cancelled, an exchange stays (`not_reversible`).
        """
        _programme, membership_id = self.change(call, code, one_id)
        moved = spending.reverse_points(membership_id=membership_id, number=number, **call.body, actor=call.actor, at=call.now)
        return _told(moved, call)


def _told(moved: Moved, call: Call) -> Answer:
    answer = {
        "entry": told.one_entry(moved.entry.pk),
        "purse": told.purse_of(moved.entry.account_id, call.now),
        "applied": not moved.replayed,
    }
    return Answer(shapes.MovedOut(answer).data, status=200 if moved.replayed else 201)


class HoldsView(PointsView):
    @operation(
        "list_points_holds",
        summary="List holds of points",
        scope=READ,
        query=shapes.HoldsQuery,
        answers={200: page_of(shapes.HoldOut)},
        refusals=NOT_THERE,
    )
    def list(self, call: Call, code: str, one_id: str) -> Answer:
        """The latest first."""
        _programme, membership_id = self.read(call, code, one_id)
        rows = HoldFilters(call, PointsHold.objects.filter(account_id=membership_id)).rows()
        found = pages.page(rows.select_related("store", "entry"), order=("-id",), query=call.query, of=f"points-holds:{membership_id}")
        return Answer(found.answer(lambda row: shapes.HoldOut(told.hold(row, call.now)).data))

    @operation(
        "get_points_hold",
        summary="Read a hold of points",
        scope=READ,
        answers={200: shapes.HoldOut},
        refusals=(*NOT_THERE, errors.HoldNotFound),
    )
    def retrieve(self, call: Call, code: str, one_id: str, hold_id: int) -> Answer:
        """Whether it is active, captured, released or timed out, as of now."""
        _programme, membership_id = self.read(call, code, one_id)
        return Answer(shapes.HoldOut(told.hold(_hold(membership_id, hold_id), call.now)).data)

    @operation(
        "hold_points",
        summary="Set points aside for an order",
        scope=WRITE,
        body=shapes.HoldIn,
        answers={201: shapes.MadeHoldOut, 200: shapes.MadeHoldOut},
        creates=True,
        refusals=(*_SPENDING, errors.AboveShare, StoreNotFound),
        example=examples.HOLD,
    )
    def create(self, call: Call, code: str, one_id: str) -> Answer:
        """Nobody else can spend them until they are captured, released, or the hold's time is over. 409 `insufficient_points` says what is
        available. Points taken for an order come back by its refunds, pro rata, into the lots they came from.
        """
        programme, membership_id = self.change(call, code, one_id)
        said = dict(call.body)
        store_id = store_of(call, said.pop("store", None))
        if said["order_no"] and not _sells_in(programme, store_id):
            raise StoreNotFound(field="store")
        made = spending.hold_for_order(membership_id=membership_id, store_id=store_id, **said, actor=call.actor, at=call.now)
        answer = {**_ended(membership_id, made.hold.pk, call), "applied": not made.replayed}
        return Answer(shapes.MadeHoldOut(answer).data, status=200 if made.replayed else 201)

    @operation(
        "capture_points_hold",
        summary="Take the points of a hold",
        scope=WRITE,
        body=shapes.CaptureIn,
        answers={201: shapes.EndedHoldOut},
        creates=True,
        refusals=(
            *NOT_THERE,
            errors.HoldNotFound,
            errors.HoldClosed,
            errors.HoldTimedOut,
            errors.InsufficientPoints,
            EffectConflict,
        ),
        example=examples.CAPTURE,
    )
    def capture(self, call: Call, code: str, one_id: str, hold_id: int) -> Answer:
        """All of them, or so many: the rest goes back. The answer has the balance after it, for the receipt (PTS-24). The same capture
        again is answered the same.
        """
        _programme, membership_id = self.change(call, code, one_id)
        _hold(membership_id, hold_id)
        holds.capture_hold(
            hold_id=hold_id, points=call.body.get("points"), effect_key=f"hold:{hold_id}:captured", actor=call.actor, at=call.now
        )
        return Answer(shapes.EndedHoldOut(_ended(membership_id, hold_id, call)).data, status=201)

    @operation(
        "release_points_hold",
        summary="Give the points of a hold back",
        scope=WRITE,
        answers={201: shapes.EndedHoldOut},
        creates=True,
        refusals=(*NOT_THERE, errors.HoldNotFound, errors.HoldClosed),
    )
    def release(self, call: Call, code: str, one_id: str, hold_id: int) -> Answer:
        """The order is not paid: the points can be spent again at once. Those whose end has come meanwhile follow the rules for points that
        come back late. Released or timed out before, it is answered again.
        """
        _programme, membership_id = self.change(call, code, one_id)
        _hold(membership_id, hold_id)
        holds.release_hold(hold_id=hold_id, actor=call.actor, at=call.now)
        return Answer(shapes.EndedHoldOut(_ended(membership_id, hold_id, call)).data, status=201)


def _sells_in(programme: Any, store_id: int | None) -> bool:
    """Whether orders of a store count in a programme, so that their refunds find what paid for them. programme: stores.Programme."""
    if store_id is None:
        return False
    return bool(programme.kind == ProgrammeKind.PLATFORM or stores_selectors.contacts([store_id])[store_id].programme_id == programme.pk)


def _hold(membership_id: int, hold_id: int) -> PointsHold:
    found = PointsHold.objects.filter(pk=hold_id, account_id=membership_id).select_related("store", "entry").first()
    if found is None:
        raise errors.HoldNotFound()
    return found


def _ended(membership_id: int, hold_id: int, call: Call) -> dict[str, Any]:
    return {**told.hold(_hold(membership_id, hold_id), call.now), "purse": told.purse_of(membership_id, call.now)}
