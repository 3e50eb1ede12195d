"""What goods cost a member: a question, asked at every basket, that changes nothing."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from activity.errors import CurrencyMismatch
from core.api.operations import Answer, ApiView, Call, operation
from core.api.routes import CODE
from coupons.api import examples, shapes
from coupons.api import told as coupons_told
from coupons.rules.prices import Activity, Applied, LineIn, Quote
from coupons.selectors import quotes as selectors
from coupons.selectors.quotes import Offered
from growth.api.people import NOT_THERE, named
from points.api import told
from stores.api.views import store_of
from stores.errors import StoreNotFound


class QuotesView(ApiView):
    tag = "quotes"
    path_parameters = {"code": ("The programme's code.", CODE)}

    @operation(
        "quote",
        summary="Reckon what goods cost a member",
        scope="quotes:read",
        body=shapes.QuoteIn,
        answers={200: shapes.QuoteOut},
        refusals=(*NOT_THERE, CurrencyMismatch, StoreNotFound),
        example=examples.QUOTE,
    )
    def create(self, call: Call, code: str) -> Answer:
        """The lower of member price and level rate, then an activity if it stacks or is better alone, then free shipping, then the coupons
        asked about - one, or up to three that may be combined; gifts, percentages, amounts, postage in this order - then points: at most
        the share of the rest that the programme allows, and not fewer than its minimum. A coupon that takes nothing says why.
        A reservation takes the coupons, a hold the points.

        Every step is rounded half-up to the minor unit, per line, and says which benefit of which level gave it. Nothing is kept and
        nothing is used up.
        """
        said = call.body
        programme, membership_id = named(call, code, said["member"])
        if said["currency"] != programme.currency:
            raise CurrencyMismatch(field="currency", currency=said["currency"], expected=programme.currency)
        found = selectors.quote(
            membership_id=membership_id,
            lines=[LineIn(**line) for line in said["lines"]],
            activity=_activity(said.get("activity")),
            postage_minor=said["postage_minor"],
            channel=said.get("channel"),
            at=call.now,
        )
        offered = selectors.offers(
            membership_id=membership_id, codes=said["coupons"], quote=found, store_id=store_of(call, said.get("store")), at=call.now
        )
        told_of = _told(found, programme, offered)
        paid = _paid(call, programme, membership_id, told_of["total_minor"])
        to_pay_minor = told_of["total_minor"] - (paid["pays_minor"] if paid else 0)
        return Answer(shapes.QuoteOut({**told_of, "points": paid, "to_pay_minor": to_pay_minor}).data)


def _activity(said: dict[str, Any] | None) -> Activity | None:
    return Activity(said["name"], Decimal(said["rate"]), said["stackable"]) if said else None


def _paid(call: Call, programme: Any, membership_id: int, total_minor: int) -> dict[str, Any] | None:
    """The points part; None where the programme does without points."""
    wanted = call.body["points"]
    found = programme.points_on and selectors.payment(
        membership_id=membership_id, programme_id=programme.pk, total_minor=total_minor, wanted=wanted, at=call.now
    )
    return told.payment(*found, wanted) if found else None


def _told(found: Quote, programme: Any, offered: Sequence[Offered]) -> dict[str, Any]:
    off: dict[int, int] = {}
    for line_no, amount in (part for each in offered for part in each.taken.by_line):
        off[line_no] = off.get(line_no, 0) + amount
    coupon_minor = sum(each.taken.discount_minor for each in offered)
    return {
        "programme": programme.code,
        "currency": programme.currency,
        "lines": [
            {
                "line_no": priced.line.line_no,
                "sku": priced.line.sku,
                "list_minor": priced.list_minor,
                "discount_minor": priced.discount_minor,
                "double_discount_minor": priced.double_discount_minor,
                "pay_minor": priced.pay_minor,
                "coupon_minor": off.get(priced.line.line_no, 0),
                "applied": [_step(step) for step in priced.applied],
            }
            for priced in found.lines
        ],
        "list_minor": found.list_minor,
        "discount_minor": found.discount_minor,
        "double_discount_minor": found.double_discount_minor,
        "goods_minor": found.goods_minor,
        "postage_minor": found.postage_minor,
        "postage_saved_minor": found.postage_saved_minor,
        "shipping": _step(found.shipping) if found.shipping else None,
        "coupons": [coupons_told.offered(each) for each in offered],
        "coupon_minor": coupon_minor,
        "total_minor": found.total_minor - coupon_minor,
    }


def _step(step: Applied) -> dict[str, Any]:
    return {
        "step": step.step,
        "name": step.name,
        "rate": str(step.rate) if step.rate is not None else None,
        "saved_minor": step.saved_minor,
        "giver": vars(step.giver) if step.giver else None,
    }
