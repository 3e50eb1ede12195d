"""Giving an existing database its growth value from the facts it holds, and trying again what could not be given (ruling 4).

Facts are taken in the order in which they happened, in bounded transactions; what has been given already is left alone. So it may be
killed and started again, and a second run posts nothing. core.replays is who calls.
"""

from datetime import datetime

from django.db import transaction

from activity import selectors as activity_selectors
from activity.selectors import Happened
from core import replays
from core.enums import Origin
from core.replays import Replayed, Replayer
from core.watching import Watcher
from growth.services import behaviour, gifts, orders

AT_ONCE = 2000  # facts of a transaction; more where more happened in one moment
OF_GROWTH = "growth:"  # how the keys of our skipped effects begin


def register() -> None:
    """Called once, by `ready()`."""
    replays.add_replayer("growth", Replayer(tell, retry))


def tell(booked_at: datetime, watcher: Watcher) -> Replayed:
    """Post what the recorded facts are worth, each on its day."""
    watcher.phase("replaying", total=activity_selectors.count_facts(behaviour.KINDS, until=booked_at))
    facts = posted = 0
    for some in activity_selectors.facts_in_order(behaviour.KINDS, until=booked_at, at_once=AT_ONCE):
        posted += _post(some, booked_at)
        facts += len(some)
        watcher.at(facts)
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
    """Try again what was skipped, except history of accounts that have moved on, and the gifts that wait for who gives them."""

    def settle(order_ids: list[int], event_ids: list[int]) -> int:
        posted = 0
        if order_ids:
            posted += orders.settle_orders(order_ids=order_ids, opens=True, booked_at=booked_at, origin=Origin.LIVE)
        if event_ids:
            posted += behaviour.settle_events(event_ids=event_ids, booked_at=booked_at, origin=Origin.LIVE)
        return posted

    retried, settled, posted = replays.retry(prefix=OF_GROWTH, settle=settle, booked_at=booked_at, watcher=watcher)
    position = 0
    while waiting := gifts.waiting(after=position, at_most=AT_ONCE):
        position = waiting[-1]
        settled += gifts.give(grant_ids=waiting, booked_at=booked_at)
        retried += len(waiting)
    return retried, settled, posted
