"""Telling other programs of coupons that changed, by a webhook for each. History that is loaded is not told (ruling 5)."""

from typing import Any

from core import outbox, sql
from core.enums import Origin
from core.outbox import Outgoing
from coupons.events import CouponsEnded, CouponsIssued, CouponsReturned, CouponsUsed

TOPIC = "coupon.changed"
_HAPPENED: dict[type, str] = {CouponsIssued: "issued", CouponsUsed: "used", CouponsReturned: "returned", CouponsEnded: "ended"}


def tell(fact: CouponsIssued | CouponsUsed | CouponsReturned | CouponsEnded) -> None:
    """Queue one message a coupon, in the fact's transaction. Its code is not in it: who knows it can use it."""
    if fact.origin != Origin.LIVE:
        return
    outbox.enqueue(
        (_message(row, _HAPPENED[type(fact)]) for row in sql.rows("coupons/cards/told", coupon_ids=list(fact.coupon_ids))),
        occurred_at=fact.booked_at,
        booked_at=fact.booked_at,
    )


def _message(row: dict[str, Any], happened: str) -> Outgoing:
    return Outgoing(
        topic=TOPIC,
        ordering_key=row["one_id"],
        store_ids=row["store_ids"],
        payload={
            "one_id": row["one_id"],
            "programme": row["programme"],
            "coupon": row["id"],
            "template": row["template"],
            "happened": happened,
            "state": row["state"],
            "source": row["source"],
            "store": row["store"],
            "order_no": row["order_no"] or None,
            "discount_minor": row["discount_minor"],
            "valid_until": row["valid_until"].isoformat(),
        },
    )
