"""What members do and how much growth value it gives: the terms of a rule set, and the rules a new programme starts with (GRW-01..07).

docs/rules/growth.md explains them with worked numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from growth.enums import FactorKind, RuleCode


@dataclass(frozen=True)
class RuleIn:
    """One rule of a set; the fields are those of growth.GrowthRule.

    amount: growth value a time.  base_factor: of purchases.  daily_cap: times a local day, None without limit.  minimum_minor: least unit
    price actually paid.  first_members: only the first so many members of a product.
    """

    code: RuleCode
    is_on: bool = True
    amount: int = 0
    base_factor: Decimal = Decimal(1)
    daily_cap: int | None = None
    minimum_minor: int = 0
    excludes_virtual: bool = False
    excludes_lowest: bool = False
    first_members: int | None = None


@dataclass(frozen=True)
class FactorIn:
    """An acceleration factor (加速系数). key: level code, beginning of a category path, or the campaign's name.

    valid_from, valid_until: aware, half open; campaigns need them.
    """

    kind: FactorKind
    key: str
    factor: Decimal
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True)
class RuleSetTerms:
    """What a set says; factor_cap: no factor goes beyond (A-09)."""

    rules: tuple[RuleIn, ...]
    factors: tuple[FactorIn, ...] = ()
    factor_cap: Decimal = Decimal("3.00")


DEFAULT_RULES: Mapping[RuleCode, RuleIn] = {
    rule.code: rule
    for rule in (
        RuleIn(RuleCode.LOGIN, amount=5, daily_cap=1, excludes_lowest=True),
        RuleIn(RuleCode.PURCHASE, base_factor=Decimal("1.00")),
        RuleIn(RuleCode.REVIEW, amount=20, daily_cap=5, minimum_minor=2000, excludes_virtual=True),
        RuleIn(RuleCode.PHOTO_REVIEW, amount=20, minimum_minor=2000, excludes_virtual=True, first_members=10),
        RuleIn(RuleCode.SHARE, is_on=False, amount=2, daily_cap=1),
        RuleIn(RuleCode.CHECK_IN, is_on=False, amount=2, daily_cap=1),
    )
}
DEFAULT_TERMS = RuleSetTerms(rules=tuple(DEFAULT_RULES.values()))
