"""Arithmetic of levels: when reviews fall, which rank is reached, how a measure reads."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.money import format_minor
from growth.enums import Basis


def next_review_on(today: date) -> date:
    """The first of the next month: reviews are on day 1 (LVL-10). 2024-05-20 -> 2024-06-01, 2024-06-01 -> 2024-07-01."""
    return date(today.year + today.month // 12, today.month % 12 + 1, 1)


def rank_reached(thresholds: Sequence[int], value: int) -> int:
    """The highest rank whose threshold `value` reaches, inclusive (A-05); rank 0 needs nothing. thresholds: by rank, rising."""
    return max((rank for rank, threshold in enumerate(thresholds) if threshold <= value), default=0)


def measured(basis: Basis, value: int, unit_name: str, currency: str) -> str:
    """What somebody has, or needs, in words: "8,000 growth value", "¥3,000.00", "10 orders". unit_name: the brand's, or empty (LVL-12)."""
    number = f"{value:,}"
    match basis:
        case Basis.GROWTH:
            return f"{number} {unit_name}" if unit_name else _("%(number)s growth value") % {"number": number}
        case Basis.ORDER_COUNT:
            return ngettext("%(number)s order", "%(number)s orders", value) % {"number": number}
        case Basis.POINTS_EARNED:
            return _("%(number)s points earned") % {"number": number}
        case Basis.SPEND | Basis.RECHARGE:
            return format_minor(value, currency)
