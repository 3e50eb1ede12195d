"""In which order automatic tags are judged: a rule that asks for another tag comes after it."""

from collections.abc import Iterator, Mapping
from typing import Any


class Circle(ValueError):
    """Tags ask for one another in a circle. codes: of the circle, in order."""

    def __init__(self, codes: list[str]) -> None:
        self.codes = codes
        super().__init__(" > ".join(codes))


def mentioned(rule: Any) -> set[str]:
    """The codes of the tags that a rule asks for, whatever else is wrong with it."""
    return set(_mentioned(rule))


def layers(rules: Mapping[str, Any]) -> list[list[str]]:
    """Codes of tags, by layers: each asks only for tags of earlier ones, or for tags that are not among these. Raises Circle."""
    waits = {code: sorted(mentioned(rule) & rules.keys()) for code, rule in rules.items()}
    depth: dict[str, int] = {}

    def find(code: str, above: list[str]) -> int:
        if code in above:
            raise Circle([*above[above.index(code) :], code])
        if code not in depth:
            depth[code] = max((find(each, [*above, code]) + 1 for each in waits[code]), default=0)
        return depth[code]

    found: list[list[str]] = []
    for code in sorted(rules):
        at = find(code, [])
        found += [[] for _missing in range(at + 1 - len(found))]
        found[at].append(code)
    return found


def dependent(codes: set[str], rules: Mapping[str, Any]) -> set[str]:
    """These tags and all whose rules ask for one of them, however far away."""
    found, grew = set(codes), True
    while grew:
        more = {code for code, rule in rules.items() if code not in found and mentioned(rule) & found}
        found, grew = found | more, bool(more)
    return found


def _mentioned(rule: Any) -> Iterator[str]:
    if isinstance(rule, Mapping):
        for operator, said in rule.items():
            if operator == "has_tag" and isinstance(said, str):
                yield said
            else:
                yield from _mentioned(said)
    elif isinstance(rule, list):
        for each in rule:
            yield from _mentioned(each)
