"""The arithmetic of campaigns, with the numbers of docs/rules/campaigns.md."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.rules import Estimate, cost_of, each, roi, share, within_budget

COSTS = st.lists(st.integers(0, 50), max_size=30)


def test_the_budget_reaches_members_in_order_and_nobody_waits_behind_a_dear_one():
    assert within_budget([30_00, 30_00, 20_00, 30_00, 20_00], 100_00) == [True, True, True, False, True]
    assert within_budget([30_00] * 14, 300_00) == [True] * 10 + [False] * 4
    assert within_budget([0, 1, 0], 0) == [True, False, True]


@given(COSTS, st.integers(0, 600))
def test_what_is_reached_never_costs_more_than_the_budget_and_nobody_is_left_out_who_fits(costs, budget):
    reached = within_budget(costs, budget)
    spent = 0
    for cost, is_reached in zip(costs, reached, strict=True):
        assert is_reached is (spent + cost <= budget)
        spent += cost if is_reached else 0
    assert spent <= budget


def test_a_member_costs_the_coupon_and_the_points():
    assert cost_of(30_00, None, 100) == 30_00
    assert cost_of(None, 50, 100) == 50_00
    assert cost_of(30_00, 5, 100) == 35_00


def test_an_estimate_says_whom_the_budget_reaches():
    """OP-4.3: budget 300, coupons of 30: ten at most."""
    found = Estimate(members=14, each_minor=30_00, budget_minor=300_00)
    assert (found.most_minor, found.affordable, found.is_short) == (420_00, 10, True)
    assert not Estimate(members=10, each_minor=30_00, budget_minor=300_00).is_short
    assert Estimate(members=10, each_minor=0, budget_minor=0).affordable is None


@pytest.mark.parametrize(("part", "whole", "rate"), [(25, 100, "25.0"), (4, 10, "40.0"), (1, 3, "33.3"), (1, 16, "6.3"), (0, 7, "0.0")])
def test_rates_have_one_place_halves_up(part, whole, rate):
    """DSH-08, CPN-16."""
    assert share(part, whole) == Decimal(rate)


def test_what_is_not_known_is_not_zero():
    assert share(0, 0) is None
    assert each(80_00, 0) is None
    assert roi(100_00, 0) is None


def test_cost_per_order_and_return():
    """PRD-19, MET-06."""
    assert each(80_00, 4) == 20_00
    assert each(1, 2) == 1
    assert roi(2000_00, 500_00) == (Decimal("4.00"), Decimal("3.00"))
    assert roi(100_00, 500_00) == (Decimal("0.20"), Decimal("-0.80"))
