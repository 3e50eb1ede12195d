"""Giving an existing database its growth value from its facts, and trying again what could not be given (ruling 4, core.replays)."""

from datetime import datetime

from activity.services import replaying
from activity.services.replaying import Listener
from core import replays
from core.replays import Replayed, Replayer
from core.watching import Watcher
from growth.services import behaviour, gifts, orders

AT_ONCE = 2000  # facts, or gifts, of a transaction
GROWTH = Listener(behaviour.KINDS, "growth:", orders.settle_orders, orders.settle_after_sales, behaviour.settle_events)


def register() -> None:
    """Called once, by `ready()`."""
    replays.add_replayer("growth", Replayer(tell, retry))


def tell(booked_at: datetime, watcher: Watcher) -> Replayed:
    """Post what the recorded facts are worth, each on its day."""
    return replaying.tell(GROWTH, booked_at=booked_at, watcher=watcher, at_once=AT_ONCE)


def retry(booked_at: datetime, watcher: Watcher) -> tuple[int, int, int]:
    """Try again what was skipped, and the gifts that wait for who gives them."""
    retried, settled, posted = replaying.retry(GROWTH, booked_at=booked_at, watcher=watcher)
    position = 0
    while waiting := gifts.waiting(after=position, at_most=AT_ONCE):
        position = waiting[-1]
        settled += gifts.give(grant_ids=waiting, booked_at=booked_at)
        retried += len(waiting)
    return retried, settled, posted
