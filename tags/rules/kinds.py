"""Kinds of values that rules compare, which comparisons each allows, and how a literal is read and written."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from psycopg import sql


class Kind(StrEnum):
    """What a value is. MONEY: minor units.  RATE: thousandths, exact.  CHOICE: one of named codes.  RANK: a choice that has an order.

    LIST: several codes at once.
    """

    INT = "int"
    MONEY = "money"
    RATE = "rate"
    CHOICE = "choice"
    RANK = "rank"
    TEXT = "text"
    BOOL = "bool"
    LIST = "list"


class Unit(StrEnum):
    """What numbers count, for words. SHARE: a RATE of 125 reads 12.5%.  SCORE: a RATE of 3600 reads 3.600."""

    NONE = ""
    DAYS = "days"
    YEARS = "years"
    SHARE = "share"
    SCORE = "score"


ORDERED = ("==", "!=", "<", "<=", ">", ">=", "between")
# In this order in the editor. "between" is {"<=": [low, operand, high]}.
OPERATORS: dict[Kind, tuple[str, ...]] = {
    Kind.INT: (*ORDERED, "in"),
    Kind.MONEY: ORDERED,
    Kind.RATE: ORDERED,
    Kind.CHOICE: ("==", "!=", "in"),
    Kind.RANK: (*ORDERED, "in"),
    Kind.TEXT: ("==", "!=", "in"),
    Kind.BOOL: ("==", "!="),
    Kind.LIST: ("in",),
}
NUMBERS = (Kind.INT, Kind.MONEY, Kind.RATE)
LARGEST = {Kind.INT: 10**9, Kind.MONEY: 10**12, Kind.RATE: 10**6}  # so that products of two stay within 64 bits

Number = int | Fraction | Decimal
Value = Number | str | bool | frozenset[str] | None
Literal = int | str | bool


@dataclass(frozen=True)
class Ratio:
    """A value in SQL. below: what it is divided by; not above 0, or null, means there is no value. Compared by cross-multiplying."""

    above: sql.Composable
    below: sql.Composable | None = None
