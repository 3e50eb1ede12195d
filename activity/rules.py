"""What makes a fact sound, how a status moves on, how amounts are shared out. No ORM, clock or settings.

docs/rules/activity.md explains them with worked numbers, which the tests quote.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from activity.enums import AfterSaleKind, AfterSaleStatus, EventKind, OrderStatus
from activity.errors import AmountMismatch, CurrencyMismatch
from activity.inputs import AfterSaleIn, AfterSaleLineIn, EventIn, OrderIn, OrderLineIn, WalletIn
from core.enums import Channel
from core.errors import InvalidInput
from core.money import convert_minor

AMOUNT_AT_MOST = 10**15  # minor units: sums of many stay within 64 bits
NUMBER_AT_MOST = 2**31 - 1
LINES_AT_MOST = 2000
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # behaviour is cut by month: a wrong year must not make a table
CLOCKS_APART = timedelta(days=1)  # how far a shop's clock may run ahead of ours

_FORWARD = (OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.RECEIVED, OrderStatus.COMPLETED)
_OPEN = (AfterSaleStatus.APPLIED, AfterSaleStatus.REVIEWING, AfterSaleStatus.APPROVED)
_ENDS = (AfterSaleStatus.REFUNDED, AfterSaleStatus.EXCHANGED, AfterSaleStatus.REJECTED, AfterSaleStatus.WITHDRAWN)

ORDER_STEPS: frozenset[tuple[str, str]] = frozenset(
    {(str(old), str(new)) for place, old in enumerate(_FORWARD) for new in _FORWARD[place:]}
    | {(str(old), str(OrderStatus.CANCELLED)) for old in (OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.CANCELLED)}
)
AFTER_SALE_STEPS: frozenset[tuple[str, str]] = frozenset(
    {(str(old), str(new)) for place, old in enumerate(_OPEN) for new in (*_OPEN[place:], *_ENDS)} | {(str(end), str(end)) for end in _ENDS}
)


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Share a whole amount out by weight, by largest remainder; ties go to the earlier one. The shares add up to `amount`.

    amount, weights: not negative. `spread(100, [1, 1, 1])` -> `[34, 33, 33]`. Without weight every share is 0 and amount must be 0.
    While amount <= sum(weights) no share exceeds its weight.
    """
    total = sum(weights)
    if total == 0:
        assert amount == 0, "nothing to spread an amount over"
        return [0] * len(weights)
    shares = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % total), place))
    for place in by_remainder[: amount - sum(shares)]:
        shares[place] += 1
    return shares


def convert_parts(parts_minor: Sequence[int], rate: Decimal) -> list[int]:
    """Amounts at a fixed rate; the parts add up to the converted sum, which is rounded half away from zero."""
    return spread(convert_minor(sum(parts_minor), rate), parts_minor)


def rate_of(currency: str, *, own: str, foreign: str, foreign_rate: Decimal | None) -> Decimal | None:
    """None for the programme's own currency, the store's fixed rate for the foreign one it declares. Raises CurrencyMismatch."""
    if currency == own:
        return None
    if foreign_rate is None or currency != foreign:
        raise CurrencyMismatch(field="currency", currency=currency, expected=own)
    return foreign_rate


class Settled(NamedTuple):
    """An order's amounts in the programme's currency; source_settled_minor in the shop's own when that is another."""

    goods_minor: int
    discount_minor: int
    coupon_minor: int
    points_minor: int
    postage_minor: int
    paid_minor: int
    settled_minor: int
    source_settled_minor: int | None
    line_paid_minor: list[int]
    line_unit_price_minor: list[int]


def settle(order: OrderIn, rate: Decimal | None) -> Settled:
    """Settled = paid for goods after discounts, coupons and points, without postage and gift cards (A-06, ruling 14).

    rate: None for an order in the programme's currency, else the fixed rate it is converted at.
    """
    source = [line.paid_minor for line in order.lines]
    own_settled = sum(line.paid_minor for line in order.lines if not line.is_gift_card)
    if rate is None:
        return Settled(
            order.goods_minor,
            order.discount_minor,
            order.coupon_minor,
            order.points_minor,
            order.postage_minor,
            order.paid_minor,
            own_settled,
            None,
            source,
            [line.unit_price_minor for line in order.lines],
        )
    lines = convert_parts(source, rate)
    postage = convert_minor(order.postage_minor, rate)
    return Settled(
        convert_minor(order.goods_minor, rate),
        convert_minor(order.discount_minor, rate),
        convert_minor(order.coupon_minor, rate),
        convert_minor(order.points_minor, rate),
        postage,
        sum(lines) + postage,
        sum(paid for paid, line in zip(lines, order.lines, strict=True) if not line.is_gift_card),
        own_settled,
        lines,
        [convert_minor(line.unit_price_minor, rate) for line in order.lines],
    )


def digest(fact: OrderIn | AfterSaleIn | EventIn) -> str:
    """What a version says, as a hash: equal content gives equal digests, whatever zone its times were written in (ruling 13)."""
    return hashlib.sha256(_DIGESTED.encode(_content(fact)).encode()).hexdigest()


def _content(fact: object) -> list[object]:
    values, lines_at = _VALUES[type(fact)]
    content = list(values(fact))
    if lines_at is not None:
        content[lines_at] = [_content(line) for line in content[lines_at]]
    return content


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in a fact")


_DIGESTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=_plain)


def _values_of(kind: type) -> tuple[Callable[[object], tuple[Any, ...]], int | None]:
    """What reads all fields but the version at once, and the place of the lines among them."""
    names = [each.name for each in fields(kind) if each.name != "version"]
    return attrgetter(*names), names.index("lines") if "lines" in names else None


_VALUES: dict[type, tuple[Callable[[object], tuple[Any, ...]], int | None]] = {
    kind: _values_of(kind) for kind in (OrderIn, OrderLineIn, AfterSaleIn, AfterSaleLineIn, EventIn)
}

_ORDER_TEXTS = {"order_no": 64, "receiver_name": 64, "receiver_phone": 20, "receiver_address": 400, "country": 64}
_ORDER_LINE_TEXTS = {"sku": 64, "spu": 64, "name": 200, "brand": 64, "category": 200}
_AFTER_SALE_TEXTS = {"after_sale_no": 64, "order_no": 64, "reason": 200, "receiver_name": 64, "receiver_phone": 20, "receiver_address": 400}
_AFTER_SALE_LINE_TEXTS = {"sku": 64, "name": 200}
_EVENT_TEXTS = {"source": 40, "event_id": 100, "spu": 64, "sku": 64, "order_no": 64, "path": 300, "entrance": 100}
_ORDER_AMOUNTS = ("goods_minor", "discount_minor", "coupon_minor", "points_minor", "points_used", "postage_minor", "paid_minor")
_WALLET_AMOUNTS = ("balance_minor", "red_packet_minor", "recharge_total_minor", "spent_total_minor", "gift_total_minor")
_ORDER_STATUSES = frozenset(OrderStatus.values)
_AFTER_SALE_STATUSES = frozenset(AfterSaleStatus.values)
_AFTER_SALE_KINDS = frozenset(AfterSaleKind.values)
_EVENT_KINDS = frozenset(EventKind.values)
_CHANNELS = frozenset(Channel.values)


def check_order(order: OrderIn, *, booked_at: datetime) -> None:
    """Raise the refusal of an order that cannot be recorded, whatever is known: InvalidInput or AmountMismatch, naming the field.

    No time of it may lie more than a day ahead of the door's clock: a year mistyped would give points and growth value that nobody has
    earned yet, and let them end years too late.
    """
    _check_texts(order, _ORDER_TEXTS, required=("order_no",))
    _check_texts_of("coupon_codes", order.coupon_codes)
    _check_choice("status", order.status, _ORDER_STATUSES)
    _check_choice("channel", order.channel, _CHANNELS)
    _check_number("version", order.version, least=1, most=NUMBER_AT_MOST)
    for name in _ORDER_AMOUNTS:
        _check_number(name, getattr(order, name))
    _check_times(order, booked_at)
    _check_lines(order.lines)
    for place, line in enumerate(order.lines):
        within = f"lines.{place}."
        _check_texts(line, _ORDER_LINE_TEXTS, required=("sku", "name"), within=within)
        _check_number("quantity", line.quantity, least=1, most=NUMBER_AT_MOST, within=within)
        _check_number("unit_price_minor", line.unit_price_minor, within=within)
        _check_number("paid_minor", line.paid_minor, within=within)
        if line.attributes:
            _check_attributes("attributes", line.attributes, within=within)
    paid = sum(line.paid_minor for line in order.lines)
    _check_sum("paid_minor", order.paid_minor, paid + order.postage_minor)
    if order.settled_minor is not None:
        _check_sum("settled_minor", order.settled_minor, paid - sum(line.paid_minor for line in order.lines if line.is_gift_card))


def check_after_sale(after_sale: AfterSaleIn, *, booked_at: datetime) -> None:
    """The same for an after-sale."""
    _check_texts(after_sale, _AFTER_SALE_TEXTS, required=("after_sale_no",))
    _check_choice("status", after_sale.status, _AFTER_SALE_STATUSES)
    _check_choice("kind", after_sale.kind, _AFTER_SALE_KINDS)
    _check_number("version", after_sale.version, least=1, most=NUMBER_AT_MOST)
    _check_number("refund_minor", after_sale.refund_minor)
    _check_number("postage_minor", after_sale.postage_minor)
    _check_moment("applied_at", after_sale.applied_at, booked_at)
    if after_sale.settled_at is not None:
        _check_moment("settled_at", after_sale.settled_at, booked_at)
    elif after_sale.status == AfterSaleStatus.REFUNDED:
        raise InvalidInput(_("A refund says when it was made."), field="settled_at")
    if after_sale.lines:
        _check_lines(after_sale.lines)
        for place, line in enumerate(after_sale.lines):
            within = f"lines.{place}."
            _check_texts(line, _AFTER_SALE_LINE_TEXTS, within=within)
            _check_number("quantity", line.quantity, most=NUMBER_AT_MOST, within=within)
            _check_number("refund_minor", line.refund_minor, within=within)
        _check_sum("refund_minor", after_sale.refund_minor, sum(line.refund_minor for line in after_sale.lines))


def check_event(event: EventIn, *, booked_at: datetime) -> None:
    """The same for a behaviour event, which may not lie before the year 2000 nor more than a day ahead of the door's clock."""
    _check_texts(event, _EVENT_TEXTS, required=("source", "event_id"))
    _check_choice("kind", event.kind, _EVENT_KINDS)
    _check_choice("channel", event.channel, _CHANNELS)
    _check_moment("occurred_at", event.occurred_at, booked_at)
    if event.occurred_at < EARLIEST:
        raise InvalidInput(_("The time lies too far back."), field="occurred_at")
    for name in ("line_no", "dwell_seconds"):
        if (number := getattr(event, name)) is not None:
            _check_number(name, number, most=NUMBER_AT_MOST)
    _check_attributes("attributes", event.attributes)


def check_wallet(wallet: WalletIn, *, booked_at: datetime) -> None:
    """The same for a wallet balance."""
    for name in _WALLET_AMOUNTS:
        _check_number(name, getattr(wallet, name))
    _check_moment("as_of", wallet.as_of, booked_at)


def is_out_of_balance(*, balance_minor: int, recharge_total_minor: int, spent_total_minor: int, gift_total_minor: int) -> bool:
    """Balance differs by more than 0.01 from recharged - spent + given (MEM-31). A wallet that tells no totals is not judged."""
    if not (recharge_total_minor or spent_total_minor or gift_total_minor):
        return False
    return abs(balance_minor - (recharge_total_minor - spent_total_minor + gift_total_minor)) > 1


def days_between(since: datetime, now: datetime, zone: ZoneInfo) -> int:
    """Local midnights between two instants: 23:59 to 00:01 of the next day is 1."""
    return (now.astimezone(zone).date() - since.astimezone(zone).date()).days


def _check_sum(field: str, given: int, expected: int) -> None:
    if given != expected:
        raise AmountMismatch(field=field, given=given, expected=expected)


def _check_lines(lines: Sequence[OrderLineIn | AfterSaleLineIn]) -> None:
    if not 0 < len(lines) <= LINES_AT_MOST:
        raise InvalidInput(_("Between 1 and 2,000 lines are needed."), field="lines")
    if len({line.line_no for line in lines}) != len(lines):
        raise InvalidInput(_("Two lines have the same number."), field="lines")
    for place, line in enumerate(lines):
        if not 0 <= line.line_no <= NUMBER_AT_MOST:
            _check_number(f"lines.{place}.line_no", line.line_no, most=NUMBER_AT_MOST)


def _check_times(order: OrderIn, booked_at: datetime) -> None:
    _check_moment("placed_at", order.placed_at, booked_at)
    for name in ("paid_at", "shipped_at", "received_at", "completed_at", "cancelled_at"):
        moment = getattr(order, name)
        if moment is not None:
            _check_moment(name, moment, booked_at)
            if moment < order.placed_at:
                raise InvalidInput(_("This lies before the order was placed."), field=name)
    if order.status == OrderStatus.COMPLETED and order.completed_at is None:
        raise InvalidInput(_("A completed order says when it was completed."), field="completed_at")
    if order.status == OrderStatus.CANCELLED and order.cancelled_at is None:
        raise InvalidInput(_("A cancelled order says when it was cancelled."), field="cancelled_at")


def _check_moment(field: str, moment: datetime, booked_at: datetime) -> None:
    if moment.tzinfo is None:
        raise InvalidInput(_("A time needs an offset."), field=field)
    if moment > booked_at + CLOCKS_APART:
        raise InvalidInput(_("The time lies in the future."), field=field)


def _check_number(field: str, number: int, *, least: int = 0, most: int = AMOUNT_AT_MOST, within: str = "") -> None:
    if not least <= number <= most:
        raise InvalidInput(_("The number is out of range."), field=within + field, least=least, most=most)


def _check_choice(field: str, value: str, allowed: frozenset[str]) -> None:
    if value not in allowed:
        raise InvalidInput(_("This is none of the values allowed."), field=field, allowed=sorted(allowed))


def _check_texts(holder: object, limits: Mapping[str, int], *, required: Iterable[str] = (), within: str = "") -> None:
    for name, limit in limits.items():
        text = getattr(holder, name)
        if text:
            if len(text) > limit or "\0" in text or not _is_utf8(text):
                _check_text(within + name, text, limit)
        elif name in required:
            raise InvalidInput(_("This must not be empty."), field=within + name)


def _check_texts_of(field: str, texts: Iterable[str]) -> None:
    for text in texts:
        _check_text(field, text, 100)


def _check_text(field: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise InvalidInput(_("The text is too long."), field=field, most=limit)
    if "\0" in text or not _is_utf8(text):
        raise InvalidInput(_("The text holds characters that cannot be kept."), field=field)


def _is_utf8(text: str) -> bool:
    """False for lone halves of surrogate pairs, which JSON may carry and no database keeps."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_WRITTEN = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def _check_attributes(field: str, attributes: Mapping[str, object], *, within: str = "") -> None:
    if not attributes:
        return
    try:
        written = _WRITTEN.encode(dict(attributes))
    except (TypeError, ValueError, RecursionError):
        raise InvalidInput(_("This is no plain JSON object."), field=within + field) from None
    _check_text(within + field, written.replace("\\u0000", "\0"), 10_000)
