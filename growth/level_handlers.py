"""Reactions to facts that concern levels alone: who joined, what counts towards a level besides the growth value, which gifts are due."""

from activity.events import OrdersRecorded, WalletsChanged
from growth.events import GiftsDue
from growth.services import gifts, levels, measures
from stores.events import MembershipsOpened


def on_memberships_opened(fact: MembershipsOpened) -> None:
    """Who joins gets the lowest level."""
    levels.open_levels(membership_ids=fact.membership_ids, booked_at=fact.booked_at, origin=fact.origin)


def on_orders_recorded(fact: OrdersRecorded) -> None:
    """Completed orders, new or with a higher version, count towards levels of spend and of number of orders."""
    measures.count_orders(order_ids=fact.order_ids, booked_at=fact.booked_at, origin=fact.origin)


def on_wallets_changed(fact: WalletsChanged) -> None:
    """Recharges count towards the levels of the recharge track."""
    measures.count_recharges(membership_ids=fact.membership_ids, booked_at=fact.booked_at, origin=fact.origin)


def on_gifts_due(fact: GiftsDue) -> None:
    """Have the packs of levels given by whoever can give them."""
    gifts.give(grant_ids=fact.grant_ids, booked_at=fact.booked_at)
