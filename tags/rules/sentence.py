"""A rule as a sentence, and the values it looked at as words, in the active language."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from activity.enums import EventKind
from core.money import format_minor
from tags.rules import supplies
from tags.rules.catalogue import Catalogue
from tags.rules.compiling import operand_key
from tags.rules.evaluate import Judged
from tags.rules.fields import FIELDS, region_name
from tags.rules.figures import BoughtFigure, DidFigure
from tags.rules.kinds import Kind, Literal, Unit, Value
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
    Missing,
    Node,
    Not,
    Operand,
    Var,
    read,
)


def words(rule: Any, catalogue: Catalogue) -> str:
    """The whole rule in one sentence. Raises language.InvalidRule."""
    return _words(read(rule), catalogue, is_inside=False)


def part_words(node: Node, catalogue: Catalogue) -> str:
    """A leaf in words; a group by what it asks of its parts, which have lines of their own."""
    match node:
        case All():
            return _("all of these")
        case Any_():
            return _("at least one of these")
        case Not():
            return _("none of these")
        case _:
            return _words(node, catalogue, is_inside=False)


def looked_at_words(judged: Judged, catalogue: Catalogue) -> str:
    """What a leaf found, in words; empty for groups."""
    if isinstance(judged.node, All | Any_ | Not):
        return ""
    return _value_words(operand_key(_asked(judged.node)), judged.value, catalogue)


def value_words(values: Mapping[str, Any], catalogue: Catalogue) -> dict[str, str]:
    """Of `Compiled.values` or MemberTag.why: words of each operand, and of its value. What has gone since is named by its code."""
    return {key_words(key, catalogue): _value_words(key, value, catalogue) for key, value in values.items()}


def key_words(key: str, catalogue: Catalogue) -> str:
    """Words of an operand by its key (compiling.operand_key)."""
    operand = _of_key(key)
    return key if operand is None else _operand_words(operand, catalogue)


def _words(node: Node, catalogue: Catalogue, *, is_inside: bool) -> str:
    match node:
        case All(items):
            return _group(pgettext("between conditions", ", and "), items, catalogue, is_inside)
        case Any_(items):
            return _group(pgettext("between conditions", ", or "), items, catalogue, is_inside)
        case Not(item):
            return _("not (%(words)s)") % {"words": _words(item, catalogue, is_inside=False)}
        case HasTag() | HasChild():
            return _operand_words(node, catalogue)
        case Missing(operand):
            return _("%(what)s is not known") % {"what": _operand_words(operand, catalogue)}
        case Between(low, operand, high):
            return _("%(what)s is %(low)s–%(high)s") % {
                "what": _operand_words(operand, catalogue),
                "low": literal_words(operand, low, catalogue),
                "high": literal_words(operand, high, catalogue),
            }
        case In(operand, literals):
            named = pgettext("between choices", ", ").join(literal_words(operand, literal, catalogue) for literal in literals)
            if len(literals) == 1:
                return _("%(what)s is %(value)s") % {"what": _operand_words(operand, catalogue), "value": named}
            return _("%(what)s is one of %(values)s") % {"what": _operand_words(operand, catalogue), "values": named}
        case Compare(operator, operand, literal):
            return _compared(operator, operand, literal, catalogue)


def _group(between: str, items: Iterable[Node], catalogue: Catalogue, is_inside: bool) -> str:
    parts = [_words(item, catalogue, is_inside=True) for item in items]
    told = between.join(parts)
    return pgettext("a group of conditions", "(%s)") % told if is_inside and len(parts) > 1 else told


def _compared(operator: str, operand: Operand, literal: Literal, catalogue: Catalogue) -> str:
    what = _operand_words(operand, catalogue)
    if isinstance(literal, bool):
        return what if (operator == "==") == literal else _("not: %(what)s") % {"what": what}
    said = {"what": what, "value": literal_words(operand, literal, catalogue)}
    match operator:
        case "==":
            return _("%(what)s is %(value)s") % said
        case "!=":
            return _("%(what)s is not %(value)s") % said
        case "<":
            return _("%(what)s is below %(value)s") % said
        case "<=":
            return _("%(what)s is at most %(value)s") % said
        case ">":
            return _("%(what)s is above %(value)s") % said
        case _:
            return _("%(what)s is at least %(value)s") % said


def _operand_words(operand: Operand | HasTag | HasChild, catalogue: Catalogue) -> str:
    match operand:
        case Var(code):
            return str(FIELDS[code].label)
        case Derived(name):
            variable = supplies.find(name)
            return variable.label if variable else name
        case HasTag(code):
            tag = catalogue.tags.get(code)
            return _("has the tag “%s”") % (tag.name if tag else code)
        case HasChild(low, high, gender):
            said = {"low": low, "high": high}
            match gender:
                case "female":
                    return _("has a daughter of %(low)d–%(high)d months") % said
                case "male":
                    return _("has a son of %(low)d–%(high)d months") % said
            return _("has a child of %(low)d–%(high)d months") % said
        case Figure():
            return _did_words(operand) if operand.basket.event else _bought_words(operand)


def _bought_words(asked: Figure) -> str:
    said = {"what": asked.basket.value, "days": asked.basket.days}
    match asked.figure:
        case BoughtFigure.AMOUNT:
            return _("amount of %(what)s bought within %(days)d days") % said
        case BoughtFigure.QUANTITY:
            return _("pieces of %(what)s bought within %(days)d days") % said
        case BoughtFigure.ORDERS:
            return _("orders of %(what)s within %(days)d days") % said
        case BoughtFigure.AVERAGE_PRICE:
            return _("average price of %(what)s bought within %(days)d days") % said
        case _:
            return _("days since %(what)s was last bought, within %(days)d days") % said


def _did_words(asked: Figure) -> str:
    basket = asked.basket
    event = str(EventKind(basket.event).label)
    said = {"event": f"{event} {basket.value}" if basket.value else event, "days": basket.days}
    match asked.figure:
        case DidFigure.COUNT:
            return _("times “%(event)s” within %(days)d days") % said
        case DidFigure.DAYS:
            return _("days with “%(event)s” within %(days)d days") % said
        case _:
            return _("days since the last “%(event)s”, within %(days)d days") % said


def literal_words(operand: Operand, literal: Literal, catalogue: Catalogue) -> str:
    """A literal as people read it: money, shares, names of choices."""
    return _told(operand.kind, operand.unit, literal, operand, catalogue)


def _told(kind: Kind, unit: Unit, value: Any, operand: Operand, catalogue: Catalogue) -> str:
    if value is None:
        return _("not known")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    match kind:
        case Kind.MONEY:
            return format_minor(half_up(value), catalogue.currency)
        case Kind.RATE:
            thousandths = half_up(value)
            return f"{_short(Decimal(thousandths).scaleb(-1))}%" if unit == Unit.SHARE else _short(Decimal(thousandths).scaleb(-3))
        case Kind.INT:
            number = half_up(value)
            match unit:
                case Unit.DAYS:
                    return _("%d days") % number
                case Unit.YEARS:
                    return _("%d years") % number
            return f"{number:,}"
        case Kind.LIST if not isinstance(value, str):
            named = [_choice(operand, code, catalogue) for code in sorted(value)]
            return pgettext("between choices", ", ").join(named) or _("none")
        case Kind.TEXT:
            return str(value)
    return _choice(operand, str(value), catalogue)


def _choice(operand: Operand, code: str, catalogue: Catalogue) -> str:
    if operand in (Var("province"), Var("city")):
        return region_name(code)
    choices = FIELDS[operand.code].choices if isinstance(operand, Var) else None
    return dict(choices(catalogue)).get(code, code) if choices else code


def _short(number: Decimal) -> str:
    """12.50 -> 12.5; 3.000 -> 3."""
    return f"{number.normalize():f}"


def half_up(value: Any) -> int:
    """The whole number a ratio is told as; comparisons are exact all the same."""
    exact = Fraction(value)
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def _value_words(key: str, value: Value, catalogue: Catalogue) -> str:
    operand = _of_key(key)
    if operand is None or isinstance(operand, HasTag | HasChild):
        return _("yes") if value is True else _("no") if value is False else str(value)
    return _told(operand.kind, operand.unit, value, operand, catalogue)


def _asked(leaf: Any) -> Operand | HasTag | HasChild:
    return leaf if isinstance(leaf, HasTag | HasChild) else leaf.operand


def _of_key(key: str) -> Operand | HasTag | HasChild | None:
    """The operand of a key; None for one that can no longer be read."""
    if key in FIELDS:
        return Var(key)
    try:
        said = json.loads(key)
        return _asked(read(said if "has_tag" in said or "has_child" in said else {"missing": said}))
    except ValueError:  # not JSON, or no rule any more
        return None
