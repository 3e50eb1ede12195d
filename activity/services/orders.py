"""Orders as their shops tell them (CSL-05, CSL-18, rulings 2-5, 13-15). One set-based road for one order and for five thousand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import structlog
from django.db import connection, transaction

from activity import rules
from activity.enums import OrderStatus
from activity.events import AfterSalesSettled, OrdersAmended, OrdersCancelled, OrdersCompleted, OrdersRecorded
from activity.inputs import AfterSaleIn, OrderIn
from activity.services import outcomes, staging
from activity.services.outcomes import Recorded
from activity.services.refunds import settle
from core import events, sql
from core.enums import Origin
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.enums import MembershipSource
from stores.errors import StoreNotFound
from stores.selectors import Contact

log = structlog.get_logger(__name__)
ORPHANS_LOCK = (7302, 1)  # advisory: shared by recorders of orders, held alone by who records an after-sale that only its order identifies
STEPS = sorted(f"{old}>{new}" for old, new in rules.ORDER_STEPS)
_ORDER_COLUMNS = (
    "batch, item, store_id, order_no, version, digest, member_id, status, channel, currency, goods_minor, discount_minor, "
    "coupon_minor, points_minor, points_used, postage_minor, paid_minor, settled_minor, source_currency, source_rate, "
    "source_settled_minor, placed_at, paid_at, shipped_at, received_at, completed_at, cancelled_at, receiver_name, receiver_phone, "
    "receiver_address, country, coupon_codes"
)
_LINE_COLUMNS = (
    "batch, item, line_no, sku, spu, name, brand, category, attributes, unit_price_minor, quantity, paid_minor, source_paid_minor, "
    "is_virtual, is_gift_card"
)

Rates = Mapping[tuple[int, str, str], Decimal]  # by store, order number and currency
Sound = tuple[OrderIn, Contact, Decimal | None]  # with its store, and the rate it is converted at


@transaction.atomic
def record_orders(*, orders: Sequence[OrderIn], actor: str, booked_at: datetime, origin: Origin = Origin.LIVE) -> list[Recorded]:
    """Record orders or new versions of them, at most 5,000 at a time (ruling 5); answers one Recorded an order, in the order given.

    Opens the memberships of first contact. Equal version and content: applied False. Refused one by one, the rest applied: InvalidInput,
    AmountMismatch, CurrencyMismatch, StoreNotFound, MemberNotFound, OtherMember, StaleVersion, VersionConflict, StatusBackwards.
    Announces OrdersRecorded, OrdersCompleted, OrdersAmended, OrdersCancelled, and AfterSalesSettled for refunds that waited for their
    order.
    """
    stores = stores_selectors.contacts({order.store_id for order in orders})
    answers, sound = outcomes.sift(enumerate(orders), lambda order: _checked(order, booked_at))
    rates = known_rates((order.store_id, order.order_no) for _index, order in sound if is_foreign(order, stores))
    refused, priced = outcomes.sift(sound, lambda order: (order, *terms(order, stores, rates)))
    answers += refused
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", ORPHANS_LOCK)
    for some in outcomes.in_rounds(priced, key=lambda item: (item[0].store_id, item[0].order_no)):
        answers += _record(some, booked_at, origin)
    log.debug("orders_recorded", actor=actor, orders=len(orders), applied=sum(answer.applied for answer in answers))
    return outcomes.in_order(answers)


def _checked(order: OrderIn, booked_at: datetime) -> OrderIn:
    rules.check_order(order, booked_at=booked_at)
    return order


def is_foreign(fact: OrderIn | AfterSaleIn, stores: Mapping[int, Contact]) -> bool:
    """Whether a fact speaks another currency than the programme of its store."""
    store = stores.get(fact.store_id)
    return store is not None and store.currency != fact.currency


def known_rates(keys: Iterable[tuple[int, str]]) -> Rates:
    """Fixed rates of the recorded orders among these (store, order number): an order keeps the rate it was first converted at."""
    pairs = list(keys)
    if not pairs:
        return {}
    rows = sql.rows("activity/orders/known_rates", store_ids=[pair[0] for pair in pairs], order_nos=[pair[1] for pair in pairs])
    return {(row["store_id"], row["order_no"], row["source_currency"]): row["source_rate"] for row in rows}


def terms(fact: OrderIn | AfterSaleIn, stores: Mapping[int, Contact], rates: Rates) -> tuple[Contact, Decimal | None]:
    """The store of a fact and the rate it is converted at, None in the programme's currency. Raises StoreNotFound, CurrencyMismatch."""
    store = stores.get(fact.store_id)
    if store is None:
        raise StoreNotFound(field="store")
    rate = rates.get((fact.store_id, fact.order_no, fact.currency))
    if rate is None:
        rate = rules.rate_of(fact.currency, own=store.currency, foreign=store.foreign_currency, foreign_rate=store.foreign_rate)
    return store, rate


def _record(some: Sequence[tuple[int, Sound]], booked_at: datetime, origin: Origin) -> list[Recorded]:
    """Judge without locks, lock in the order of ruling 2, judge again, write."""
    with staging.batch("activity_staged_order", "activity_staged_order_line") as batch:
        _stage(batch, some)
        sql.run("activity/orders/judge", batch=batch, steps=STEPS)
        _open_and_lock_memberships(batch, booked_at, origin)
        while True:
            sql.run("activity/orders/lock_known", batch=batch)
            sql.run("activity/orders/judge", batch=batch, steps=STEPS)
            sql.run("activity/orders/insert_new", batch=batch, origin=origin, booked_at=booked_at)
            if not _is_contested(batch):
                break
        outcome = sql.rows("activity/orders/outcome", batch=batch)
        newer = [row["order_id"] for row in outcome if row["verdict"] == "newer"]
        if newer:
            sql.run("activity/orders/update_newer", batch=batch, origin=origin, booked_at=booked_at)
            sql.run("activity/orders/drop_lines", batch=batch)
        sql.run("activity/orders/write_lines", batch=batch)
        waiting = [row["id"] for row in sql.rows("activity/orders/attach_after_sales", batch=batch)]
        settled = settle(after_sale_ids=waiting, anew_for=newer, booked_at=booked_at)
        _announce(outcome, settled=sorted(set(settled) & set(waiting)), booked_at=booked_at, origin=origin)
        return [outcomes.answer(row, row["order_id"]) for row in outcome]


def _stage(batch: int, some: Sequence[tuple[int, Sound]]) -> None:
    settled = {index: rules.settle(order, rate) for index, (order, _store, rate) in some}

    def order_rows() -> Iterator[tuple[Any, ...]]:
        for index, (order, store, rate) in some:
            amounts = settled[index]
            yield (
                batch, index, order.store_id, order.order_no, order.version, rules.digest(order), order.member_id, order.status,
                order.channel, store.currency, amounts.goods_minor, amounts.discount_minor, amounts.coupon_minor, amounts.points_minor,
                order.points_used, amounts.postage_minor, amounts.paid_minor, amounts.settled_minor, order.currency if rate else "", rate,
                amounts.source_settled_minor, order.placed_at, order.paid_at, order.shipped_at, order.received_at, order.completed_at,
                order.cancelled_at, order.receiver_name, order.receiver_phone, order.receiver_address, order.country,
                staging.as_json(order.coupon_codes) if order.coupon_codes else "[]",
            )  # fmt: skip

    def line_rows() -> Iterator[tuple[Any, ...]]:
        for index, (order, _store, rate) in some:
            amounts = settled[index]
            for line, paid, price in zip(order.lines, amounts.line_paid_minor, amounts.line_unit_price_minor, strict=True):
                yield (
                    batch, index, line.line_no, line.sku, line.spu, line.name, line.brand, line.category,
                    staging.as_json(dict(line.attributes)) if line.attributes else "{}", price, line.quantity, paid,
                    line.paid_minor if rate else None, line.is_virtual, line.is_gift_card,
                )  # fmt: skip

    sql.copy_in("activity_staged_order", _ORDER_COLUMNS, order_rows())
    sql.copy_in("activity_staged_order_line", _LINE_COLUMNS, line_rows())


def _open_and_lock_memberships(batch: int, booked_at: datetime, origin: Origin) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, store_id, min(placed_at) FROM activity_staged_order"
            " WHERE batch = %s AND verdict IN ('new', 'newer', 'replay') GROUP BY 1, 2 ORDER BY 1, 2",
            [batch],
        )
        contacts = cursor.fetchall()
    opened = stores_services.open_memberships(contacts=contacts, source=MembershipSource.FIRST_CONTACT, booked_at=booked_at, origin=origin)
    stores_services.lock_memberships(opened.values())


def _is_contested(batch: int) -> bool:
    """Whether another call has written one of our new orders between our look and our insert."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM activity_staged_order WHERE batch = %s AND verdict = 'new' AND order_id IS NULL LIMIT 1", [batch])
        return cursor.fetchone() is not None


def _announce(outcome: Sequence[Mapping[str, Any]], *, settled: Sequence[int], booked_at: datetime, origin: Origin) -> None:
    applied = [row for row in outcome if row["verdict"] in ("new", "newer")]
    reached = {
        status: tuple(row["order_id"] for row in applied if row["status"] == status and row["was_status"] != status)
        for status in (OrderStatus.COMPLETED, OrderStatus.CANCELLED)
    }
    if applied:
        events.publish(OrdersRecorded(order_ids=tuple(row["order_id"] for row in applied), origin=origin, booked_at=booked_at))
    if reached[OrderStatus.COMPLETED]:
        events.publish(OrdersCompleted(order_ids=reached[OrderStatus.COMPLETED], origin=origin, booked_at=booked_at))
    amended = tuple(row["order_id"] for row in applied if row["status"] == row["was_status"] == OrderStatus.COMPLETED)
    if amended:
        events.publish(OrdersAmended(order_ids=amended, origin=origin, booked_at=booked_at))
    if reached[OrderStatus.CANCELLED]:
        events.publish(OrdersCancelled(order_ids=reached[OrderStatus.CANCELLED], origin=origin, booked_at=booked_at))
    if settled:
        events.publish(AfterSalesSettled(after_sale_ids=tuple(settled), origin=origin, booked_at=booked_at))
