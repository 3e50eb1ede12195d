"""Telling other programs of coupons that changed, by a webhook for each. History that is loaded is not told (ruling 5)."""

from core import sql
from core.enums import Origin
from coupons.events import CouponsEnded, CouponsIssued, CouponsReturned, CouponsUsed

TOPIC = "coupon.changed"
_HAPPENED: dict[type, str] = {CouponsIssued: "issued", CouponsUsed: "used", CouponsReturned: "returned", CouponsEnded: "ended"}


def tell(fact: CouponsIssued | CouponsUsed | CouponsReturned | CouponsEnded) -> None:
    """Queue one message a coupon, in the fact's transaction. Its code is not in it: who knows it can use it."""
    if fact.origin == Origin.LIVE:
        sql.call(
            "coupons/commands/tell",
            coupon_ids=list(fact.coupon_ids),
            topic=TOPIC,
            happened=_HAPPENED[type(fact)],
            booked_at=fact.booked_at,
        )
