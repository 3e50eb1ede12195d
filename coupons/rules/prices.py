"""How a price comes about: level, then activity, then postage (A-30, ruling 25). No ORM, clock or settings.

docs/rules/benefits.md, Prices, has worked numbers. Every step is rounded half-up to the minor unit, per line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import convert_minor
from coupons.enums import PriceStep


@dataclass(frozen=True)
class Giver:
    """Which benefit of which level gives a price. benefit: its code, empty where the shop itself names a price for a paid level.

    words: the benefit's value as people read it.  matched_programme: code, where a level of another programme is matched.
    """

    benefit: str
    name: str
    level: str
    level_name: str
    track: str
    inherited_from: str = ""
    matched_programme: str = ""
    words: str = ""


@dataclass(frozen=True)
class PriceTerms:
    """What somebody's levels do to prices.

    discount: the share of the price to pay.  member_prices: minor units a piece by SKU, of each level that has a list.
    free_shipping: from which amount of goods.  paid: the level held in the paid track.
    """

    discount: tuple[Decimal, Giver] | None = None
    member_prices: tuple[tuple[Mapping[str, int], Giver], ...] = ()
    free_shipping: tuple[int, Giver] | None = None
    paid: Giver | None = None


@dataclass(frozen=True)
class LineIn:
    """unit_price_minor: the list price a piece.  member_price_minor: what holders of a paid level pay a piece (LVL-20).

    is_gift_card: money in another form, never cheaper for anybody.  in_activity: whether the activity holds for it.
    category: a path as on order lines, which coupons look at.
    """

    line_no: int
    sku: str
    quantity: int
    unit_price_minor: int
    member_price_minor: int | None = None
    is_gift_card: bool = False
    in_activity: bool = True
    category: str = ""


@dataclass(frozen=True)
class Activity:
    """rate: share of the price to pay.  stackable: on top of the level's price; otherwise the better of the two counts (BEN-04)."""

    name: str
    rate: Decimal
    stackable: bool


@dataclass(frozen=True)
class Applied:
    """One step of a price. saved_minor: what it took off.  rate: None for a price that was named.

    giver: None for an activity.  name: the activity's, or the benefit's.
    """

    step: PriceStep
    saved_minor: int
    rate: Decimal | None
    giver: Giver | None
    name: str


@dataclass(frozen=True)
class PricedLine:
    """list_minor - discount_minor - double_discount_minor = pay_minor.

    discount_minor: the first reduction.  double_discount_minor: what a stackable activity took off after it, 折上折 (BEN-05).
    """

    line: LineIn
    list_minor: int
    discount_minor: int
    double_discount_minor: int
    applied: tuple[Applied, ...]

    @property
    def pay_minor(self) -> int:
        return self.list_minor - self.discount_minor - self.double_discount_minor


@dataclass(frozen=True)
class Quote:
    """postage_saved_minor: taken off by free shipping.  total_minor: goods and postage to pay."""

    lines: tuple[PricedLine, ...]
    postage_minor: int
    postage_saved_minor: int
    shipping: Applied | None

    @property
    def list_minor(self) -> int:
        return sum(line.list_minor for line in self.lines)

    @property
    def discount_minor(self) -> int:
        return sum(line.discount_minor for line in self.lines)

    @property
    def double_discount_minor(self) -> int:
        return sum(line.double_discount_minor for line in self.lines)

    @property
    def goods_minor(self) -> int:
        return sum(line.pay_minor for line in self.lines)

    @property
    def total_minor(self) -> int:
        return self.goods_minor + self.postage_minor


def reckon(lines: Sequence[LineIn], *, terms: PriceTerms, activity: Activity | None, postage_minor: int) -> Quote:
    """The price of some goods for somebody. postage_minor: what it costs to send them, before free shipping."""
    priced = tuple(price_line(line, terms=terms, activity=activity) for line in lines)
    goods_minor = sum(line.pay_minor for line in priced)
    if terms.free_shipping is None or goods_minor < terms.free_shipping[0] or postage_minor == 0:
        return Quote(priced, postage_minor, 0, None)
    giver = terms.free_shipping[1]
    return Quote(priced, 0, postage_minor, Applied(PriceStep.FREE_SHIPPING, postage_minor, None, giver, giver.name))


def price_line(line: LineIn, *, terms: PriceTerms, activity: Activity | None) -> PricedLine:
    """The lowest of list price, level rate and member price; then the activity, if it stacks or is better alone."""
    list_minor = line.unit_price_minor * line.quantity
    if line.is_gift_card:
        return PricedLine(line, list_minor, 0, 0, ())
    first = _level_price(line, list_minor, terms)
    level_minor = list_minor - (first.saved_minor if first else 0)
    if activity is None or not line.in_activity:
        return _priced(line, list_minor, first, None)
    if activity.stackable and first is not None:
        return _priced(line, list_minor, first, _activity(activity, level_minor))
    alone = _activity(activity, list_minor)
    return _priced(line, list_minor, alone if list_minor - alone.saved_minor < level_minor else first, None)


def _level_price(line: LineIn, list_minor: int, terms: PriceTerms) -> Applied | None:
    """What the member's levels take off most; of equals the rate. None where that is nothing."""
    found: list[Applied] = []
    if terms.discount is not None:
        rate, giver = terms.discount
        found.append(Applied(PriceStep.LEVEL_RATE, list_minor - convert_minor(list_minor, rate), rate, giver, giver.name))
    named = [(prices[line.sku], giver) for prices, giver in terms.member_prices if line.sku in prices]
    if line.member_price_minor is not None and terms.paid is not None:
        named.append((line.member_price_minor, terms.paid))
    found += [
        Applied(PriceStep.MEMBER_PRICE, list_minor - price_minor * line.quantity, None, giver, giver.name) for price_minor, giver in named
    ]
    best = max(found, key=lambda each: each.saved_minor, default=None)
    return best if best is not None and best.saved_minor > 0 else None


def _activity(activity: Activity, amount_minor: int) -> Applied:
    return Applied(PriceStep.ACTIVITY, amount_minor - convert_minor(amount_minor, activity.rate), activity.rate, None, activity.name)


def _priced(line: LineIn, list_minor: int, first: Applied | None, second: Applied | None) -> PricedLine:
    applied = tuple(step for step in (first, second) if step is not None and step.saved_minor > 0)
    return PricedLine(line, list_minor, first.saved_minor if first else 0, second.saved_minor if second else 0, applied)
