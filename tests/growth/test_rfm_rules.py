"""The plain arithmetic of RFM against the tables of the requirements, written out by hand here."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth.enums import ActivityLayer, CustomerGroup, MonetaryMode, RfmClass
from growth.rules import rfm
from growth.rules.rfm import DEFAULT_TERMS, RfmTerms

WEIGHTS = (600, 200, 200)
GRID = list(rfm.cells())


@pytest.mark.parametrize(
    ("days", "score"),
    [(0, 5), (30, 5), (31, 4), (60, 4), (61, 3), (90, 3), (91, 2), (180, 2), (181, 1), (9999, 1), (None, 1)],
)
def test_the_days_since_the_last_order_are_banded(days: int | None, score: int) -> None:
    """RFM-01, A-12."""
    assert rfm.r_score(days, DEFAULT_TERMS.r_cuts) == score


@pytest.mark.parametrize(("orders", "score"), [(0, 1), (1, 1), (2, 2), (4, 2), (5, 3), (7, 3), (8, 4), (11, 4), (12, 5), (400, 5)])
def test_the_number_of_orders_is_banded(orders: int, score: int) -> None:
    """RFM-02, A-12."""
    assert rfm.score(orders, DEFAULT_TERMS.f_cuts) == score


@pytest.mark.parametrize(
    ("yuan", "score"),
    [("0", 1), ("2999.99", 1), ("3000", 2), ("7999.99", 2), ("8000", 3), ("19999.99", 3), ("20000", 4), ("49999.99", 4), ("50000", 5)],
)
def test_the_amount_is_banded(yuan: str, score: int) -> None:
    """RFM-03, A-12: net yuan in the window."""
    assert rfm.score(int(Decimal(yuan) * 100), DEFAULT_TERMS.m_cuts) == score


def test_the_monetary_value_is_the_total_or_the_average_order() -> None:
    """RFM-03: orders of 100, 200 and 300."""
    assert rfm.monetary(60000, 3, MonetaryMode.SUM) == 60000
    assert rfm.monetary(60000, 3, MonetaryMode.AVERAGE) == 20000
    assert rfm.monetary(60000 - 5000, 3, MonetaryMode.SUM) == 55000
    assert [rfm.monetary(total, 2, MonetaryMode.AVERAGE) for total in (1, 2, 3)] == [1, 1, 2], "half up"
    assert rfm.monetary(0, 0, MonetaryMode.AVERAGE) == 0


def test_the_value_is_the_weighted_score() -> None:
    """RFM-06: 0.6 R + 0.2 F + 0.2 M of 4-3-3 is 3.60."""
    assert rfm.decimal_of(rfm.value_milli((4, 3, 3), WEIGHTS)) == Decimal("3.600")
    assert (rfm.value_milli((1, 1, 1), WEIGHTS), rfm.value_milli((5, 5, 5), WEIGHTS)) == (1000, 5000)


@pytest.mark.parametrize(("cell", "delta"), [((5, 5, 5), 200), ((3, 3, 3), 0), ((1, 1, 1), -200), ((1, 5, 5), -40)])
def test_the_growth_value_rises_and_falls(cell: rfm.Cell, delta: int) -> None:
    """RFM-10: rfm_unit 100, an order in the period."""
    assert rfm.delta(cell, WEIGHTS, 100, bought=True) == delta


def test_without_an_order_in_the_period_nothing_rises() -> None:
    """A-14: 停滞不前甚至下降."""
    for cell in GRID:
        bought, idle = (rfm.delta(cell, WEIGHTS, 150, bought=said) for said in (True, False))
        assert idle == min(bought, 0)


def test_half_a_growth_value_goes_away_from_zero() -> None:
    """A-14: round_half_away. 3-3-4 at a weight of 0.1 and rfm_unit 5 is 0.5."""
    weights = (800, 100, 100)
    assert rfm.delta((3, 3, 4), weights, 5, bought=True) == 1
    assert rfm.delta((3, 3, 2), weights, 5, bought=True) == -1
    assert rfm.delta((3, 3, 4), weights, 4, bought=True) == 0
    assert rfm.delta((3, 3, 2), weights, 4, bought=True) == 0


@given(
    cell=st.tuples(*[st.integers(1, 5)] * 3),
    cut=st.tuples(st.integers(0, 1000), st.integers(0, 1000)),
    unit=st.integers(0, 10_000),
)
def test_the_whole_numbers_are_the_decimals_of_the_formula(cell: rfm.Cell, cut: tuple[int, int], unit: int) -> None:
    """A-14 in Decimal arithmetic: rfm_unit x (wR g(R) + wF g(F) + wM g(M)), g(score) = score - 3."""
    low, high = sorted(cut)
    weights = (low, high - low, 1000 - high)
    exact = unit * sum(((Decimal(weight) / 1000) * (score - 3) for weight, score in zip(weights, cell, strict=True)), Decimal(0))
    assert rfm.delta(cell, weights, unit, bought=True) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def test_every_cell_has_one_class_one_group_one_layer() -> None:
    """RFM-07, RFM-13, RFM-14, RFM-15, A-35: how many of the 125 cells bear each name."""
    assert len(GRID) == len(set(GRID)) == 125
    assert Counter(map(rfm.rfm_class, GRID)) == {
        RfmClass.HIGH: 30,
        RfmClass.MID: 15,
        RfmClass.LOW: 18,
        RfmClass.POTENTIAL: 12,
        RfmClass.CHURN_RISK: 25,
        RfmClass.DORMANT: 25,
    }
    assert Counter(map(rfm.customer_group, GRID)) == {
        CustomerGroup.LOYAL: 18,
        CustomerGroup.FREQUENT_LOW: 27,
        CustomerGroup.POTENTIAL: 30,
        CustomerGroup.CHURN_RISK: 42,
        CustomerGroup.OTHER: 8,
    }
    assert set(map(rfm.layer, GRID)) == set(ActivityLayer)


@pytest.mark.parametrize(
    ("cell", "name"),
    [("555", "high"), ("423", "mid"), ("331", "low"), ("511", "potential"), ("244", "churn_risk"), ("155", "dormant")],
)
def test_the_behaviour_classes_are_those_of_the_table(cell: str, name: str) -> None:
    """RFM-13."""
    assert rfm.rfm_class(tuple(map(int, cell))) == name  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "name"), [("555", "loyal"), ("551", "frequent_low"), ("512", "potential"), ("244", "churn_risk"), ("111", "other")]
)
def test_the_customer_groups_are_those_of_the_table(cell: str, name: str) -> None:
    """RFM-14."""
    assert rfm.customer_group(tuple(map(int, cell))) == name  # type: ignore[arg-type]


@pytest.mark.parametrize(("cell", "name"), [("531", "high"), ("421", "medium"), ("221", "low"), ("151", "dormant"), ("331", "medium")])
def test_the_activity_layers_go_by_recency_and_frequency(cell: str, name: str) -> None:
    """RFM-15."""
    assert rfm.layer(tuple(map(int, cell))) == name  # type: ignore[arg-type]


def test_a_drop_of_frequency_is_two_scores_or_more() -> None:
    """RFM-11, A-37: 5 to 3 or lower is one, 5 to 4 is none, nor is a first snapshot."""
    assert [rfm.f_dropped(5, now) for now in (5, 4, 3, 1)] == [False, False, True, True]
    assert not rfm.f_dropped(None, 1)


def test_weights_must_sum_to_one() -> None:
    """OP-2.4, GRW-12: 0.5, 0.2, 0.2 is refused, and the sum is said."""
    wrong = replace(DEFAULT_TERMS, weight_r=Decimal("0.500"))
    [problem] = rfm.problems(wrong)
    assert problem.field == "weights" and "0.900" in problem.words
    assert rfm.problems(DEFAULT_TERMS) == []


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (RfmTerms(window_days=29), "window_days"),
        (RfmTerms(r_cuts=(30, 30, 90, 180)), "r_cuts"),
        (RfmTerms(r_cuts=(180, 90, 60, 30)), "r_cuts"),
        (RfmTerms(f_cuts=(2, 5, 8, 12)), "f_cuts"),
        (RfmTerms(m_cuts=(5, 4, 3)), "m_cuts"),
    ],
)
def test_bands_out_of_order_are_named(terms: RfmTerms, field: str) -> None:
    """RFM-05."""
    assert [problem.field for problem in rfm.problems(terms)] == [field]


def test_the_window_ends_with_its_last_day() -> None:
    """RFM-02: 365 local days, the last one included, so day 366 is outside."""
    assert rfm.window_from(date(2024, 12, 30), 365) == date(2024, 1, 1)
    assert rfm.month_after(date(2023, 12, 1)) == date(2024, 1, 1)
    assert rfm.month_after(date(2024, 1, 31)) == date(2024, 2, 1)
