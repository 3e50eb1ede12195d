"""Derived variables: what twelve months of an indicator say (DRV-01..14, A-50, A-53; docs/rules/summary.md).

A name is kind, indicator, window: `megt_pay_ord_6m`. A kind is one class: what it is in Python, and the same in SQL over an array of
months; both are proved equal on generated months. Months are newest first, None where nothing is known.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tags.rules.summary import INDICATORS, Indicator

Months = Sequence[int | None]
WINDOWS = (3, 6, 12)
_HUNDREDTH, _TEN_THOUSANDTH = Decimal("0.01"), Decimal("0.0001")


class Kind(ABC):
    """One way to derive a variable from months. Make a subclass and `register` it: no migration, it is selectable at once (DRV-13).

    family: the type's name in the requirements.  sql: an expression in which {months} stands for a bigint[] newest first.
    keeps_unit: an amount of money stays one.  has_decimals: else it is whole.  No known month: None, in SQL null.
    """

    prefix: ClassVar[str]
    family: ClassVar[str]
    label: ClassVar[str | Promise]
    sql: ClassVar[str]
    keeps_unit: ClassVar[bool] = False
    has_decimals: ClassVar[bool] = False

    @staticmethod
    @abstractmethod
    def of(months: Months) -> int | Decimal | None:
        """The same in Python."""


KINDS: dict[str, type[Kind]] = {}


def register(kind: type[Kind]) -> type[Kind]:
    """Let rules use a kind. Its prefix must be its own."""
    assert KINDS.get(kind.prefix, kind) is kind, f"two kinds call themselves {kind.prefix}"
    KINDS[kind.prefix] = kind
    return kind


def _known(months: Months) -> list[int]:
    return [value for value in months if value is not None]


def _where(months: Months) -> list[int]:
    """How many months ago each one above 0 was."""
    return [back for back, value in enumerate(months) if value is not None and value > 0]


@register
class Total(Kind):
    prefix, family, label, keeps_unit = "tot", "ttav", _("sum"), True
    sql = "(SELECT sum(value) FROM unnest({months}) AS value)"

    @staticmethod
    def of(months: Months) -> int | None:
        known = _known(months)
        return sum(known) if known else None


@register
class Average(Kind):
    prefix, family, label, keeps_unit, has_decimals = "avg", "ttav", _("average of a month"), True, True
    sql = "(SELECT round(avg(value), 2) FROM unnest({months}) AS value)"

    @staticmethod
    def of(months: Months) -> Decimal | None:
        known = _known(months)
        return (Decimal(sum(known)) / len(known)).quantize(_HUNDREDTH, ROUND_HALF_UP) if known else None


@register
class ActiveMonths(Kind):
    prefix, family, label = "cmgt", "cmgt", _("months above 0")
    sql = "(SELECT CASE WHEN count(value) > 0 THEN count(*) FILTER (WHERE value > 0) END FROM unnest({months}) AS value)"

    @staticmethod
    def of(months: Months) -> int | None:
        return len(_where(months)) if _known(months) else None


@register
class ActiveShare(Kind):
    prefix, family, label, has_decimals = "cpmt", "cmgt", _("share of months above 0"), True
    sql = "(SELECT round(count(*) FILTER (WHERE value > 0) / nullif(count(value), 0)::numeric, 4) FROM unnest({months}) AS value)"

    @staticmethod
    def of(months: Months) -> Decimal | None:
        known = _known(months)
        return (Decimal(len(_where(months))) / len(known)).quantize(_TEN_THOUSANDTH, ROUND_HALF_UP) if known else None


@register
class SinceLast(Kind):
    prefix, family, label = "megt", "megt", _("months since the last above 0")
    sql = "(SELECT min(place) - 1 FROM unnest({months}) WITH ORDINALITY AS month (value, place) WHERE value > 0)"

    @staticmethod
    def of(months: Months) -> int | None:
        return min(_where(months), default=None)


@register
class SinceFirst(Kind):
    prefix, family, label = "mbgt", "mbgt", _("months since the first above 0")
    sql = "(SELECT max(place) - 1 FROM unnest({months}) WITH ORDINALITY AS month (value, place) WHERE value > 0)"

    @staticmethod
    def of(months: Months) -> int | None:
        return max(_where(months), default=None)


@register
class Highest(Kind):
    prefix, family, label, keeps_unit = "hi", "hilo", _("highest month"), True
    sql = "(SELECT max(value) FROM unnest({months}) AS value)"

    @staticmethod
    def of(months: Months) -> int | None:
        return max(_known(months), default=None)


@register
class SinceHighest(Kind):
    prefix, family, label = "hiCyc", "hilo", _("months since the highest")
    sql = (
        "(SELECT place - 1 FROM unnest({months}) WITH ORDINALITY AS month (value, place)"
        " WHERE value IS NOT NULL ORDER BY value DESC, place LIMIT 1)"
    )

    @staticmethod
    def of(months: Months) -> int | None:
        known = _known(months)
        return list(months).index(max(known)) if known else None


@register
class Lowest(Kind):
    prefix, family, label, keeps_unit = "lo", "hilo", _("lowest month"), True
    sql = "(SELECT min(value) FROM unnest({months}) AS value)"

    @staticmethod
    def of(months: Months) -> int | None:
        return min(_known(months), default=None)


@register
class SinceLowest(Kind):
    prefix, family, label = "loCyc", "hilo", _("months since the lowest")
    sql = (
        "(SELECT place - 1 FROM unnest({months}) WITH ORDINALITY AS month (value, place)"
        " WHERE value IS NOT NULL ORDER BY value, place LIMIT 1)"
    )

    @staticmethod
    def of(months: Months) -> int | None:
        known = _known(months)
        return list(months).index(min(known)) if known else None


@register
class LongestRun(Kind):
    """Our definition of ccnsc (A-50): the longest run of months above 0; an unknown month breaks it."""

    prefix, family, label = "ccnsc", "ccnsc", _("longest run of months above 0")
    sql = (
        "(SELECT CASE WHEN count(value) > 0 THEN (SELECT coalesce(max(length), 0) FROM (SELECT count(*) AS length FROM ("
        "SELECT place - row_number() OVER (ORDER BY place) AS island FROM unnest({months}) WITH ORDINALITY AS month (value, place)"
        " WHERE value > 0) AS above GROUP BY island) AS runs) END FROM unnest({months}) AS value)"
    )

    @staticmethod
    def of(months: Months) -> int | None:
        if not _known(months):
            return None
        longest = run = 0
        for value in months:
            run = run + 1 if value is not None and value > 0 else 0
            longest = max(longest, run)
        return longest


class UnknownVariable(ValueError):
    """No derived variable is called that."""


@dataclass(frozen=True)
class Variable:
    """A derived variable: a kind of an indicator over the last `window` closed months."""

    kind: type[Kind]
    indicator: Indicator
    window: int

    @property
    def name(self) -> str:
        return f"{self.kind.prefix}_{self.indicator.code}_{self.window}m"

    @property
    def is_money(self) -> bool:
        """Whether the value is minor units."""
        return self.kind.keeps_unit and self.indicator.is_money

    @property
    def words(self) -> str:
        """In the active language: "paid for goods, last 6 months: average of a month"."""
        return _("{indicator}, last {window} months: {kind}").format(
            indicator=self.indicator.label, window=self.window, kind=self.kind.label
        )

    def of(self, months: Months) -> int | Decimal | None:
        """From at least `window` months, newest first."""
        return self.kind.of(months[: self.window])

    def sql(self, months: str) -> str:
        """The same of a SQL expression for the array of exactly `window` months."""
        return self.kind.sql.format(months=months)


_NAME = re.compile(r"(?P<kind>[A-Za-z]+)_(?P<indicator>\w+)_(?P<window>\d+)m")


def variable(name: str) -> Variable:
    """The variable of this name. Raises UnknownVariable."""
    found = _NAME.fullmatch(name)
    if found is None or found["kind"] not in KINDS or found["indicator"] not in INDICATORS or int(found["window"]) not in WINDOWS:
        raise UnknownVariable(name)
    return Variable(KINDS[found["kind"]], INDICATORS[found["indicator"]], int(found["window"]))


def variables() -> Iterable[Variable]:
    """All there are, by indicator, kind and window."""
    return (Variable(kind, indicator, window) for indicator in INDICATORS.values() for kind in KINDS.values() for window in WINDOWS)


class Kept(NamedTuple):
    """A row of tags.MemberSeries. newest: the month of the first value."""

    newest: int
    months: Sequence[int]


def months_of(kept: Kept | None, *, asked: int, known_from: int | None, length: int = max(WINDOWS)) -> list[int | None]:
    """What SQL's tags_months does: months up to `asked`, newest first, None before `known_from`, 0 where nothing is kept."""
    found: list[int | None] = []
    for month in range(asked, asked - length, -1):
        if known_from is None or month < known_from:
            found.append(None)
        elif kept is not None and 0 <= kept.newest - month < len(kept.months):
            found.append(kept.months[kept.newest - month])
        else:
            found.append(0)
    return found
