"""Trying again what orders and packs could not do with coupons (ruling 4, core.replays). History alone gives coupons nothing."""

from datetime import datetime

from core import replays
from core.enums import Origin
from core.replays import Replayed, Replayer
from core.watching import Watcher
from coupons.services import orders, packs


def register() -> None:
    """Called once, by `ready()`."""
    replays.add_replayer("coupons", Replayer(tell, retry))


def tell(_booked_at: datetime, _watcher: Watcher) -> Replayed:
    """Nothing: a coupon named by an order of the past was judged when the order came in."""
    return Replayed(facts=0, posted=0)


def retry(booked_at: datetime, watcher: Watcher) -> tuple[int, int, int]:
    """Try again what was skipped."""

    def settle(order_ids: list[int], _event_ids: list[int]) -> int:
        return orders.settle_named(order_ids=order_ids, booked_at=booked_at, origin=Origin.LIVE)

    of_orders = replays.retry(prefix="coupons:", settle=settle, booked_at=booked_at, watcher=watcher)
    of_packs = packs.retry(now=booked_at)
    return of_orders[0] + of_packs[0], of_orders[1] + of_packs[1], of_orders[2] + of_packs[2]
