"""Effects that could not be given, as people read them (ruling 4): each app says how the keys of its own begin and what its codes mean."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.models import EffectSkipped
from core.registry import Text


@dataclass(frozen=True)
class EffectKind:
    """What one part of the house gives. code: how its keys begin, before the first colon.

    what: what would have been given, in words, from the values.
    """

    code: str
    label: Text
    what: Callable[[Mapping[str, Any]], Text]


_kinds: dict[str, EffectKind] = {}
_reasons: dict[str, dict[str, Text]] = defaultdict(dict)
_final: set[str] = set()


def add_kind(kind: EffectKind, reasons: Mapping[str, Text], final: Iterable[str] = ()) -> None:
    """Called by the app that gives effects of this kind, in its `ready()`. reasons: words by code, filled from a row's values.

    final: codes after which it is never given: what was for the first ten only, history of an account that lives.
    """
    _kinds[kind.code] = kind
    _final.update(final)
    add_reasons(kind.code, reasons)


def add_reasons(kind: str, reasons: Mapping[str, Text]) -> None:
    """More codes of a kind, from an app above that gives a part of it."""
    _reasons[kind] |= reasons


def kinds() -> list[EffectKind]:
    """All there are, lowest floor first."""
    return list(_kinds.values())


def reasons() -> list[tuple[str, str]]:
    """Every code with what it means whatever the row, in the order of the kinds."""
    words = {code: said for kind in reversed(_kinds) for code, said in _reasons[kind].items()}
    known = dict.fromkeys(code for kind in _kinds for code in _reasons[kind])
    blank: dict[str, str] = defaultdict(lambda: "…")
    return [(code, str(words[code]) % blank) for code in known]


def final() -> frozenset[str]:
    """Codes of what is never given."""
    return frozenset(_final)


def kind_of(row: EffectSkipped) -> EffectKind | None:
    return _kinds.get(row.effect_key.partition(":")[0])


def what(row: EffectSkipped) -> Text:
    """What would have been given."""
    kind = kind_of(row)
    return kind.what(row.values) if kind else row.effect_key


def why(row: EffectSkipped) -> Text:
    """Why it was not."""
    kind = kind_of(row)
    words = _reasons[kind.code].get(row.code) if kind else None
    return str(words) % row.values if words is not None else row.code
