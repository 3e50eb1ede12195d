"""Reactions to facts that move points (rulings 3-5, 15)."""

from activity.events import AfterSalesSettled, BehaviourRecorded, OrdersAmended, OrdersCancelled, OrdersCompleted
from core import events
from points.events import OrdersCounted, PointsPosted
from points.services import behaviour, measures, orders


def on_orders_completed(fact: OrdersCompleted | OrdersAmended) -> None:
    """Wait until the growth value of the batch and its levels are in place: each order counts at the level held just before it."""
    events.publish(OrdersCounted(order_ids=fact.order_ids, origin=fact.origin, booked_at=fact.booked_at))


def on_orders_counted(fact: OrdersCounted) -> None:
    """A completed order gives points; a newer version of it the difference (PTS-02, ruling 13)."""
    orders.settle_orders(order_ids=fact.order_ids, opens=True, booked_at=fact.booked_at, origin=fact.origin)


def on_orders_cancelled(fact: OrdersCancelled) -> None:
    """A cancelled order holds and keeps none of the points meant for it (ruling 15)."""
    orders.settle_cancelled(order_ids=fact.order_ids, booked_at=fact.booked_at, origin=fact.origin)


def on_after_sales_settled(fact: AfterSalesSettled) -> None:
    """A refund takes back its part of what the order has given, and gives back its part of what was spent on it (PTS-22, ruling 15)."""
    orders.settle_after_sales(after_sale_ids=fact.after_sale_ids, booked_at=fact.booked_at, origin=fact.origin)


def on_behaviour_recorded(fact: BehaviourRecorded) -> None:
    """Reviews, photo reviews, shares, check-ins and tasks give points, deleted reviews take theirs back (PTS-03, PTS-04)."""
    behaviour.settle_events(event_ids=fact.event_ids, booked_at=fact.booked_at, origin=fact.origin)


def on_points_posted(fact: PointsPosted) -> None:
    """Points earned count towards levels that go by them (A-28)."""
    if fact.may_count:
        measures.count_earned(entry_ids=fact.entry_ids, booked_at=fact.booked_at, origin=fact.origin)
