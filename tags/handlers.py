"""Reactions to facts that rules read: a note for each membership concerned, in the transaction of the fact (docs/rules/tags.md, Facts)."""

from activity.events import AfterSalesSettled, BehaviourRecorded, OrdersRecorded, WalletsChanged
from coupons.events import CouponsEnded, CouponsIssued, CouponsReturned, CouponsSetAside, CouponsUsed
from growth.events import GrowthPosted, LevelsChanged
from members.events import MembersUpdated
from points.events import PointsPosted
from stores.events import MembershipsOpened
from tags.services import stale


def on_orders_recorded(fact: OrdersRecorded) -> None:
    """Completed orders, new or with a higher version."""
    stale.mark_stale("orders", origin=fact.origin, order_ids=fact.order_ids, after_sale_ids=())


def on_after_sales_settled(fact: AfterSalesSettled) -> None:
    """Orders of which something was refunded, or refunded no more."""
    stale.mark_stale("orders", origin=fact.origin, order_ids=(), after_sale_ids=fact.after_sale_ids)


def on_behaviour_recorded(fact: BehaviourRecorded) -> None:
    """What members did."""
    stale.mark_stale("events", origin=fact.origin, event_ids=fact.event_ids)


def on_wallets_changed(fact: WalletsChanged) -> None:
    stale.mark_stale("memberships", origin=fact.origin, membership_ids=fact.membership_ids)


def on_memberships_opened(fact: MembershipsOpened) -> None:
    """Who joins has facts from now on."""
    stale.mark_stale("memberships", origin=fact.origin, membership_ids=fact.membership_ids)


def on_members_updated(fact: MembersUpdated) -> None:
    """Profile, children, consents, or whether they are frozen: in every programme they belong to."""
    stale.mark_stale("members", origin=fact.origin, member_ids=fact.member_ids)


def on_levels_changed(fact: LevelsChanged) -> None:
    stale.mark_stale("levels", origin=fact.origin, history_ids=fact.history_ids)


def on_growth_posted(fact: GrowthPosted) -> None:
    stale.mark_stale("growth", origin=fact.origin, entry_ids=fact.entry_ids)


def on_points_posted(fact: PointsPosted) -> None:
    stale.mark_stale("points", origin=fact.origin, entry_ids=fact.entry_ids)


def on_coupons_changed(fact: CouponsIssued | CouponsSetAside | CouponsUsed | CouponsReturned | CouponsEnded) -> None:
    """Members have more coupons that they can use, or fewer."""
    stale.mark_stale("coupons", origin=fact.origin, coupon_ids=fact.coupon_ids)
