"""Arithmetic of the exchange between programmes (PTS-23, A-46). Pure; docs/rules/points.md, Exchange, has worked numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PairTerms:
    """ratio_from points given are ratio_to points received. step: amounts are its multiples.  minimum: fewest points of one exchange."""

    ratio_from: int
    ratio_to: int
    step: int = 1
    minimum: int = 1


def received(points: int, terms: PairTerms) -> int:
    """What the other programme gives for so many points, rounded down: 250 at 100 : 80 are 200."""
    return points * terms.ratio_to // terms.ratio_from


def is_exchangeable(points: int, terms: PairTerms) -> bool:
    """Whether an amount is whole steps, not below the least amount, and worth a point at all."""
    return points >= terms.minimum and points % terms.step == 0 and received(points, terms) >= 1
