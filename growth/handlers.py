"""Reactions to facts that move the growth value (rulings 3-5), and to its moves."""

from activity.events import AfterSalesSettled, BehaviourRecorded, OrdersAmended, OrdersCancelled, OrdersCompleted
from growth.events import GrowthPosted
from growth.selectors import ledger as ledger_selectors
from growth.services import behaviour, levels, orders


def on_orders_completed(fact: OrdersCompleted | OrdersAmended) -> None:
    """A completed order gives growth value; a newer version of it the difference (GRW-03, ruling 13)."""
    orders.settle_orders(order_ids=fact.order_ids, opens=True, booked_at=fact.booked_at, origin=fact.origin)


def on_orders_cancelled(fact: OrdersCancelled) -> None:
    """A cancelled order keeps nothing of what it has given."""
    orders.settle_orders(order_ids=fact.order_ids, opens=False, booked_at=fact.booked_at, origin=fact.origin)


def on_after_sales_settled(fact: AfterSalesSettled) -> None:
    """A refund takes back its part of what the order has given (GRW-07)."""
    orders.settle_after_sales(after_sale_ids=fact.after_sale_ids, booked_at=fact.booked_at, origin=fact.origin)


def on_behaviour_recorded(fact: BehaviourRecorded) -> None:
    """Logins, reviews, photo reviews, shares and check-ins give growth value, deleted reviews take theirs back (GRW-02..07)."""
    behaviour.settle_events(event_ids=fact.event_ids, booked_at=fact.booked_at, origin=fact.origin)


def on_growth_posted(fact: GrowthPosted) -> None:
    """Levels rise at once (LVL-01)."""
    levels.rise(
        membership_ids=ledger_selectors.memberships_of_entries(fact.entry_ids),
        entry_ids=fact.entry_ids,
        booked_at=fact.booked_at,
        origin=fact.origin,
    )
