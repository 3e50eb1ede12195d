"""Reactions to facts that concern the daily summary alone: which days must be reckoned anew."""

from activity.events import AfterSalesRecorded, AfterSalesSettled, BehaviourRecorded, OrdersRecorded
from tags.services import summary


def on_orders_recorded(fact: OrdersRecorded) -> None:
    """Days on which they were paid."""
    summary.mark_orders(order_ids=fact.order_ids)


def on_after_sales_recorded(fact: AfterSalesRecorded) -> None:
    """Days on which they were settled."""
    summary.mark_after_sales(after_sale_ids=fact.after_sale_ids)


def on_after_sales_settled(fact: AfterSalesSettled) -> None:
    """Also those that had waited for their order, and for whose they are."""
    summary.mark_after_sales(after_sale_ids=fact.after_sale_ids)


def on_behaviour_recorded(fact: BehaviourRecorded) -> None:
    """Days on which it was done."""
    summary.mark_events(event_ids=fact.event_ids)
