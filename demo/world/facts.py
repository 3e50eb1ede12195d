"""Facts of the story world: orders that add up, and a recorder that does not let a refusal pass unseen."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from activity import rules
from activity import services as activity_services
from activity.enums import OrderStatus
from activity.inputs import AfterSaleIn, EventIn, OrderIn, OrderLineIn, WalletIn
from activity.services import Recorded
from core.enums import Currency, Origin
from demo.world.house import ACTOR
from members import regions
from members.rules import AddressIn

AT_ONCE = 2_000  # facts a call: bounded, and the progress bar moves
Advance = Callable[[int], None]  # so many things more are done
T = TypeVar("T")


@dataclass(frozen=True)
class Facts:
    """What happened in the story, of each kind."""

    orders: Sequence[OrderIn] = ()
    after_sales: Sequence[AfterSaleIn] = ()
    events: Sequence[EventIn] = ()
    wallets: Sequence[WalletIn] = ()

    def __len__(self) -> int:
        return len(self.orders) + len(self.after_sales) + len(self.events) + len(self.wallets)

    def __add__(self, other: "Facts") -> "Facts":
        return Facts(
            (*self.orders, *other.orders),
            (*self.after_sales, *other.after_sales),
            (*self.events, *other.events),
            (*self.wallets, *other.wallets),
        )

    def split(self, moment: datetime) -> tuple["Facts", "Facts"]:
        """What was last told of before the moment, and the rest: an order completed later belongs to the rest, however old it is."""
        orders, later_orders = _split(self.orders, told_at, moment)
        after_sales, later_after_sales = _split(self.after_sales, lambda fact: fact.settled_at or fact.applied_at, moment)
        events, later_events = _split(self.events, lambda fact: fact.occurred_at, moment)
        wallets, later_wallets = _split(self.wallets, lambda fact: fact.as_of, moment)
        return Facts(orders, after_sales, events, wallets), Facts(later_orders, later_after_sales, later_events, later_wallets)

    def record(self, now: datetime, advance: Advance = lambda done: None) -> None:
        """Each kind in order of time. Facts that are known already change nothing."""
        record_orders(sorted(self.orders, key=told_at), now, advance)
        record_after_sales(self.after_sales, now, advance)
        record_events(sorted(self.events, key=lambda fact: fact.occurred_at), now, advance)
        record_wallets(self.wallets, now, advance)


def told_at(order: OrderIn) -> datetime:
    """When its shop last had something to say of an order."""
    told = (order.placed_at, order.paid_at, order.shipped_at, order.received_at, order.completed_at, order.cancelled_at)
    return max(moment for moment in told if moment)


def _split(facts: Iterable[T], when: Callable[[T], datetime], moment: datetime) -> tuple[list[T], list[T]]:
    first: list[T] = []
    rest: list[T] = []
    for fact in facts:
        (first if when(fact) < moment else rest).append(fact)
    return first, rest


def order(
    *,
    store_id: int,
    order_no: str,
    member_id: int,
    channel: str,
    times: dict[str, datetime],
    lines: Sequence[OrderLineIn],
    discount_minor: int = 0,
    coupon_minor: int = 0,
    points_used: int = 0,
    postage_minor: int = 0,
    receiver: AddressIn | None = None,
) -> OrderIn:
    """An order whose status is the last of its `times` ("placed_at", "paid_at", ..., in this order) and whose amounts add up.

    lines: at list price; what discount, coupon and points (one point is one yuan) take off is spread over them by largest remainder.
    """
    goods = [line.unit_price_minor * line.quantity for line in lines]
    taken = discount_minor + coupon_minor + points_used * 100
    assert taken <= sum(goods), f"{order_no} gives more than it costs"
    paid = [whole - less for whole, less in zip(goods, rules.spread(taken, goods), strict=True)]
    return OrderIn(
        store_id=store_id,
        order_no=order_no,
        member_id=member_id,
        status=OrderStatus(list(times)[-1].removesuffix("_at")),
        channel=channel,
        currency=Currency.CNY,
        goods_minor=sum(goods),
        discount_minor=discount_minor,
        coupon_minor=coupon_minor,
        points_minor=points_used * 100,
        points_used=points_used,
        postage_minor=postage_minor,
        paid_minor=sum(paid) + postage_minor,
        lines=tuple(_paid(line, amount) for line, amount in zip(lines, paid, strict=True)),
        receiver_name=receiver.receiver if receiver else "",
        receiver_phone=receiver.phone if receiver else "",
        receiver_address=address_text(receiver) if receiver else "",
        placed_at=times["placed_at"],
        paid_at=times.get("paid_at"),
        shipped_at=times.get("shipped_at"),
        received_at=times.get("received_at"),
        completed_at=times.get("completed_at"),
        cancelled_at=times.get("cancelled_at"),
    )


def _paid(line: OrderLineIn, paid_minor: int) -> OrderLineIn:
    return line if line.paid_minor == paid_minor else OrderLineIn(**{**_fields(line), "paid_minor": paid_minor})


def _fields(line: OrderLineIn) -> dict[str, Any]:
    return {name: getattr(line, name) for name in OrderLineIn.__dataclass_fields__}


def address_text(address: AddressIn) -> str:
    """As a parcel label says it."""
    return regions.path(address.province_code, address.city_code, address.district_code) + address.street


def record_orders(orders: Sequence[OrderIn], now: datetime, advance: Advance = lambda done: None) -> int:
    """Record them as history; answers how many were new. Raises the first refusal: a story that is refused is a mistake of the story."""
    return _record(
        lambda some: activity_services.record_orders(orders=some, actor=ACTOR, booked_at=now, origin=Origin.BACKFILL), orders, advance
    )


def record_after_sales(after_sales: Sequence[AfterSaleIn], now: datetime, advance: Advance = lambda done: None) -> int:
    return _record(
        lambda some: activity_services.record_after_sales(after_sales=some, actor=ACTOR, booked_at=now, origin=Origin.BACKFILL),
        after_sales,
        advance,
    )


def record_events(events: Sequence[EventIn], now: datetime, advance: Advance = lambda done: None) -> int:
    return _record(
        lambda some: activity_services.record_events(events=some, actor=ACTOR, booked_at=now, origin=Origin.BACKFILL), events, advance
    )


def record_wallets(wallets: Sequence[WalletIn], now: datetime, advance: Advance = lambda done: None) -> int:
    return _record(
        lambda some: activity_services.record_wallets(wallets=some, actor=ACTOR, booked_at=now, origin=Origin.BACKFILL), wallets, advance
    )


def _record(record: Callable[[Sequence[Any]], list[Recorded]], facts: Sequence[Any], advance: Advance) -> int:
    applied = 0
    for start in range(0, len(facts), AT_ONCE):
        some = facts[start : start + AT_ONCE]
        applied += sum(answer.or_raise().applied for answer in record(some))
        advance(len(some))
    return applied
