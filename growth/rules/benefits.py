"""What a benefit is worth: a typed value for each kind, which of two is better, how people read it (BEN-01..11, A-04).

No ORM, clock or settings. docs/rules/benefits.md explains with worked numbers. What is stored is the canonical JSON of `as_json`:

    discount          {"rate": "0.9500"}           share of the price that is paid: above 0, at most 1, four decimals
    free_shipping     {"minimum_minor": 0}         goods at member prices from which postage is free
    shipping_coupons  {"count": 2}                 each month
    service_tier      {"tier": "one_to_one", "adviser_id": 7}    the adviser may be left out
    early_access      {"hours": 24}                before the sale begins for everybody
    identity          {"card_style": "gold", "avatar_frame": "f3", "badge": "b2"}
    member_price      {"prices": {"SKU": 8000}}    minor units a piece
    priority_dispatch, next_day, time_slot, priority_after_sales    {}
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.errors import InvalidInput
from core.money import format_minor
from core.words import listed
from growth.enums import BenefitCategory, BenefitKind, ServiceTier

AMOUNT_AT_MOST = 10**12  # minor units
COUNT_AT_MOST = 100
HOURS_AT_MOST = 24 * 30
PRICES_AT_MOST = 500
_FOUR_PLACES = Decimal("0.0001")
_MARK = re.compile(r"[-A-Za-z0-9_.]{1,40}")
_TIERS: tuple[str, ...] = tuple(ServiceTier.values)  # worst first
QUEUE_PRIORITY = {ServiceTier.STANDARD: 1, ServiceTier.PRIORITY: 2, ServiceTier.ONE_TO_ONE: 3}  # BEN-08


@dataclass(frozen=True)
class Discount:
    """rate: share of the price that is paid, 0.95 is 9.5折 (A-04)."""

    rate: Decimal


@dataclass(frozen=True)
class FreeShipping:
    minimum_minor: int


@dataclass(frozen=True)
class ShippingCoupons:
    count: int


@dataclass(frozen=True)
class Granted:
    """A benefit one has or has not."""


@dataclass(frozen=True)
class Service:
    """adviser_id: number of the shop's employee; none for a tier without a person of one's own."""

    tier: ServiceTier
    adviser_id: int | None


@dataclass(frozen=True)
class EarlyAccess:
    hours: int


@dataclass(frozen=True)
class Identity:
    """Names of pictures that the storefront draws; empty for a mark this level does not have."""

    card_style: str
    avatar_frame: str
    badge: str


@dataclass(frozen=True)
class MemberPrices:
    """prices: minor units a piece, by SKU."""

    prices: Mapping[str, int]


Value = Discount | FreeShipping | ShippingCoupons | Granted | Service | EarlyAccess | Identity | MemberPrices


@dataclass(frozen=True)
class ValueField:
    """A field of a value, for forms and for the check. name: key of the JSON.  read: a stored or typed value -> the attribute."""

    name: str
    label: str | Promise
    read: Callable[[Any], Any]
    required: bool = True
    default: Any = None


def _whole(said: Any, *, least: int, most: int) -> int:
    if isinstance(said, bool) or not isinstance(said, int) or not least <= said <= most:
        raise ValueError(_("A whole number from %(least)d to %(most)d.") % {"least": least, "most": most})
    return said


def _rate(said: Any) -> Decimal:
    try:
        rate = Decimal(said) if isinstance(said, str | Decimal) else Decimal("NaN")
    except InvalidOperation:
        rate = Decimal("NaN")
    if not rate.is_finite() or not 0 < rate <= 1 or rate != rate.quantize(_FOUR_PLACES):
        raise ValueError(_("The share of the price that is paid: above 0, at most 1, at most four decimals, as in 0.95."))
    return rate.quantize(_FOUR_PLACES)


def _tier(said: Any) -> ServiceTier:
    if said not in _TIERS:
        raise ValueError(_("One of: %(choices)s.") % {"choices": ", ".join(_TIERS)})
    return ServiceTier(said)


def _mark(said: Any) -> str:
    if not isinstance(said, str) or (said and not _MARK.fullmatch(said)):
        raise ValueError(_("A short name of letters, digits, dots, hyphens and underscores."))
    return said


def _prices(said: Any) -> Mapping[str, int]:
    if not isinstance(said, Mapping) or not 1 <= len(said) <= PRICES_AT_MOST:
        raise ValueError(_("Prices by SKU, from 1 to %(most)d of them.") % {"most": PRICES_AT_MOST})
    if any(not isinstance(sku, str) or not 1 <= len(sku) <= 64 for sku in said):
        raise ValueError(_("A SKU has 1 to 64 characters."))
    return {sku: _whole(price, least=0, most=AMOUNT_AT_MOST) for sku, price in sorted(said.items())}


@dataclass(frozen=True)
class _Shape:
    category: BenefitCategory
    build: type[Any]
    fields: tuple[ValueField, ...] = ()


_amount = partial(_whole, least=0, most=AMOUNT_AT_MOST)
_LOGISTICS, _SERVICE = BenefitCategory.LOGISTICS, BenefitCategory.SERVICE
_SHAPES: Mapping[BenefitKind, _Shape] = {
    BenefitKind.DISCOUNT: _Shape(BenefitCategory.PRICE, Discount, (ValueField("rate", gettext_lazy("share of the price paid"), _rate),)),
    BenefitKind.MEMBER_PRICE: _Shape(
        BenefitCategory.PRICE, MemberPrices, (ValueField("prices", gettext_lazy("prices by SKU, in minor units"), _prices),)
    ),
    BenefitKind.FREE_SHIPPING: _Shape(
        _LOGISTICS, FreeShipping, (ValueField("minimum_minor", gettext_lazy("from goods worth (minor units)"), _amount, False, 0),)
    ),
    BenefitKind.SHIPPING_COUPONS: _Shape(
        _LOGISTICS,
        ShippingCoupons,
        (ValueField("count", gettext_lazy("coupons a month"), partial(_whole, least=1, most=COUNT_AT_MOST)),),
    ),
    BenefitKind.PRIORITY_DISPATCH: _Shape(_LOGISTICS, Granted),
    BenefitKind.NEXT_DAY: _Shape(_LOGISTICS, Granted),
    BenefitKind.TIME_SLOT: _Shape(_LOGISTICS, Granted),
    BenefitKind.SERVICE_TIER: _Shape(
        _SERVICE,
        Service,
        (
            ValueField("tier", gettext_lazy("tier"), _tier),
            ValueField("adviser_id", gettext_lazy("number of the adviser"), partial(_whole, least=1, most=2**31 - 1), False),
        ),
    ),
    BenefitKind.PRIORITY_AFTER_SALES: _Shape(_SERVICE, Granted),
    BenefitKind.EARLY_ACCESS: _Shape(
        BenefitCategory.ACTIVITY,
        EarlyAccess,
        (ValueField("hours", gettext_lazy("hours earlier"), partial(_whole, least=1, most=HOURS_AT_MOST)),),
    ),
    BenefitKind.IDENTITY: _Shape(
        BenefitCategory.IDENTITY,
        Identity,
        (
            ValueField("card_style", gettext_lazy("card"), _mark, False, ""),
            ValueField("avatar_frame", gettext_lazy("avatar frame"), _mark, False, ""),
            ValueField("badge", gettext_lazy("badge"), _mark, False, ""),
        ),
    ),
}
KINDS: tuple[BenefitKind, ...] = tuple(kind for kind in BenefitKind if kind in _SHAPES)  # those that can be given today


def category_of(kind: str) -> BenefitCategory:
    shape = _SHAPES.get(BenefitKind(kind))
    return shape.category if shape else BenefitCategory.PARTNER


def fields_of(kind: str) -> tuple[ValueField, ...]:
    """What a form asks for, in order; nothing for a benefit one has or has not."""
    return _shape(kind).fields


def parse(kind: str, said: Mapping[str, Any]) -> Value:
    """The typed value of a kind, from JSON. Raises InvalidInput that names the field."""
    shape = _shape(kind)
    unknown = sorted(set(said) - {field.name for field in shape.fields})
    if unknown:
        raise InvalidInput(_("A benefit of this kind has no such value."), field=unknown[0])
    return cast(Value, shape.build(**{field.name: _read(field, said) for field in shape.fields}))


def validate(kind: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical JSON of what was typed. Raises InvalidInput that names the field."""
    return as_json(parse(kind, said))


def as_json(value: Value) -> dict[str, Any]:
    match value:
        case Discount(rate):
            return {"rate": str(rate.quantize(_FOUR_PLACES))}
        case Service(tier, adviser_id):
            return {"tier": tier.value, "adviser_id": adviser_id}
        case MemberPrices(prices):
            return {"prices": dict(prices)}
    return dict(vars(value))


def _shape(kind: str) -> _Shape:
    shape = _SHAPES.get(BenefitKind(kind)) if kind in BenefitKind.values else None
    if shape is None:
        raise InvalidInput(_("Benefits of this kind cannot be given."), field="kind")
    return shape


def _read(field: ValueField, said: Mapping[str, Any]) -> Any:
    if said.get(field.name) is None:
        if field.required:
            raise InvalidInput(_("A value is needed."), field=field.name)
        return field.default
    try:
        return field.read(said[field.name])
    except ValueError as problem:
        raise InvalidInput(str(problem), field=field.name) from None


def better(one: Value, other: Value) -> bool:
    """Whether `one`, of the same kind, is worth more to the member than `other`.

    Identity marks and benefits one has or has not are never better than each other. A list of member prices is better when it has no
    price that is higher or missing, and one that is lower or new; two lists may each be better in places, then neither is.
    """
    assert type(one) is type(other), "only values of one kind are compared"
    if isinstance(one, MemberPrices) and isinstance(other, MemberPrices):
        return one.prices != other.prices and _covers(one, other)
    return _worth(one) > _worth(other)


def best(values: Sequence[Value]) -> Value:
    """What holds where several levels give a benefit (A-22): of equals the first; of price lists the lowest price of every SKU."""
    first = values[0]
    if isinstance(first, MemberPrices):
        merged: dict[str, int] = {}
        for value in values:
            assert isinstance(value, MemberPrices)
            for sku, price in value.prices.items():
                merged[sku] = min(price, merged.get(sku, price))
        return MemberPrices(dict(sorted(merged.items())))
    return max(values, key=_worth)


def gains(lower: Value | None, higher: Value) -> bool:
    """Whether a member who rises has something new to show for it (LVL-30). lower: None where the lower level does not give it."""
    if lower is None:
        return True
    if isinstance(higher, Identity):
        return lower != higher
    if isinstance(lower, MemberPrices) and isinstance(higher, MemberPrices):
        return any(price < lower.prices.get(sku, price + 1) for sku, price in higher.prices.items())
    return better(higher, lower)


def worsens(kind: str, lower: Value, higher: Value | None) -> bool:
    """Whether a higher level promises less than a lower one (BEN-01). higher: None where it says nothing about the benefit.

    A discount that is not set is inherited (A-04), every other benefit is then missing.
    """
    if higher is None:
        return kind != BenefitKind.DISCOUNT
    if isinstance(lower, MemberPrices) and isinstance(higher, MemberPrices):
        return not _covers(higher, lower)
    return better(lower, higher)


def quota_worsens(lower: int | None, higher: int | None) -> bool:
    """Whether a higher level may use a benefit less often a month. None: as often as one likes (BEN-16)."""
    return higher is not None and (lower is None or higher < lower)


def _worth(value: Value) -> Decimal | int:
    match value:
        case Discount(rate):
            return -rate
        case FreeShipping(minimum_minor):
            return -minimum_minor
        case ShippingCoupons(count):
            return count
        case Service(tier, _adviser):
            return _TIERS.index(tier)
        case EarlyAccess(hours):
            return hours
    return 0


def _covers(one: MemberPrices, other: MemberPrices) -> bool:
    return all(sku in one.prices and one.prices[sku] <= price for sku, price in other.prices.items())


def month_of(at: datetime, time_zone: str) -> date:
    """First day of the calendar month of the programme that `at` lies in: whose quota a use takes (BEN-16)."""
    return at.astimezone(ZoneInfo(time_zone)).date().replace(day=1)


def next_month(month_on: date) -> date:
    """The day on which the count begins anew."""
    return (month_on + timedelta(days=31)).replace(day=1)


def percent(rate: Decimal) -> str:
    """`Decimal("0.9500")` -> "95", `Decimal("0.8850")` -> "88.5"."""
    return _plain(rate * 100)


def words(value: Value, *, currency: str) -> str:
    """The value in the reader's language, without the benefit's name; empty for a benefit one has or has not.

    A rate is said in both notations, 9.5折 and 95 % (A-04). currency: the programme's.
    """
    match value:
        case Discount(rate):
            return _("%(percent)s %% (%(tenths)s out of 10)") % {"percent": percent(rate), "tenths": _plain(rate * 10)}
        case FreeShipping(0):
            return _("without a minimum")
        case FreeShipping(minimum_minor):
            return _("from %(amount)s") % {"amount": format_minor(minimum_minor, currency)}
        case ShippingCoupons(count):
            return ngettext("%(count)d a month", "%(count)d a month", count) % {"count": count}
        case Service(tier, None):
            return str(tier.label)
        case Service(tier, adviser_id):
            return _("%(tier)s, adviser %(adviser)s") % {"tier": tier.label, "adviser": adviser_id}
        case EarlyAccess(hours):
            return ngettext("%(count)d hour earlier", "%(count)d hours earlier", hours) % {"count": hours}
        case Identity(card_style, avatar_frame, badge):
            marks = ((_("card"), card_style), (_("avatar frame"), avatar_frame), (_("badge"), badge))
            return listed(f"{place} {mark}" for place, mark in marks if mark)
        case MemberPrices(prices):
            return ngettext("%(count)d product", "%(count)d products", len(prices)) % {"count": len(prices)}
    return ""


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
