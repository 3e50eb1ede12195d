"""Programmes with tags, and members who have some, made by direct creation; others extend it."""

from datetime import datetime
from itertools import count
from typing import Any

from core.enums import VersionState
from members import services as members_services
from members.models import Member
from stores.models import Membership, Programme
from tags.enums import TagGroup, TagKind
from tags.models import FactStale, MemberTag, Tag, TagRun, TagVersion
from tags.services import runs
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


def crowd(programme: Programme, number: int, *, at: datetime = NOW, **profile: Any) -> list[Membership]:
    """So many new members of one programme at once, all with this profile."""
    members = Member.objects.bulk_create(
        Member(one_id=f"tagged{next(_numbers):012d}", name="某人", registered_at=at, updated_at=at, **profile) for _each in range(number)
    )
    joined = Membership.objects.bulk_create(
        Membership(member=each, programme=programme, member_no=f"T{each.pk}", joined_at=at, source="import") for each in members
    )
    FactStale.objects.bulk_create(FactStale(membership=each) for each in joined)
    return joined


def become(of: Membership, **profile: Any) -> None:
    """Change who somebody is, as a program of the shop does."""
    members_services.update_profile(member_id=of.member_id, changes=profile, actor="test", at=NOW)


def judge(programme: Programme, *, at: datetime = NOW, **values: Any) -> TagRun:
    """Judge all members of a programme now."""
    asked = runs.request_run(programme_id=programme.pk, actor="test", at=at)
    done = runs.run(run_id=asked.pk, now=lambda: at, **values)
    assert done is not None
    return done


def counts(run: TagRun) -> tuple[int, int]:
    """How many rows came and went: (+n, -n)."""
    return sum(run.result["added"].values()), sum(run.result["removed"].values())
