"""Points by purchases, and points spent on them (PTS-02, PTS-20, PTS-22, PTS-24, rulings 3-6, 13-15): they follow what remains paid.

`settle_orders` and `settle_after_sales` are those of activity.services.settling: what an order is worth and what of the points spent on
it stays spent is reckoned anew by every call. docs/rules/points.md, Orders and refunds.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from activity.services import settling
from activity.services.settling import Look, Settler
from core import events, sql
from core.enums import Origin
from points.events import PointsPosted
from points.services import ledger

ACTOR = "system"
STAGING = "points_staged_order"


def _stage(look: Look, batch: int) -> int:
    return sql.run("points/orders/stage", batch=batch, supposed_at=None, version_id=None, **look.parameters())


def _post(look: Look, batch: int) -> int:
    sql.run("points/orders/reckon", batch=batch)
    sql.run("points/orders/skip", batch=batch, booked_at=look.booked_at)
    with ledger.staged() as entries:
        if not sql.run("points/orders/entries", from_batch=batch, batch=entries, actor=ACTOR):
            return 0
        posted = ledger.post_staged(batch=entries, booked_at=look.booked_at, origin=look.origin, skip_short=True).posted
        sql.run("points/orders/short", batch=entries, booked_at=look.booked_at)
        return posted


_settler = Settler(STAGING, "points_batch", _stage, _post)
settle_orders, settle_after_sales = _settler.settle_orders, _settler.settle_after_sales


@transaction.atomic
def settle_cancelled(*, order_ids: Sequence[int], booked_at: datetime, origin: Origin) -> int:
    """Let go of what is held for cancelled orders, and give back what was spent on them (ruling 15); answers how many entries."""
    ids = list(order_ids)
    settling.hold(ids)
    followed = tuple(row["id"] for row in sql.rows("points/orders/release_holds", order_ids=ids, actor=ACTOR, at=booked_at))
    if followed:
        events.publish(PointsPosted(entry_ids=followed, origin=origin, booked_at=booked_at))
    return len(followed) + settle_orders(order_ids=ids, opens=False, booked_at=booked_at, origin=origin)
