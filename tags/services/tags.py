"""What tags there are: made, described, retired (TAG-03, TAG-08)."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from core.enums import VersionState
from core.errors import InvalidInput
from core.history import because
from stores import services as stores_services
from tags.enums import TagColour, TagGroup, TagKind
from tags.errors import TagInUse, TagNotFound, TagRetired
from tags.models import Tag, TagVersion
from tags.selectors import tags as selectors
from tags.services import giving, runs

CODE = re.compile(r"[-a-zA-Z0-9_]{1,40}")
PRIORITY_AT_MOST = 32_767


@dataclass(frozen=True)
class TagIn:
    """What an operator says of a tag; the fields are those of tags.Tag. colour: of tags.enums.TagColour, or empty."""

    name: str
    group: str = TagGroup.SERVICE
    description: str = ""
    colour: str = ""
    priority: int = 0


@transaction.atomic
def create_tag(*, programme_id: int, code: str, kind: str, said: TagIn, rule: Any = None, actor: str, at: datetime) -> Tag:
    """A new tag that nobody has yet. An automatic one begins with a draft of its rule (`rule`, or one that says nothing yet).

    Raises InvalidInput for a code that is taken or values that make no sense.
    """
    stores_services.lock_programme(programme_id)
    if not CODE.fullmatch(code):
        raise InvalidInput(_("A code is 1 to 40 letters, digits, hyphens and underscores."), field="code")
    of_programme = Tag.objects.filter(programme_id=programme_id)
    if of_programme.filter(code=code).exists():
        raise InvalidInput(_("This code is taken."), field="code")
    if kind not in TagKind.values:
        raise InvalidInput(_("There is no such kind of tag."), field="kind", allowed=TagKind.values)
    values = _checked(said)
    slot = None
    if kind == TagKind.AUTO:
        last = of_programme.aggregate(last=Max("slot"))["last"]
        slot = 0 if last is None else last + 1
    with because(actor=actor, at=at):
        tag = Tag.objects.create(programme_id=programme_id, code=code, kind=kind, slot=slot, **values)
    if kind == TagKind.AUTO:
        TagVersion.objects.create(tag=tag, number=1, rule={} if rule is None else rule, created_by=actor, created_at=at)
    return tag


@transaction.atomic
def change_tag(*, tag_id: int, said: TagIn, actor: str, at: datetime) -> Tag:
    """Say something else of a tag; who has it keeps it. Raises TagNotFound, TagRetired, InvalidInput."""
    tag = hold(tag_id)
    if tag.retired_at is not None:
        raise TagRetired()
    values = _checked(said)
    for name, value in values.items():
        setattr(tag, name, value)
    with because(actor=actor, at=at):
        tag.save(update_fields=list(values))
    return tag


@transaction.atomic
def retire_tag(*, tag_id: int, reason: str = "", actor: str, at: datetime) -> Tag:
    """Give a tag to nobody any more: those who have it by hand lose it now, those who have it by rule at the run this asks for.

    The history stays, and so does the code. A tag that is retired already is answered.
    Raises TagNotFound, TagInUse while rules of other tags or of segments ask for it.
    """
    tag = hold(tag_id)
    if tag.retired_at is not None:
        return tag
    used_by = selectors.used_by(tag)
    if used_by:
        raise TagInUse(used_by=used_by)
    TagVersion.objects.filter(tag=tag, state=VersionState.DRAFT).delete()
    TagVersion.objects.filter(tag=tag, state=VersionState.PUBLISHED).update(state=VersionState.RETIRED, retired_at=at)
    with because(actor=actor, at=at, reason=reason):
        tag.retired_at = at
        tag.save(update_fields=["retired_at"])
    giving.end_all_by_hand(tag_id=tag.pk, reason=reason, actor=actor, at=at)
    if tag.kind == TagKind.AUTO:
        runs.request_published(programme_id=tag.programme_id, tag_ids=[tag.pk], actor=actor, at=at)
    return tag


def hold(tag_id: int) -> Tag:
    """A tag, with its programme held against other changes of rules until the transaction ends. Raises TagNotFound."""
    tag = Tag.objects.filter(pk=tag_id).first()
    if tag is None:
        raise TagNotFound()
    stores_services.lock_programme(tag.programme_id)
    return Tag.objects.get(pk=tag_id)


def _checked(said: TagIn) -> dict[str, Any]:
    values = asdict(said) | {"name": said.name.strip(), "description": said.description.strip()}
    if not 0 < len(values["name"]) <= 40:
        raise InvalidInput(_("A tag has a name of at most 40 characters."), field="name")
    if len(values["description"]) > 300:
        raise InvalidInput(_("A description has at most 300 characters."), field="description")
    if said.group not in TagGroup.values:
        raise InvalidInput(_("There is no such group of tags."), field="group", allowed=TagGroup.values)
    if said.colour and said.colour not in TagColour.values:
        raise InvalidInput(_("There is no such colour."), field="colour", allowed=TagColour.values)
    if not 0 <= said.priority <= PRIORITY_AT_MOST:
        raise InvalidInput(_("A priority is a whole number from 0 on."), field="priority")
    return values
