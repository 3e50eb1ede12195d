"""Tags by hand - of staff, files, campaigns, programs - and who never gets one (TAG-02, A-34). docs/rules/tags.md, Tags by hand.

A run of rules never touches what stands here; it is only told, by a note, that rules which ask for the tag may see something else now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core import reasons, sql
from core.errors import InvalidInput
from stores import services as stores_services
from tags.enums import TagSource
from tags.errors import TagNeverGiven, TagNotFound, TagRetired
from tags.models import Tag, TagDue, TagExclusion
from tags.services import telling

AT_ONCE = 10_000  # memberships of one call


@dataclass(frozen=True)
class Given:
    """Membership ids: who has the tag since now, who had it by hand already, who never gets it."""

    new: tuple[int, ...]
    had: tuple[int, ...]
    never: tuple[int, ...]


@transaction.atomic
def give_tag(
    *,
    membership_ids: Iterable[int],
    tag_id: int,
    source: str,
    reason: str = "",
    actor: str,
    at: datetime,
    announce: bool = True,
) -> Given:
    """Give members a tag that no run takes away. Any tag may be given so, an automatic one too: it then stands beside the rule's.

    Members of other programmes are left out without a word, those on the list of exclusions are answered as `never`.
    Twice is once: who has it by hand keeps the first row. At most 10,000 members.  Raises TagNotFound, TagRetired.
    """
    tag = _tag(tag_id)
    if tag.retired_at is not None:
        raise TagRetired()
    if source == TagSource.RULE or source not in TagSource.values:
        raise InvalidInput(field="source", allowed=[each for each in TagSource.values if each != TagSource.RULE])
    wanted = sorted(set(membership_ids))
    assert len(wanted) <= AT_ONCE, "the caller cuts its members into pieces"
    stores_services.lock_memberships(wanted)
    rows = sql.rows(
        "tags/giving/give",
        membership_ids=wanted,
        tag_id=tag.pk,
        programme_id=tag.programme_id,
        source=source,
        reason=reason[: reasons.AT_MOST],
        actor=actor,
        at=at,
    )
    of = {outcome: tuple(row["membership_id"] for row in rows if row["outcome"] == outcome) for outcome in ("new", "had", "never")}
    given = Given(of["new"], of["had"], of["never"])
    _changed(given.new)
    if announce:
        telling.tell(added=[(membership_id, tag.pk) for membership_id in given.new], removed=[], at=at)
    return given


def give_to_one(*, membership_id: int, tag_id: int, source: str, reason: str = "", actor: str, at: datetime) -> bool:
    """The same for one member; False when the tag was there by hand already. Raises TagNeverGiven as well."""
    given = give_tag(membership_ids=[membership_id], tag_id=tag_id, source=source, reason=reason, actor=actor, at=at)
    if given.never:
        raise TagNeverGiven(reason=TagExclusion.objects.values_list("reason", flat=True).get(membership_id=membership_id, tag_id=tag_id))
    return bool(given.new)


@transaction.atomic
def take_tag(*, membership_ids: Iterable[int], tag_id: int, reason: str = "", actor: str, at: datetime) -> tuple[int, ...]:
    """End what was given by hand; what a rule gave stays. Answers who had it. Raises TagNotFound."""
    tag = _tag(tag_id)
    wanted = sorted(set(membership_ids))
    stores_services.lock_memberships(wanted)
    ended = _end(tag.pk, wanted, reason, actor, at, by_hand=True)
    _changed(ended)
    telling.tell(added=[], removed=[(membership_id, tag.pk) for membership_id in ended], at=at)
    return tuple(ended)


@transaction.atomic
def exclude(*, membership_ids: Iterable[int], tag_id: int, reason: str, actor: str, at: datetime) -> tuple[int, ...]:
    """Never give these members the tag, by rule or by hand; who has it loses it now. Answers for whom that is new.

    Raises TagNotFound, InvalidInput for a reason that says nothing.
    """
    tag = _tag(tag_id)
    words = reasons.checked(reason)
    wanted = sorted(set(membership_ids))
    stores_services.lock_memberships(wanted)
    new = [row["membership_id"] for row in sql.rows(
        "tags/giving/exclude", membership_ids=wanted, tag_id=tag.pk, programme_id=tag.programme_id, reason=words, actor=actor, at=at
    )]  # fmt: skip
    ended = {*_end(tag.pk, new, words, actor, at, by_hand=True), *_end(tag.pk, new, words, actor, at, by_hand=False)}
    if tag.slot is not None:
        sql.run("tags/giving/clear_bit", membership_ids=new, slot=tag.slot)
    _changed(new)  # also for a run that is under way and did not see this yet
    telling.tell(added=[], removed=[(membership_id, tag.pk) for membership_id in sorted(ended)], at=at)
    return tuple(new)


@transaction.atomic
def allow(*, membership_ids: Iterable[int], tag_id: int, actor: str, at: datetime) -> tuple[int, ...]:
    """Take members off the list: the next run may give them the tag again. Answers who was on it. Raises TagNotFound."""
    tag = _tag(tag_id)
    wanted = sorted(set(membership_ids))
    stores_services.lock_memberships(wanted)
    listed = TagExclusion.objects.filter(tag=tag, membership__in=wanted)
    found = sorted(listed.values_list("membership_id", flat=True))
    listed.delete()
    _changed(found)
    return tuple(found)


def end_all_by_hand(*, tag_id: int, reason: str, actor: str, at: datetime) -> int:
    """End everybody's row by hand of a tag that is retired, in the caller's transaction; answers how many."""
    return sql.run("tags/giving/end_all", tag_id=tag_id, reason=reason[: reasons.AT_MOST], actor=actor, at=at)


def _tag(tag_id: int) -> Tag:
    tag = Tag.objects.filter(pk=tag_id).first()
    if tag is None:
        raise TagNotFound()
    return tag


def _end(tag_id: int, membership_ids: list[int], reason: str, actor: str, at: datetime, *, by_hand: bool) -> list[int]:
    rows = sql.rows(
        "tags/giving/end",
        membership_ids=membership_ids,
        tag_id=tag_id,
        by_hand=by_hand,
        reason=reason[: reasons.AT_MOST],
        actor=actor,
        at=at,
    )
    return [row["membership_id"] for row in rows]


def _changed(membership_ids: Iterable[int]) -> None:
    TagDue.objects.bulk_create(TagDue(membership_id=membership_id) for membership_id in membership_ids)
