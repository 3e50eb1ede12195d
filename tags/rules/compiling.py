"""A rule as SQL over the alias `fact` of tags_memberfact: one boolean that is never null, whatever the row lacks.

Every value stands in the text, quoted, so that the conditions of many rules go into one statement and one scan: execute it without
parameters. A basket that is not kept in the row is counted by a join of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from psycopg import sql

from tags.rules import supplies
from tags.rules.catalogue import EPOCH, Moment
from tags.rules.facts import CHILD_GENDERS, CHILD_STEP
from tags.rules.fields import FIELDS
from tags.rules.figures import AMOUNT, BOUGHT_LAST, COUNT, DAYS, DID_LAST, ORDERS, PIECES, QUANTITY, Basket, BoughtFigure, By, DidFigure
from tags.rules.kinds import NUMBERS, Kind, Literal, Ratio
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
    leaves,
    levels_of,
)

TRUE, FALSE = sql.SQL("true"), sql.SQL("false")
_POSITIONS: dict[str, int] = {
    BoughtFigure.AMOUNT: AMOUNT,
    BoughtFigure.QUANTITY: QUANTITY,
    BoughtFigure.ORDERS: ORDERS,
    DidFigure.COUNT: COUNT,
    DidFigure.DAYS: DAYS,
}


@dataclass(frozen=True)
class Compiled:
    """condition: true or false for every row of `tags_memberfact AS fact`.  values: a jsonb object of what it looked at, by operand key.

    joins: what has to stand after `tags_memberfact AS fact`, by alias: several rules share one.
    """

    condition: sql.Composable
    values: sql.Composable
    joins: Mapping[str, sql.Composable]


def compile_node(node: Node, at: Moment, watched: Mapping[Basket, int], counted: str, done: str) -> Compiled:
    """watched: ids under which the row keeps baskets.  counted, done: the statements that count other ones (tags/sql/compile)."""
    compiler = _Compiler(at, watched, counted, done)
    condition = compiler.node(node)
    values = compiler.values(node)
    return Compiled(condition, values, compiler.joins)


def operand_key(operand: Operand | HasTag | HasChild) -> str:
    """The name of a value in `Compiled.values` and MemberTag.why: the field's code, or the operand as the rule says it."""
    match operand:
        case Var(code):
            return code
        case Derived(name):
            said: dict[str, Any] = {"derived": {"name": name}}
        case HasTag(code):
            said = {"has_tag": code}
        case HasChild(low, high, gender):
            said = {"has_child": {"months": [low, high], **({"gender": gender} if gender else {})}}
        case Figure(basket, figure):
            said = json.loads(basket.key)
            next(iter(said.values()))["figure"] = str(figure)
    return json.dumps(said, ensure_ascii=False)


def matching_lines(basket: Basket) -> sql.Composable:
    """Which rows of the alias `line`, or of `told` for events, a basket holds."""
    if not basket.by:
        return TRUE
    told = f"told.{basket.by}" if basket.event else f"line.{basket.by}"
    if told == "told.category":
        told = "(told.attributes ->> 'category')"
    # not LIKE: a category may hold its wildcards
    words = "({told} = {value} OR starts_with({told}, {value} || '/'))" if basket.by == By.CATEGORY else "({told} = {value})"
    return sql.SQL(words).format(told=sql.SQL(told), value=sql.Literal(basket.value))


def counting(basket: Basket, at: Moment, statement: str, of_members: sql.Composable = TRUE) -> sql.Composable:
    """The statement that counts a basket, a row a member who has anything of it. of_members: a condition on `told`, the order or event."""
    catalogue = at.catalogue
    own_stores = sql.SQL("told.store_id IN (SELECT id FROM stores_store WHERE programme_id = {})").format(
        sql.Literal(catalogue.programme_id)
    )
    return sql.SQL(statement).format(
        of_stores=TRUE if catalogue.is_platform else own_stores,
        of_members=of_members,
        matches=matching_lines(basket),
        event=sql.Literal(basket.event),
        currency=sql.Literal(catalogue.currency),
        zone=sql.Literal(catalogue.time_zone),
        since=sql.Literal(at.since(basket.days)),
        until=sql.Literal(at.until),
    )


@dataclass
class _Compiler:
    at: Moment
    watched: Mapping[Basket, int]
    counted: str
    done: str
    joins: dict[str, sql.Composable] = field(default_factory=dict)

    def node(self, node: Node) -> sql.Composable:
        match node:
            case All(items):
                return self._joined(" AND ", items)
            case Any_(items):
                return self._joined(" OR ", items)
            case Not(item):
                return sql.SQL("(NOT {})").format(self.node(item))
            case _:
                return self.leaf(node)

    def _joined(self, word: str, items: tuple[Node, ...]) -> sql.Composable:
        return sql.SQL("({})").format(sql.SQL(word).join(self.node(item) for item in items))

    def leaf(self, leaf: Leaf) -> sql.Composable:
        match leaf:
            case HasTag(code):
                return self._has_tag(code)
            case HasChild():
                return self._has_child(leaf)
            case Missing(operand):
                value = self.value(operand)
                if value.below is None:
                    return sql.SQL("({} IS NULL)").format(value.above)
                return sql.SQL("({} IS NULL OR {} IS NULL OR {} <= 0)").format(value.above, value.below, value.below)
            case Between(low, operand, high):
                return sql.SQL("({} AND {})").format(self._compare(operand, ">=", low), self._compare(operand, "<=", high))
            case In(operand, literals):
                return self._in(operand, literals)
            case Compare(operator, operand, literal):
                return self._compare(operand, operator, literal)

    def _compare(self, operand: Operand, operator: str, literal: Literal) -> sql.Composable:
        if operand.kind == Kind.RANK and operator not in ("==", "!="):
            levels = levels_of(operand, self.at.catalogue)
            own = levels.get(str(literal))
            if own is None:
                return FALSE
            holds = {"<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__}[operator]
            return self._in(operand, tuple(code for code, each in levels.items() if holds(each.rank, own.rank)))
        value = self.value(operand)
        sign = sql.SQL({"==": "=", "!=": "<>"}.get(operator, operator))
        if operand.kind not in NUMBERS:
            other = sql.SQL("{}::boolean" if operand.kind == Kind.BOOL else "{}::text").format(sql.Literal(literal))
            return sql.SQL("(({} {} {}) IS TRUE)").format(value.above, sign, other)
        number = sql.SQL("{}::bigint").format(sql.Literal(literal))
        if value.below is None:
            return sql.SQL("(({} {} {}) IS TRUE)").format(value.above, sign, number)
        return sql.SQL("(({below} > 0 AND {above} {sign} {number} * {below}) IS TRUE)").format(
            below=value.below, above=value.above, sign=sign, number=number
        )

    def _in(self, operand: Operand, literals: tuple[Literal, ...]) -> sql.Composable:
        if not literals:
            return FALSE
        value = self.value(operand).above
        if operand.kind == Kind.LIST:
            return sql.SQL("(({} && {}::varchar[]) IS TRUE)").format(value, sql.Literal(list(literals)))
        kind = "bigint[]" if operand.kind in NUMBERS else "text[]"
        return sql.SQL("(({} = ANY({}::{})) IS TRUE)").format(value, sql.Literal(list(literals)), sql.SQL(kind))

    def _has_tag(self, code: str) -> sql.Composable:
        tag = self.at.catalogue.tags.get(code)
        if tag is None:
            return FALSE
        return sql.SQL("(fact.membership_id IN (SELECT membership_id FROM tags_membertag WHERE tag_id = {} AND ended_at IS NULL))").format(
            sql.Literal(tag.id)
        )

    def _has_child(self, leaf: HasChild) -> sql.Composable:
        month = self.at.on.year * 12 + self.at.on.month - 1
        genders = [CHILD_GENDERS[leaf.gender]] if leaf.gender else sorted(CHILD_GENDERS.values())
        numbers = [(month - back) * CHILD_STEP + gender for back in range(leaf.low, leaf.high + 1) for gender in genders]
        return sql.SQL("(fact.children && {}::int[])").format(sql.Literal(numbers))

    def value(self, operand: Operand) -> Ratio:
        match operand:
            case Var(code):
                return FIELDS[code].sql(self.at)
            case Figure(basket, figure):
                return self._figure(basket, figure)
            case Derived(name):
                variable = supplies.find(name)
                if variable is None:
                    return Ratio(sql.SQL("NULL::bigint"))
                if variable.join is not None:
                    self.joins[variable.join_alias] = variable.join(self.at.on)
                return variable.sql(self.at.on)

    def _figure(self, basket: Basket, figure: str) -> Ratio:
        last = DID_LAST if basket.event else BOUGHT_LAST
        if figure == BoughtFigure.LAST_DAYS:
            today = sql.Literal((self.at.on - EPOCH).days)
            return Ratio(sql.SQL("({} - {})").format(today, self._element(basket, last)))
        if figure == BoughtFigure.AVERAGE_PRICE:
            return Ratio(self._element(basket, AMOUNT), self._element(basket, PIECES))
        return Ratio(sql.SQL("coalesce({}, 0)").format(self._element(basket, _POSITIONS[figure])))

    def _element(self, basket: Basket, position: int) -> sql.Composable:
        number = self.watched.get(basket)
        if number is not None:
            return sql.SQL("(fact.figures -> {} ->> {})::bigint").format(sql.Literal(str(number)), sql.Literal(position))
        alias = "basket_" + sha256(basket.key.encode()).hexdigest()[:12]
        if alias not in self.joins:
            counted = counting(basket, self.at, self.done if basket.event else self.counted)
            self.joins[alias] = sql.SQL("LEFT JOIN ({}) AS {alias} ON {alias}.member_id = fact.member_id").format(
                counted, alias=sql.Identifier(alias)
            )
        return sql.Identifier(alias, basket.columns[position])

    def values(self, node: Node) -> sql.Composable:
        """jsonb of what the leaves look at: whole numbers rounded half up, texts, lists, true or false; null where there is no value."""
        pairs: dict[str, sql.Composable] = {}
        for leaf in leaves(node):
            if isinstance(leaf, HasTag | HasChild):
                pairs[operand_key(leaf)] = self.leaf(leaf)
            else:
                pairs[operand_key(leaf.operand)] = self._told(self.value(leaf.operand))
        parts = [part for key, told in pairs.items() for part in (sql.SQL("{}::text").format(sql.Literal(key)), told)]
        return sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(parts))

    @staticmethod
    def _told(value: Ratio) -> sql.Composable:
        if value.below is None:
            return value.above
        return sql.SQL("CASE WHEN {below} > 0 THEN (2 * {above} + {below}) / (2 * {below}) END").format(
            above=value.above, below=value.below
        )
