"""What coupons take off (A-30, ruling 25, CPN-03, CPN-05, CPN-11); docs/rules/coupons.md, Prices."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from hypothesis import event, given, settings
from hypothesis import strategies as st

from coupons.rules.discounts import Basket, Goods, Taken, Terms, reckon, split

THIRTY = Terms("amount", face_minor=3000, min_spend_minor=9900)
TENTH = Terms("percent", pay_rate=Decimal("0.9000"))
POSTAGE = Terms("shipping")
CUP = Terms("gift", categories=("咖啡",))


def basket(*amounts: int, postage: int = 0, completed: int = 0, store: int | None = 1, **values: object) -> Basket:
    goods = tuple(
        Goods(**{"line_no": place, "sku": f"S{place}", "category": "母婴/奶粉", "quantity": 1, "pay_minor": amount, **values})  # type: ignore[arg-type]
        for place, amount in enumerate(amounts, start=1)
    )
    return Basket(goods, postage, store, completed)


def off(terms: Terms, of: Basket) -> int:
    [taken] = reckon([terms], of)
    return taken.discount_minor


def why(terms: Terms, of: Basket) -> str:
    [taken] = reckon([terms], of)
    assert taken.discount_minor == 0
    return taken.refusal


def test_an_amount_needs_its_minimum_and_is_split_over_the_lines():
    """docs: 30.00 off 100.00 and 50.00 are 20.00 and 10.00; 98.99 is refused, 99.00 is enough."""
    [taken] = reckon([THIRTY], basket(10000, 5000))
    assert taken.by_line == ((1, 2000), (2, 1000))
    assert why(THIRTY, basket(9899)) == "min_spend"
    assert off(THIRTY, basket(9900)) == 3000


def test_an_amount_takes_no_more_than_there_is():
    assert off(Terms("amount", face_minor=3000), basket(1200)) == 1200


def test_largest_remainders_get_the_rest():
    """docs: 10.00 over 3.33, 3.33, 3.34: 3.33, 3.33, 3.34."""
    assert split(1000, [333, 333, 334]) == [333, 333, 334]
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(5, [0, 0]) == [0, 0]


def test_a_percentage_is_rounded_half_up_and_has_a_cap():
    """docs: 90 % of 9.95 is 8.955, so 8.96 are left to pay and 0.99 are off; capped at 30.00 of 1,000.00."""
    assert off(TENTH, basket(995)) == 99
    assert off(Terms("percent", pay_rate=Decimal("0.9000"), cap_minor=3000), basket(100000)) == 3000


def test_cpn_05_a_free_cup_is_one_piece_of_the_dearest_coffee():
    """CPN-05: 100 % off one item of the category."""
    goods = (
        Goods(1, "LATTE", "咖啡/拿铁", 2, 5000),
        Goods(2, "MOCHA", "咖啡", 1, 3200),
        Goods(3, "CAKE", "蛋糕", 1, 9900),
        Goods(4, "COFFEEPOT", "咖啡器具", 1, 30000),
    )
    [taken] = reckon([CUP], Basket(goods, 0, 1, 0))
    assert taken.by_line == ((2, 3200),)
    assert why(CUP, basket(5000)) == "not_applicable"


def test_cpn_03_a_shipping_coupon_takes_off_postage():
    """CPN-03: all of it, or as much as it says; nothing where there is none to pay."""
    assert off(POSTAGE, basket(5000, postage=1000)) == 1000
    assert off(Terms("shipping", face_minor=600), basket(5000, postage=1000)) == 600
    assert why(POSTAGE, basket(5000)) == "not_applicable"


def test_a_coupon_of_a_category_looks_at_its_goods_alone():
    goods = (Goods(1, "NF", "母婴/奶粉/3段", 1, 8000), Goods(2, "TOY", "玩具", 1, 50000), Goods(3, "CARD", "母婴/奶粉", 1, 50000, True))
    [taken] = reckon([Terms("amount", face_minor=3000, min_spend_minor=9900, categories=("母婴/奶粉",))], Basket(goods, 0, 1, 0))
    assert (taken.refusal, taken.spend_minor) == ("min_spend", 8000)
    [taken] = reckon([Terms("amount", face_minor=3000, categories=("母婴/奶粉",), skus=("TOY",))], Basket(goods, 0, 1, 0))
    assert taken.by_line == ((1, 414), (2, 2586))


def test_cpn_11_first_orders_and_stores():
    """CPN-11, CPN-18."""
    first = Terms("amount", face_minor=100, first_order=True)
    assert off(first, basket(5000)) == 100
    assert why(first, basket(5000, completed=1)) == "not_first_order"
    assert why(Terms("amount", face_minor=100, store_ids=(2,)), basket(5000)) == "wrong_store"


def test_ruling_25_percentages_come_before_amounts_whatever_was_named_first():
    """docs: 400.00: 10 % is 40.00, then 30.00 of the 360.00 left, then the postage."""
    together = [Terms("amount", face_minor=3000, stackable=True), Terms("percent", pay_rate=Decimal("0.9"), stackable=True)]
    found = reckon([*together, Terms("shipping", stackable=True)], basket(40000, postage=800))
    assert [each.discount_minor for each in found] == [3000, 4000, 800]


def test_ruling_25_one_that_stands_alone_or_three_that_may_be_combined():
    stacked = Terms("amount", face_minor=100, stackable=True)
    alone = Terms("amount", face_minor=100)
    assert [each.refusal for each in reckon([stacked] * 4, basket(5000))] == ["", "", "", "not_stackable"]
    assert [each.refusal for each in reckon([alone, stacked], basket(5000))] == ["", "not_stackable"]
    assert [each.refusal for each in reckon([stacked, alone, stacked], basket(5000))] == ["", "not_stackable", ""]


def test_one_that_cannot_be_used_is_in_nobodys_way():
    dear = Terms("amount", face_minor=100, min_spend_minor=99999)
    assert [each.refusal for each in reckon([dear, THIRTY], basket(10000))] == ["min_spend", ""]


# --- against a plain reckoning of the same rules, in fractions and without the house's code ---

CATEGORIES = ("A", "A/B", "AB", "C")
amounts = st.one_of(st.sampled_from([0, 1, 2, 99, 100, 9899, 9900, 9901]), st.integers(0, 50_000))
goods_lines = st.lists(
    st.tuples(st.sampled_from(["X", "Y"]), st.sampled_from(CATEGORIES), st.integers(1, 4), amounts, st.booleans()), min_size=1, max_size=4
)
coupons = st.builds(
    Terms,
    kind=st.sampled_from(["amount", "percent", "shipping", "gift"]),
    face_minor=st.sampled_from([1, 100, 3000, 9900]),
    pay_rate=st.sampled_from([Decimal("0.9000"), Decimal("0.5000"), Decimal("0.3333"), Decimal("0.9995")]),
    cap_minor=st.none() | st.sampled_from([50, 3000]),
    min_spend_minor=st.sampled_from([0, 0, 100, 9900]),
    store_ids=st.sampled_from([(), (), (), (1,), (2,)]),
    categories=st.sampled_from([(), (), ("A",), ("A/B", "C")]),
    skus=st.sampled_from([(), (), ("X",)]),
    stackable=st.sampled_from([True, True, False]),
    first_order=st.sampled_from([False, False, True]),
)


def fits(coupon: Terms, line: tuple[str, str, int, int, bool]) -> bool:
    sku, category, _quantity, _pay, card = line
    named = [path for path in coupon.categories if (category + "/").startswith(path + "/")]
    return not card and (bool(named) or sku in coupon.skus or not (coupon.categories or coupon.skus))


def half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2)) if value >= 0 else -int(-value + Fraction(1, 2))


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """By handing out one unit after the other to whoever is furthest below his exact share."""
    total = sum(weights)
    exact = [Fraction(amount * weight, total) for weight in weights]
    given = [int(share) for share in exact]
    while sum(given) < amount:
        behind = [share - got if got <= share else Fraction(-1) for share, got in zip(exact, given, strict=True)]
        given[behind.index(max(behind))] += 1
    return given


def plainly(
    asked: Sequence[Terms], lines: Sequence[tuple[str, str, int, int, bool]], postage: int, completed: int
) -> list[tuple[str, int]]:
    answers: list[tuple[str, int]] = [("", 0)] * len(asked)
    going: list[int] = []
    for place, coupon in enumerate(asked):
        mine = [line for line in lines if fits(coupon, line)]
        spend = sum(line[3] for line in mine)
        if coupon.store_ids and 1 not in coupon.store_ids:
            answers[place] = ("wrong_store", 0)
        elif coupon.first_order and completed > 0:
            answers[place] = ("not_first_order", 0)
        elif not mine or (postage == 0 if coupon.kind == "shipping" else spend == 0):
            answers[place] = ("not_applicable", 0)
        elif spend < coupon.min_spend_minor:
            answers[place] = ("min_spend", 0)
        elif going and (not coupon.stackable or not asked[going[0]].stackable or len(going) == 3):
            answers[place] = ("not_stackable", 0)
        else:
            going.append(place)
    rest = [line[3] for line in lines]
    for kind in ("gift", "percent", "amount", "shipping"):
        for place in going:
            coupon = asked[place]
            if coupon.kind != kind:
                continue
            mine_at = [number for number, line in enumerate(lines) if fits(coupon, line)]
            total = sum(rest[number] for number in mine_at)
            took = [0] * len(lines)
            if kind == "shipping":
                bite = min(coupon.face_minor or 0, postage)
                postage -= bite
                answers[place] = ("", bite) if bite else ("not_applicable", 0)
                continue
            if kind == "gift":
                best = sorted(mine_at, key=lambda number: (-Fraction(rest[number], lines[number][2]), number))[0]
                one = half_up(Fraction(rest[best], lines[best][2]))
                took[best] = one if coupon.cap_minor is None else min(one, coupon.cap_minor)
            else:
                if kind == "percent":
                    assert coupon.pay_rate is not None
                    bite = total - half_up(total * Fraction(coupon.pay_rate))
                    bite = bite if coupon.cap_minor is None else min(bite, coupon.cap_minor)
                else:
                    bite = min(coupon.face_minor or 0, total)
                if total:
                    for number, part in zip(mine_at, shares(bite, [rest[number] for number in mine_at]), strict=True):
                        took[number] = part
            rest = [left - part for left, part in zip(rest, took, strict=True)]
            assert min(rest) >= 0
            answers[place] = ("", sum(took)) if sum(took) else ("not_applicable", 0)
    return answers


@settings(max_examples=600)
@given(st.lists(coupons, min_size=1, max_size=5), goods_lines, st.sampled_from([0, 100, 1000]), st.sampled_from([0, 0, 1]))
def test_coupons_take_off_what_a_plain_reckoning_says(
    asked: list[Terms], lines: list[tuple[str, str, int, int, bool]], postage: int, completed: int
):
    """Ruling 28: fractions instead of decimals, unit by unit instead of remainders; boundaries are counted."""
    goods = tuple(Goods(place, *line) for place, line in enumerate(lines))
    found: Sequence[Taken] = reckon(asked, Basket(goods, postage, 1, completed))
    expected = plainly(asked, lines, postage, completed)
    assert [(each.refusal, each.discount_minor) for each in found] == expected
    for code, _amount in expected:
        event(code or "takes something off")
    if sum(1 for code, _amount in expected if not code) > 1:
        event("several together")
    if any(sum(line[3] for line in lines if fits(each, line)) == each.min_spend_minor > 0 for each in asked):
        event("exactly the minimum")
    for line in goods:
        assert sum(part for each in found for line_no, part in each.by_line if line_no == line.line_no) <= line.pay_minor
