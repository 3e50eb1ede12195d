"""The arithmetic of facts, by properties; docs/rules/activity.md quotes the worked numbers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity import returns, rules
from activity.enums import AfterSaleStatus, OrderStatus
from activity.errors import CurrencyMismatch
from activity.returns import Movement
from core.money import convert_minor
from tests.activity.facts import after_sale, event, line, order

amounts = st.lists(st.integers(0, 10**9), min_size=1, max_size=30)
rates = st.decimals(min_value="0.000001", max_value="9999", places=6)


@given(weights=amounts, share=st.fractions(0, 1))
def test_shares_add_up_and_never_exceed_their_weight(weights: list[int], share: float) -> None:
    amount = int(sum(weights) * share)
    shares = rules.spread(amount, weights)
    assert sum(shares) == amount
    assert all(0 <= part <= weight for part, weight in zip(shares, weights, strict=True))
    total = sum(weights)
    if total:
        assert all(abs(part * total - amount * weight) < total for part, weight in zip(shares, weights, strict=True))  # within one unit


def test_ties_go_to_the_earlier_one() -> None:
    assert rules.spread(100, [1, 1, 1]) == [34, 33, 33]
    assert rules.spread(0, [0, 0]) == [0, 0]


@given(parts=amounts, rate=rates)
def test_converted_parts_add_up_to_the_converted_sum(parts: list[int], rate: Decimal) -> None:
    assert sum(rules.convert_parts(parts, rate)) == convert_minor(sum(parts), rate)


@given(paid=amounts, cards=st.lists(st.booleans(), min_size=30, max_size=30), postage=st.integers(0, 10**6), rate=st.none() | rates)
def test_settled_and_gift_cards_and_postage_are_what_was_paid(
    paid: list[int], cards: list[bool], postage: int, rate: Decimal | None
) -> None:
    lines = [line(number, amount, is_gift_card=cards[number]) for number, amount in enumerate(paid)]
    told = rules.settle(order(1, 1, lines=lines, postage_minor=postage), rate)
    in_cards = sum(amount for number, amount in enumerate(told.line_paid_minor) if cards[number])
    assert told.settled_minor + in_cards + told.postage_minor == told.paid_minor
    assert (told.source_settled_minor is None) == (rate is None)


def test_a_foreign_currency_needs_a_declared_rate() -> None:
    assert rules.rate_of("CNY", own="CNY", foreign="GBP", foreign_rate=Decimal(10)) is None
    assert rules.rate_of("GBP", own="CNY", foreign="GBP", foreign_rate=Decimal(10)) == 10
    for foreign, rate in (("", None), ("USD", Decimal(7))):
        with pytest.raises(CurrencyMismatch):
            rules.rate_of("GBP", own="CNY", foreign=foreign, foreign_rate=rate)


def test_an_orders_status_only_moves_on() -> None:
    forward = ["placed", "paid", "shipped", "received", "completed"]
    for old, new in pairwise(forward):
        assert (old, new) in rules.ORDER_STEPS
        assert (new, old) not in rules.ORDER_STEPS
    assert {old for old, new in rules.ORDER_STEPS if new == "cancelled"} == {"placed", "paid", "cancelled"}
    assert all((status, status) in rules.ORDER_STEPS for status in OrderStatus.values)
    assert all((status, status) in rules.AFTER_SALE_STEPS for status in AfterSaleStatus.values)


def test_a_digest_tells_content_and_not_how_it_was_written() -> None:
    told = order(1, 2, lines=[line(1, 100, attributes={"size": "M", "stage": "2"})])
    same = replace(
        told,
        version=9,
        placed_at=told.placed_at.astimezone(timezone(timedelta(hours=8))),
        lines=(line(1, 100, attributes={"stage": "2", "size": "M"}),),
    )
    assert rules.digest(told) == rules.digest(same)
    for other in (replace(told, receiver_name="x"), replace(told, lines=(line(1, 100),)), replace(told, completed_at=told.placed_at)):
        assert rules.digest(other) != rules.digest(told)
    assert rules.digest(after_sale(1)) != rules.digest(after_sale(1, "AS2"))
    assert rules.digest(event(1)) != rules.digest(event(2))


def test_days_are_the_programmes_local_days() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    paid = datetime(2024, 5, 17, 1, 30, tzinfo=UTC)  # 09:30 on the 17th
    assert rules.days_between(paid, datetime(2024, 5, 20, 2, 0, tzinfo=UTC), shanghai) == 3  # CS-1
    assert rules.days_between(paid, datetime(2024, 5, 17, 15, 59, tzinfo=UTC), shanghai) == 0
    assert rules.days_between(paid, datetime(2024, 5, 17, 16, 0, tzinfo=UTC), shanghai) == 1


steps = st.lists(st.tuples(st.booleans(), st.integers(1, 9), st.integers(0, 2)), max_size=40)


@given(steps=steps)
def test_no_piece_is_matched_twice_nor_before_it_was_bought(steps: list[tuple[bool, int, int]]) -> None:
    in_turn = sorted(enumerate(steps), key=lambda each: each[1][2])  # item by item
    movements = [
        Movement((item,), is_return, number, quantity, "" if is_return else f"O{number}", 1)
        for number, (is_return, quantity, item) in in_turn
    ]
    by_line = {movement.line: movement for movement in movements}
    found = list(returns.match(movements))
    for match in found:
        purchase = by_line[int(match.order_no[1:])]
        back = by_line[match.return_line]
        assert match.quantity > 0
        assert (purchase.item, purchase.is_return, back.is_return) == (back.item, False, True)
        assert purchase.line < back.line
    for movement in movements:
        taken = sum(
            match.quantity
            for match in found
            if (match.return_line == movement.line if movement.is_return else match.order_no == movement.order_no)
        )
        assert taken <= movement.quantity
    # nothing is left unmatched while a piece bought earlier is still free
    open_pieces: dict[object, int] = {}
    for movement in movements:
        if not movement.is_return:
            open_pieces[movement.item] = open_pieces.get(movement.item, 0) + movement.quantity
        else:
            matched = sum(match.quantity for match in found if match.return_line == movement.line)
            assert matched == min(movement.quantity, open_pieces.get(movement.item, 0))
            open_pieces[movement.item] = open_pieces.get(movement.item, 0) - matched


def test_the_latest_purchase_goes_first() -> None:
    item = ("s", "m", "sku")
    movements = [Movement(item, False, 1, 6, "A", 1), Movement(item, False, 2, 4, "B", 3), Movement(item, True, 3, 5)]
    assert [tuple(match) for match in returns.match(movements)] == [(3, "B", 3, 4), (3, "A", 1, 1)]
