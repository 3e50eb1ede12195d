"""Programmes with tags, and members who have some, made by direct creation; others extend it."""

from datetime import datetime
from itertools import count
from typing import Any

from core.enums import VersionState
from stores.models import Membership, Programme
from tags.enums import TagGroup, TagKind
from tags.models import MemberTag, Tag, TagVersion
from tests import world
from tests.world import NOW

_numbers = count(1)


def member(programme: Programme, *, at: datetime = NOW, **profile: Any) -> Membership:
    """Somebody new in a programme."""
    number = next(_numbers)
    member_id = world.enrol(None, f"+86136{number:08d}", at=at, **profile).member_id
    found, _created = Membership.objects.get_or_create(
        member_id=member_id,
        programme=programme,
        defaults={"member_no": f"G{number}", "joined_at": at, "source": "registration"},
    )
    return found


def by_hand(programme: Programme, code: str = "picky", **values: Any) -> Tag:
    """A tag that staff give."""
    values = {"name": code, "group": TagGroup.SERVICE, **values}
    return Tag.objects.create(programme=programme, code=code, kind=TagKind.MANUAL, **values)


def by_rule(programme: Programme, rule: Any, code: str = "", **values: Any) -> Tag:
    """An automatic tag whose rule is in force."""
    code = code or f"auto{next(_numbers)}"
    slot = Tag.objects.filter(programme=programme, kind=TagKind.AUTO).count()
    values = {"name": code, "group": TagGroup.BEHAVIOUR, **values}
    tag = Tag.objects.create(programme=programme, code=code, kind=TagKind.AUTO, slot=slot, **values)
    TagVersion.objects.create(
        tag=tag,
        number=1,
        state=VersionState.PUBLISHED,
        rule=rule,
        created_by="test",
        created_at=NOW,
        published_by="test",
        published_at=NOW,
    )
    return tag


def rows(of: Membership | Tag) -> list[tuple[str, str, bool]]:
    """Tag code, source and whether it is open, of a member's or a tag's rows, in the order in which they came."""
    found = MemberTag.objects.filter(membership=of) if isinstance(of, Membership) else MemberTag.objects.filter(tag=of)
    listed = found.order_by("id").values_list("tag__code", "source", "ended_at")
    return [(code, source, ended_at is None) for code, source, ended_at in listed]


def having(tag: Tag) -> set[int]:
    """Membership ids with an open row of a tag."""
    return set(MemberTag.objects.filter(tag=tag, ended_at=None).values_list("membership_id", flat=True))
