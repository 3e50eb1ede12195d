"""Taking refunds off the lines of orders (ruling 15). The callers hold the locks of memberships and orders."""

from collections.abc import Iterable
from datetime import datetime

from core import sql


def settle(*, after_sale_ids: Iterable[int] = (), anew_for: Iterable[int] = (), booked_at: datetime) -> list[int]:
    """Take refunded after-sales off their orders' lines: never more than a line still holds, one after-sale of an order after the other.

    after_sale_ids: refunded ones that come on top of what is there.  anew_for: orders whose lines or refunds have changed; all their
    refunds are forgotten and taken again in the same order as before.  Answers the ids of the after-sales settled.
    """
    order_ids = sorted(set(anew_for))
    if order_ids:
        sql.run("activity/refunds/forget", order_ids=order_ids)
    turns: dict[int, list[int]] = {}
    for row in sql.rows("activity/refunds/in_turn", after_sale_ids=sorted(set(after_sale_ids)), order_ids=order_ids):
        turns.setdefault(row["turn"], []).append(row["id"])
    for ids in turns.values():
        sql.run("activity/refunds/take_named", after_sale_ids=ids)
        sql.run("activity/refunds/take_spread", after_sale_ids=ids)
    settled = sorted(after_sale_id for ids in turns.values() for after_sale_id in ids)
    if settled or order_ids:
        sql.run("activity/refunds/close", after_sale_ids=settled, order_ids=order_ids, booked_at=booked_at)
    return settled
