"""Returns, refunds and exchanges (CSL-07, rulings 13 and 15): cumulative, by line or spread, never more than the order still holds."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import structlog
from django.db import connection, transaction

from activity import rules
from activity.enums import AfterSaleStatus
from activity.events import AfterSalesRecorded, AfterSalesSettled
from activity.inputs import AfterSaleIn
from activity.services import outcomes, staging
from activity.services.orders import ORPHANS_LOCK, is_foreign, known_rates, terms
from activity.services.outcomes import Recorded
from activity.services.refunds import settle
from core import events, sql
from core.enums import Origin
from core.money import convert_minor
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.enums import MembershipSource
from stores.selectors import Contact

log = structlog.get_logger(__name__)
STEPS = sorted(f"{old}>{new}" for old, new in rules.AFTER_SALE_STEPS)
_COLUMNS = (
    "batch, item, store_id, after_sale_no, version, digest, order_no, member_id, kind, status, names_lines, currency, refund_minor, "
    "postage_minor, source_currency, source_rate, source_refund_minor, reason, applied_at, settled_at, receiver_name, "
    "receiver_phone, receiver_address"
)
_LINE_COLUMNS = "batch, item, line_no, quantity, refund_minor, sku, name"

Sound = tuple[AfterSaleIn, Contact, Decimal | None]


@transaction.atomic
def record_after_sales(
    *, after_sales: Sequence[AfterSaleIn], actor: str, booked_at: datetime, origin: Origin = Origin.LIVE
) -> list[Recorded]:
    """Record after-sales or new versions of them, at most 5,000 at a time; answers one Recorded each, in the order given.

    A refund without lines is spread over what the order's lines still hold. One for an unknown order is kept and settled when the order
    arrives. Refused one by one, the rest applied: as record_orders, and UnknownLine, OtherOrder.
    Announces AfterSalesRecorded, and AfterSalesSettled for those whose refund has been taken off the order's lines.
    """
    stores = stores_selectors.contacts({after_sale.store_id for after_sale in after_sales})
    answers, sound = outcomes.sift(enumerate(after_sales), lambda after_sale: _checked(after_sale, booked_at))
    rates = known_rates((after_sale.store_id, after_sale.order_no) for _index, after_sale in sound if is_foreign(after_sale, stores))
    refused, priced = outcomes.sift(sound, lambda after_sale: (after_sale, *terms(after_sale, stores, rates)))
    answers += refused
    if any(after_sale.member_id is None for _index, (after_sale, _store, _rate) in priced):
        # no membership can be locked for it: let no order arrive between our look for it and our commit
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", ORPHANS_LOCK)
    for some in outcomes.in_rounds(priced, key=lambda item: (item[0].store_id, item[0].after_sale_no)):
        answers += _record(some, booked_at, origin)
    log.debug("after_sales_recorded", actor=actor, after_sales=len(after_sales), applied=sum(answer.applied for answer in answers))
    return outcomes.in_order(answers)


def _checked(after_sale: AfterSaleIn, booked_at: datetime) -> AfterSaleIn:
    rules.check_after_sale(after_sale, booked_at=booked_at)
    return after_sale


def _record(some: Sequence[tuple[int, Sound]], booked_at: datetime, origin: Origin) -> list[Recorded]:
    with staging.batch("activity_staged_after_sale", "activity_staged_after_sale_line") as batch:
        _stage(batch, some)
        sql.run("activity/after_sales/judge", batch=batch, steps=STEPS)
        _open_and_lock_memberships(batch, booked_at, origin)
        while True:
            sql.run("activity/after_sales/lock_orders", batch=batch)
            sql.run("activity/after_sales/lock_known", batch=batch)
            sql.run("activity/after_sales/judge", batch=batch, steps=STEPS)
            sql.run("activity/after_sales/insert_new", batch=batch, origin=origin, booked_at=booked_at)
            if not _is_contested(batch):
                break
        outcome = sql.rows("activity/after_sales/outcome", batch=batch)
        if any(row["verdict"] == "newer" for row in outcome):
            sql.run("activity/after_sales/update_newer", batch=batch, origin=origin, booked_at=booked_at)
            sql.run("activity/after_sales/drop_lines", batch=batch)
        sql.run("activity/after_sales/write_lines", batch=batch)
        applied = [row for row in outcome if row["verdict"] in ("new", "newer")]
        refunded = [row for row in applied if row["status"] == AfterSaleStatus.REFUNDED and row["order_id"] is not None]
        mine = {row["after_sale_id"] for row in refunded}
        # a new version of a refund replaces what it took before: the order's refunds are taken again from the start
        again = [row["order_id"] for row in refunded if row["was_status"] == AfterSaleStatus.REFUNDED]
        settled = settle(after_sale_ids=mine, anew_for=again, booked_at=booked_at)
        _announce(applied, settled=sorted(mine & set(settled)), booked_at=booked_at, origin=origin)
        return [outcomes.answer(row, row["after_sale_id"]) for row in outcome]


def _stage(batch: int, some: Sequence[tuple[int, Sound]]) -> None:
    refunds = {index: _refund(after_sale, rate) for index, (after_sale, _store, rate) in some}

    def rows() -> Iterator[tuple[Any, ...]]:
        for index, (given, store, rate) in some:
            yield (
                batch, index, given.store_id, given.after_sale_no, given.version, rules.digest(given), given.order_no, given.member_id,
                given.kind, given.status, bool(given.lines), store.currency, refunds[index][0],
                convert_minor(given.postage_minor, rate) if rate else given.postage_minor, given.currency if rate else "", rate,
                given.refund_minor if rate else None, given.reason, given.applied_at, given.settled_at, given.receiver_name,
                given.receiver_phone, given.receiver_address,
            )  # fmt: skip

    def line_rows() -> Iterator[tuple[Any, ...]]:
        for index, (given, _store, _rate) in some:
            for line, refund_minor in zip(given.lines, refunds[index][1], strict=True):
                yield batch, index, line.line_no, line.quantity, refund_minor, line.sku, line.name

    sql.copy_in("activity_staged_after_sale", _COLUMNS, rows())
    sql.copy_in("activity_staged_after_sale_line", _LINE_COLUMNS, line_rows())


def _refund(after_sale: AfterSaleIn, rate: Decimal | None) -> tuple[int, list[int]]:
    """The refund in the programme's currency, in all and by line; the lines add up to it."""
    lines = [line.refund_minor for line in after_sale.lines]
    if rate is None:
        return after_sale.refund_minor, lines
    return convert_minor(after_sale.refund_minor, rate), rules.convert_parts(lines, rate)


def _open_and_lock_memberships(batch: int, booked_at: datetime, origin: Origin) -> None:
    rows = sql.rows("activity/after_sales/contacts", batch=batch)
    opened = stores_services.open_memberships(
        contacts=[(row["member_id"], row["store_id"], row["applied_at"]) for row in rows],
        source=MembershipSource.FIRST_CONTACT,
        booked_at=booked_at,
        origin=origin,
    )
    stores_services.lock_memberships(opened.values())


def _is_contested(batch: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM activity_staged_after_sale WHERE batch = %s AND verdict = 'new' AND after_sale_id IS NULL LIMIT 1", [batch]
        )
        return cursor.fetchone() is not None


def _announce(applied: Sequence[Mapping[str, Any]], *, settled: Sequence[int], booked_at: datetime, origin: Origin) -> None:
    if applied:
        ids = tuple(row["after_sale_id"] for row in applied)
        events.publish(AfterSalesRecorded(after_sale_ids=ids, origin=origin, booked_at=booked_at))
    if settled:
        events.publish(AfterSalesSettled(after_sale_ids=tuple(settled), origin=origin, booked_at=booked_at))
