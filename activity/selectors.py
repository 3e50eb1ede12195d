"""Reads of facts that panels, the API, the summary and the portrait need. All of them within the caller's scope."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from activity import rules
from activity.enums import AfterSaleStatus, OrderStatus
from activity.models import AfterSale, BehaviourEvent, Order, OrderLine, WalletBalance
from core import sql
from core.scope import Scope, narrow

Place = tuple[datetime, int]  # the keyset: a row's time and id; the next page is older than this
NOT_DEALS = (OrderStatus.PLACED, OrderStatus.CANCELLED)  # nothing was bought by these
NEWEST = 2_000  # orders whose lines are looked at: what somebody likes is what they buy lately
OF_STORE = 500  # newest orders of each store, to see which categories it sells


def orders_of_member(
    member_id: int, scope: Scope, *, before: Place | None = None, limit: int = 20, filters: Q | None = None
) -> list[Order]:
    """A member's orders, newest first, with store, lines and after-sales: three statements, whatever their number (CSL-05)."""
    rows = narrow(Order.objects.filter(member_id=member_id), scope)
    return list(
        _page(rows, "placed_at", before, limit, filters).select_related("store__programme").prefetch_related("lines", "after_sales")
    )


def orders_numbered(member_id: int, scope: Scope, number: str) -> list[Order]:
    """The member's orders with this number, or with an after-sale of this number, as `orders_of_member` answers them."""
    numbers = {number, number.upper()}
    after_sales = narrow(AfterSale.objects.filter(member_id=member_id, after_sale_no__in=numbers), scope)
    for filters in (Q(order_no__in=numbers), Q(pk__in=after_sales.values("order_id"))):
        found = orders_of_member(member_id, scope, filters=filters)
        if found:
            return found
    return []


def facts_at(store_id: int) -> tuple[QuerySet[Order], QuerySet[AfterSale]]:
    """Orders and after-sales of a store, for conditions of others."""
    return Order.objects.filter(store_id=store_id), AfterSale.objects.filter(store_id=store_id)


def order_id(store_ids: Iterable[int], order_no: str) -> int | None:
    """Of an order that has been told at one of the stores, the latest placed if several have such a number."""
    found = Order.objects.filter(store_id__in=list(store_ids), order_no=order_no).order_by("-placed_at", "-id")
    return found.values_list("id", flat=True).first()


def members_by_order_no(number: str, scope: Scope, limit: int) -> list[int]:
    """Ids of the members an order or after-sale number belongs to; the letters of a number may be typed small."""
    numbers = {number, number.upper()}
    orders = narrow(Order.objects.filter(order_no__in=numbers), scope).order_by("-placed_at").values_list("member_id", flat=True)[:limit]
    after_sales = narrow(AfterSale.objects.filter(after_sale_no__in=numbers, member__isnull=False), scope)
    found = [*orders, *after_sales.order_by("-applied_at").values_list("member_id", flat=True)[:limit]]
    return [member_id for member_id in dict.fromkeys(found) if member_id is not None][:limit]


@dataclass(frozen=True)
class LastOrder:
    """One of a member's last orders as the head of the page shows it (CSL-02). items: "name x quantity" is put together by the reader."""

    order: Order
    items: tuple[OrderLine, ...]


def last_orders(member_id: int, scope: Scope, *, limit: int = 5) -> list[LastOrder]:
    """The newest orders with their items: two statements."""
    rows = narrow(Order.objects.filter(member_id=member_id), scope).order_by("-placed_at", "-id")[:limit]
    orders = list(rows.select_related("store__programme").prefetch_related("lines"))
    return [LastOrder(order, tuple(sorted(order.lines.all(), key=lambda line: line.line_no))) for order in orders]


def after_sales_of_member(
    member_id: int, scope: Scope, *, before: Place | None = None, limit: int = 20, filters: Q | None = None
) -> list[AfterSale]:
    """A member's after-sales, latest application first, with store, order and lines (CSL-07)."""
    rows = narrow(AfterSale.objects.filter(member_id=member_id), scope)
    return list(_page(rows, "applied_at", before, limit, filters).select_related("store__programme", "order").prefetch_related("lines"))


def events_of_member(
    member_id: int, scope: Scope, *, before: Place | None = None, limit: int = 20, filters: Q | None = None
) -> list[BehaviourEvent]:
    """What a member did, newest first (DAT-02). The platform's own events (without a store) are the platform's to see."""
    rows = narrow(BehaviourEvent.objects.filter(member_id=member_id), scope)
    return list(_page(rows, "occurred_at", before, limit, filters).select_related("store"))


def _page(rows: QuerySet[Any], column: str, before: Place | None, limit: int, filters: Q | None) -> QuerySet[Any]:
    if before is not None:
        rows = rows.filter(
            Q(**{f"{column}__lt": before[0]}) | Q(**{column: before[0], "id__lt": before[1]}), **{f"{column}__lte": before[0]}
        )
    return (rows.filter(filters) if filters is not None else rows).order_by(f"-{column}", "-id")[:limit]


@dataclass(frozen=True)
class Wallet:
    """A mirrored balance in minor units. is_out_of_balance: not what was recharged less spent plus given (MEM-31)."""

    programme_code: str
    programme_name: str
    currency: str
    balance_minor: int
    red_packet_minor: int
    recharge_total_minor: int
    spent_total_minor: int
    gift_total_minor: int
    as_of: datetime
    is_out_of_balance: bool


def wallets_of_member(member_id: int, scope: Scope) -> list[Wallet]:
    """A member's mirrored balances, by programme code."""
    rows = narrow(WalletBalance.objects.filter(membership__member_id=member_id), scope).select_related("membership__programme")
    return [_as_wallet(row) for row in rows.order_by("membership__programme__code")]


def wallet(member_id: int, programme_id: int, scope: Scope) -> Wallet | None:
    """A member's mirrored balance in one programme."""
    rows = narrow(WalletBalance.objects.filter(membership__member_id=member_id, membership__programme_id=programme_id), scope)
    row = rows.select_related("membership__programme").first()
    return _as_wallet(row) if row else None


def _as_wallet(row: WalletBalance) -> Wallet:
    return Wallet(
        programme_code=row.membership.programme.code,
        programme_name=row.membership.programme.name,
        currency=row.currency,
        balance_minor=row.balance_minor,
        red_packet_minor=row.red_packet_minor,
        recharge_total_minor=row.recharge_total_minor,
        spent_total_minor=row.spent_total_minor,
        gift_total_minor=row.gift_total_minor,
        as_of=row.as_of,
        is_out_of_balance=rules.is_out_of_balance(
            balance_minor=row.balance_minor,
            recharge_total_minor=row.recharge_total_minor,
            spent_total_minor=row.spent_total_minor,
            gift_total_minor=row.gift_total_minor,
        ),
    )


def days_unshipped(order: Order, now: datetime) -> int | None:
    """Whole local days of the programme since an order was paid and not shipped: paid on the 17th, 3 on the 20th (CS-1). None otherwise."""
    if order.status != OrderStatus.PAID:
        return None
    return rules.days_between(order.paid_at or order.placed_at, now, ZoneInfo(order.store.programme.time_zone))


@dataclass(frozen=True)
class Consumption:
    """What a member has bought, of one currency, within the caller's scope (MEM-28).

    of_newest: pieces and what is bought most count so many of the newest orders alone; None: all of them.
    """

    currency: str
    orders: int
    settled_minor: int
    refunded_minor: int
    first_at: datetime | None
    last_at: datetime | None
    of_newest: int | None
    pieces: int
    top_categories: tuple[tuple[str, int], ...]  # first part of the path, pieces; most bought first
    top_brands: tuple[tuple[str, int], ...]


def consumption(member_id: int, scope: Scope, *, programme_id: int | None = None, newest: int = NEWEST) -> list[Consumption]:
    """By currency; orders not paid or cancelled do not count. Two statements, whatever the number of orders."""
    bought = narrow(Order.objects.filter(member_id=member_id).exclude(status__in=NOT_DEALS), scope)
    if programme_id is not None:
        bought = bought.filter(store__programme_id=programme_id)
    lines = narrow(OrderLine.objects.filter(order__in=bought.order_by("-placed_at", "-id").values("pk")[:newest]), scope)
    totals = bought.values("currency").annotate(
        orders=Count("id"),
        settled=Sum("settled_minor"),
        refunded=Sum("refunded_minor"),
        first_at=Min("placed_at"),
        last_at=Max("placed_at"),
    )
    kept = lines.values(currency=F("order__currency"), of_category=F("category"), of_brand=F("brand")).annotate(
        pieces=Coalesce(Sum(F("quantity") - F("refunded_quantity")), 0)
    )
    pieces = list(kept)
    found = list(totals.order_by("currency"))
    of_newest = newest if sum(row["orders"] for row in found) > newest else None
    return [
        Consumption(
            currency=row["currency"],
            orders=row["orders"],
            settled_minor=row["settled"],
            refunded_minor=row["refunded"],
            first_at=row["first_at"],
            last_at=row["last_at"],
            of_newest=of_newest,
            pieces=sum(piece["pieces"] for piece in pieces if piece["currency"] == row["currency"]),
            top_categories=_most((piece["of_category"].split("/")[0], piece) for piece in pieces if piece["currency"] == row["currency"]),
            top_brands=_most((piece["of_brand"], piece) for piece in pieces if piece["currency"] == row["currency"]),
        )
        for row in found
    ]


def _most(named: Iterable[tuple[str, Mapping[str, Any]]], limit: int = 3) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for name, piece in named:
        if name and piece["pieces"] > 0:
            counts[name] = counts.get(name, 0) + piece["pieces"]
    return tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:limit])


def unseen_categories(programme_id: int, paths: Iterable[str]) -> list[str]:
    """Which of these beginnings of categories no line has among the newest orders of the programme's stores (OF_STORE of each).

    None, where there are no orders to go by.
    """
    wanted = list(paths)
    rows = sql.rows("activity/orders/recent_categories", programme_id=programme_id, newest=OF_STORE) if wanted else []
    seen = {row["category"] for row in rows}
    return [path for path in wanted if seen and not any(each == path or each.startswith(f"{path}/") for each in seen)]


def order_messages(order_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What leaves the house of these orders, in the order given: one_id, store_id, and a payload of numbers and states."""
    rows = Order.objects.filter(pk__in=order_ids).values(
        "id", "store_id", "order_no", "status", "version", one_id=F("member__one_id"), store_code=F("store__code")
    )
    by_id = {row["id"]: row for row in rows}
    return [
        {
            "one_id": row["one_id"],
            "store_id": row["store_id"],
            "payload": {
                "one_id": row["one_id"],
                "store": row["store_code"],
                "order_no": row["order_no"],
                "status": row["status"],
                "version": row["version"],
            },
        }
        for row in (by_id[order_id] for order_id in order_ids)
    ]


def after_sale_messages(after_sale_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The same of after-sales; while the member is unknown, one_id is null and the number takes its place as the ordering key."""
    rows = AfterSale.objects.filter(pk__in=after_sale_ids).values(
        "id", "store_id", "after_sale_no", "order_no", "status", "version", one_id=F("member__one_id"), store_code=F("store__code")
    )
    by_id = {row["id"]: row for row in rows}
    return [
        {
            "one_id": row["one_id"] or f"after-sale:{row['after_sale_no']}"[:64],
            "store_id": row["store_id"],
            "payload": {
                "one_id": row["one_id"],
                "store": row["store_code"],
                "after_sale_no": row["after_sale_no"],
                "order_no": row["order_no"],
                "status": row["status"],
                "version": row["version"],
            },
        }
        for row in (by_id[after_sale_id] for after_sale_id in after_sale_ids)
    ]


@dataclass(frozen=True)
class Beyond:
    """Where a refund asked for more than its order still held. line_no: None where it named no lines.  too_many: pieces, of a line."""

    after_sale_id: int
    currency: str
    line_no: int | None
    refund_minor: int
    applied_minor: int
    too_many: bool


def refunds_beyond(after_sale_ids: Iterable[int]) -> list[Beyond]:
    """Of these after-sales, by line. Those whose order is not known yet have asked for nothing yet."""
    return [Beyond(**row) for row in sql.rows("activity/refunds/beyond", after_sale_ids=sorted(after_sale_ids))]


WINDOW = timedelta(days=1)


@dataclass(frozen=True)
class Happened:
    """Facts that happened one after the other. until: when the last of them did."""

    order_ids: list[int]
    after_sale_ids: list[int]
    event_ids: list[int]
    until: datetime

    def __len__(self) -> int:
        return len(self.order_ids) + len(self.after_sale_ids) + len(self.event_ids)


def count_facts(kinds: Sequence[str], *, until: datetime) -> int:
    """How many completed orders, refunds, and events of these kinds there are up to a moment."""
    return sum(found["count"] for found in _summed(kinds, until))


def facts_in_order(kinds: Sequence[str], *, until: datetime, at_once: int) -> Iterator[Happened]:
    """The same facts in the order in which they happened, about `at_once` at a time: those of one moment are never parted, and none spans
    more than a day, since who posts them takes orders before refunds, and both before behaviour.
    """
    firsts = [found["first"] for found in _summed(kinds, until) if found["first"] is not None]
    after = min(firsts, default=until) - timedelta(microseconds=1)
    while after < until:
        end = min(after + WINDOW, until)
        while some := sql.rows("activity/facts/next", after=after, until=end, kinds=list(kinds), limit=at_once):
            after = some[-1]["happened_at"]
            ids = {kind: [row["id"] for row in some if row["kind"] == kind] for kind in ("order", "after_sale", "event")}
            yield Happened(ids["order"], ids["after_sale"], ids["event"], after)
        after = end


def _summed(kinds: Sequence[str], until: datetime) -> list[dict[str, Any]]:
    orders = Order.objects.filter(status=OrderStatus.COMPLETED, completed_at__lte=until)
    refunds = AfterSale.objects.filter(status=AfterSaleStatus.REFUNDED, order__isnull=False, settled_at__lte=until)
    events = BehaviourEvent.objects.filter(kind__in=kinds, occurred_at__lte=until)
    return [
        rows.aggregate(first=Min(column), count=Count("id"))
        for rows, column in ((orders, "completed_at"), (refunds, "settled_at"), (events, "occurred_at"))
    ]
