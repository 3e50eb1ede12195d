"""RFM in plain arithmetic: bands, scores, value, change of growth value, and what each of the 125 cells is called (A-12..A-17, A-35).

The statements under growth/sql/rfm do the same for a whole programme at once. Whole numbers only: weights are thousandths, money is minor
units, so nothing is rounded but the end. docs/rules/rfm.md explains it with worked numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from django.utils.translation import gettext as _

from growth.enums import ActivityLayer, BandMethod, CustomerGroup, MonetaryMode, RfmClass

Cell = tuple[int, int, int]
MIDDLE = 3  # the score that neither adds nor takes
STEEP = 2  # a fall of F by so many scores is a drop


@dataclass(frozen=True)
class RfmTerms:
    """What a version says; the fields are those of growth.RfmVersion.

    window_days: local days in which F and M count, the last one included.  r_cuts: days, up to and including, for scores 5, 4, 3, 2.
    f_cuts: orders, at least, for 5, 4, 3, 2.  m_cuts: the same in minor units.  Weights in thousandths are exact.
    """

    window_days: int = 365
    method: BandMethod = BandMethod.FIXED
    m_mode: MonetaryMode = MonetaryMode.SUM
    r_cuts: tuple[int, ...] = (30, 60, 90, 180)
    f_cuts: tuple[int, ...] = (12, 8, 5, 2)
    m_cuts: tuple[int, ...] = (5_000_000, 2_000_000, 800_000, 300_000)
    weight_r: Decimal = Decimal("0.600")
    weight_f: Decimal = Decimal("0.200")
    weight_m: Decimal = Decimal("0.200")

    @property
    def weights(self) -> tuple[int, int, int]:
        """Thousandths."""
        return milli(self.weight_r), milli(self.weight_f), milli(self.weight_m)


DEFAULT_TERMS = RfmTerms()


@dataclass(frozen=True)
class Problem:
    """Why a draft cannot be published: the field it lies in, and words for people."""

    field: str
    words: str


def problems(terms: RfmTerms) -> list[Problem]:
    """What keeps these terms from being published; empty when nothing does."""
    found: list[Problem] = []
    if not 30 <= terms.window_days <= 1095:
        found.append(Problem("window_days", _("The window must be 30 to 1095 days.")))
    total = sum(terms.weights)
    if total != 1000 or min(terms.weights) < 0:
        found.append(Problem("weights", _("The weights must not be negative and must sum to 1.000; they sum to %s.") % decimal_of(total)))
    for field, cuts, rising in (("r_cuts", terms.r_cuts, True), ("f_cuts", terms.f_cuts, False), ("m_cuts", terms.m_cuts, False)):
        ordered = sorted(set(cuts), reverse=not rising)
        if len(cuts) != 4 or list(cuts) != ordered or min(cuts) < 0:
            words = (
                _("Four cut points are needed, each above the one before.") if rising else _("Four cut points, each below the one before.")
            )
            found.append(Problem(field, words))
    return found


def milli(weight: Decimal) -> int:
    """0.600 -> 600. Weights have three places."""
    return int(weight * 1000)


def decimal_of(thousandths: int) -> Decimal:
    """3600 -> 3.600."""
    return Decimal(thousandths).scaleb(-3)


def window_from(as_of_on: date, window_days: int) -> date:
    """The first local day of the window that ends with `as_of_on`: 365 days ending 2024-12-30 begin on 2024-01-01."""
    return as_of_on - timedelta(days=window_days - 1)


def monetary(amount_minor: int, orders: int, m_mode: MonetaryMode) -> int:
    """M in minor units: the total, or the average order, half up; 0 without orders."""
    if m_mode == MonetaryMode.SUM or orders == 0:
        return amount_minor
    return (2 * amount_minor + orders) // (2 * orders)


def r_score(days: int | None, cuts: Sequence[int]) -> int:
    """5 for the freshest. days: whole local days since the last order, None for none ever."""
    return 1 if days is None else 5 - sum(days > cut for cut in cuts)


def score(value: int, cuts: Sequence[int]) -> int:
    """Of F or M: 5 for the highest. cuts: at least, for 5, 4, 3, 2."""
    return 1 + sum(value >= cut for cut in cuts)


def value_milli(cell: Cell, weights: tuple[int, int, int]) -> int:
    """Weighted score in thousandths: 4-3-3 at 600, 200, 200 -> 3600."""
    return sum(weight * each for weight, each in zip(weights, cell, strict=True))


def delta(cell: Cell, weights: tuple[int, int, int], rfm_unit: int, *, bought: bool) -> int:
    """Growth value asked for: rfm_unit x sum of weight x (score - 3), halves away from zero.

    bought: whether an order was completed in the period; without one a rise becomes 0 (A-14).
    """
    exact = rfm_unit * sum(weight * (each - MIDDLE) for weight, each in zip(weights, cell, strict=True))  # thousandths
    rounded = (abs(exact) + 500) // 1000 * (1 if exact > 0 else -1)
    return 0 if rounded > 0 and not bought else rounded


def f_dropped(before: int | None, now: int) -> bool:
    """Whether F fell steeply since the snapshot before (A-37): 5 -> 3 yes, 5 -> 4 no."""
    return before is not None and before - now >= STEEP


def rfm_class(cell: Cell) -> RfmClass:
    """RFM-13: first match."""
    r, f, m = cell
    if r == 1:
        return RfmClass.DORMANT
    if r == 2:
        return RfmClass.CHURN_RISK
    if m >= 4:
        return RfmClass.HIGH
    if m == MIDDLE:
        return RfmClass.MID
    return RfmClass.LOW if f >= MIDDLE else RfmClass.POTENTIAL


def customer_group(cell: Cell) -> CustomerGroup:
    """RFM-14."""
    r, f, m = cell
    if r <= 2:
        return CustomerGroup.CHURN_RISK if f >= MIDDLE or m >= MIDDLE else CustomerGroup.OTHER
    if f < MIDDLE:
        return CustomerGroup.POTENTIAL
    return CustomerGroup.LOYAL if m >= 4 else CustomerGroup.FREQUENT_LOW


def layer(cell: Cell) -> ActivityLayer:
    """RFM-15: by R and F."""
    r, f, _m = cell
    if r == 1:
        return ActivityLayer.DORMANT
    if r + f >= 8:
        return ActivityLayer.HIGH
    return ActivityLayer.MEDIUM if r + f >= 6 else ActivityLayer.LOW


def cells() -> Iterator[Cell]:
    """All 125, from 1-1-1 to 5-5-5."""
    return product(range(1, 6), repeat=3)  # type: ignore[return-value]  # three of them


def month_after(day: date) -> date:
    """The first day of the next month."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def month_before(day: date) -> date:
    """The first day of the month before."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def terms_of(version: Any) -> RfmTerms:
    """The terms of a row of growth.RfmVersion."""
    return RfmTerms(
        window_days=version.window_days,
        method=BandMethod(version.method),
        m_mode=MonetaryMode(version.m_mode),
        r_cuts=tuple(version.r_cuts),
        f_cuts=tuple(version.f_cuts),
        m_cuts=tuple(version.m_cuts),
        weight_r=version.weight_r,
        weight_f=version.weight_f,
        weight_m=version.weight_m,
    )
