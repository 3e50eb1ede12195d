"""A rule as a person edits it: a tree of groups and conditions whose boxes hold what was typed, right or wrong (TAG-03, TAG-10).

A form says the tree by the names of its boxes: `g:0` is the mode of the outermost group, `c:0.1:op` a box of the second condition in it.
Nothing here asks the database: what a condition may ask is told by tags.admin.rule_asked.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

ROOT = "0"
PATH = re.compile(r"0(\.\d{1,3})*")
DEPTH_AT_MOST = 6  # groups in groups; the rule language allows fewer and says so in words
BOXES = ("op", "v1", "v2", "vs", "event", "by", "goods", "days", "figure", "low", "high", "gender", "name")


SAID_AS = {"event": "event", "by": "by", "value": "goods", "days": "days", "figure": "figure"}  # of {"bought": ..} and {"did": ..}


class Mode(StrEnum):
    """How a group joins its parts: all hold, one holds, none holds, not all hold."""

    ALL = "and"
    ANY = "or"
    NONE = "none"
    NOT_ALL = "not_all"


@dataclass
class Condition:
    """what: "var:age", "bought", "did", "derived", "tag", "child", or "" for nothing chosen yet.

    boxes: what was typed, by the names of BOXES; `vs` holds several choices.  literals: what a rule that is read compares with, until
    tags.admin.rule_asked writes it into boxes.  path: of its boxes.
    """

    what: str = ""
    boxes: dict[str, Any] = field(default_factory=dict)
    literals: list[Any] | None = None
    path: str = ""

    def text(self, name: str) -> str:
        value = self.boxes.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    @property
    def choices(self) -> list[str]:
        return list(self.boxes.get("vs", []))


@dataclass
class Group:
    mode: Mode = Mode.ALL
    parts: "list[Group | Condition]" = field(default_factory=list)
    path: str = ROOT

    is_group = True  # for templates

    @property
    def conditions(self) -> Iterator[Condition]:
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.conditions
            else:
                yield part


def numbered(group: Group, path: str = ROOT) -> Group:
    """The tree with each part's path as it stands now."""
    group.path = path
    for place, part in enumerate(group.parts):
        if isinstance(part, Group):
            numbered(part, f"{path}.{place}")
        else:
            part.path = f"{path}.{place}"
    return group


def posted(data: Mapping[str, Any]) -> Group:
    """The tree that a form said. data: a QueryDict. Boxes nobody could have sent are passed over."""
    keys: dict[str, Group | Condition] = {}
    for name in data:
        kind, _colon, rest = name.partition(":")
        path, _colon, box = rest.partition(":")
        if not PATH.fullmatch(path) or path.count(".") > DEPTH_AT_MOST:
            continue
        if kind == "g":
            keys[path] = Group(Mode(data[name]) if data[name] in list(Mode) else Mode.ALL)
        elif kind == "c" and path != ROOT:
            condition = keys.setdefault(path, Condition())
            if isinstance(condition, Condition):
                _fill(condition, box, data, name)
    root = keys.pop(ROOT, None)
    tree = root if isinstance(root, Group) else Group()
    found: dict[str, Group] = {ROOT: tree}
    for path in sorted(keys, key=lambda each: [int(part) for part in each.split(".")]):
        part, above = keys[path], found.get(path.rpartition(".")[0])
        if above is None:
            continue
        above.parts.append(part)
        if isinstance(part, Group):
            found[path] = part
    return numbered(tree)


def _fill(condition: Condition, box: str, data: Any, name: str) -> None:
    if box == "what":
        condition.what = data[name]
    elif box == "vs":
        condition.boxes[box] = [value for value in data.getlist(name) if value]
    elif box in BOXES:
        condition.boxes[box] = data[name]


def rearranged(tree: Group, action: str) -> Group:
    """The tree after a button: "condition:0.1" adds one to a group, "group:0" a group in it, "remove:0.1.2" takes a part away."""
    verb, _colon, path = action.partition(":")
    if verb == "remove":
        above, _dot, place = path.rpartition(".")
        group = _at(tree, above)
        if group is not None and place.isdecimal() and int(place) < len(group.parts):
            del group.parts[int(place)]
    elif (group := _at(tree, path)) is not None:
        if verb == "condition":
            group.parts.append(Condition())
        elif verb == "group" and path.count(".") < DEPTH_AT_MOST:
            group.parts.append(Group(Mode.ANY if group.mode == Mode.ALL else Mode.ALL, [Condition()]))
    return numbered(tree)


def _at(tree: Group, path: str) -> Group | None:
    """The group of a path; None where there is none."""
    if not PATH.fullmatch(path):
        return None
    found: Group | Condition = tree
    for place in path.split(".")[1:]:
        if not isinstance(found, Group) or int(place) >= len(found.parts):
            return None
        found = found.parts[int(place)]
    return found if isinstance(found, Group) else None


# --- a rule of the language becomes a tree ---


def of_rule(rule: Any) -> Group:
    """The tree of a rule as it is kept; an empty one is a group without parts."""
    part = _part(rule) if rule else Group()
    if isinstance(part, Condition):
        part = Group(Mode.ALL, [part])
    return numbered(part)


def _part(rule: Any) -> Group | Condition:
    ((operator, said),) = rule.items()
    if operator in ("and", "or"):
        return Group(Mode(operator), [_part(each) for each in said])
    if operator == "!":
        return _negated(said)
    return _condition(operator, said)


def _negated(said: Any) -> Group | Condition:
    part = _part(said)
    if isinstance(part, Condition):
        opposite = {"missing": "known", "has": "has_not"}.get(part.text("op"))
        if opposite:
            part.boxes["op"] = opposite
            return part
        return Group(Mode.NONE, [part])
    opposite_mode = {Mode.ANY: Mode.NONE, Mode.ALL: Mode.NOT_ALL}.get(part.mode)
    return Group(opposite_mode, part.parts) if opposite_mode else Group(Mode.NONE, [part])


def _condition(operator: str, said: Any) -> Condition:
    if operator == "has_tag":
        return Condition("tag", {"op": "has", "v1": said})
    if operator == "has_child":
        low, high = said.get("months", ("", ""))
        return Condition("child", {"op": "has", "low": str(low), "high": str(high), "gender": said.get("gender", "")})
    if operator == "missing":
        return _asking(said, "missing", None)
    if operator == "in":
        return _asking(said[0], "in", list(said[1]))
    if len(said) == 3:
        return _asking(said[1], "between", [said[0], said[2]])
    return _asking(said[0], operator, [said[1]])


def _asking(operand: Any, operator: str, literals: list[Any] | None) -> Condition:
    ((kind, said),) = operand.items()
    boxes = {"op": operator}
    if kind == "var":
        return Condition(f"var:{said}", boxes, literals)
    if kind == "derived":
        return Condition("derived", {**boxes, "name": said["name"]}, literals)
    return Condition(kind, boxes | {box: str(said[name]) for name, box in SAID_AS.items() if name in said}, literals)
