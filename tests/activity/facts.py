"""Facts as tests tell them: an order of one or two lines, an after-sale, an event, with what matters to the test said by name."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from activity import services as activity_services
from activity.inputs import AfterSaleIn, AfterSaleLineIn, EventIn, OrderIn, OrderLineIn, WalletIn
from activity.services import Recorded
from tests.world import NOW

PLACED = NOW - timedelta(days=3)


def line(line_no: int = 1, paid_minor: int = 10000, *, quantity: int = 1, **values: Any) -> OrderLineIn:
    return OrderLineIn(
        **{
            "line_no": line_no,
            "sku": f"SKU{line_no}",
            "name": f"item {line_no}",
            "quantity": quantity,
            "unit_price_minor": paid_minor // max(quantity, 1),
            "paid_minor": paid_minor,
            **values,
        }
    )


def order(store_id: int, member_id: int, order_no: str = "O1", *, lines: Sequence[OrderLineIn] = (line(),), **values: Any) -> OrderIn:
    """A paid order; header amounts follow the lines unless said otherwise."""
    paid = sum(each.paid_minor for each in lines)
    said: dict[str, Any] = {
        "store_id": store_id,
        "member_id": member_id,
        "order_no": order_no,
        "status": "paid",
        "channel": "app",
        "currency": "CNY",
        "goods_minor": paid,
        "paid_minor": paid + values.get("postage_minor", 0),
        "placed_at": PLACED,
        "paid_at": values.get("placed_at", PLACED),
        "lines": tuple(lines),
        **values,
    }
    if said["status"] == "completed":
        said.setdefault("completed_at", NOW)
    if said["status"] == "cancelled":
        said.setdefault("cancelled_at", NOW)
    return OrderIn(**said)


def after_sale(store_id: int, after_sale_no: str = "AS1", order_no: str = "O1", *, refund_minor: int = 0, **values: Any) -> AfterSaleIn:
    """A refund of the order; with lines its amount is their sum."""
    lines: tuple[AfterSaleLineIn, ...] = tuple(values.pop("lines", ()))
    said: dict[str, Any] = {
        "store_id": store_id,
        "after_sale_no": after_sale_no,
        "order_no": order_no,
        "kind": "refund",
        "status": "refunded",
        "currency": "CNY",
        "refund_minor": sum(each.refund_minor for each in lines) if lines else refund_minor,
        "applied_at": NOW,
        "lines": lines,
        **values,
    }
    if said["status"] == "refunded":
        said.setdefault("settled_at", NOW)
    return AfterSaleIn(**said)


def event(member_id: int, event_id: str = "E1", *, store_id: int | None = None, occurred_at: datetime = NOW, **values: Any) -> EventIn:
    return EventIn(
        **{
            "source": "S001",
            "event_id": event_id,
            "member_id": member_id,
            "store_id": store_id,
            "kind": "view",
            "channel": "app",
            "occurred_at": occurred_at,
            **values,
        }
    )


def wallet(member_id: int, store_id: int | None, balance_minor: int = 8880, *, as_of: datetime = NOW, **values: Any) -> WalletIn:
    return WalletIn(
        **{"member_id": member_id, "store_id": store_id, "currency": "CNY", "balance_minor": balance_minor, "as_of": as_of, **values}
    )


def record(*facts: OrderIn | AfterSaleIn | EventIn | WalletIn, at: datetime = NOW, **values: Any) -> list[Recorded]:
    """Record facts of one kind as the API does."""
    said: dict[str, Any] = {"actor": "test", "booked_at": at, **values}
    match facts[0]:
        case OrderIn():
            return activity_services.record_orders(orders=facts, **said)  # type: ignore[arg-type]
        case AfterSaleIn():
            return activity_services.record_after_sales(after_sales=facts, **said)  # type: ignore[arg-type]
        case EventIn():
            return activity_services.record_events(events=facts, **said)  # type: ignore[arg-type]
        case WalletIn():
            return activity_services.record_wallets(wallets=facts, **said)  # type: ignore[arg-type]
