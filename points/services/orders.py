"""Points by purchases, and points spent on them (PTS-02, PTS-20, PTS-22, PTS-24, rulings 3-6, 13-15): they follow what remains paid.

Every call reckons anew what an order is worth and what of the points spent on it stays spent, and posts the difference to what the entries
add up to; so the same fact twice, or several refunds in any order, come out the same. docs/rules/points.md, Orders and refunds.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from core import events, sql, staging
from core.enums import Origin
from points.events import PointsPosted
from points.services import ledger

ACTOR = "system"
STAGING = "points_staged_order"


@transaction.atomic
def settle_orders(
    *,
    order_ids: Sequence[int],
    after_sale_ids: Sequence[int] = (),
    opens: bool,
    booked_at: datetime,
    origin: Origin,
    counts_until: datetime | None = None,
) -> int:
    """Post what orders have come to be worth, at most 5,000 at a time; answers how many entries.

    after_sale_ids: refunds that are the cause.  opens: whether orders that have given nothing yet may begin to.
    History is told as it happened: first each new order as it stood at its completion, then what was refunded since, up to counts_until.
    What cannot be given - member frozen, points switched off - becomes an EffectSkipped row.
    """
    ids = list(order_ids)
    sql.rows("points/orders/lock", order_ids=ids)
    posted, causes = 0, list(after_sale_ids)
    if opens and origin == Origin.BACKFILL:
        posted = _settle(ids, [], opens=True, at_completion=True, counts_until=None, booked_at=booked_at, origin=origin)
        causes = [row["id"] for row in sql.rows("points/orders/refunds_since", order_ids=ids, counts_until=counts_until)]
        opens = False
    return posted + _settle(
        ids, causes, opens=opens, at_completion=False, counts_until=counts_until, booked_at=booked_at, origin=origin
    )  # fmt: skip


def settle_after_sales(*, after_sale_ids: Sequence[int], booked_at: datetime, origin: Origin, counts_until: datetime | None = None) -> int:
    """The same for the orders of refunds that have been taken off their lines; orders that have given nothing are left alone."""
    rows = sql.rows("points/orders/of_after_sales", after_sale_ids=list(after_sale_ids))
    return settle_orders(
        order_ids=[row["order_id"] for row in rows],
        after_sale_ids=after_sale_ids,
        opens=False,
        booked_at=booked_at,
        origin=origin,
        counts_until=counts_until,
    )


@transaction.atomic
def settle_cancelled(*, order_ids: Sequence[int], booked_at: datetime, origin: Origin) -> int:
    """Let go of what is held for cancelled orders, and give back what was spent on them (ruling 15); answers how many entries."""
    ids = list(order_ids)
    sql.rows("points/orders/lock", order_ids=ids)
    followed = tuple(row["id"] for row in sql.rows("points/orders/release_holds", order_ids=ids, actor=ACTOR, at=booked_at))
    if followed:
        events.publish(PointsPosted(entry_ids=followed, origin=origin, booked_at=booked_at))
    return len(followed) + settle_orders(order_ids=ids, opens=False, booked_at=booked_at, origin=origin)


def _settle(
    order_ids: list[int],
    after_sale_ids: list[int],
    *,
    opens: bool,
    at_completion: bool,
    counts_until: datetime | None,
    booked_at: datetime,
    origin: Origin,
) -> int:
    with staging.batch("points_batch", STAGING) as batch:
        staged = sql.run(
            "points/orders/stage",
            batch=batch,
            order_ids=order_ids,
            after_sale_ids=after_sale_ids,
            opens=opens,
            at_completion=at_completion,
            counts_until=counts_until,
            supposed_at=None,
            version_id=None,
            booked_at=booked_at,
            is_live=origin == Origin.LIVE,
        )
        if not staged:
            return 0
        sql.run("points/orders/reckon", batch=batch)
        sql.run("points/orders/skip", batch=batch, booked_at=booked_at)
        with ledger.staged() as entries:
            if not sql.run("points/orders/entries", from_batch=batch, batch=entries, actor=ACTOR):
                return 0
            posted = ledger.post_staged(batch=entries, booked_at=booked_at, origin=origin, skip_short=True).posted
            sql.run("points/orders/short", batch=entries, booked_at=booked_at)
            return posted
