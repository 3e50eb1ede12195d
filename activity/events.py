"""Facts this app announces (STYLE section 2, rulings 3-5, 12). Each carries a batch of ids, never rows."""

from dataclasses import dataclass
from datetime import datetime

from core.enums import Origin


@dataclass(frozen=True)
class _OrderFact:
    """order_ids: rows of activity.Order in (occurred_at, order_no) order.  booked_at: the door's clock."""

    order_ids: tuple[int, ...]
    origin: Origin
    booked_at: datetime


@dataclass(frozen=True)
class OrdersRecorded(_OrderFact):
    """New orders, or new versions of known ones."""


@dataclass(frozen=True)
class OrdersCompleted(_OrderFact):
    """Orders that are completed now and were not before."""


@dataclass(frozen=True)
class OrdersAmended(_OrderFact):
    """Orders that were completed before, of which a newer version came in: their effects follow it (ruling 13)."""


@dataclass(frozen=True)
class OrdersCancelled(_OrderFact):
    """Orders that are cancelled now and were not before."""


@dataclass(frozen=True)
class AfterSalesRecorded:
    """New after-sales, or new versions of known ones."""

    after_sale_ids: tuple[int, ...]
    origin: Origin
    booked_at: datetime


@dataclass(frozen=True)
class AfterSalesSettled:
    """After-sales whose refund has now been taken off their order's lines."""

    after_sale_ids: tuple[int, ...]
    origin: Origin
    booked_at: datetime


@dataclass(frozen=True)
class BehaviourRecorded:
    """event_ids: rows of activity.BehaviourEvent."""

    event_ids: tuple[int, ...]
    origin: Origin
    booked_at: datetime


@dataclass(frozen=True)
class WalletsChanged:
    membership_ids: tuple[int, ...]
    origin: Origin
    booked_at: datetime
