"""What a condition may ask and compare with, how its boxes are read into the rule language, and how a rule is written into boxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from activity.enums import EventKind
from members.enums import Gender
from points.admin.rule_forms import SEPARATORS
from tags.admin.rule_tree import Condition, Group, Mode
from tags.rules import fields, supplies
from tags.rules.catalogue import Catalogue
from tags.rules.figures import MAX_DAYS, BoughtFigure, By, DidFigure, EventBy
from tags.rules.kinds import OPERATORS, Kind, Unit

Choices = Sequence[tuple[str, Any]]
OPERATOR_WORDS = {
    "==": pgettext_lazy("operator", "is"),
    "!=": pgettext_lazy("operator", "is not"),
    "<": pgettext_lazy("operator", "below"),
    "<=": pgettext_lazy("operator", "at most"),
    ">": pgettext_lazy("operator", "above"),
    ">=": pgettext_lazy("operator", "at least"),
    "between": pgettext_lazy("operator", "between"),
    "in": pgettext_lazy("operator", "one of"),
    "missing": pgettext_lazy("operator", "is not known"),
    "known": pgettext_lazy("operator", "is known"),
    "has": pgettext_lazy("operator", "has"),
    "has_not": pgettext_lazy("operator", "has not"),
}
MODE_WORDS = {
    Mode.ALL: gettext_lazy("all of these hold"),
    Mode.ANY: gettext_lazy("one of these holds"),
    Mode.NONE: gettext_lazy("none of these holds"),
    Mode.NOT_ALL: gettext_lazy("not all of these hold"),
}
BOUGHT = {
    BoughtFigure.AMOUNT: (gettext_lazy("amount"), Kind.MONEY, Unit.NONE),
    BoughtFigure.QUANTITY: (gettext_lazy("pieces"), Kind.INT, Unit.NONE),
    BoughtFigure.ORDERS: (gettext_lazy("orders"), Kind.INT, Unit.NONE),
    BoughtFigure.AVERAGE_PRICE: (gettext_lazy("average price"), Kind.MONEY, Unit.NONE),
    BoughtFigure.LAST_DAYS: (gettext_lazy("days since the last time"), Kind.INT, Unit.DAYS),
}
DID = {
    DidFigure.COUNT: (pgettext_lazy("how often", "times"), Kind.INT, Unit.NONE),
    DidFigure.DAYS: (gettext_lazy("number of days"), Kind.INT, Unit.DAYS),
    DidFigure.LAST_DAYS: (gettext_lazy("days since the last time"), Kind.INT, Unit.DAYS),
}
BY_WORDS = {
    By.CATEGORY: gettext_lazy("category"),
    By.BRAND: gettext_lazy("brand"),
    By.SPU: "SPU",
    By.SKU: "SKU",
    EventBy.PATH: gettext_lazy("page"),
}
UNIT_WORDS = {Unit.DAYS: pgettext_lazy("unit", "days"), Unit.YEARS: gettext_lazy("years"), Unit.SHARE: "%"}
HAS = ("has", "has_not")
SCALES = {Unit.SHARE: 10, Unit.SCORE: 1000, Unit.NONE: 1000}  # of a rate, in thousandths


class Wrong(ValueError):
    """A box that cannot be read. box: of rule_tree.BOXES."""

    def __init__(self, box: str, words: str) -> None:
        super().__init__(words)
        self.box, self.words = box, words


class Missing(Wrong):
    """A box that nothing has been put into yet."""


@dataclass(frozen=True)
class Asked:
    """What a condition compares. kind: None for tags and children, which members have or have not.  choices: empty for what is typed."""

    kind: Kind | None
    operators: tuple[str, ...]
    unit: Unit = Unit.NONE
    choices: Choices = ()
    help: Any = ""
    currency: str = ""

    @property
    def unit_words(self) -> Any:
        if self.kind == Kind.MONEY:
            return pgettext_lazy("unit", "yuan") if self.currency == "CNY" else self.currency
        return UNIT_WORDS.get(self.unit, "")

    @property
    def input_mode(self) -> str:
        return {Kind.INT: "numeric", Kind.MONEY: "decimal", Kind.RATE: "decimal"}.get(self.kind or Kind.TEXT, "text")


def _operators(kind: Kind) -> tuple[str, ...]:
    """Those of the language, and whether there is a value at all. Yes or no needs no second way of saying no."""
    return (("==",) if kind == Kind.BOOL else OPERATORS[kind]) + ("missing", "known")


def asked(condition: Condition, catalogue: Catalogue) -> Asked | None:
    """None while nothing, or something that is not offered, is chosen."""
    what, _colon, name = condition.what.partition(":")
    match what:
        case "var":
            found = fields.FIELDS.get(name)
            if found is None:
                return None
            choices: Choices = found.choices(catalogue) if found.choices else ()
            if found.kind == Kind.BOOL:
                choices = [("true", _("yes")), ("false", _("no"))]
            return Asked(found.kind, _operators(found.kind), found.unit, choices, found.help, catalogue.currency)
        case "bought":
            _label, kind, unit = BOUGHT[_figure(condition, BoughtFigure)]
            return Asked(
                kind,
                _operators(kind),
                unit,
                help=_("Of completed purchases, net of refunds; the days end with the day on which the rule is judged."),
                currency=catalogue.currency,
            )
        case "did":
            _label, kind, unit = DID[_figure(condition, DidFigure)]
            return Asked(kind, _operators(kind), unit, help=_("The days end with the day on which the rule is judged."))
        case "derived":
            variable = supplies.find(condition.text("name"))
            help = _("From the daily summary, by months: type a part of the name and choose.")
            if variable is None:
                return Asked(Kind.INT, _operators(Kind.INT), help=help)
            return Asked(variable.kind, _operators(variable.kind), variable.unit, help=variable.label, currency=catalogue.currency)
        case "tag":
            return Asked(None, HAS, choices=[(code, tag.name) for code, tag in catalogue.tags.items()])
        case "child":
            return Asked(None, HAS, help=_("In full months on the day on which the rule is judged, both ends included."))
    return None


def _figure(condition: Condition, figures: Any) -> Any:
    said = condition.text("figure")
    return figures(said) if said in list(figures) else next(iter(figures))


# --- boxes become a rule ---


def rule_of(tree: Group, catalogue: Catalogue) -> tuple[Any, dict[str, Wrong]]:
    """The rule, without the conditions that cannot be read; and what is wrong with these, by path."""
    wrong: dict[str, Wrong] = {}
    rule = _group_rule(tree, catalogue, wrong)
    return ({} if not tree.parts else rule), wrong


def _group_rule(group: Group, catalogue: Catalogue, wrong: dict[str, Wrong]) -> Any:
    parts = []
    for part in group.parts:
        if isinstance(part, Group):
            parts.append(_group_rule(part, catalogue, wrong))
            continue
        try:
            parts.append(_condition_rule(part, catalogue))
        except Wrong as problem:
            wrong[part.path] = problem
    if group.mode in (Mode.ALL, Mode.ANY):
        return {str(group.mode): parts}
    if group.mode == Mode.NONE:
        return {"!": parts[0] if len(parts) == 1 else {"or": parts}}
    return {"!": {"and": parts}}


def _condition_rule(condition: Condition, catalogue: Catalogue) -> Any:
    of = asked(condition, catalogue)
    if of is None:
        raise Missing("what", _("Choose what is asked."))
    operator = condition.text("op")
    if operator not in of.operators:
        operator = of.operators[0]
    if of.kind is None:
        rule = {"has_tag": _chosen(condition.text("v1"), of, "v1")} if condition.what == "tag" else {"has_child": _child(condition)}
        return {"!": rule} if operator == "has_not" else rule
    operand = _operand(condition)
    match operator:
        case "missing":
            return {"missing": operand}
        case "known":
            return {"!": {"missing": operand}}
        case "in":
            return {"in": [operand, _several(condition, of)]}
        case "between":
            return {"<=": [_literal(condition.text("v1"), of, "v1"), operand, _literal(condition.text("v2"), of, "v2")]}
    return {operator: [operand, _literal(condition.text("v1"), of, "v1")]}


def _operand(condition: Condition) -> Any:
    what, _colon, name = condition.what.partition(":")
    if what == "var":
        return {"var": name}
    if what == "derived":
        if supplies.find(condition.text("name")) is None:
            raise (Wrong if condition.text("name") else Missing)("name", _("Choose a variable of the list."))
        return {"derived": {"name": condition.text("name")}}
    said: dict[str, Any] = {}
    if what == "did":
        said["event"] = condition.text("event") or EventKind.VIEW
    if condition.text("by"):
        if not condition.text("goods"):
            raise Missing("goods", _("Which one?"))
        said |= {"by": condition.text("by"), "value": condition.text("goods")}
    said["days"] = _whole(condition.text("days"), "days", 1, MAX_DAYS)
    said["figure"] = str(_figure(condition, BoughtFigure if what == "bought" else DidFigure))
    return {what: said}


def _child(condition: Condition) -> dict[str, Any]:
    low, high = (_whole(condition.text(box), box, 0, 1200) for box in ("low", "high"))
    if low > high:
        raise Wrong("high", _("The end must be later than the beginning."))
    gender = condition.text("gender")
    return {"months": [low, high], **({"gender": gender} if gender in (Gender.MALE, Gender.FEMALE) else {})}


def _whole(text: str, box: str, least: int, most: int) -> int:
    if not text:
        raise Missing(box, _("How many?"))
    if not text.lstrip("-").isdecimal():
        raise Wrong(box, _("A whole number, please."))
    if not least <= int(text) <= most:
        raise Wrong(box, _("From %(least)s to %(most)s.") % {"least": least, "most": f"{most:,}"})
    return int(text)


def _literal(text: str, of: Asked, box: str) -> Any:
    if of.choices:
        chosen = _chosen(text, of, box)
        return chosen == "true" if of.kind == Kind.BOOL else chosen
    if not text:
        raise Missing(box, _("What is it compared with?"))
    if of.kind == Kind.INT:
        return _whole(text, box, -(10**9), 10**9)
    if of.kind in (Kind.MONEY, Kind.RATE):
        return _scaled(text, _scale(of), box)
    return text


def _several(condition: Condition, of: Asked) -> list[Any]:
    said = condition.choices if of.choices else [part.strip() for part in SEPARATORS.split(condition.text("v1")) if part.strip()]
    if not said:
        raise Missing("vs" if of.choices else "v1", _("Name at least one."))
    return [_literal(each, of, "vs" if of.choices else "v1") for each in said]


def _chosen(text: str, of: Asked, box: str) -> str:
    if text not in {str(code) for code, _words in of.choices}:
        raise (Wrong if text else Missing)(box, _("Choose one of the list."))
    return text


def _scale(of: Asked) -> int:
    return 100 if of.kind == Kind.MONEY else SCALES.get(of.unit, 1000)


def _scaled(text: str, scale: int, box: str) -> int:
    try:
        number = Decimal(text.replace(",", "")) * scale
    except InvalidOperation:
        raise Wrong(box, _("A number, please.")) from None
    if not number.is_finite() or number != int(number):
        raise Wrong(box, _("Too many decimal places."))
    return int(number)


# --- a rule becomes boxes ---


def written(tree: Group, catalogue: Catalogue) -> Group:
    """The tree of a rule with its literals in its boxes, as people type them."""
    for condition in tree.conditions:
        literals, condition.literals = condition.literals, None
        of = asked(condition, catalogue)
        if not literals or of is None:
            continue
        texts = [_text(literal, of) for literal in literals]
        if condition.text("op") == "in":
            condition.boxes |= {"vs": texts} if of.choices else {"v1": ", ".join(texts)}
        else:
            condition.boxes |= dict(zip(("v1", "v2"), texts, strict=False))
    return tree


def _text(literal: Any, of: Asked) -> str:
    if isinstance(literal, bool):
        return "true" if literal else "false"
    if of.kind in (Kind.MONEY, Kind.RATE) and isinstance(literal, int):
        scale = _scale(of)
        number = Decimal(literal) / scale
        return f"{number:.2f}" if of.kind == Kind.MONEY else f"{number.normalize():f}"
    return str(literal)
