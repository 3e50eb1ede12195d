"""What a benefit is worth: values, their order, their words (docs/rules/benefits.md)."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from core.errors import InvalidInput
from growth.enums import BenefitKind, ServiceTier
from growth.rules import benefits
from growth.rules.benefits import (
    Discount,
    EarlyAccess,
    FreeShipping,
    Granted,
    Identity,
    MemberPrices,
    Service,
    ShippingCoupons,
    Value,
)

VALUES: dict[str, dict[str, Any]] = {
    "discount": {"rate": "0.9500"},
    "free_shipping": {"minimum_minor": 0},
    "shipping_coupons": {"count": 2},
    "priority_dispatch": {},
    "next_day": {},
    "time_slot": {},
    "service_tier": {"tier": "one_to_one", "adviser_id": 7},
    "priority_after_sales": {},
    "early_access": {"hours": 24},
    "identity": {"card_style": "gold", "avatar_frame": "f3", "badge": "b2"},
    "member_price": {"prices": {"SKU": 8000}},
}


def test_every_kind_that_can_be_given_has_a_value_that_comes_back_unchanged():
    assert set(VALUES) == set(benefits.KINDS) == set(BenefitKind) - {BenefitKind.PARTNER_CODE}
    for kind, value in VALUES.items():
        assert benefits.validate(kind, value) == value
        assert benefits.as_json(benefits.parse(kind, benefits.validate(kind, value))) == value


@pytest.mark.parametrize(
    ("kind", "said", "field"),
    [
        ("discount", {}, "rate"),
        ("discount", {"rate": 0.95}, "rate"),  # a float is not an amount
        ("discount", {"rate": "0"}, "rate"),
        ("discount", {"rate": "1.0001"}, "rate"),
        ("discount", {"rate": "0.95001"}, "rate"),
        ("discount", {"rate": "NaN"}, "rate"),
        ("discount", {"rate": "9.5折"}, "rate"),
        ("discount", {"rate": "0.95", "count": 1}, "count"),
        ("free_shipping", {"minimum_minor": -1}, "minimum_minor"),
        ("free_shipping", {"minimum_minor": True}, "minimum_minor"),
        ("shipping_coupons", {"count": 0}, "count"),
        ("next_day", {"rate": "0.95"}, "rate"),
        ("service_tier", {"tier": "best"}, "tier"),
        ("service_tier", {"tier": "priority", "adviser_id": "7"}, "adviser_id"),
        ("early_access", {"hours": 721}, "hours"),
        ("identity", {"badge": "<b>"}, "badge"),
        ("member_price", {"prices": {}}, "prices"),
        ("member_price", {"prices": {"SKU": "80"}}, "prices"),
        ("partner_code", {}, "kind"),
        ("nonsense", {}, "kind"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(kind: str, said: dict[str, Any], field: str):
    with pytest.raises(InvalidInput) as refused:
        benefits.parse(kind, said)
    assert refused.value.field == field


def test_the_whole_price_is_a_rate_and_a_short_one_gets_its_four_decimals():
    assert benefits.validate("discount", {"rate": "1"}) == {"rate": "1.0000"}
    assert benefits.validate("discount", {"rate": "0.9"}) == {"rate": "0.9000"}


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (Discount(Decimal("0.95")), Discount(Decimal("0.96"))),
        (FreeShipping(0), FreeShipping(9900)),
        (ShippingCoupons(5), ShippingCoupons(2)),
        (Service(ServiceTier.PRIORITY, None), Service(ServiceTier.STANDARD, 7)),
        (Service(ServiceTier.ONE_TO_ONE, None), Service(ServiceTier.PRIORITY, None)),
        (EarlyAccess(48), EarlyAccess(24)),
        (MemberPrices({"A": 80}), MemberPrices({"A": 81})),
        (MemberPrices({"A": 80, "B": 1}), MemberPrices({"A": 80})),
    ],
)
def test_the_better_of_two_values(more: Value, less: Value):
    assert benefits.better(more, less)
    assert not benefits.better(less, more)
    assert not benefits.better(more, more)
    assert benefits.best([less, more]) == benefits.best([more, less]) == more


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Granted(), Granted()),
        (Identity("gold", "f3", "b2"), Identity("plain", "", "")),
        (MemberPrices({"A": 80, "B": 90}), MemberPrices({"A": 70, "B": 95})),
    ],
)
def test_some_values_are_not_better_than_each_other(one: Value, other: Value):
    assert not benefits.better(one, other)
    assert not benefits.better(other, one)


def test_of_price_lists_the_lowest_price_of_every_product_holds():
    merged = benefits.best([MemberPrices({"A": 80, "B": 90}), MemberPrices({"A": 70, "C": 5}), MemberPrices({"B": 95})])
    assert merged == MemberPrices({"A": 70, "B": 90, "C": 5})


def test_a_higher_level_may_not_promise_less():
    """BEN-01: 9.6折 above 9.5折 is worse; a discount that is not set is inherited (A-04), anything else is then missing."""
    bronze, silver = Discount(Decimal("0.95")), Discount(Decimal("0.96"))
    assert benefits.worsens("discount", bronze, silver)
    assert not benefits.worsens("discount", silver, bronze)
    assert not benefits.worsens("discount", bronze, bronze)
    assert not benefits.worsens("discount", bronze, None)
    assert benefits.worsens("next_day", Granted(), None)
    assert not benefits.worsens("next_day", Granted(), Granted())
    assert benefits.worsens("member_price", MemberPrices({"A": 80}), MemberPrices({"B": 10}))
    assert not benefits.worsens("member_price", MemberPrices({"A": 80}), MemberPrices({"A": 80, "B": 10}))
    assert benefits.quota_worsens(5, 2)
    assert benefits.quota_worsens(None, 100)
    assert not benefits.quota_worsens(2, 2)
    assert not benefits.quota_worsens(2, None)


@translation.override("en")
def test_words_of_a_rate_say_both_notations():
    """A-04: 9.5折 is 95 %."""
    assert benefits.words(Discount(Decimal("0.9500")), currency="CNY") == "95 % (9.5 out of 10)"
    assert benefits.words(Discount(Decimal("0.8850")), currency="CNY") == "88.5 % (8.85 out of 10)"
    assert benefits.words(Discount(Decimal("0.9000")), currency="CNY") == "90 % (9 out of 10)"


@translation.override("en")
def test_words_of_the_other_values():
    def said(kind: str) -> str:
        return benefits.words(benefits.parse(kind, VALUES[kind]), currency="CNY")

    assert said("free_shipping") == "without a minimum"
    assert benefits.words(FreeShipping(9900), currency="CNY") == "from ¥99.00"
    assert said("shipping_coupons") == "2 a month"
    assert said("service_tier") == "one-to-one service, adviser 7"
    assert benefits.words(Service(ServiceTier.PRIORITY, None), currency="CNY") == "priority service"
    assert said("early_access") == "24 hours earlier"
    assert said("identity") == "card gold, avatar frame f3, badge b2"
    assert said("member_price") == "1 product"
    assert said("next_day") == ""


def test_categories_follow_from_the_kind():
    assert {kind.value: benefits.category_of(kind).value for kind in BenefitKind} == {
        "discount": "price",
        "member_price": "price",
        "free_shipping": "logistics",
        "shipping_coupons": "logistics",
        "priority_dispatch": "logistics",
        "next_day": "logistics",
        "time_slot": "logistics",
        "service_tier": "service",
        "priority_after_sales": "service",
        "early_access": "activity",
        "identity": "identity",
        "partner_code": "partner",
    }
