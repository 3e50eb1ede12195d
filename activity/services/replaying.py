"""Telling an app the recorded facts again, in the order in which they happened, and what of them it has skipped (ruling 4, core.replays).

Facts are told in bounded transactions, and what has been given already is left alone. So it may be killed and started again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import transaction

from activity import selectors
from activity.selectors import Happened
from core import replays
from core.enums import Origin
from core.replays import Replayed
from core.watching import Watcher

AT_ONCE = 2000  # facts of a transaction; more where more happened in one moment


class SettleOrders(Protocol):
    def __call__(
        self, *, order_ids: Sequence[int], opens: bool, booked_at: datetime, origin: Origin, counts_until: datetime | None = None
    ) -> int: ...


class SettleAfterSales(Protocol):
    def __call__(
        self, *, after_sale_ids: Sequence[int], booked_at: datetime, origin: Origin, counts_until: datetime | None = None
    ) -> int: ...


class SettleEvents(Protocol):
    def __call__(self, *, event_ids: Sequence[int], booked_at: datetime, origin: Origin) -> int: ...


@dataclass(frozen=True)
class Listener:
    """How an app posts what facts are worth; each answers how many entries.

    kinds: of events it listens to.  prefix: how the keys of its skipped effects begin.  opens: orders that have given nothing may begin to.
    counts_until: refunds settled later do not count yet.
    """

    kinds: Sequence[str]
    prefix: str
    settle_orders: SettleOrders
    settle_after_sales: SettleAfterSales
    settle_events: SettleEvents


def tell(to: Listener, *, booked_at: datetime, watcher: Watcher, at_once: int = AT_ONCE) -> Replayed:
    """Tell all facts up to a moment, as history."""
    watcher.phase("replaying", total=selectors.count_facts(to.kinds, until=booked_at))
    facts = posted = 0
    for some in selectors.facts_in_order(to.kinds, until=booked_at, at_once=at_once):
        posted += _tell(to, some, booked_at)
        facts += len(some)
        watcher.at(facts)
    return Replayed(facts, posted)


@transaction.atomic
def _tell(to: Listener, some: Happened, booked_at: datetime) -> int:
    posted = 0
    if some.order_ids:
        posted += to.settle_orders(
            order_ids=some.order_ids, opens=True, booked_at=booked_at, origin=Origin.BACKFILL, counts_until=some.until
        )
    if some.after_sale_ids:
        posted += to.settle_after_sales(
            after_sale_ids=some.after_sale_ids, booked_at=booked_at, origin=Origin.BACKFILL, counts_until=some.until
        )
    if some.event_ids:
        posted += to.settle_events(event_ids=some.event_ids, booked_at=booked_at, origin=Origin.BACKFILL)
    return posted


def retry(to: Listener, *, booked_at: datetime, watcher: Watcher) -> tuple[int, int, int]:
    """Try again what it has skipped, as of now, except history of accounts that have moved on; retried, settled, posted."""

    def settle(order_ids: list[int], event_ids: list[int]) -> int:
        posted = 0
        if order_ids:
            posted += to.settle_orders(order_ids=order_ids, opens=True, booked_at=booked_at, origin=Origin.LIVE)
        if event_ids:
            posted += to.settle_events(event_ids=event_ids, booked_at=booked_at, origin=Origin.LIVE)
        return posted

    return replays.retry(prefix=to.prefix, settle=settle, booked_at=booked_at, watcher=watcher)
