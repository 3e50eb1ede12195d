"""Saved audiences (TAG-10): a rule with a name, judged whenever somebody asks."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.errors import InvalidInput
from core.history import because
from stores import services as stores_services
from tags.errors import RuleInvalid, SegmentNotFound
from tags.models import Segment
from tags.rules import language
from tags.selectors import catalogues, matching
from tags.services import facts
from tags.services.tags import CODE

if TYPE_CHECKING:
    from stores.models import Programme


@dataclass(frozen=True)
class SegmentIn:
    """What an operator says of a segment. rule: a document of the rule language."""

    name: str
    rule: Any
    description: str = ""


@transaction.atomic
def create_segment(*, programme_id: int, code: str, said: SegmentIn, actor: str, at: datetime) -> Segment:
    """A new segment. Raises InvalidInput for a code that is taken or values that make no sense, RuleInvalid with every problem in words."""
    stores_services.lock_programme(programme_id)
    if not CODE.fullmatch(code):
        raise InvalidInput(_("A code is 1 to 40 letters, digits, hyphens and underscores."), field="code")
    if Segment.objects.filter(programme_id=programme_id, code=code).exists():
        raise InvalidInput(_("This code is taken."), field="code")
    values = _checked(said, programme_id)
    with because(actor=actor, at=at):
        segment = Segment.objects.create(programme_id=programme_id, code=code, **values)
    facts.watch(programme_id)
    return segment


@transaction.atomic
def change_segment(*, segment_id: int, said: SegmentIn, actor: str, at: datetime) -> Segment:
    """Say something else of a segment. What was frozen for a campaign before stays. Raises SegmentNotFound, InvalidInput, RuleInvalid."""
    segment = _held(segment_id)
    values = _checked(said, segment.programme_id)
    if values["rule"] != segment.rule:
        values |= {"members": None, "counted_at": None}
    for name, value in values.items():
        setattr(segment, name, value)
    with because(actor=actor, at=at):
        segment.save(update_fields=list(values))
    facts.watch(segment.programme_id)
    return segment


@transaction.atomic
def retire_segment(*, segment_id: int, actor: str, at: datetime) -> Segment:
    """Offer a segment nowhere any more. One that is retired already is answered by SegmentNotFound."""
    segment = _held(segment_id)
    with because(actor=actor, at=at):
        segment.retired_at = at
        segment.save(update_fields=["retired_at"])
    facts.watch(segment.programme_id)
    return segment


def count_segment(*, segment_id: int, at: datetime) -> int:
    """How many members the rule holds for now, by facts as they were refreshed last; kept with the time. Raises SegmentNotFound."""
    segment = Segment.objects.filter(pk=segment_id).select_related("programme").first()
    if segment is None:
        raise SegmentNotFound()
    members = matching.count(segment.rule, segment.programme_id, local_day(segment.programme, at))
    Segment.objects.filter(pk=segment_id, rule=segment.rule).update(members=members, counted_at=at)
    return members


def local_day(programme: "Programme", at: datetime) -> date:
    """The day by which a programme's rules are judged."""
    return at.astimezone(ZoneInfo(programme.time_zone)).date()


def _held(segment_id: int) -> Segment:
    found = Segment.objects.filter(pk=segment_id, retired_at=None).first()
    if found is None:
        raise SegmentNotFound()
    stores_services.lock_programme(found.programme_id)
    return Segment.objects.get(pk=segment_id)


def _checked(said: SegmentIn, programme_id: int) -> dict[str, Any]:
    name, description = said.name.strip(), said.description.strip()
    if not 0 < len(name) <= 80:
        raise InvalidInput(_("A segment has a name of at most 80 characters."), field="name")
    if len(description) > 300:
        raise InvalidInput(_("A description has at most 300 characters."), field="description")
    found = language.problems(said.rule, catalogues.catalogue(programme_id))
    if found:
        raise RuleInvalid(field="rule", problems=[problem.words for problem in found])
    return {"name": name, "description": description, "rule": said.rule}
