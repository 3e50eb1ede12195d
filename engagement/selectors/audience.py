"""Whom a campaign means: holders of a tag, a segment or a rule, all as one rule of the tag language (RFM-12, TAG-14)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from engagement.enums import AudienceKind
from engagement.rules import CampaignIn
from engagement.selectors.campaigns import Choices
from tags.rules import language, sentence
from tags.selectors import matching
from tags.selectors.catalogues import catalogue

AT_ONCE = 10_000  # memberships of one statement


@dataclass(frozen=True)
class Audience:
    """problems: why nobody can be found by it, in words.  words: whom it means, in the active language."""

    rule: Mapping[str, Any]
    problems: tuple[str, ...]
    words: str


def audience(said: CampaignIn, programme_id: int, choices: Choices) -> Audience:
    """What is said of the audience, as a rule with its problems and its words."""
    rule = rule_of(said, choices)
    if rule is None:
        return Audience({}, (_("Say whom the campaign is for."),), "")
    known = catalogue(programme_id)
    problems = tuple(str(problem.words) for problem in language.problems(rule, known))
    return Audience(rule, problems, "" if problems else sentence.words(rule, known))


def rule_of(said: CampaignIn, choices: Choices) -> Mapping[str, Any] | None:
    """None where the tag or segment is retired, or of another programme."""
    match said.audience_kind:
        case AudienceKind.TAG:
            tag = choices.tags.get(said.tag_id or 0)
            return {"has_tag": tag.code} if tag else None
        case AudienceKind.SEGMENT:
            segment = choices.segments.get(said.segment_id or 0)
            return segment.rule if segment else None
    return said.rule


def local_day(at: datetime, time_zone: str) -> date:
    """The day as of which ages and days since an order count."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def count(rule: Mapping[str, Any], programme_id: int, on: date) -> int:
    return matching.count(rule, programme_id, on)


def pages(rule: Mapping[str, Any], programme_id: int, on: date) -> Iterator[list[int]]:
    """Memberships in id order, at most 10,000 at a time."""
    after = 0
    while found := matching.page(rule, programme_id, on, after, AT_ONCE):
        yield found
        after = found[-1]
