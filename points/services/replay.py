"""Giving an existing database its points from the facts it holds, and trying again what could not be given (ruling 4).

As growth.services.replay, after it: the levels of history are in place by then. core.replays is who calls.
"""

from datetime import datetime

from django.db import transaction

from activity import selectors as activity_selectors
from activity.selectors import Happened
from core import replays
from core.enums import Origin
from core.replays import Replayed, Replayer
from core.watching import Watcher
from points.services import behaviour, measures, orders

AT_ONCE = 2000  # facts of a transaction; more where more happened in one moment
OF_POINTS = "points:"  # how the keys of our skipped effects begin


def register() -> None:
    """Called once, by `ready()`."""
    replays.add_replayer("points", Replayer(tell, retry))


def tell(booked_at: datetime, watcher: Watcher) -> Replayed:
    """Post what the recorded facts are worth, each on its day; then count what was earned for levels that go by it only now (A-28)."""
    watcher.phase("replaying", total=activity_selectors.count_facts(behaviour.KINDS, until=booked_at))
    facts = posted = 0
    for some in activity_selectors.facts_in_order(behaviour.KINDS, until=booked_at, at_once=AT_ONCE):
        posted += _post(some, booked_at)
        facts += len(some)
        watcher.at(facts)
    measures.count_missing(booked_at=booked_at)
    return Replayed(facts, posted)


@transaction.atomic
def _post(some: Happened, booked_at: datetime) -> int:
    posted = 0
    if some.order_ids:
        posted += orders.settle_orders(
            order_ids=some.order_ids, opens=True, booked_at=booked_at, origin=Origin.BACKFILL, counts_until=some.until
        )
    if some.after_sale_ids:
        posted += orders.settle_after_sales(
            after_sale_ids=some.after_sale_ids, booked_at=booked_at, origin=Origin.BACKFILL, counts_until=some.until
        )
    if some.event_ids:
        posted += behaviour.settle_events(event_ids=some.event_ids, booked_at=booked_at, origin=Origin.BACKFILL)
    return posted


def retry(booked_at: datetime, watcher: Watcher) -> tuple[int, int, int]:
    """Try again what was skipped, except history of accounts that have moved on."""

    def settle(order_ids: list[int], event_ids: list[int]) -> int:
        posted = 0
        if order_ids:
            posted += orders.settle_orders(order_ids=order_ids, opens=True, booked_at=booked_at, origin=Origin.LIVE)
        if event_ids:
            posted += behaviour.settle_events(event_ids=event_ids, booked_at=booked_at, origin=Origin.LIVE)
        return posted

    return replays.retry(prefix=OF_POINTS, settle=settle, booked_at=booked_at, watcher=watcher)
