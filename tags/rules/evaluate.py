"""A rule judged for one member in Python, leaf by leaf: what "why" and "why not" show. Equal to the SQL by test_equality."""

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tags.rules.catalogue import EPOCH, Moment
from tags.rules.facts import CHILD_GENDERS, CHILD_STEP, Facts
from tags.rules.fields import FIELDS
from tags.rules.figures import AMOUNT, BOUGHT_LAST, COUNT, DAYS, DID_LAST, ORDERS, PIECES, QUANTITY, BoughtFigure, DidFigure
from tags.rules.kinds import Kind, Literal, Value
from tags.rules.language import (
    All,
    Any_,
    Between,
    Compare,
    Derived,
    Figure,
    HasChild,
    HasTag,
    In,
    Leaf,
    Missing,
    Node,
    Not,
    Operand,
    Var,
    levels_of,
)

_SIGNS: dict[str, Any] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_POSITIONS: dict[str, int] = {
    BoughtFigure.AMOUNT: AMOUNT,
    BoughtFigure.QUANTITY: QUANTITY,
    BoughtFigure.ORDERS: ORDERS,
    DidFigure.COUNT: COUNT,
    DidFigure.DAYS: DAYS,
}


@dataclass(frozen=True)
class Judged:
    """A part of a rule and whether it holds. depth: of the groups it lies in.

    value: what was looked at, None for groups and for no value.
    """

    node: Node
    holds: bool
    depth: int
    value: Value = None


def holds(node: Node, facts: Facts, at: Moment) -> bool:
    """Whether a rule holds for a membership on a day. A comparison with no value does not."""
    match node:
        case All(items):
            return all(holds(item, facts, at) for item in items)
        case Any_(items):
            return any(holds(item, facts, at) for item in items)
        case Not(item):
            return not holds(item, facts, at)
        case _:
            return _leaf(node, facts, at)


def judged(node: Node, facts: Facts, at: Moment, depth: int = 0) -> Iterator[Judged]:
    """Every part of a rule, from the top down."""
    match node:
        case All(items) | Any_(items):
            yield Judged(node, holds(node, facts, at), depth)
            for item in items:
                yield from judged(item, facts, at, depth + 1)
        case Not(item):
            yield Judged(node, holds(node, facts, at), depth)
            yield from judged(item, facts, at, depth + 1)
        case _:
            yield Judged(node, _leaf(node, facts, at), depth, looked_at(node, facts, at))


def looked_at(leaf: Leaf, facts: Facts, at: Moment) -> Value:
    """The value a leaf compares; whether there is one, for tags and children."""
    if isinstance(leaf, HasTag | HasChild):
        return _leaf(leaf, facts, at)
    return value(leaf.operand, facts, at)


def value(operand: Operand, facts: Facts, at: Moment) -> Value:
    """None where there is no value."""
    match operand:
        case Var(code):
            return FIELDS[code].python(facts, at)
        case Derived(name):
            return facts.derived.get(name)
        case Figure(basket, figure):
            counted = facts.baskets.get(basket)
            if figure == BoughtFigure.LAST_DAYS:
                return (at.on - EPOCH).days - counted[DID_LAST if basket.event else BOUGHT_LAST] if counted else None
            if figure == BoughtFigure.AVERAGE_PRICE:
                return Fraction(counted[AMOUNT], counted[PIECES]) if counted and counted[PIECES] > 0 else None
            return counted[_POSITIONS[figure]] if counted else 0


def _leaf(leaf: Leaf, facts: Facts, at: Moment) -> bool:
    match leaf:
        case HasTag(code):
            return code in facts.tags and code in at.catalogue.tags
        case HasChild(low, high, gender):
            month = at.on.year * 12 + at.on.month - 1
            return any(
                low <= month - child // CHILD_STEP <= high and (not gender or child % CHILD_STEP == CHILD_GENDERS[gender])
                for child in facts.children
            )
        case Missing(operand):
            return value(operand, facts, at) is None
        case Between(low, operand, high):
            return _compare(operand, ">=", low, facts, at) and _compare(operand, "<=", high, facts, at)
        case In(operand, literals):
            found = value(operand, facts, at)
            if isinstance(found, frozenset):
                return not found.isdisjoint(map(str, literals))
            return found is not None and found in literals
        case Compare(sign, operand, literal):
            return _compare(operand, sign, literal, facts, at)


def _compare(operand: Operand, sign: str, literal: Literal, facts: Facts, at: Moment) -> bool:
    found: Any = value(operand, facts, at)
    if found is None:
        return False
    other: Any = literal
    if operand.kind == Kind.RANK and sign not in ("==", "!="):
        levels = levels_of(operand, at.catalogue)
        if str(found) not in levels or str(literal) not in levels:
            return False
        found, other = levels[str(found)].rank, levels[str(literal)].rank
    return bool(_SIGNS[sign](found, other))
