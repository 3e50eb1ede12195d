"""Facts of this app that leave the house (ruling 5: backfill sends nothing). Payloads carry ids and states, no personal data."""

from activity import selectors
from activity.events import AfterSalesRecorded, OrdersRecorded
from core import outbox
from core.enums import Origin


def on_orders_recorded(fact: OrdersRecorded) -> None:
    """Tell the endpoints of each order's store, in the order of the fact."""
    if fact.origin != Origin.LIVE:
        return
    messages = [
        outbox.Outgoing(topic="order.recorded", ordering_key=row["one_id"], store_ids=[row["store_id"]], payload=row["payload"])
        for row in selectors.order_messages(fact.order_ids)
    ]
    outbox.enqueue(messages, occurred_at=fact.booked_at, booked_at=fact.booked_at)


def on_after_sales_recorded(fact: AfterSalesRecorded) -> None:
    """The same for after-sales. One whose member is unknown is ordered by its own number."""
    if fact.origin != Origin.LIVE:
        return
    messages = [
        outbox.Outgoing(topic="after_sale.recorded", ordering_key=row["one_id"], store_ids=[row["store_id"]], payload=row["payload"])
        for row in selectors.after_sale_messages(fact.after_sale_ids)
    ]
    outbox.enqueue(messages, occurred_at=fact.booked_at, booked_at=fact.booked_at)
