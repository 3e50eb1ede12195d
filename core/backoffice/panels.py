"""Panels of the member page that need no more than words, and the page size all of them share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.registry import Text
from core.scope import Scope

PAGE = 20  # rows of a panel at a time (CSL-05)


@dataclass
class ComingPanel:
    """A part of the page that is not in use yet and says so in words."""

    key: str
    heading: Text
    position: int
    words: Text
    template_name: str = "backoffice/panels/coming.html"
    roles: frozenset[str] = field(default_factory=frozenset)

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        return {"words": self.words, "next_cursor": None}


@dataclass(frozen=True)
class ComingCard:
    """What the head shows of a part that is not in use yet."""

    heading: Text
    words: Text

    def __call__(self, member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
        return {"heading": self.heading, "words": self.words}
