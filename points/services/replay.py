"""Giving an existing database its points from the facts it holds, and trying again what could not be given (ruling 4, core.replays).

It comes after growth: the levels of history are in place by then.
"""

from datetime import datetime

from activity.services import replaying
from activity.services.replaying import Listener
from core import replays
from core.replays import Replayed, Replayer
from core.watching import Watcher
from points.services import behaviour, measures, orders

AT_ONCE = 2000  # facts of a transaction
POINTS = Listener(behaviour.KINDS, "points:", orders.settle_orders, orders.settle_after_sales, behaviour.settle_events)


def register() -> None:
    """Called once, by `ready()`."""
    replays.add_replayer("points", Replayer(tell, retry))


def tell(booked_at: datetime, watcher: Watcher) -> Replayed:
    """Post what the recorded facts are worth, each on its day; then count what was earned for levels that go by it only now (A-28)."""
    told = replaying.tell(POINTS, booked_at=booked_at, watcher=watcher, at_once=AT_ONCE)
    measures.count_missing(booked_at=booked_at)
    return told


def retry(booked_at: datetime, watcher: Watcher) -> tuple[int, int, int]:
    """Try again what was skipped."""
    return replaying.retry(POINTS, booked_at=booked_at, watcher=watcher)
