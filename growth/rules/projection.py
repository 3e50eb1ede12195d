"""One member through the months in thought: what buying and then not buying does to growth value and level (GRW-08, GRW-10).

Plain arithmetic with the rules of growth.rules.rfm; no ORM, clock or settings. docs/rules/schemes.md, One member through the months.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from growth.enums import Mode, MonetaryMode
from growth.rules import rfm
from growth.rules.rfm import Cell, RfmTerms

ORDER_DAY = 15  # of every month in which the member buys


@dataclass(frozen=True)
class Rung:
    """A level: its threshold in growth value and its RFM unit."""

    code: str
    threshold: int
    rfm_unit: int


@dataclass(frozen=True)
class Month:
    """What a month has brought. behaviour: growth value by the month's order.  rfm: what the cycle at its end asked for.

    balance, level: after cycle and review.
    """

    month_on: date
    bought: bool
    cell: Cell
    behaviour: int
    rfm: int
    balance: int
    level: str


def through_months(
    *, terms: RfmTerms, ladder: Sequence[Rung], mode: Mode, first_on: date, buying: int, idle: int, monthly_minor: int
) -> list[Month]:
    """A member who buys for `monthly_minor` once a month for some months and then stops.

    The level rises at once and falls one step at a month's end. ladder: lowest first.  first_on: first day of the first month.
    """
    orders: list[date] = []
    balance, rank, month_on = 0, 0, first_on
    months = []
    for number in range(buying + idle):
        bought = number < buying
        behaviour = monthly_minor // 100 if bought and mode != Mode.RFM else 0
        if bought:
            orders.append(month_on.replace(day=ORDER_DAY))
        balance += behaviour
        rank = max(rank, _reached(ladder, balance))
        after = rfm.month_after(month_on)
        cell = _cell(terms, orders, after - timedelta(days=1), monthly_minor)
        asked = rfm.delta(cell, terms.weights, ladder[rank].rfm_unit, bought=bought) if mode != Mode.BEHAVIOUR else 0
        balance = max(0, balance + asked)
        reached = _reached(ladder, balance)
        rank = reached if reached >= rank else rank - 1
        months.append(Month(month_on, bought, cell, behaviour, asked, balance, ladder[rank].code))
        month_on = after
    return months


def _reached(ladder: Sequence[Rung], balance: int) -> int:
    return max((rank for rank, rung in enumerate(ladder) if rung.threshold <= balance), default=0)


def _cell(terms: RfmTerms, orders: Sequence[date], as_of_on: date, monthly_minor: int) -> Cell:
    """Scores as of a day. Each order is worth the same."""
    inside = sum(on >= rfm.window_from(as_of_on, terms.window_days) for on in orders)
    amount = rfm.monetary(inside * monthly_minor, inside, MonetaryMode(terms.m_mode))
    days = (as_of_on - orders[-1]).days if orders else None
    return rfm.r_score(days, terms.r_cuts), rfm.score(inside, terms.f_cuts), rfm.score(amount, terms.m_cuts)
