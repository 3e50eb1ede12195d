"""Reactions to facts that move coupons (rulings 3-5, 15)."""

from activity.events import AfterSalesSettled, OrdersCancelled, OrdersRecorded
from coupons.events import CouponsEnded, CouponsIssued, CouponsReturned, CouponsUsed
from coupons.services import orders, packs, telling
from stores.events import MembershipsOpened


def on_orders_recorded(fact: OrdersRecorded) -> None:
    """Coupons that an order names are reserved for it, or used once it is paid (CPN-02)."""
    orders.settle_named(order_ids=fact.order_ids, booked_at=fact.booked_at, origin=fact.origin)


def on_orders_cancelled(fact: OrdersCancelled) -> None:
    """A cancelled order lets go of its coupons (CPN-17)."""
    orders.settle_ended(order_ids=fact.order_ids, booked_at=fact.booked_at, origin=fact.origin)


def on_after_sales_settled(fact: AfterSalesSettled) -> None:
    """An order refunded whole gives its coupons back by their rule (CPN-17, ruling 15)."""
    orders.settle_after_sales(after_sale_ids=fact.after_sale_ids, booked_at=fact.booked_at, origin=fact.origin)


def on_memberships_opened(fact: MembershipsOpened) -> None:
    """Newcomers get their pack (CPN-03, CPN-05)."""
    packs.give_newcomers(membership_ids=fact.membership_ids, booked_at=fact.booked_at, origin=fact.origin)


def on_coupons_changed(fact: CouponsIssued | CouponsUsed | CouponsReturned | CouponsEnded) -> None:
    """Other programs hear of it (API-03)."""
    telling.tell(fact)
