"""How a price comes about (A-30, ruling 25); docs/rules/benefits.md, Prices."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from coupons.enums import PriceStep
from coupons.rules.prices import Activity, Giver, LineIn, PriceTerms, price_line, reckon

GOLD = Giver("discount", "会员折扣", "L3", "金牌会员", "free")
PLUS = Giver("plus_price", "会员价", "PLUS", "PLUS会员", "paid")
NINETY = PriceTerms(discount=(Decimal("0.9000"), GOLD))
COAT = LineIn(1, "COAT", 1, 10000)
STACKED = Activity("会员日", Decimal("0.95"), stackable=True)
ALONE = replace(STACKED, stackable=False)


def test_a_stackable_activity_comes_on_top_of_the_level():
    """BEN-04, BEN-05: gold 0.90 x activity 0.95 on 100.00 is 85.50: discount 10.00, double discount 4.50."""
    line = price_line(COAT, terms=NINETY, activity=STACKED)
    assert (line.pay_minor, line.discount_minor, line.double_discount_minor) == (8550, 1000, 450)
    assert [(step.step, step.saved_minor, step.giver) for step in line.applied] == [
        (PriceStep.LEVEL_RATE, 1000, GOLD),
        (PriceStep.ACTIVITY, 450, None),
    ]


def test_of_a_level_and_an_activity_that_does_not_stack_the_better_counts():
    """BEN-04: min(90.00, 95.00) = 90.00, and 85.00 where the activity is the better one."""
    line = price_line(COAT, terms=NINETY, activity=ALONE)
    assert (line.pay_minor, line.discount_minor, line.double_discount_minor) == (9000, 1000, 0)
    line = price_line(COAT, terms=NINETY, activity=replace(ALONE, rate=Decimal("0.85")))
    assert (line.pay_minor, line.discount_minor, line.double_discount_minor) == (8500, 1500, 0)
    assert [step.step for step in line.applied] == [PriceStep.ACTIVITY]


def test_a_stackable_activity_without_a_level_price_is_the_first_discount():
    line = price_line(COAT, terms=PriceTerms(), activity=STACKED)
    assert (line.pay_minor, line.discount_minor, line.double_discount_minor) == (9500, 500, 0)


def test_the_member_price_or_the_level_rate_whichever_is_lower():
    """LVL-20: at list price 100.00 a PLUS member pays 80.00, a gold member 90.00; a dear member price is not asked."""
    both = replace(NINETY, member_prices=(({"COAT": 8000}, PLUS),))
    line = price_line(COAT, terms=both, activity=None)
    assert (line.pay_minor, line.applied[0].step, line.applied[0].giver) == (8000, PriceStep.MEMBER_PRICE, PLUS)
    line = price_line(COAT, terms=replace(NINETY, member_prices=(({"COAT": 9500}, PLUS),)), activity=None)
    assert (line.pay_minor, line.applied[0].giver) == (9000, GOLD)


def test_a_member_price_named_with_the_line_is_for_holders_of_a_paid_level():
    """LVL-20, the price list being outside."""
    priced = replace(COAT, quantity=2, member_price_minor=8000)
    assert price_line(priced, terms=NINETY, activity=None).pay_minor == 18000
    assert price_line(priced, terms=replace(NINETY, paid=PLUS), activity=None).pay_minor == 16000


def test_nothing_makes_a_price_higher():
    dear = PriceTerms(discount=(Decimal("1.0000"), GOLD), member_prices=(({"COAT": 12000}, PLUS),))
    line = price_line(COAT, terms=dear, activity=None)
    assert (line.pay_minor, line.applied) == (10000, ())


def test_gift_cards_cost_what_they_cost():
    line = price_line(replace(COAT, is_gift_card=True), terms=replace(NINETY, member_prices=(({"COAT": 1}, PLUS),)), activity=STACKED)
    assert (line.pay_minor, line.applied) == (10000, ())


def test_a_line_outside_the_activity_has_the_levels_price():
    assert price_line(replace(COAT, in_activity=False), terms=NINETY, activity=STACKED).pay_minor == 9000


def test_every_step_is_rounded_half_up_per_line():
    """BEN-04, A-30: 0.95 of 9.90 is 9.405 -> 9.41; three pieces of 3.33 at 0.95 are one line of 9.4905 -> 9.49."""
    terms = PriceTerms(discount=(Decimal("0.9500"), GOLD))
    assert price_line(LineIn(1, "A", 1, 990), terms=terms, activity=None).pay_minor == 941
    assert price_line(LineIn(1, "A", 3, 333), terms=terms, activity=None).pay_minor == 949
    assert price_line(LineIn(1, "A", 1, 990), terms=terms, activity=STACKED).pay_minor == 894  # 8.9395 of 9.41


def test_free_shipping_looks_at_what_is_paid_for_goods():
    """BEN-07: gold without a minimum pays no postage for 9.90 of goods; from 99.00 on it takes 99.00 after discounts."""
    goods = [LineIn(1, "A", 1, 990)]
    none = reckon(goods, terms=replace(NINETY, free_shipping=(0, GOLD)), activity=None, postage_minor=800)
    assert (none.postage_minor, none.postage_saved_minor, none.total_minor) == (0, 800, 891)
    assert none.shipping is not None
    assert none.shipping.giver == GOLD
    for unit, postage in ((10999, 800), (11000, 0)):
        quote = reckon([LineIn(1, "A", 1, unit)], terms=replace(NINETY, free_shipping=(9900, GOLD)), activity=None, postage_minor=800)
        assert quote.postage_minor == postage
    silver = reckon(goods, terms=NINETY, activity=None, postage_minor=800)
    assert (silver.postage_minor, silver.shipping) == (800, None)


rates = st.decimals(min_value=Decimal("0.0001"), max_value=1, places=4)
lines = st.builds(
    LineIn,
    line_no=st.just(1),
    sku=st.sampled_from(["A", "B"]),
    quantity=st.integers(1, 20),
    unit_price_minor=st.integers(0, 100_000),
    member_price_minor=st.none() | st.integers(0, 100_000),
    is_gift_card=st.booleans(),
    in_activity=st.booleans(),
)
activities = st.none() | st.builds(Activity, name=st.just("x"), rate=rates, stackable=st.booleans())


@given(lines, st.none() | rates, st.dictionaries(st.sampled_from(["A", "B"]), st.integers(0, 100_000)), activities, st.booleans())
def test_a_price_is_the_list_price_less_its_parts_and_never_worse_for_a_member(
    line: LineIn, rate: Decimal | None, prices: dict[str, int], activity: Activity | None, holds_paid: bool
):
    terms = PriceTerms(
        discount=(rate, GOLD) if rate is not None else None,
        member_prices=((prices, PLUS),) if prices else (),
        paid=PLUS if holds_paid else None,
    )
    found = price_line(line, terms=terms, activity=activity)
    assert 0 <= found.pay_minor <= found.list_minor
    assert found.discount_minor >= 0
    assert found.double_discount_minor >= 0
    assert sum(step.saved_minor for step in found.applied) == found.list_minor - found.pay_minor
    assert found.pay_minor <= price_line(line, terms=PriceTerms(), activity=activity).pay_minor
