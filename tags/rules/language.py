"""The rule language: restricted JsonLogic, read into a tree, with clear words for everything that is wrong (docs/rules/tags.md).

    {"and": [..]}  {"or": [..]}  {"!": rule}
    {"==" | "!=" | "<" | "<=" | ">" | ">=": [operand, literal]}    {"<=": [low, operand, high]}    {"in": [operand, [literals]]}
    {"missing": operand}    {"has_tag": "code"}    {"has_child": {"months": [12, 36], "gender": "female"}}
    operands: {"var": "field"}  {"bought": {..}}  {"did": {..}}  {"derived": {"name": ".."}}

Two-valued: a comparison with a value that is missing is false, "!=" too; what "!" says of it is true.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from activity.enums import EventKind
from tags.rules import supplies
from tags.rules.catalogue import Catalogue, LevelWord
from tags.rules.fields import FIELDS
from tags.rules.figures import MAX_DAYS, Basket, BoughtFigure, By, DidFigure, EventBy
from tags.rules.kinds import LARGEST, NUMBERS, OPERATORS, Kind, Literal, Unit

MAX_DEPTH = 5
MAX_LEAVES = 50
MAX_LITERALS = 200
MAX_TEXT = 200
MAX_MONTHS = 216
MONEY_FIGURES = (BoughtFigure.AMOUNT, BoughtFigure.AVERAGE_PRICE)


@dataclass(frozen=True)
class Var:
    code: str

    @property
    def kind(self) -> Kind:
        return FIELDS[self.code].kind

    @property
    def unit(self) -> Unit:
        return FIELDS[self.code].unit


@dataclass(frozen=True)
class Figure:
    """{"bought": ..} or {"did": ..}."""

    basket: Basket
    figure: str

    @property
    def kind(self) -> Kind:
        return Kind.MONEY if not self.basket.event and self.figure in MONEY_FIGURES else Kind.INT

    @property
    def unit(self) -> Unit:
        return Unit.DAYS if self.figure == BoughtFigure.LAST_DAYS else Unit.NONE


@dataclass(frozen=True)
class Derived:
    """kind, unit: as its supplier says."""

    name: str
    kind: Kind = Kind.INT
    unit: Unit = Unit.NONE


Operand = Var | Figure | Derived


@dataclass(frozen=True)
class All:
    items: tuple["Node", ...]


@dataclass(frozen=True)
class Any_:
    items: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    item: "Node"


@dataclass(frozen=True)
class Compare:
    operator: str
    operand: Operand
    literal: Literal


@dataclass(frozen=True)
class Between:
    """Both ends belong to it."""

    low: Literal
    operand: Operand
    high: Literal


@dataclass(frozen=True)
class In:
    operand: Operand
    literals: tuple[Literal, ...]


@dataclass(frozen=True)
class Missing:
    operand: Operand


@dataclass(frozen=True)
class HasTag:
    code: str


@dataclass(frozen=True)
class HasChild:
    """low, high: full months, both belong to it.  gender: empty for any."""

    low: int
    high: int
    gender: str = ""


Leaf = Compare | Between | In | Missing | HasTag | HasChild
Node = All | Any_ | Not | Leaf


@dataclass(frozen=True)
class Problem:
    """path: where in the document, "and.0.<=".  code: never renamed.  words: translated."""

    path: str
    code: str
    words: str


class InvalidRule(ValueError):
    """The document is not a rule. problems: why."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{each.path}: {each.words}" for each in problems))


def problems(rule: Any, catalogue: Catalogue) -> list[Problem]:
    """What keeps a document from being a rule of this programme; empty when nothing does."""
    reader = _Reader(catalogue)
    reader.read(rule)
    return reader.problems


def read(rule: Any) -> Node:
    """The tree of a document that `problems` had nothing against. What has gone from the programme since then is still read: a tag
    that is no more is nobody's, a level that is no more is held by nobody. Raises InvalidRule.
    """
    reader = _Reader(None)
    node = reader.read(rule)
    if node is None or reader.problems:
        raise InvalidRule(reader.problems)
    return node


def leaves(node: Node) -> Iterator[Leaf]:
    """From left to right."""
    match node:
        case All(items) | Any_(items):
            for item in items:
                yield from leaves(item)
        case Not(item):
            yield from leaves(item)
        case _:
            yield node


def operands(node: Node) -> list[Operand]:
    """What a rule asks for, each once, in the order of the rule."""
    found = [leaf.operand for leaf in leaves(node) if isinstance(leaf, Compare | Between | In | Missing)]
    return list(dict.fromkeys(found))


def baskets(node: Node) -> list[Basket]:
    """The baskets whose figures a rule asks for, each once."""
    return list(dict.fromkeys(each.basket for each in operands(node) if isinstance(each, Figure)))


@dataclass
class _Reader:
    """Reads a document from the top down and notes what is wrong; a part that cannot be read is None. catalogue None: shape only."""

    catalogue: Catalogue | None
    problems: list[Problem] = field(default_factory=list)
    leaves: int = 0

    def read(self, rule: Any) -> Node | None:
        node = self._node(rule, "", 1)
        if self.leaves > MAX_LEAVES:
            self._wrong("", "too_long", _("A rule has at most %d conditions.") % MAX_LEAVES)
        return node

    def _wrong(self, path: str, code: str, words: str) -> None:
        self.problems.append(Problem(path, code, words))

    def _only(self, value: Any, path: str) -> tuple[str, Any] | None:
        """The one key of an object and what it says."""
        if not isinstance(value, dict) or len(value) != 1:
            self._wrong(path, "not_a_condition", _("A condition is an object with one key that says what is asked."))
            return None
        ((verb, said),) = value.items()
        return verb, said

    def _node(self, rule: Any, path: str, depth: int) -> Node | None:
        if depth > MAX_DEPTH:
            self._wrong(path, "too_deep", _("Groups may lie at most %d deep.") % MAX_DEPTH)
            return None
        only = self._only(rule, path)
        if only is None:
            return None
        verb, said = only
        here = f"{path}.{verb}" if path else str(verb)
        match verb:
            case "and" | "or":
                if not isinstance(said, list) or not said:
                    self._wrong(here, "empty_group", _("A group needs at least one condition."))
                    return None
                items = [self._node(item, f"{here}.{number}", depth + 1) for number, item in enumerate(said)]
                known = tuple(item for item in items if item is not None)
                return All(known) if verb == "and" else Any_(known)
            case "!":
                item = self._node(said, here, depth + 1)
                return None if item is None else Not(item)
            case "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "missing" | "has_tag" | "has_child":
                self.leaves += 1
                return self._leaf(verb, said, here)
            case _:
                self._wrong(here, "unknown_operator", _("“%s” is not known here.") % verb)
                return None

    def _leaf(self, verb: str, said: Any, path: str) -> Leaf | None:
        match verb, said:
            case "has_tag", _said:
                return self._has_tag(said, path)
            case "has_child", _said:
                return self._has_child(said, path)
            case "missing", _said:
                operand = self._operand(said, path)
                return None if operand is None else Missing(operand)
            case "<=", [low, {**asked}, high]:
                operand = self._operand(asked, f"{path}.1")
                if operand is None or not self._allowed(operand, "between", path):
                    return None
                return self._between(operand, low, high, path)
            case "in", [{**asked}, [*literals]]:
                operand = self._operand(asked, f"{path}.0")
                if operand is None or not self._allowed(operand, "in", path):
                    return None
                if not 1 <= len(literals) <= MAX_LITERALS:
                    self._wrong(path, "wrong_list", _("A list has 1 to %d values.") % MAX_LITERALS)
                    return None
                read = [self._literal(operand, literal, f"{path}.1.{number}") for number, literal in enumerate(literals)]
                return In(operand, tuple(literal for literal in read if literal is not None))
            case "==" | "!=" | "<" | "<=" | ">" | ">=", [{**asked}, literal]:
                operand = self._operand(asked, f"{path}.0")
                if operand is None or not self._allowed(operand, verb, path):
                    return None
                value = self._literal(operand, literal, f"{path}.1")
                return None if value is None else Compare(verb, operand, value)
        self._wrong(path, "wrong_shape", _("What stands here does not fit “%s”.") % verb)
        return None

    def _allowed(self, operand: Operand, operator: str, path: str) -> bool:
        if operator in OPERATORS[operand.kind]:
            return True
        self._wrong(path, "operator_not_allowed", _("This cannot be compared so."))
        return False

    def _between(self, operand: Operand, low: Any, high: Any, path: str) -> Leaf | None:
        first, last = self._literal(operand, low, f"{path}.0"), self._literal(operand, high, f"{path}.2")
        if first is None or last is None:
            return None
        ends: tuple[Any, Any] = (first, last)
        if operand.kind == Kind.RANK and self.catalogue is not None:
            words = levels_of(operand, self.catalogue)
            ends = (words[str(first)].rank, words[str(last)].rank)
        is_ordered = operand.kind in NUMBERS or (operand.kind == Kind.RANK and self.catalogue is not None)
        if is_ordered and ends[0] > ends[1]:
            self._wrong(path, "empty_range", _("The first value must not be above the last."))
            return None
        return Between(first, operand, last)

    def _literal(self, operand: Operand, value: Any, path: str) -> Literal | None:
        match operand.kind:
            case Kind.INT | Kind.MONEY | Kind.RATE:
                if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST[operand.kind]:
                    return value
                self._wrong(path, "not_a_number", _("A whole number is needed here: money in minor units, shares in thousandths."))
                return None
            case Kind.BOOL:
                if isinstance(value, bool):
                    return value
                self._wrong(path, "not_yes_or_no", _("Yes or no is needed here."))
                return None
        if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or "\x00" in value:
            self._wrong(path, "not_a_text", _("A text is needed here."))
            return None
        if self.catalogue is not None and operand.kind != Kind.TEXT and isinstance(operand, Var):
            choices = FIELDS[operand.code].choices
            if choices is not None and value not in {code for code, _words in choices(self.catalogue)}:
                self._wrong(path, "unknown_choice", _("“%s” is not among the choices.") % value)
                return None
        return value

    def _operand(self, asked: Any, path: str) -> Operand | None:
        only = self._only(asked, path)
        if only is None:
            return None
        verb, said = only
        here = f"{path}.{verb}"
        match verb:
            case "var":
                if isinstance(said, str) and said in FIELDS:
                    return Var(said)
                self._wrong(here, "unknown_field", _("There is no field “%s”.") % said)
                return None
            case "bought":
                return self._figure(said, here, By, BoughtFigure, {"by", "value", "days", "figure"})
            case "did":
                return self._figure(said, here, EventBy, DidFigure, {"event", "by", "value", "days", "figure"})
            case "derived":
                name = said.get("name") if isinstance(said, dict) else None
                variable = supplies.find(name) if isinstance(name, str) else None
                if variable is None:
                    self._wrong(here, "unknown_variable", _("There is no derived variable “%s”.") % name)
                    return None
                return Derived(variable.name, variable.kind, variable.unit)
        self._wrong(here, "unknown_operand", _("“%s” is nothing that can be compared.") % verb)
        return None

    def _figure(
        self, said: Any, path: str, ways: type[By | EventBy], figures: type[BoughtFigure | DidFigure], keys: set[str]
    ) -> Figure | None:
        before = len(self.problems)
        if not isinstance(said, dict) or said.keys() - keys:
            self._wrong(path, "wrong_shape", _("What stands here does not fit “%s”.") % path.rpartition(".")[2])
            return None
        is_event = "event" in keys
        by, value, days, event = said.get("by", ""), said.get("value", ""), said.get("days"), said.get("event", "")
        if is_event and not _is_one_of(event, EventKind.values):
            self._wrong(f"{path}.event", "unknown_event", _("There is no behaviour “%s”.") % event)
        if not _is_one_of(said.get("figure"), figures):
            self._wrong(f"{path}.figure", "unknown_figure", _("There is no figure “%s”.") % said.get("figure"))
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= MAX_DAYS:
            self._wrong(f"{path}.days", "wrong_days", _("The number of days is 1 to %d.") % MAX_DAYS)
        if by or value or not is_event:
            if not _is_one_of(by, ways):
                self._wrong(f"{path}.by", "unknown_by", _("Goods cannot be told apart by “%s”.") % by)
            if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or "\x00" in value:
                self._wrong(f"{path}.value", "not_a_text", _("A text is needed here."))
        if len(self.problems) > before:
            return None
        assert isinstance(days, int)
        return Figure(Basket(days=days, by=str(by), value=value.rstrip("/") if by == By.CATEGORY else value, event=event), said["figure"])

    def _has_tag(self, said: Any, path: str) -> HasTag | None:
        if not isinstance(said, str) or not said:
            self._wrong(path, "not_a_text", _("A text is needed here."))
            return None
        if self.catalogue is not None and said not in self.catalogue.tags:
            self._wrong(path, "unknown_tag", _("There is no tag “%s”.") % said)
            return None
        return HasTag(said)

    def _has_child(self, said: Any, path: str) -> HasChild | None:
        match said:
            case {"months": [int(low), int(high)], **rest} if (
                0 <= low <= high <= MAX_MONTHS
                and not isinstance(low, bool)
                and not isinstance(high, bool)
                and rest.get("gender", "") in ("", "male", "female")
                and not rest.keys() - {"gender"}
            ):
                return HasChild(low, high, str(rest.get("gender", "")))
        self._wrong(path, "wrong_child", _("Months are two whole numbers from 0 to %d, the first not above the last.") % MAX_MONTHS)
        return None


def _is_one_of(value: Any, known: Iterable[str]) -> bool:
    return isinstance(value, str) and value in set(known)


def levels_of(operand: Operand, catalogue: Catalogue) -> Mapping[str, LevelWord]:
    """The levels that a RANK operand is compared with, by code."""
    return catalogue.paid_levels if operand == Var("paid_level") else catalogue.levels
