"""Who a rule holds for, and why: counted, sampled, listed page by page, explained for one member (TAG-16)."""

import json
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from psycopg.sql import SQL, Composable, Literal

from core import sql
from tags.models import MemberFact
from tags.rules import compiling, evaluate, language, sentence
from tags.rules.catalogue import Catalogue, Moment
from tags.rules.compiling import Compiled
from tags.rules.language import Derived
from tags.selectors import facts
from tags.selectors.catalogues import catalogue

__all__ = ["Compiled", "Compiler", "Explained", "Line", "Match", "compile_rule", "count", "explain", "page", "sample", "value_words"]


@dataclass(frozen=True)
class Match:
    """A membership that a rule holds for. values: what the rule looked at, words to words."""

    membership_id: int
    member_id: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """A part of a rule for one member. value_words: what is known of it, empty for groups.  depth: of the groups it lies in."""

    words: str
    value_words: str
    holds: bool
    depth: int


@dataclass(frozen=True)
class Explained:
    """lines: every part of the rule from the top down; none for a membership without facts, which no rule holds for."""

    matches: bool
    lines: tuple[Line, ...]


class Compiler:
    """Makes many rules of one programme into SQL for one day; what they need to know is read once."""

    def __init__(self, programme_id: int, on: date) -> None:
        self.at = Moment(on, catalogue(programme_id))
        self._watched = facts.watched(programme_id)
        self._texts = sql.text("tags/compile/bought"), sql.text("tags/compile/did")

    def compile(self, rule: Any) -> Compiled:
        """Raises language.InvalidRule."""
        return compiling.compile_node(language.read(rule), self.at, self._watched, *self._texts)


def compile_rule(rule: Any, programme_id: int, on: date) -> Compiled:
    """A rule of a programme as SQL over `tags_memberfact AS fact`, for a local day. Raises language.InvalidRule."""
    return Compiler(programme_id, on).compile(rule)


def count(rule: Any, programme_id: int, on: date) -> int:
    """How many memberships a rule holds for, by facts as they were refreshed last."""
    compiled = compile_rule(rule, programme_id, on)
    return int(_rows(_select(SQL("count(*)"), compiled, programme_id), compiled)[0][0])


def sample(rule: Any, programme_id: int, on: date, limit: int = 20) -> list[Match]:
    """The first of them by id, with the values that matched."""
    compiler = Compiler(programme_id, on)
    compiled = compiler.compile(rule)
    columns = SQL("fact.membership_id, fact.member_id, {}").format(compiled.values)
    end = SQL(" ORDER BY fact.membership_id LIMIT {}").format(Literal(limit))
    return [
        Match(membership_id, member_id, sentence.value_words(json.loads(values), compiler.at.catalogue))
        for membership_id, member_id, values in _rows(_select(columns, compiled, programme_id) + end, compiled)
    ]


def page(rule: Any, programme_id: int, on: date, after: int, limit: int) -> list[int]:
    """Membership ids behind `after`, in id order, at most `limit`."""
    compiled = compile_rule(rule, programme_id, on)
    end = SQL(" AND fact.membership_id > {} ORDER BY fact.membership_id LIMIT {}").format(Literal(after), Literal(limit))
    return [row[0] for row in _rows(_select(SQL("fact.membership_id"), compiled, programme_id) + end, compiled)]


def explain(rule: Any, membership_id: int, on: date) -> Explained:
    """Every line of a rule for one member, by facts as they were refreshed last."""
    programme_id = MemberFact.objects.filter(pk=membership_id).values_list("programme_id", flat=True).first()
    if programme_id is None:
        return Explained(False, ())
    at = Moment(on, catalogue(programme_id))
    node = language.read(rule)
    derived = [each.name for each in language.operands(node) if isinstance(each, Derived)]
    own = facts.facts_of([membership_id], at, language.baskets(node), derived)[membership_id]
    lines = tuple(
        Line(sentence.part_words(each.node, at.catalogue), sentence.looked_at_words(each, at.catalogue), each.holds, each.depth)
        for each in evaluate.judged(node, own, at)
    )
    return Explained(lines[0].holds, lines)


def value_words(values: Mapping[str, Any], known: Catalogue) -> dict[str, str]:
    """What MemberTag.why holds, in words: of the operand, and of its value then."""
    return sentence.value_words(values, known)


def once(joins: Iterable[Mapping[str, Composable]]) -> Composable:
    """The joins of several rules, each alias once."""
    return SQL(" ").join({alias: join for each in joins for alias, join in each.items()}.values())


def _select(columns: Composable, compiled: Compiled, programme_id: int) -> Composable:
    return SQL("SELECT {} FROM tags_memberfact AS fact {} WHERE fact.programme_id = {} AND {}").format(
        columns, once([compiled.joins]), Literal(programme_id), compiled.condition
    )


def _rows(statement: Composable, compiled: Compiled) -> list[Any]:
    with facts.one_pass() if compiled.joins else nullcontext(), connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection))  # as text: the history reads what runs within a request
        return list(cursor.fetchall())
