"""How tags and segments are told: plain values for the shapes."""

from collections.abc import Iterable
from typing import Any

from tags.models import MemberTag, Segment, Tag, TagVersion
from tags.rules import sentence
from tags.rules.catalogue import Catalogue
from tags.selectors import catalogues, matching
from tags.selectors.tags import Held
from tags.selectors.why import Why


class Teller:
    """Tells of one programme's tags; what rules name is read when the first rule is put into words."""

    def __init__(self, programme_id: int) -> None:
        self.programme_id = programme_id
        self._known: Catalogue | None = None

    @property
    def known(self) -> Catalogue:
        if self._known is None:
            self._known = catalogues.catalogue(self.programme_id)
        return self._known

    def rule(self, rule: Any) -> str:
        return sentence.words(rule, self.known)

    def tag(self, tag: Tag, in_force: TagVersion | None) -> dict[str, Any]:
        """in_force: the published version, or None."""
        return {
            **reference(tag),
            "description": tag.description,
            "priority": tag.priority,
            "rule_version": in_force.number if in_force else None,
            "rule": self.rule(in_force.rule) if in_force else None,
        }

    def held(self, each: Held) -> dict[str, Any]:
        return {
            **reference(each.tag),
            "since": each.since,
            "by_rule": given(each.by_rule),
            "by_hand": given(each.by_hand),
            "values": self.values([each.by_rule]),
        }

    def values(self, rows: Iterable[MemberTag | None]) -> list[dict[str, str]]:
        """What a rule found when it gave the tag, in words."""
        found = next((row.why for row in rows if row is not None and row.why), None)
        if not found:
            return []
        return [{"label": words, "value": value} for words, value in matching.value_words(found, self.known).items()]

    def segment(self, segment: Segment) -> dict[str, Any]:
        return {
            "code": segment.code,
            "name": segment.name,
            "description": segment.description,
            "rule": self.rule(segment.rule),
            "members": segment.members,
            "counted_at": segment.counted_at,
        }

    def why(self, found: Why) -> dict[str, Any]:
        by_rule = found.held.by_rule if found.held else None
        return {
            "tag": reference(found.tag),
            "has": found.held is not None,
            "by_rule": given(by_rule),
            "by_hand": given(found.held.by_hand) if found.held else None,
            "values": self.values([by_rule]),
            "never": found.never.reason if found.never else None,
            "rule_version": found.version.number if found.version else None,
            "rule": self.rule(found.version.rule) if found.version else None,
            "as_of": found.as_of_on,
            "matches": found.now.matches if found.now else None,
            "lines": [
                {"words": line.words, "value": line.value_words, "holds": line.holds, "depth": line.depth}
                for line in (found.now.lines if found.now else ())
            ],
            "behind": found.is_behind,
        }


def reference(tag: Tag) -> dict[str, Any]:
    return {"code": tag.code, "name": tag.name, "group": tag.group, "kind": tag.kind, "colour": tag.colour}


def given(row: MemberTag | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "source": row.source,
        "since": row.started_at,
        "until": row.ended_at,
        "rule_version": row.version.number if row.version else None,
        "reason": row.reason,
    }


def past(row: MemberTag) -> dict[str, Any]:
    return {**(given(row) or {}), "code": row.tag.code, "name": row.tag.name, "end_reason": row.end_reason}
