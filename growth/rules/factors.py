"""Acceleration factors (加速系数) and what an order is worth, in plain Python (GRW-04, A-06, A-09, ruling 14).

The database reckons many orders at once (growth/sql/orders/reckon.sql); this says the same of one, for explanations and tests.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from growth.enums import FactorKind
from growth.rules.behaviour import FactorIn

BASE = "base"  # the rule's own factor
_PLACES = {BASE: 0, FactorKind.LEVEL: 1, FactorKind.CATEGORY: 2, FactorKind.CAMPAIGN: 3}  # who is named when several are equally high


@dataclass(frozen=True)
class Applied:
    """kind: "base", or what the factor depends on.  key: which level, category or campaign; empty for the rule's own."""

    factor: Decimal
    kind: str
    key: str


def chosen(base: Decimal, factors: Iterable[FactorIn], *, cap: Decimal, level_code: str, category: str, paid_at: datetime) -> Applied:
    """The highest factor that applies to a line, never their product, never above the cap.

    level_code: held when the order was completed.  category: a path, 母婴/奶粉.  paid_at: aware; it decides about campaigns.
    """
    found = [(-base, _PLACES[BASE], "", BASE)] + [
        (-each.factor, _PLACES[each.kind], each.key, each.kind.value) for each in factors if _applies(each, level_code, category, paid_at)
    ]
    negative, _place, key, kind = min(found)
    return Applied(min(cap, -negative), kind, key)


def _applies(factor: FactorIn, level_code: str, category: str, paid_at: datetime) -> bool:
    if factor.valid_from is not None and paid_at < factor.valid_from:
        return False
    if factor.valid_until is not None and paid_at >= factor.valid_until:
        return False
    match factor.kind:
        case FactorKind.LEVEL:
            return factor.key == level_code
        case FactorKind.CATEGORY:
            return category == factor.key or category.startswith(f"{factor.key}/")
        case FactorKind.CAMPAIGN:
            return True


def worth(parts: Iterable[Mapping[str, Any]]) -> int:
    """Growth value of what remains paid, rounded down once. parts: minor units with their factor, as entries keep them in `details`."""
    exact = sum((int(part["minor"]) * Decimal(part["factor"]) for part in parts), Decimal(0))
    return int((exact / 100).to_integral_value(ROUND_FLOOR))
