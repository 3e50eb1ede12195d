"""What coupons take off goods and postage (A-30, ruling 25, CPN-03, CPN-05, CPN-11). No ORM, clock or settings.

docs/rules/coupons.md, Prices, has worked numbers. Coupons come after level and activity and before points: a gift first, then percentages,
then amounts, then postage; among equals in the order in which they were named. Each takes off what the ones before it left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.money import convert_minor
from coupons.enums import CouponKind

STACKABLE_AT_MOST = 3
_TURN = {CouponKind.GIFT: 0, CouponKind.PERCENT: 1, CouponKind.AMOUNT: 2, CouponKind.SHIPPING: 3}


@dataclass(frozen=True)
class Goods:
    """A line at what it costs after level and activity. pay_minor: of all its pieces.  category: a path, 母婴/奶粉."""

    line_no: int
    sku: str
    category: str
    quantity: int
    pay_minor: int
    is_gift_card: bool = False


@dataclass(frozen=True)
class Terms:
    """What a coupon promises; fields as in coupons.Coupon."""

    kind: str
    face_minor: int | None = None
    pay_rate: Decimal | None = None
    cap_minor: int | None = None
    min_spend_minor: int = 0
    store_ids: tuple[int, ...] = ()
    categories: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    stackable: bool = False
    first_order: bool = False


@dataclass(frozen=True)
class Basket:
    """What a coupon is asked about. postage_minor: left to pay after free shipping.  completed_orders: of the member so far."""

    goods: tuple[Goods, ...]
    postage_minor: int
    store_id: int | None
    completed_orders: int


@dataclass(frozen=True)
class Taken:
    """What a coupon takes off. by_line: of goods, by line_no, without the lines it leaves alone; postage_minor: of postage.

    refusal: code of coupons.errors why it takes nothing, with `values` for its words; empty where it takes something.
    """

    by_line: tuple[tuple[int, int], ...] = ()
    postage_minor: int = 0
    refusal: str = ""
    spend_minor: int = 0

    @property
    def discount_minor(self) -> int:
        return sum(amount for _line_no, amount in self.by_line) + self.postage_minor


def reckon(coupons: Sequence[Terms], basket: Basket) -> tuple[Taken, ...]:
    """What each of these coupons takes off, in the order given. Ones that do not go together are refused from the second on."""
    refused = {place: refusal for place, terms in enumerate(coupons) if (refusal := refuse(terms, basket)) is not None}
    chosen: list[int] = []
    for place, terms in enumerate(coupons):
        if place in refused:
            continue
        if chosen and not (terms.stackable and coupons[chosen[0]].stackable and len(chosen) < STACKABLE_AT_MOST):
            refused[place] = Taken(refusal="not_stackable")
        else:
            chosen.append(place)
    left = {line.line_no: line.pay_minor for line in basket.goods}
    postage_minor = basket.postage_minor
    taken: dict[int, Taken] = {}
    for place in sorted(chosen, key=lambda place: (_TURN[CouponKind(coupons[place].kind)], place)):
        found = _take(coupons[place], basket, left, postage_minor)
        for line_no, amount in found.by_line:
            left[line_no] -= amount
        postage_minor -= found.postage_minor
        taken[place] = found if found.discount_minor else Taken(refusal="not_applicable")
    return tuple(refused.get(place) or taken[place] for place in range(len(coupons)))


def refuse(terms: Terms, basket: Basket) -> Taken | None:
    """Why a coupon cannot be used on a basket by itself; None where it can. Asked in the order of what people can change least."""
    if terms.store_ids and basket.store_id not in terms.store_ids:
        return Taken(refusal="wrong_store")
    if terms.first_order and basket.completed_orders:
        return Taken(refusal="not_first_order")
    fitting = [line for line in basket.goods if holds_for(terms, line)]
    spend_minor = sum(line.pay_minor for line in fitting)
    if (
        not fitting
        or (terms.kind == CouponKind.SHIPPING and not basket.postage_minor)
        or (terms.kind != CouponKind.SHIPPING and not spend_minor)
    ):
        return Taken(refusal="not_applicable")
    if spend_minor < terms.min_spend_minor:
        return Taken(refusal="min_spend", spend_minor=spend_minor)
    return None


def holds_for(terms: Terms, line: Goods) -> bool:
    """Whether a line is one of the goods a coupon holds for; gift cards never are."""
    if line.is_gift_card:
        return False
    if not terms.categories and not terms.skus:
        return True
    return line.sku in terms.skus or any(line.category == path or line.category.startswith(f"{path}/") for path in terms.categories)


def _take(terms: Terms, basket: Basket, left: dict[int, int], postage_minor: int) -> Taken:
    """What one coupon takes off what the ones before it left."""
    if terms.kind == CouponKind.SHIPPING:
        return Taken(postage_minor=postage_minor if terms.face_minor is None else min(terms.face_minor, postage_minor))
    fitting = [line for line in basket.goods if holds_for(terms, line)]
    amounts = [left[line.line_no] for line in fitting]
    total = sum(amounts)
    if terms.kind == CouponKind.GIFT:
        return _gift(terms, fitting, amounts)
    if terms.kind == CouponKind.PERCENT:
        assert terms.pay_rate is not None
        off = total - convert_minor(total, terms.pay_rate)
        off = off if terms.cap_minor is None else min(off, terms.cap_minor)
    else:
        assert terms.face_minor is not None
        off = min(terms.face_minor, total)
    parts = split(off, amounts)
    return Taken(by_line=tuple((line.line_no, part) for line, part in zip(fitting, parts, strict=True) if part))


def _gift(terms: Terms, fitting: Sequence[Goods], amounts: Sequence[int]) -> Taken:
    """One piece of the dearest line for free; of equally dear ones the first."""
    prices = [Fraction(amount, line.quantity) for line, amount in zip(fitting, amounts, strict=True)]
    best = max(range(len(fitting)), key=lambda place: (prices[place], -place))
    pieces = fitting[best].quantity
    off = (2 * amounts[best] + pieces) // (2 * pieces)  # halves up
    off = off if terms.cap_minor is None else min(off, terms.cap_minor)
    return Taken(by_line=((fitting[best].line_no, off),) if off else ())


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount over lines in proportion, to the minor unit: largest remainders first, of equal ones the earlier line."""
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    parts = [amount * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % total), place))
    for place in order[: amount - sum(parts)]:
        parts[place] += 1
    return parts
