"""What an edition of points rules says, what is wrong with one in words, and what a new programme starts with (PTS-02..04, PTS-17, PTS-20).

docs/rules/points.md explains every value with numbers.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from points.enums import EarnRule, MultiplierKind, ReversalPolicy

FACTOR_AT_MOST = Decimal(10)
POINTS_PER_UNIT_AT_MOST = Decimal(1000)
MONTHS_AT_MOST = 1200
DAYS_AT_MOST = 366
HOLD_MINUTES_AT_MOST = 60 * 24 * 7
POINTS_AT_MOST = 1_000_000  # of one event, order or redemption: beyond it, a slip of the keyboard
MONEY_AT_MOST = 10**12  # minor units


@dataclass(frozen=True)
class RuleIn:
    """What an event gives; the fields are those of points.PointsRule. daily_cap: times a local day.  task: its code, of tasks alone."""

    code: EarnRule
    points: int = 0
    task: str = ""
    is_on: bool = True
    daily_cap: int | None = None


@dataclass(frozen=True)
class MultiplierIn:
    """When points are multiplied; the fields are those of points.PointsMultiplier.

    key: level code, or the campaign's name.  day_of_month: of member days.  valid_from, valid_until: of campaigns, aware, half open.
    """

    kind: MultiplierKind
    factor: Decimal
    key: str = ""
    day_of_month: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True)
class MinimumIn:
    """Fewest points of one redemption for holders of a level of the free track (PTS-17)."""

    level_code: str
    points: int


@dataclass(frozen=True)
class PointsTerms:
    """A whole edition; the fields are those of points.PointsVersion, with its rules, multipliers and minimums."""

    points_per_unit: Decimal = Decimal(0)
    order_minimum_minor: int = 0
    order_cap: int | None = None
    excludes_virtual: bool = False
    only_categories: tuple[str, ...] = ()
    not_categories: tuple[str, ...] = ()
    only_skus: tuple[str, ...] = ()
    not_skus: tuple[str, ...] = ()
    lifetime_months: int | None = 24
    pending_days: int = 0
    reversal_policy: ReversalPolicy = ReversalPolicy.DEBT
    restore_grace_days: int = 0
    unit_cost_minor: int = 100
    redeem_value_minor: int = 100
    redeem_minimum: int = 1
    redeem_share: Decimal = Decimal(1)
    hold_minutes: int = 30
    adjust_limit: int = 100
    operator_adjust_limit: int = 1_000
    rules: tuple[RuleIn, ...] = ()
    multipliers: tuple[MultiplierIn, ...] = ()
    minimums: tuple[MinimumIn, ...] = ()


# PTS-02, PTS-03, PTS-04, PTS-20, A-24..A-26
DEFAULT_TERMS = PointsTerms(
    points_per_unit=Decimal("0.01"),
    rules=(
        RuleIn(EarnRule.REVIEW, 5),
        RuleIn(EarnRule.PHOTO_REVIEW, 5),
        RuleIn(EarnRule.SHARE, 1, daily_cap=3),
        RuleIn(EarnRule.CHECK_IN, 1, is_on=False, daily_cap=1),
        RuleIn(EarnRule.TASK, 10, task="profile_completed"),
    ),
    multipliers=(MultiplierIn(MultiplierKind.MEMBER_DAY, Decimal("2.00"), day_of_month=28),),
)


def problems(terms: PointsTerms, level_codes: Collection[str]) -> list[str]:
    """What keeps an edition from being stored, in words. level_codes: levels of the programme's free track."""
    return [
        *_of_values(terms),
        *_of_rules(terms),
        *(words for each in terms.multipliers for words in _of_multiplier(each, level_codes)),
        *_of_minimums(terms, level_codes),
    ]


def _of_values(terms: PointsTerms) -> Iterator[str]:
    within = (
        (_("points per yuan"), terms.points_per_unit, 0, POINTS_PER_UNIT_AT_MOST),
        (_("least order amount"), terms.order_minimum_minor, 0, MONEY_AT_MOST),
        (_("points of an order at most"), terms.order_cap, 1, POINTS_AT_MOST),
        (_("valid for (months)"), terms.lifetime_months, 1, MONTHS_AT_MOST),
        (_("can be spent after (days)"), terms.pending_days, 0, DAYS_AT_MOST),
        (_("grace of returned points (days)"), terms.restore_grace_days, 0, DAYS_AT_MOST),
        (_("cost of a point"), terms.unit_cost_minor, 0, MONEY_AT_MOST),
        (_("value of a point"), terms.redeem_value_minor, 0, MONEY_AT_MOST),
        (_("least points of a redemption"), terms.redeem_minimum, 1, POINTS_AT_MOST),
        (_("share of an order that points may pay"), terms.redeem_share, 0, 1),
        (_("a hold lasts (minutes)"), terms.hold_minutes, 1, HOLD_MINUTES_AT_MOST),
        (_("adjustment without approval up to"), terms.adjust_limit, 0, POINTS_AT_MOST),
        (_("operators and administrators: adjustment without approval up to"), terms.operator_adjust_limit, 0, POINTS_AT_MOST),
    )
    for name, value, least, most in within:
        if value is not None and not least <= value <= most:
            yield _("%(name)s: between %(least)s and %(most)s.") % {"name": name, "least": least, "most": most}
    if terms.operator_adjust_limit < terms.adjust_limit:
        yield _("Operators and administrators may adjust no less without approval than customer service and approvers.")
    if not all(text.strip() for text in (*terms.only_categories, *terms.not_categories, *terms.only_skus, *terms.not_skus)):
        yield _("A category or SKU is empty.")


def _of_rules(terms: PointsTerms) -> Iterator[str]:
    for (code, task), times in Counter((rule.code, rule.task) for rule in terms.rules).items():
        if times > 1:
            yield _("The rule %(rule)s is given twice.") % {"rule": f"{code.label} {task}".strip()}
    for rule in terms.rules:
        if rule.code == EarnRule.PURCHASE:
            yield _("Purchases give points per yuan, not by a rule of events.")
        if (rule.code == EarnRule.TASK) != bool(rule.task.strip()):
            yield _("%(rule)s: a task has its code, other rules have none.") % {"rule": rule.code.label}
        if not 0 <= rule.points <= POINTS_AT_MOST:
            yield _("%(rule)s: points lie between 0 and %(most)s.") % {"rule": rule.code.label, "most": POINTS_AT_MOST}
        if rule.daily_cap == 0:
            yield _("%(rule)s: a limit is at least 1, or empty for none.") % {"rule": rule.code.label}


def _of_multiplier(each: MultiplierIn, level_codes: Collection[str]) -> Iterator[str]:
    if not 1 <= each.factor <= FACTOR_AT_MOST:
        yield _("%(kind)s: the factor lies between 1 and %(most)s.") % {"kind": each.kind.label, "most": FACTOR_AT_MOST}
    if each.kind == MultiplierKind.MEMBER_DAY and not 1 <= (each.day_of_month or 0) <= 31:
        yield _("A member day is a day of the month, 1 to 31.")
    if each.kind == MultiplierKind.LEVEL and each.key not in level_codes:
        yield _("There is no level %(code)s.") % {"code": each.key}
    if each.kind == MultiplierKind.CAMPAIGN:
        if not each.key.strip():
            yield _("A campaign needs a name.")
        if not (each.valid_from and each.valid_until and each.valid_from < each.valid_until):
            yield _("The campaign %(name)s needs a first moment and a later last one.") % {"name": each.key}


def _of_minimums(terms: PointsTerms, level_codes: Collection[str]) -> Iterator[str]:
    for code, times in Counter(minimum.level_code for minimum in terms.minimums).items():
        if times > 1:
            yield _("The level %(code)s has two minimums.") % {"code": code}
        if code not in level_codes:
            yield _("There is no level %(code)s.") % {"code": code}
    if any(not 1 <= minimum.points <= POINTS_AT_MOST for minimum in terms.minimums):
        yield _("The minimum of a level lies between 1 and %(most)s.") % {"most": POINTS_AT_MOST}
