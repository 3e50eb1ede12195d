"""Reactions to facts that concern RFM alone: which memberships must be reckoned anew."""

from activity.events import AfterSalesSettled, OrdersRecorded
from growth.services import rfm_states


def on_orders_recorded(fact: OrdersRecorded) -> None:
    """Completed orders that come late or with a higher version."""
    rfm_states.mark_stale(order_ids=fact.order_ids, booked_at=fact.booked_at, origin=fact.origin)


def on_after_sales_settled(fact: AfterSalesSettled) -> None:
    """Orders of which something was refunded, or refunded no more."""
    rfm_states.mark_stale(after_sale_ids=fact.after_sale_ids, booked_at=fact.booked_at, origin=fact.origin)
