"""How many points may pay of a basket (PTS-17, ruling 25); numbers of docs/rules/points.md, Spending."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points.rules.checkout import CheckoutTerms, Payment, Problem, most_by_share, pay
from points.rules.exchange import PairTerms, is_exchangeable, received

USUAL = CheckoutTerms(value_minor=100, minimum=1, share=Decimal(1))
HALF_FROM_20 = CheckoutTerms(value_minor=100, minimum=20, share=Decimal("0.500"))


@pytest.mark.parametrize(
    ("total_minor", "wanted", "available", "terms", "expected"),
    [
        (950, 9, 40, USUAL, Payment(9, 900, 9, None)),
        (950, 10, 40, USUAL, Payment(9, 900, 9, Problem.ABOVE_SHARE)),
        (20000, 40, 30, USUAL, Payment(30, 3000, 30, Problem.INSUFFICIENT_POINTS)),
        (20000, 0, 30, USUAL, Payment(0, 0, 30, None)),
        (20000, 60, 100, HALF_FROM_20, Payment(60, 6000, 100, None)),
        (20000, 101, 200, HALF_FROM_20, Payment(100, 10000, 100, Problem.ABOVE_SHARE)),
        (20000, 19, 100, HALF_FROM_20, Payment(0, 0, 100, Problem.BELOW_MINIMUM)),
        (3999, 20, 100, HALF_FROM_20, Payment(0, 0, 0, Problem.ABOVE_SHARE)),
        (4000, 20, 100, HALF_FROM_20, Payment(20, 2000, 20, None)),
        (20000, 20, 19, HALF_FROM_20, Payment(0, 0, 0, Problem.INSUFFICIENT_POINTS)),
        (20000, 5, 100, CheckoutTerms(0, 1, Decimal(1)), Payment(0, 0, 0, Problem.ABOVE_SHARE)),
    ],
)
def test_what_points_pay(total_minor: int, wanted: int, available: int, terms: CheckoutTerms, expected: Payment) -> None:
    assert pay(total_minor, wanted=wanted, available=available, terms=terms) == expected


@given(
    st.integers(0, 10**6),
    st.integers(0, 5000),
    st.integers(0, 5000),
    st.builds(CheckoutTerms, st.integers(0, 300), st.integers(1, 50), st.decimals(0, 1, places=3)),
)
def test_points_never_pay_beyond_share_balance_or_wish(total_minor: int, wanted: int, available: int, terms: CheckoutTerms) -> None:
    found = pay(total_minor, wanted=wanted, available=available, terms=terms)
    assert 0 <= found.points <= min(wanted, available)
    assert found.pays_minor <= total_minor * terms.share
    assert found.points == 0 or found.points >= terms.minimum
    assert (found.points == wanted) == (found.problem is None)
    assert found.at_most <= most_by_share(total_minor, terms)


def test_exchange_counts_whole_steps() -> None:
    """PTS-23, A-46: 100 : 80 in steps of 50; rounded down."""
    pair = PairTerms(ratio_from=100, ratio_to=80, step=50, minimum=50)
    assert [received(points, pair) for points in (50, 100, 250)] == [40, 80, 200]
    assert [is_exchangeable(points, pair) for points in (0, 30, 50, 99, 100, 250)] == [False, False, True, False, True, True]
    assert received(9, PairTerms(10, 3)) == 2
    assert not is_exchangeable(3, PairTerms(10, 3))  # not a point's worth
