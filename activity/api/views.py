"""Orders, after-sales, behaviour events and balances."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from activity import errors, inputs, selectors
from activity import services as activity_services
from activity.api import examples, references, shapes
from activity.api.filters import AfterSaleFilters, EventFilters, OrderFilters
from activity.enums import AfterSaleStatus
from activity.models import AfterSale, BehaviourEvent, Order
from activity.services import Recorded
from core import scope as scopes
from core.api import pages
from core.api.operations import Answer, ApiView, Call, Item, answer_push, operation
from core.api.routes import CODE, NUMBER, ONE_ID
from core.api.schema import either
from core.api.serializers import PageQuery, page_of, warning
from core.errors import NotFound
from core.money import format_minor
from members import selectors as members_selectors
from members import services as members_services
from members.errors import MemberNotFound
from stores import selectors as stores_selectors
from stores.api.shapes import ProgrammeQuery
from stores.api.views import programme_of, store_of
from stores.errors import NotAMember, ProgrammeNotFound, StoreNotFound

_FACT_REFUSALS = (
    StoreNotFound,
    MemberNotFound,
    errors.StaleVersion,
    errors.VersionConflict,
    errors.StatusBackwards,
    errors.CurrencyMismatch,
    errors.AmountMismatch,
    errors.OtherMember,
)


class OrdersView(ApiView):
    tag = "orders"
    path_parameters = {"store": ("The store's code.", CODE), "order_no": ("The shop's number.", NUMBER)}

    @operation(
        "list_orders",
        summary="Find orders",
        scope="orders:read",
        query=shapes.OrdersQuery,
        answers={200: page_of(shapes.OrderOut)},
        refusals=(StoreNotFound, MemberNotFound),
    )
    def list(self, call: Call) -> Answer:
        """The latest placed first."""
        rows = OrderFilters(call, scopes.narrow(Order.objects.all(), call.scope)).rows()
        return _page(_whole_orders(rows), call, "placed_at", "orders", shapes.OrderOut)

    @operation(
        "push_orders",
        summary="Push an order, or up to 500",
        scope="orders:write",
        push=shapes.OrderIn,
        answers={201: shapes.RecordedOrderOut, 200: either(shapes.RecordedOrderOut, shapes.RecordedOrderBatchOut)},
        creates=True,
        refusals=_FACT_REFUSALS,
        example=examples.ORDER,
    )
    def create(self, call: Call) -> Answer:
        """One order: 201 when it is new or newer, 200 with `applied: false` when this version was known, 409 `stale_version` when a newer
        one is. A batch: 200 with an entry for each; those that cannot be taken are refused one by one, the others are recorded.

        A higher version replaces what was known; statuses go forward only. Effects (levels, points, coupons) are in the same transaction.
        """
        return _push(call, activity_services.record_orders, "orders", order_in, "order_no", "version")

    @operation("get_order", summary="Read an order", scope="orders:read", answers={200: shapes.OrderOut}, refusals=(StoreNotFound,))
    def retrieve(self, call: Call, store: str, order_no: str) -> Answer:
        """With its lines."""
        found = stores_selectors.store_by_code(store, call.scope)
        order = _whole_orders(Order.objects.filter(store=found, order_no=order_no)).first()
        return _found(order, shapes.OrderOut, call)


class AfterSalesView(ApiView):
    tag = "after-sales"
    path_parameters = {"store": ("The store's code.", CODE), "after_sale_no": ("The shop's number.", NUMBER)}

    @operation(
        "list_after_sales",
        summary="Find after-sales",
        scope="orders:read",
        query=shapes.AfterSalesQuery,
        answers={200: page_of(shapes.AfterSaleOut)},
        refusals=(StoreNotFound, MemberNotFound),
    )
    def list(self, call: Call) -> Answer:
        """The latest application first."""
        rows = AfterSaleFilters(call, scopes.narrow(AfterSale.objects.all(), call.scope)).rows()
        return _page(_whole_after_sales(rows), call, "applied_at", "after-sales", shapes.AfterSaleOut)

    @operation(
        "push_after_sales",
        summary="Push an after-sale, or up to 500",
        scope="orders:write",
        push=shapes.AfterSaleIn,
        answers={201: shapes.RecordedAfterSaleOut, 200: either(shapes.RecordedAfterSaleOut, shapes.RecordedAfterSaleBatchOut)},
        creates=True,
        refusals=(*_FACT_REFUSALS, errors.OtherOrder, errors.UnknownLine),
        example=examples.AFTER_SALE,
    )
    def create(self, call: Call) -> Answer:
        """Answers as `POST /orders` does. When its status is refunded, the refund is taken off the order's lines, never more than they
        still hold: what goes beyond gets a warning.
        """
        record = activity_services.record_after_sales
        return _push(call, record, "after_sales", after_sale_in, "after_sale_no", "version", warned=_beyond)

    @operation(
        "get_after_sale", summary="Read an after-sale", scope="orders:read", answers={200: shapes.AfterSaleOut}, refusals=(StoreNotFound,)
    )
    def retrieve(self, call: Call, store: str, after_sale_no: str) -> Answer:
        """With its lines."""
        found = stores_selectors.store_by_code(store, call.scope)
        after_sale = _whole_after_sales(AfterSale.objects.filter(store=found, after_sale_no=after_sale_no)).first()
        return _found(after_sale, shapes.AfterSaleOut, call)


class EventsView(ApiView):
    tag = "events"

    @operation(
        "list_events",
        summary="Find behaviour events",
        scope="events:read",
        query=shapes.EventsQuery,
        answers={200: page_of(shapes.EventOut)},
        refusals=(StoreNotFound, MemberNotFound),
    )
    def list(self, call: Call) -> Answer:
        """What members did in the client's own store, the latest first (API-07)."""
        rows = EventFilters(call, scopes.narrow(BehaviourEvent.objects.all(), call.scope)).rows()
        return _page(rows.select_related("store", "member"), call, "occurred_at", "events", shapes.EventOut)

    @operation(
        "push_events",
        summary="Push a behaviour event, or up to 500",
        scope="events:write",
        push=shapes.EventIn,
        answers={201: shapes.RecordedEventOut, 200: either(shapes.RecordedEventOut, shapes.RecordedEventBatchOut)},
        creates=True,
        refusals=(StoreNotFound, MemberNotFound, errors.VersionConflict),
        example=examples.EVENT,
    )
    def create(self, call: Call) -> Answer:
        """Answers as `POST /orders` does; an event is known by its store and `event_id`."""
        return _push(call, activity_services.record_events, "events", event_in, "event_id", store_needed=False)


class MemberFactsView(ApiView):
    """Facts of one member, within the client's reach."""

    tag = "members"
    path_parameters = {"one_id": ONE_ID}

    @operation(
        "list_member_orders",
        summary="List a member's orders",
        scope="orders:read",
        query=PageQuery,
        answers={200: page_of(shapes.OrderOut)},
        refusals=(MemberNotFound,),
    )
    def orders(self, call: Call, one_id: str) -> Answer:
        """The latest placed first."""
        rows = scopes.narrow(Order.objects.filter(member_id=_read(call, one_id)), call.scope)
        return _page(_whole_orders(rows), call, "placed_at", f"orders:{one_id}", shapes.OrderOut)

    @operation(
        "list_member_after_sales",
        summary="List a member's after-sales",
        scope="orders:read",
        query=PageQuery,
        answers={200: page_of(shapes.AfterSaleOut)},
        refusals=(MemberNotFound,),
    )
    def after_sales(self, call: Call, one_id: str) -> Answer:
        """The latest application first."""
        rows = scopes.narrow(AfterSale.objects.filter(member_id=_read(call, one_id)), call.scope)
        return _page(_whole_after_sales(rows), call, "applied_at", f"after-sales:{one_id}", shapes.AfterSaleOut)

    @operation(
        "list_member_events",
        summary="List what a member did",
        scope="events:read",
        query=PageQuery,
        answers={200: page_of(shapes.EventOut)},
        refusals=(MemberNotFound,),
    )
    def events(self, call: Call, one_id: str) -> Answer:
        """The latest first."""
        rows = scopes.narrow(BehaviourEvent.objects.filter(member_id=_read(call, one_id)), call.scope)
        return _page(rows.select_related("store", "member"), call, "occurred_at", f"events:{one_id}", shapes.EventOut)


class WalletView(ApiView):
    tag = "members"
    path_parameters = {"one_id": ONE_ID}

    @operation(
        "get_wallet",
        summary="Read a member's balance",
        scope="wallet:read",
        query=ProgrammeQuery,
        answers={200: shapes.WalletOut},
        refusals=(MemberNotFound, ProgrammeNotFound),
    )
    def retrieve(self, call: Call, one_id: str) -> Answer:
        """In one programme. 404 while no wallet system has told one."""
        member_id = _read(call, one_id)
        return _wallet(call, member_id, programme_of(call, call.query.get("programme")).pk)

    @operation(
        "put_wallet",
        summary="Tell a member's balance",
        scope="wallet:write",
        body=shapes.WalletIn,
        answers={200: shapes.WalletChangedOut},
        refusals=(MemberNotFound, StoreNotFound, NotAMember, errors.StaleVersion, errors.VersionConflict, errors.CurrencyMismatch),
        example=examples.WALLET,
    )
    def update(self, call: Call, one_id: str) -> Answer:
        """Mirrors what the wallet system says at `as_of`. The same again changes nothing, an older one is refused (409)."""
        member_id = members_selectors.reachable(one_id, call.scope).pk
        said = dict(call.body)
        store_id = store_of(call, said.pop("store", None))
        [recorded] = activity_services.record_wallets(
            wallets=[inputs.WalletIn(member_id=member_id, store_id=store_id, **said)], actor=call.actor, booked_at=call.now
        )
        recorded.or_raise()
        programme_id = (
            stores_selectors.contacts([store_id])[store_id].programme_id if store_id else stores_selectors.platform_programme().pk
        )
        return _wallet(call, member_id, programme_id, applied=recorded.applied)


def order_in(said: dict[str, Any], member_id: int | None, store: tuple[int, str] | None) -> inputs.OrderIn:
    """The service's input of a checked body."""
    assert member_id is not None and store is not None
    lines = tuple(inputs.OrderLineIn(**line) for line in said.pop("lines"))
    said.setdefault("goods_minor", sum(line.unit_price_minor * line.quantity for line in lines))
    coupon_codes = tuple(said.pop("coupon_codes", ()))
    return inputs.OrderIn(**said, member_id=member_id, store_id=store[0], lines=lines, coupon_codes=coupon_codes)


def after_sale_in(said: dict[str, Any], member_id: int | None, store: tuple[int, str] | None) -> inputs.AfterSaleIn:
    assert store is not None
    lines = tuple(inputs.AfterSaleLineIn(**line) for line in said.pop("lines", ()))
    return inputs.AfterSaleIn(**said, member_id=member_id, store_id=store[0], lines=lines)


def event_in(said: dict[str, Any], member_id: int | None, store: tuple[int, str] | None) -> inputs.EventIn:
    assert member_id is not None
    store_id, source = store or (None, "platform")
    return inputs.EventIn(**said, member_id=member_id, store_id=store_id, source=source)


def _whole_orders(rows: QuerySet[Order]) -> QuerySet[Order]:
    return rows.select_related("store", "member").prefetch_related("lines")


def _whole_after_sales(rows: QuerySet[AfterSale]) -> QuerySet[AfterSale]:
    return rows.select_related("store", "member").prefetch_related("lines")


def _page(rows: QuerySet[Any], call: Call, by: str, of: str, shape: type[Any]) -> Answer:
    found = pages.page(rows, order=(f"-{by}", "-id"), query=call.query, of=of)
    told = shape(context={"scope": call.scope})
    return Answer(found.answer(told.to_representation))


def _found(row: Any, shape: type[Any], call: Call) -> Answer:
    if row is None:
        raise NotFound()
    return Answer(shape(row, context={"scope": call.scope}).data)


def _read(call: Call, one_id: str) -> int:
    member = members_services.read_member(one_id=one_id, scope=call.scope, at=call.now, ip=call.ip, request_id=call.request_id)
    return member.pk


def _wallet(call: Call, member_id: int, programme_id: int, **more: Any) -> Answer:
    wallet = selectors.wallet(member_id, programme_id, call.scope)
    if wallet is None:
        raise NotFound()
    return Answer({**shapes.WalletOut(wallet).data, **more})


def _beyond(items: Mapping[int, Item]) -> dict[int, list[dict[str, str]]]:
    """A warning for each place where these after-sales asked for more than their orders still held. items: by after-sale id."""
    refunded = [row_id for row_id, item in items.items() if item.data["status"] == AfterSaleStatus.REFUNDED]
    found: dict[int, list[dict[str, str]]] = {}
    for row in selectors.refunds_beyond(refunded) if refunded else ():
        item, warnings = items[row.after_sale_id], found.setdefault(row.after_sale_id, [])
        amounts = {
            "applied": format_minor(row.applied_minor, row.currency),
            "asked": format_minor(row.refund_minor, row.currency),
        }
        if row.line_no is None:
            message = _("More than the order still holds: {applied} of {asked} has been taken off.").format(**amounts)
            warnings.append(warning(f"{item.within}/refund_minor", "beyond_order", message))
            continue
        line = [line["line_no"] for line in item.data["lines"]].index(row.line_no)
        if row.applied_minor < row.refund_minor:
            message = _("More than the line still holds: {applied} of {asked} has been taken off.").format(**amounts)
            warnings.append(warning(f"{item.within}/lines/{line}/refund_minor", "beyond_line", message))
        if row.too_many:
            message = _("The refunds of this line name more pieces than were bought.")
            warnings.append(warning(f"{item.within}/lines/{line}/quantity", "beyond_line", message))
    return found


Record = Callable[..., list[Recorded]]


Warned = Callable[[Mapping[int, Item]], Mapping[int, list[dict[str, str]]]]


def _push(
    call: Call,
    record: Record,
    argument: str,
    as_input: Callable[..., Any],
    *names: str,
    store_needed: bool = True,
    warned: Warned | None = None,
) -> Answer:
    """One service call for all items that are sound and whose member and store are known.

    names: what each answer repeats.  warned: from items by the row they became to each answer's `warnings`, by row.
    """
    named = references.settle(call, store_needed=store_needed)
    sound = [item for item in call.items if item.refusal is None and item.index not in named.refusals]
    facts = [
        as_input(
            {name: value for name, value in item.data.items() if name not in ("store", "member")},
            named.members.get(item.index),
            named.stores[item.index],
        )
        for item in sound
    ]
    answers = record(**{argument: facts}, actor=call.actor, booked_at=call.now) if facts else []
    results: dict[int, Any] = {}
    refusals = dict(named.refusals)
    for item, recorded in zip(sound, answers, strict=True):
        if recorded.problem is not None:
            refusals[item.index] = recorded.problem
            continue
        store = named.stores[item.index]
        told = {name: item.data[name] for name in names}
        results[item.index] = {"store": store[1] if store else None, **told, "applied": recorded.applied}
    if warned is not None:
        rows = {recorded.id: item for item, recorded in zip(sound, answers, strict=True) if recorded.id is not None}
        found = warned(rows)
        for row_id, item in rows.items():
            results[item.index]["warnings"] = found.get(row_id, [])
    return answer_push(call, results, refusals, created=lambda result: bool(result["applied"]))
