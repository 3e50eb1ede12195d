"""Arithmetic of levels: when reviews fall, what is missing to a threshold."""

from collections.abc import Sequence
from datetime import date


def next_review_on(today: date) -> date:
    """The first of the next month: reviews are on day 1 (LVL-10). 2024-05-20 -> 2024-06-01, 2024-06-01 -> 2024-07-01."""
    return date(today.year + today.month // 12, today.month % 12 + 1, 1)


def rank_reached(thresholds: Sequence[int], value: int) -> int:
    """The highest rank whose threshold `value` reaches, inclusive (A-05); rank 0 needs nothing. thresholds: by rank, rising."""
    return max((rank for rank, threshold in enumerate(thresholds) if threshold <= value), default=0)
