"""Reads of tags: which there are, by which rules, who has them, what a member has and had."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet

from core import sql
from core.enums import VersionState
from core.scope import Scope
from tags.enums import TagSource
from tags.errors import TagNotFound
from tags.models import MemberTag, Segment, Tag, TagExclusion, TagVersion
from tags.rules import layers


@dataclass(frozen=True)
class Held:
    """A tag that a member has: by rule, by hand, or both (A-34). since: of the older row."""

    tag: Tag
    by_rule: MemberTag | None
    by_hand: MemberTag | None

    @property
    def since(self) -> datetime:
        return min(row.started_at for row in self.rows)

    @property
    def rows(self) -> list[MemberTag]:
        return [row for row in (self.by_rule, self.by_hand) if row is not None]


# --- what there is ---


def of_programme(programme_id: int) -> QuerySet[Tag]:
    """The tags of a programme that are in use, the important ones first."""
    return Tag.objects.filter(programme_id=programme_id, retired_at=None).order_by("-priority", "code")


def tag_by_code(programme_id: int, code: str) -> Tag:
    """A tag, also a retired one. Raises TagNotFound."""
    found = Tag.objects.filter(programme_id=programme_id, code=code).first()
    if found is None:
        raise TagNotFound()
    return found


def with_versions(rows: QuerySet[Tag]) -> QuerySet[Tag]:
    """Tags with what `in_force` and `draft_of` look for, in one statement more."""
    current = TagVersion.objects.filter(state__in=[VersionState.PUBLISHED, VersionState.DRAFT])
    return rows.prefetch_related(Prefetch("versions", current))


def in_force(tag: Tag) -> TagVersion | None:
    """The published version of a tag read `with_versions`."""
    return _in_state(tag, VersionState.PUBLISHED)


def draft_of(tag: Tag) -> TagVersion | None:
    """The draft of a tag read `with_versions`."""
    return _in_state(tag, VersionState.DRAFT)


def _in_state(tag: Tag, state: VersionState) -> TagVersion | None:
    return next((version for version in tag.versions.all() if version.state == state), None)


def versions(tag_id: int) -> QuerySet[TagVersion]:
    """The editions of a tag's rule, the newest first."""
    return TagVersion.objects.filter(tag_id=tag_id).order_by("-number")


def published(tag_id: int) -> TagVersion | None:
    """The rule in force; None for a tag by hand, or one that was never published."""
    return TagVersion.objects.filter(tag_id=tag_id, state=VersionState.PUBLISHED).select_related("tag").first()


def draft(tag_id: int) -> TagVersion | None:
    """The rule that somebody is writing."""
    return TagVersion.objects.filter(tag_id=tag_id, state=VersionState.DRAFT).select_related("tag").first()


def rules_in_force(programme_id: int) -> dict[str, TagVersion]:
    """The published rules of a programme by the tag's code, each with its tag."""
    found = TagVersion.objects.filter(tag__programme_id=programme_id, tag__retired_at=None, state=VersionState.PUBLISHED)
    return {version.tag.code: version for version in found.select_related("tag").order_by("tag__slot")}


def used_by(tag: Tag) -> list[str]:
    """Names of the tags and segments whose rules, published or drafted, ask for a tag."""
    of_tags = TagVersion.objects.filter(tag__programme_id=tag.programme_id, tag__retired_at=None).exclude(tag=tag)
    live = of_tags.filter(state__in=[VersionState.PUBLISHED, VersionState.DRAFT]).select_related("tag").order_by("tag__code")
    segments = Segment.objects.filter(programme_id=tag.programme_id, retired_at=None).order_by("code")
    rules = [(version.tag.name, version.rule) for version in live] + [(segment.name, segment.rule) for segment in segments]
    return list(dict.fromkeys(name for name, rule in rules if tag.code in layers.mentioned(rule)))


# --- who has them ---


def holders(tag_ids: Iterable[int]) -> dict[int, int]:
    """How many members have each of these tags now; those nobody has are left out."""
    open_rows = MemberTag.objects.filter(tag__in=list(tag_ids), ended_at=None)
    return dict(open_rows.values_list("tag_id").annotate(members=Count("membership", distinct=True)))


def held(membership_ids: Iterable[int]) -> dict[int, list[Held]]:
    """What each of these memberships has now, the important tags first."""
    rows = MemberTag.objects.filter(membership__in=list(membership_ids), ended_at=None, tag__retired_at=None)
    by_tag: dict[tuple[int, int], dict[bool, MemberTag]] = defaultdict(dict)
    for row in rows.select_related("tag", "version").order_by("-tag__priority", "tag__code"):
        by_tag[row.membership_id, row.tag_id][row.source == TagSource.RULE] = row
    found: dict[int, list[Held]] = {membership_id: [] for membership_id in membership_ids}
    for (membership_id, _tag_id), of_tag in by_tag.items():
        tag = next(iter(of_tag.values())).tag
        found[membership_id].append(Held(tag, of_tag.get(True), of_tag.get(False)))
    return found


def history(membership_id: int, *, before: tuple[datetime, int] | None = None, limit: int = 50) -> list[MemberTag]:
    """What a membership has and had, the latest first. before: started_at and id of the last row seen."""
    rows = MemberTag.objects.filter(membership_id=membership_id).select_related("tag", "version")
    if before is not None:
        at, row_id = before
        rows = rows.filter(Q(started_at__lt=at) | Q(started_at=at, pk__lt=row_id))
    return list(rows.order_by("-started_at", "-pk")[:limit])


@dataclass(frozen=True)
class Happening:
    """That a tag was given, or ended. id: of the row of MemberTag.  reason: why it was given, of an end why it ended."""

    at: datetime
    id: int
    is_end: bool
    name: str
    source: TagSource
    reason: str
    programme_name: str

    @property
    def is_by_rule(self) -> bool:
        """Whether a rule did it: what staff end has a reason."""
        return self.source == TagSource.RULE and not self.reason


def happened(member_id: int, scope: Scope, *, before: datetime, limit: int) -> list[Happening]:
    """Tags given and ended in the programmes the caller reaches, the latest first, for the timeline (CSL-16). One statement."""
    reached = None if scope.platform else list(scope.programme_ids)
    rows = sql.rows("tags/history/happened", member_id=member_id, programme_ids=reached, before=before, limit=limit)
    return [
        Happening(
            row["at"],
            row["id"],
            row["is_end"],
            row["name"],
            TagSource(row["source"]),
            row["end_reason"] if row["is_end"] else row["reason"],
            row["programme_name"],
        )
        for row in rows
    ]


def exclusions(membership_id: int) -> Sequence[TagExclusion]:
    """The tags that a membership never gets, with who said so and why."""
    return list(TagExclusion.objects.filter(membership_id=membership_id).select_related("tag").order_by("tag__code"))
