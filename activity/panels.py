"""What activity offers to the member page: orders, after-sales, behaviour, balances, the head's cards, and the order number as a key."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from activity import selectors
from activity.enums import AfterSaleStatus, OrderStatus
from activity.models import AfterSale, Order
from core import phones, registry
from core import scope as scopes
from core.backoffice import keyset
from core.backoffice.links import outward
from core.backoffice.panels import PAGE
from core.backoffice.reveal import show
from core.enums import TimelineType
from core.errors import NotFound
from core.masking import FieldClass
from core.money import format_minor
from core.permissions import roles_for
from core.registry import Clock, Part, Revealable, SearchKey, Text, TimelineEntry, TimelineSource
from core.scope import Scope
from core.words import listed

LAST = 5  # orders in the head (CSL-02)
LINES_AT_ONCE = 20  # of an order; a wholesale one has hundreds
TONES = {
    OrderStatus.PLACED: "plain",
    OrderStatus.PAID: "warning",
    OrderStatus.SHIPPED: "info",
    OrderStatus.RECEIVED: "info",
    OrderStatus.COMPLETED: "success",
    OrderStatus.CANCELLED: "plain",
    AfterSaleStatus.APPLIED: "warning",
    AfterSaleStatus.REVIEWING: "warning",
    AfterSaleStatus.APPROVED: "info",
    AfterSaleStatus.REFUNDED: "success",
    AfterSaleStatus.EXCHANGED: "success",
    AfterSaleStatus.REJECTED: "danger",
    AfterSaleStatus.WITHDRAWN: "plain",
}


def order_row(order: Order, scope: Scope, now: datetime) -> dict[str, Any]:
    """An order as a panel shows it: personal data as this caller may read it, the way out to the shop, the days it waits.

    lines, further: those shown at once, and those one unfolds.
    """
    lines = sorted(order.lines.all(), key=lambda line: line.line_no)
    return {
        "order": order,
        "store": order.store,
        "zone": order.store.time_zone,
        "tone": TONES[OrderStatus(order.status)],
        "unshipped": selectors.days_unshipped(order, now),
        "url": outward(order.store.order_url_template, order_no=order.order_no),
        "receiver": show(FieldClass.NAME, order.receiver_name, scope),
        "phone": show(FieldClass.PHONE, _national(order.receiver_phone), scope, kind="order_phone", reference=order.pk),
        "address": show(FieldClass.ADDRESS, order.receiver_address, scope, kind="order_address", reference=order.pk),
        "lines": lines[:LINES_AT_ONCE],
        "further": lines[LINES_AT_ONCE:],
        "source": format_minor(order.source_settled_minor, order.source_currency) if order.source_settled_minor is not None else "",
        "after_sales": order.after_sales.all(),
    }


def after_sale_row(after_sale: AfterSale, scope: Scope) -> dict[str, Any]:
    """An after-sale as a panel shows it: its order's time and its own (CSL-07)."""
    order = after_sale.order
    return {
        "after_sale": after_sale,
        "order": order,
        "store": after_sale.store,
        "zone": after_sale.store.time_zone,
        "tone": TONES[AfterSaleStatus(after_sale.status)],
        "url": outward(after_sale.store.after_sale_url_template, after_sale_no=after_sale.after_sale_no, order_no=after_sale.order_no),
        "receiver": show(FieldClass.NAME, after_sale.receiver_name, scope),
        "phone": show(FieldClass.PHONE, _national(after_sale.receiver_phone), scope, kind="after_sale_phone", reference=after_sale.pk),
        "address": show(FieldClass.ADDRESS, after_sale.receiver_address, scope, kind="after_sale_address", reference=after_sale.pk),
        "lines": sorted(after_sale.lines.all(), key=lambda line: line.line_no),
        "source": format_minor(after_sale.source_refund_minor, after_sale.source_currency)
        if after_sale.source_refund_minor is not None
        else "",
    }


def _national(phone: str) -> str:
    return phones.national(phone) if phone else ""


class OrdersPanel:
    key: str = "orders"
    heading: Text = _("Orders")
    position: int = 20
    clock: Clock = Clock.STORE
    template_name: str = "activity/panels/orders.html"
    roles: frozenset[str] = roles_for("activity.order", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        status, sought = filters.get("status", ""), filters.get("sought", "")
        first = selectors.orders_numbered(subject_id, scope, sought) if sought else []
        only = (Q(status=status) if status in OrderStatus.values else Q()) & ~Q(pk__in=[order.pk for order in first])
        found = selectors.orders_of_member(subject_id, scope, before=keyset.read_numbered(cursor), limit=PAGE + 1, filters=only)
        shown = found[:PAGE]
        return {
            "rows": [order_row(order, scope, now) for order in ([] if cursor else first) + shown],
            "sought": {order.pk for order in first},
            "status": status,
            "more_filters": urlencode({name: value for name, value in (("status", status), ("sought", sought)) if value}),
            "statuses": OrderStatus.choices,
            "next_cursor": keyset.write(shown[-1].placed_at, shown[-1].pk) if len(found) > PAGE else None,
        }


class AfterSalesPanel:
    key: str = "after-sales"
    heading: Text = _("After-sales")
    position: int = 30
    clock: Clock = Clock.STORE
    template_name: str = "activity/panels/after_sales.html"
    roles: frozenset[str] = roles_for("activity.aftersale", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        found = selectors.after_sales_of_member(subject_id, scope, before=keyset.read_numbered(cursor), limit=PAGE + 1)
        shown = found[:PAGE]
        return {
            "rows": [after_sale_row(after_sale, scope) for after_sale in shown],
            "next_cursor": keyset.write(shown[-1].applied_at, shown[-1].pk) if len(found) > PAGE else None,
        }


class AssetsPanel:
    key: str = "assets"
    heading: Text = _("Balance (assets)")
    position: int = 70
    clock: Clock = Clock.HOUSE
    template_name: str = "activity/panels/assets.html"
    roles: frozenset[str] = roles_for("activity.walletbalance", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        return {"wallets": selectors.wallets_of_member(subject_id, scope), "next_cursor": None}


class BehaviourPanel:
    key: str = "behaviour"
    heading: Text = _("Behaviour")
    position: int = 95
    clock: Clock = Clock.STORE
    template_name: str = "activity/panels/behaviour.html"
    roles: frozenset[str] = roles_for("activity.behaviourevent", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        found = selectors.events_of_member(subject_id, scope, before=keyset.read_numbered(cursor), limit=PAGE + 1)
        shown = found[:PAGE]
        return {
            "events": shown,
            "next_cursor": keyset.write(shown[-1].occurred_at, shown[-1].pk) if len(found) > PAGE else None,
        }


class PortraitPanel:
    """What the orders say of the member (MEM-28): how much, how often, what."""

    key: str = "portrait"
    heading: Text = _("Portrait")
    position: int = 92
    clock: Clock = Clock.HOUSE
    template_name: str = "activity/panels/portrait.html"
    roles: frozenset[str] = roles_for("activity.behaviourevent", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        return {
            "portraits": [
                {
                    "bought": bought,
                    "average_minor": _half_up(bought.settled_minor, bought.orders),
                    "groups": [(_("categories"), _shares(bought.top_categories)), (_("brands"), _shares(bought.top_brands))],
                }
                for bought in selectors.consumption(subject_id, scope)
            ],
            "next_cursor": None,
        }


def _half_up(amount_minor: int, parts: int) -> int:
    return (2 * amount_minor + parts) // (2 * parts) if parts else 0


def _shares(counted: Sequence[tuple[str, int]]) -> list[tuple[str, int, int]]:
    """Name, pieces, and per cent of the most bought one."""
    most = max((pieces for _name, pieces in counted), default=1)
    return [(name, pieces, 100 * pieces // most) for name, pieces in counted]


def _bought(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
    return {
        "heading": _("Bought"),
        "orders": [
            {
                "order": last.order,
                "zone": last.order.store.time_zone,
                "tone": TONES[OrderStatus(last.order.status)],
                "items": last.items,
                "unshipped": selectors.days_unshipped(last.order, now),
            }
            for last in selectors.last_orders(member_id, scope, limit=LAST)
        ],
    }


def _balance(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
    return {"heading": _("Balance"), "wallets": selectors.wallets_of_member(member_id, scope)}


def _timeline(member_id: int, scope: Scope, before: datetime, limit: int) -> Sequence[TimelineEntry]:
    """Orders, after-sales and behaviour, each by the time it began."""
    place = (before, 0)  # rows of `before` itself are not older
    entries: list[TimelineEntry] = []
    if roles_for("activity.order", "view") & scope.roles or "orders:read" in scope.grants:
        entries += [_order_entry(order) for order in selectors.orders_of_member(member_id, scope, before=place, limit=limit)]
        entries += [_after_sale_entry(row) for row in selectors.after_sales_of_member(member_id, scope, before=place, limit=limit)]
    if roles_for("activity.behaviourevent", "view") & scope.roles or "events:read" in scope.grants:
        entries += [
            TimelineEntry(
                at=event.occurred_at,
                type=TimelineType.BEHAVIOUR,
                title=event.get_kind_display(),
                key=f"event:{event.pk:012d}",
                channel=event.get_channel_display(),
                store=event.store.name if event.store else "",
                detail=event.spu or event.order_no or event.path,
            )
            for event in selectors.events_of_member(member_id, scope, before=place, limit=limit)
        ]
    return sorted(entries, key=lambda entry: (entry.at, entry.key), reverse=True)[:limit]


def _order_entry(order: Order) -> TimelineEntry:
    items = listed(line.name for line in sorted(order.lines.all(), key=lambda line: line.line_no)[:3])
    return TimelineEntry(
        at=order.placed_at,
        type=TimelineType.ORDER,
        title=f"{order.order_no} · {order.get_status_display()} · {format_minor(order.paid_minor, order.currency)}",
        key=f"order:{order.pk:012d}",
        channel=order.get_channel_display(),
        store=order.store.name,
        detail=items,
    )


def _after_sale_entry(after_sale: AfterSale) -> TimelineEntry:
    return TimelineEntry(
        at=after_sale.applied_at,
        type=TimelineType.AFTER_SALE,
        title=" · ".join(
            (after_sale.after_sale_no, after_sale.get_status_display(), format_minor(after_sale.refund_minor, after_sale.currency))
        ),
        key=f"after-sale:{after_sale.pk:012d}",
        store=after_sale.store.name,
        detail=after_sale.reason,
    )


def _row(model: type[Order] | type[AfterSale], member_id: int, reference: str, scope: Scope) -> Order | AfterSale:
    rows: QuerySet[Any] = scopes.narrow(model._default_manager.filter(member_id=member_id), scope)
    found: Order | AfterSale | None = rows.filter(pk=int(reference)).first() if reference.isdecimal() else None
    if found is None:
        raise NotFound()
    return found


def _phone_of(model: type[Order] | type[AfterSale]) -> Any:
    return lambda member_id, reference, scope: _national(_row(model, member_id, reference, scope).receiver_phone)


def _address_of(model: type[Order] | type[AfterSale]) -> Any:
    return lambda member_id, reference, scope: _row(model, member_id, reference, scope).receiver_address


for _panel in (OrdersPanel(), AfterSalesPanel(), AssetsPanel(), BehaviourPanel(), PortraitPanel()):
    registry.add_panel("members.Member", _panel)
registry.add_part(Part("head", "balance", _balance, 30, "activity/cards/balance.html"))
registry.add_part(Part("head", "bought", _bought, 100, "activity/cards/bought.html"))
registry.add_timeline_source(TimelineSource("activity", _timeline))
registry.add_search_key(SearchKey("order_no", _("order number"), selectors.members_by_order_no, 70, OrdersPanel.key))
for _kind, _model, _phone, _address in (
    ("order", Order, _("phone of an order"), _("address of an order")),
    ("after_sale", AfterSale, _("phone of an after-sale"), _("address of an after-sale")),
):
    registry.add_revealable(Revealable(f"{_kind}_phone", FieldClass.PHONE, _phone_of(_model), _phone))
    registry.add_revealable(Revealable(f"{_kind}_address", FieldClass.ADDRESS, _address_of(_model), _address))
