"""What apps offer upwards to the member page, search, summary, portrait and timeline (design section 11.10).

`members` and `core` know none of the apps that offer; each app registers in its `ready()`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from django.db.models import QuerySet
from django.utils.functional import Promise

from core.enums import TimelineType
from core.masking import FieldClass
from core.scope import Scope

Text = str | Promise


class Clock(StrEnum):
    """By whose clock times are written: of the store where it happened, of the programme it counts in, of the whole back office."""

    STORE = "store"
    PROGRAMME = "programme"
    HOUSE = "house"


class Panel(Protocol):
    """A part of a back-office page that loads on demand and pages by keyset.

    key: in the address.  heading: what people read.  position: 10, 20, 30 ... in reading order.  clock: by which its times are.
    template_name: rendered with what `context` returns.  roles: who may open it (empty: everyone who may open the page).
    """

    key: str
    heading: Text
    position: int
    clock: Clock
    template_name: str
    roles: frozenset[str]

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        """What the template shows: one page of rows after `cursor`, and `next_cursor` or None."""
        ...


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the member's timeline (CSL-16). key: unique and sortable within an instant, for the keyset."""

    at: datetime
    type: TimelineType
    title: Text
    key: str
    channel: str = ""
    store: str = ""
    detail: Text = ""
    url: str = ""

    @property
    def kind(self) -> Text:
        """The type in words."""
        return self.type.label


@dataclass(frozen=True)
class TimelineSource:
    """Entries of one member older than `before`, newest first, at most `limit`."""

    key: str
    entries: Callable[[int, Scope, datetime, int], Sequence[TimelineEntry]]  # member id, scope, before, limit


@dataclass(frozen=True)
class SearchKey:
    """One way to find members. find: (term, scope, limit) -> member ids within scope, best first; () when the term cannot be one.

    panel: key of the part of the member page in which what was searched for stands; asked with the filter `sought` it shows that first.
    """

    key: str
    label: Text
    find: Callable[[str, Scope, int], Sequence[int]]
    position: int = 50
    panel: str = ""


@dataclass(frozen=True)
class Part:
    """A named piece of an answer about one member. build: (member id, scope, now, programme id or None) -> JSON-ready dict.

    place: "summary" (storefronts, PRD-05), "portrait" (MEM-28), "head" (cards on the member page).
    key: "balance"; "assets.balance" is a piece of the piece "assets"; empty where `build` answers several pieces by their keys.
    """

    place: str
    key: str
    build: Callable[[int, Scope, datetime, int | None], Any]
    position: int = 50
    template_name: str = ""


@dataclass(frozen=True)
class HitColumn:
    """A column of the list of found members. build: (member ids, scope) -> words by member id, in as many statements for all as for one."""

    key: str
    heading: Text
    build: Callable[[Sequence[int], Scope], Mapping[int, Text]]
    position: int = 50


@dataclass(frozen=True)
class MemberFilter:
    """A filter of the list of members. key: in the address.

    choices: (scope, what is chosen or "") -> value and words of each that the caller may choose, the chosen one among them.
    members: (one of those values, now) -> ids of members, as a queryset of one column.
    """

    key: str
    title: Text
    choices: Callable[[Scope, str], Sequence[tuple[str, Text]]]
    members: Callable[[str, datetime], QuerySet[Any, Any]]
    position: int = 50


@dataclass(frozen=True)
class Revealable:
    """A masked value that may be shown once for a reason (CSL-17).

    kind: what people ask for ("phone", "address").  read: (member id, reference, scope) -> the value; raises NotFound. reference: which
    of the member's several, or empty.  label: what the access log calls it.
    """

    kind: str
    field_class: FieldClass
    read: Callable[[int, str, Scope], str]
    label: Text


@dataclass(frozen=True)
class FrontSection:
    """A part of the first page below the search box (a guide). build: None leaves it out."""

    key: str
    template_name: str
    build: Callable[[Scope, datetime], Mapping[str, Any] | None]
    position: int = 50


BLANK = "blank"  # the preset that sets nothing up


@dataclass(frozen=True)
class Preset:
    """What a new programme may begin with (STO-09). words: what it contains, in a sentence."""

    code: str
    label: Text
    words: Text


@dataclass
class _Registry:
    panels: dict[str, list[Panel]] = field(default_factory=dict)
    search_keys: list[SearchKey] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    timeline: list[TimelineSource] = field(default_factory=list)
    hit_columns: list[HitColumn] = field(default_factory=list)
    member_filters: list[MemberFilter] = field(default_factory=list)
    revealables: dict[str, Revealable] = field(default_factory=dict)
    front_sections: list[FrontSection] = field(default_factory=list)
    presets: dict[str, Preset] = field(default_factory=dict)
    locator: Callable[[Sequence[int]], Mapping[int, Sequence[int]]] | None = None


_all = _Registry()


def add_panel(model_label: str, panel: Panel) -> None:
    _all.panels.setdefault(model_label.lower(), []).append(panel)


def panels(model_label: str) -> list[Panel]:
    return sorted(_all.panels.get(model_label.lower(), []), key=lambda panel: panel.position)


def add_search_key(search_key: SearchKey) -> None:
    _all.search_keys.append(search_key)


def search_keys() -> list[SearchKey]:
    return sorted(_all.search_keys, key=lambda search_key: search_key.position)


def add_part(part: Part) -> None:
    _all.parts.append(part)


def parts(place: str) -> list[Part]:
    return sorted((part for part in _all.parts if part.place == place), key=lambda part: part.position)


def add_timeline_source(source: TimelineSource) -> None:
    _all.timeline.append(source)


def timeline_sources() -> list[TimelineSource]:
    return list(_all.timeline)


def add_hit_column(column: HitColumn) -> None:
    _all.hit_columns.append(column)


def hit_columns() -> list[HitColumn]:
    return sorted(_all.hit_columns, key=lambda column: column.position)


def add_member_filter(member_filter: MemberFilter) -> None:
    _all.member_filters.append(member_filter)


def member_filters() -> list[MemberFilter]:
    return sorted(_all.member_filters, key=lambda member_filter: member_filter.position)


def add_revealable(revealable: Revealable) -> None:
    _all.revealables[revealable.kind] = revealable


def revealable(kind: str) -> Revealable | None:
    return _all.revealables.get(kind)


def add_front_section(section: FrontSection) -> None:
    _all.front_sections.append(section)


def front_sections() -> list[FrontSection]:
    return sorted(_all.front_sections, key=lambda section: section.position)


def add_preset(preset: Preset) -> None:
    """Offered when a programme is made, in the order of calling; the first is the usual one."""
    _all.presets[preset.code] = preset


def presets() -> list[Preset]:
    return list(_all.presets.values())


def set_locator(locator: Callable[[Sequence[int]], Mapping[int, Sequence[int]]]) -> None:
    """Called once, by `stores`: in which stores members are at home, for Scope.within."""
    _all.locator = locator


def stores_of(member_ids: Sequence[int]) -> Mapping[int, Sequence[int]]:
    """Store ids by member id."""
    assert _all.locator is not None, "nobody said where members are at home"
    return _all.locator(member_ids)
