"""How many points may pay of a basket (PTS-17, ruling 25): pure; docs/rules/points.md, Spending, has worked numbers."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Problem(StrEnum):
    """Why fewer points pay than were wanted: the code with which a hold would be refused."""

    BELOW_MINIMUM = "below_minimum"
    ABOVE_SHARE = "above_share"
    INSUFFICIENT_POINTS = "insufficient_points"


@dataclass(frozen=True)
class CheckoutTerms:
    """value_minor: what a point pays.  minimum: fewest points of one redemption, for this member's level.  share: of the basket."""

    value_minor: int
    minimum: int
    share: Decimal


@dataclass(frozen=True)
class Payment:
    """points: what pays, at most what was wanted.  pays_minor: of the basket.  at_most: what could pay now, 0 below the minimum."""

    points: int
    pays_minor: int
    at_most: int
    problem: Problem | None


def most_by_share(total_minor: int, terms: CheckoutTerms) -> int:
    """Whole points that may pay of a basket, rounded down so that they never pay more than their share: 9.50 at 1.00 a point takes 9."""
    if terms.value_minor == 0:
        return 0
    return int(total_minor * terms.share // terms.value_minor)


def pay(total_minor: int, *, wanted: int, available: int, terms: CheckoutTerms) -> Payment:
    """What so many points pay of a basket. total_minor: what is left to pay after everything else.  wanted: 0 asks how many could.

    More than may pay is cut to what may; fewer than the minimum pay nothing.
    """
    by_share = most_by_share(total_minor, terms)
    at_most = min(by_share, available)
    if at_most < terms.minimum:
        at_most = 0
    points, problem = wanted, None
    if wanted > by_share:
        points, problem = at_most, Problem.ABOVE_SHARE
    elif wanted > available:
        points, problem = at_most, Problem.INSUFFICIENT_POINTS
    elif 0 < wanted < terms.minimum:
        points, problem = 0, Problem.BELOW_MINIMUM
    return Payment(points, points * terms.value_minor, at_most, problem)
