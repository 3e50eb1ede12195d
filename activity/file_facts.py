"""Orders and after-sales out of the lines of a file: pure. docs/import.md says the same in words."""

import json
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from activity import rules
from activity.enums import AfterSaleStatus, LineRole, OrderStatus
from activity.errors import AmountMismatch
from activity.inputs import AfterSaleIn, AfterSaleLineIn, OrderIn, OrderLineIn
from activity.mapping import to_minor


class FileLine(NamedTuple):
    """A row of sql/imports/lines.sql: a line of the file with the order or return it is of, and of a return what it was matched with."""

    seq: int
    store_code: str
    order_no: str
    is_return: bool
    placed_at: datetime
    first_line: int
    member_key: str
    line: int
    role: str
    sku: str
    spu: str
    name: str
    brand: str
    category: str
    attributes: str
    quantity: int
    price_micro: int
    amount_micro: int
    header: str
    of_order_no: str | None
    of_line_no: int | None
    of_quantity: int | None


Group = list[FileLine]  # the lines of one order or return, in the file's order


def header_of(group: Group) -> dict[str, Any]:
    """The fields of the order itself, as its first line says them."""
    found: dict[str, Any] = json.loads(next(line.header for line in group if line.header))
    return found


def order_of(group: Group, *, store_id: int, member_id: int, lines_tell_paid: bool) -> OrderIn:
    """An order of its lines. Unless they tell what was paid, the order's discounts are shared out over them (rules.spread).

    Raises AmountMismatch for discounts beyond the goods.
    """
    first, header = group[0], header_of(group)
    goods = [line for line in group if line.role != LineRole.POSTAGE]
    amounts = [to_minor(line.amount_micro) for line in goods]
    discounts = {name: header.get(name, 0) for name in ("discount", "coupon", "points")}
    if lines_tell_paid:
        listed = sum(to_minor(line.price_micro * line.quantity) for line in goods)
    else:
        listed = sum(amounts)
        if sum(discounts.values()) > listed:
            raise AmountMismatch(field="discount", given=sum(discounts.values()), expected=listed)
        amounts = rules.spread(listed - sum(discounts.values()), amounts)
    postage = header.get("postage", 0) + sum(to_minor(line.amount_micro) for line in group if line.role == LineRole.POSTAGE)
    return OrderIn(
        store_id=store_id,
        order_no=first.order_no,
        member_id=member_id,
        status=header["status"],
        channel=header["channel"],
        currency=header["currency"],
        version=header.get("version", 1),
        goods_minor=listed,
        discount_minor=discounts["discount"],
        coupon_minor=discounts["coupon"],
        points_minor=discounts["points"],
        points_used=header.get("points_used", 0),
        postage_minor=postage,
        paid_minor=header.get("paid_total", sum(amounts) + postage),
        placed_at=first.placed_at,
        **_times(header, first.placed_at),
        **{name: header[name] for name in ("receiver_name", "receiver_phone", "receiver_address", "country") if name in header},
        coupon_codes=tuple(header.get("coupon_codes", ())),
        lines=tuple(_order_line(number, line, paid) for number, (line, paid) in enumerate(zip(goods, amounts, strict=True), start=1)),
    )


def _order_line(number: int, line: FileLine, paid_minor: int) -> OrderLineIn:
    return OrderLineIn(
        line_no=number,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price_minor=to_minor(line.price_micro),
        paid_minor=paid_minor,
        spu=line.spu,
        brand=line.brand,
        category=line.category,
        attributes=json.loads(line.attributes) if line.attributes != "{}" else {},
        is_virtual=line.role == LineRole.VIRTUAL,
        is_gift_card=line.role == LineRole.GIFT_CARD,
    )


_REACHED = {
    OrderStatus.PAID: ("paid_at",),
    OrderStatus.SHIPPED: ("paid_at", "shipped_at"),
    OrderStatus.RECEIVED: ("paid_at", "received_at"),
    OrderStatus.COMPLETED: ("paid_at", "completed_at"),
    OrderStatus.CANCELLED: ("cancelled_at",),
}


def _times(header: dict[str, Any], placed_at: datetime) -> dict[str, Any]:
    """The times the file tells; those that the status needs and the file does not tell are the latest one before them."""
    told = {name: datetime.fromisoformat(header[name]) for name in header if name.endswith("_at")}
    for name in _REACHED.get(header["status"], ()):
        told.setdefault(
            name, max([placed_at, *(told[each] for each in told if each != "cancelled_at")]) if name != "paid_at" else placed_at
        )
    return told


def after_sales_of(group: Group, *, store_id: int, member_id: int, kind: str) -> list[AfterSaleIn]:
    """A return as after-sales, one for each order its pieces belong to, and one without an order for what found no purchase.

    The first keeps the return's number, the others get -2, -3 ...  A line's refund is shared out over its pieces.
    """
    first, header = group[0], header_of(group)
    parts: dict[str, dict[int, AfterSaleLineIn]] = {}
    postage = 0
    for number, (_line, pieces) in enumerate(groupby(group, key=lambda line: line.line), start=1):
        matched = list(pieces)
        line = matched[0]
        refund = to_minor(line.amount_micro)
        if line.role == LineRole.POSTAGE:
            postage += refund
            continue
        found = [(each.of_order_no, each.of_line_no or 0, each.of_quantity or 0) for each in matched if each.of_order_no is not None]
        left = line.quantity - sum(quantity for _order_no, _line_no, quantity in found)
        if left:
            found.append(("", number, left))
        shares = rules.spread(refund, [quantity for _order_no, _line_no, quantity in found])
        for (order_no, line_no, quantity), share in zip(found, shares, strict=True):
            of_order = parts.setdefault(order_no, {})
            before = of_order.get(line_no)
            of_order[line_no] = AfterSaleLineIn(
                line_no=line_no,
                refund_minor=share + (before.refund_minor if before else 0),
                quantity=quantity + (before.quantity if before else 0),
                sku=line.sku,
                name=line.name,
            )
    if postage and not parts:
        parts[""] = {}
    in_turn = sorted(parts, key=lambda order_no: (order_no == "", order_no))
    return [
        AfterSaleIn(
            store_id=store_id,
            after_sale_no=first.order_no if turn == 1 else f"{first.order_no}-{turn}",
            order_no=order_no,
            kind=kind,
            status=AfterSaleStatus.REFUNDED,
            currency=header["currency"],
            refund_minor=sum(line.refund_minor for line in parts[order_no].values()),
            postage_minor=postage if turn == 1 else 0,
            applied_at=first.placed_at,
            settled_at=first.placed_at,
            member_id=member_id,
            lines=tuple(parts[order_no][line_no] for line_no in sorted(parts[order_no])),
        )
        for turn, order_no in enumerate(in_turn, start=1)
    ]
