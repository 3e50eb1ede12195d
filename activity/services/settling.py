"""How a ledger follows orders (rulings 2, 4, 5, 13-15): which orders it looks at, in which order history is told, what causes what.

What orders have come to be worth is the ledger's own business: it reckons them anew each time and posts the difference to what it has
given, so that the same fact twice, or several refunds in any order, come out the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from core import sql, staging
from core.enums import Origin


@dataclass(frozen=True)
class Look:
    """One look at orders whose memberships are held.

    after_sale_ids: refunds that are the cause.  opens: whether orders that have given nothing yet may begin to.  at_completion: as they
    stood when they were completed.  counts_until: refunds settled later do not count yet.
    """

    order_ids: Sequence[int]
    after_sale_ids: Sequence[int]
    opens: bool
    at_completion: bool
    counts_until: datetime | None
    booked_at: datetime
    origin: Origin

    def parameters(self) -> dict[str, Any]:
        """What the statement that stages the orders is told."""
        return {
            "order_ids": list(self.order_ids),
            "after_sale_ids": list(self.after_sale_ids),
            "opens": self.opens,
            "at_completion": self.at_completion,
            "counts_until": self.counts_until,
            "booked_at": self.booked_at,
            "is_live": self.origin == Origin.LIVE,
        }


def hold(order_ids: Sequence[int]) -> None:
    """Hold the memberships that orders concern until the transaction ends."""
    sql.rows("activity/settling/lock", order_ids=list(order_ids))


@dataclass(frozen=True)
class Settler:
    """A ledger that follows orders.

    table: where it stages them; sequence: of the batches there.  stage: stages what a look is about and answers how many rows.
    post: posts what the staged orders have come to be worth and answers how many entries.
    """

    table: str
    sequence: str
    stage: Callable[[Look, int], int]
    post: Callable[[Look, int], int]

    @transaction.atomic
    def settle_orders(
        self,
        *,
        order_ids: Sequence[int],
        after_sale_ids: Sequence[int] = (),
        opens: bool,
        booked_at: datetime,
        origin: Origin,
        counts_until: datetime | None = None,
    ) -> int:
        """Post what orders have come to be worth, at most 5,000 at a time; answers how many entries. Parameters as in `Look`.

        History is told as it happened: first each new order as it stood at its completion, then what was refunded since, up to
        counts_until. What cannot be given becomes an EffectSkipped row.
        """
        hold(order_ids)
        posted, causes = 0, after_sale_ids
        if opens and origin == Origin.BACKFILL:
            posted, opened = self._settle(Look(order_ids, (), True, True, None, booked_at, origin))
            refunds = sql.rows("activity/settling/refunds_since", order_ids=list(order_ids), counts_until=counts_until)
            causes, opens = [row["id"] for row in refunds], False
            order_ids = sorted(set(order_ids) - opened | {row["order_id"] for row in refunds})  # the others are worth what they were
        return posted + self._settle(Look(order_ids, causes, opens, False, counts_until, booked_at, origin))[0]

    def settle_after_sales(
        self, *, after_sale_ids: Sequence[int], booked_at: datetime, origin: Origin, counts_until: datetime | None = None
    ) -> int:
        """The same for the orders of refunds that have been taken off their lines; orders that have given nothing are left alone."""
        rows = sql.rows("activity/settling/of_after_sales", after_sale_ids=list(after_sale_ids))
        return self.settle_orders(
            order_ids=[row["order_id"] for row in rows],
            after_sale_ids=after_sale_ids,
            opens=False,
            booked_at=booked_at,
            origin=origin,
            counts_until=counts_until,
        )

    def _settle(self, look: Look) -> tuple[int, frozenset[int]]:
        """How many entries were posted, and for a look at completions the orders that were new."""
        if not look.order_ids:
            return 0, frozenset()
        with staging.batch(self.sequence, self.table) as batch:
            if not self.stage(look, batch):
                return 0, frozenset()
            opened = self._orders(batch) if look.at_completion else frozenset()
            return self.post(look, batch), opened

    def _orders(self, batch: int) -> frozenset[int]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT order_id FROM {self.table} WHERE batch = %s", [batch])  # noqa: S608  (our own names)
            return frozenset(order_id for (order_id,) in cursor.fetchall())
