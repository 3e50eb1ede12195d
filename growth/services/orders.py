"""Growth value by purchases (GRW-03, GRW-04, GRW-07, rulings 4, 5, 13-15): what has been given follows what remains paid.

Every call reckons anew what an order is worth and posts the difference to what its entries add up to, so that the same fact twice, or
several refunds in any order, come out the same. docs/rules/growth.md, Purchases.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from core import sql, staging
from core.enums import Origin
from growth.services import waves

ACTOR = "system"
STAGING = "growth_staged_order"


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
    What cannot be given - member frozen, growth switched off - becomes an EffectSkipped row.
    """
    ids = list(order_ids)
    sql.rows("growth/orders/lock", order_ids=ids)
    posted, causes = 0, list(after_sale_ids)
    if opens and origin == Origin.BACKFILL:
        posted = _settle(ids, [], opens=True, at_completion=True, counts_until=None, booked_at=booked_at, origin=origin)
        causes = [row["id"] for row in sql.rows("growth/orders/refunds_since", order_ids=ids, counts_until=counts_until)]
        opens = False
    return posted + _settle(
        ids, causes, opens=opens, at_completion=False, counts_until=counts_until, booked_at=booked_at, origin=origin
    )  # fmt: skip


def settle_after_sales(*, after_sale_ids: Sequence[int], booked_at: datetime, origin: Origin, counts_until: datetime | None = None) -> int:
    """The same for the orders of refunds that have been taken off their lines; orders that have given nothing are left alone."""
    rows = sql.rows("growth/orders/of_after_sales", after_sale_ids=list(after_sale_ids))
    return settle_orders(
        order_ids=[row["order_id"] for row in rows],
        after_sale_ids=after_sale_ids,
        opens=False,
        booked_at=booked_at,
        origin=origin,
        counts_until=counts_until,
    )


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
    with staging.batch("growth_batch", STAGING) as batch:
        staged = sql.run(
            "growth/orders/stage",
            batch=batch,
            order_ids=order_ids,
            after_sale_ids=after_sale_ids,
            opens=opens,
            at_completion=at_completion,
            counts_until=counts_until,
            booked_at=booked_at,
            is_live=origin == Origin.LIVE,
        )
        if not staged:
            return 0

        def stage(entries: int, wave: int) -> None:
            sql.run("growth/orders/reckon", batch=batch, wave=wave)
            sql.run("growth/orders/skip", batch=batch, wave=wave, booked_at=booked_at)
            sql.run("growth/orders/entries", from_batch=batch, wave=wave, batch=entries, actor=ACTOR)

        return waves.post_in_waves(waves.count_of(STAGING, batch), stage, booked_at=booked_at, origin=origin)
