"""Why a member has a tag, or has it not (TAG-16, design section 5)."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from stores import selectors as stores_selectors
from tags.models import MemberTag, Tag, TagExclusion, TagVersion
from tags.selectors import matching
from tags.selectors import tags as selectors
from tags.selectors.matching import Explained
from tags.selectors.tags import Held


@dataclass(frozen=True)
class Why:
    """What is known about one member and one tag.

    held: the open rows, None for nobody's.  last: the row that ended last, where none is open.  never: why it is never given.
    version: the rule in force, and now: that rule for the facts of this moment, line by line; both None where there is no rule.
    """

    tag: Tag
    held: Held | None
    last: MemberTag | None
    never: TagExclusion | None
    version: TagVersion | None
    now: Explained | None
    as_of_on: date

    @property
    def is_behind(self) -> bool:
        """Whether the next run will give the tag by rule, or take it: something has changed since the last one."""
        has = self.held is not None and self.held.by_rule is not None
        wants = self.now is not None and self.now.matches and self.never is None
        return has != wants


def why(membership_id: int, tag: Tag, at: datetime) -> Why:
    """The rows of a member for a tag of its programme, and its rule for the member's facts as they were refreshed last."""
    programme = stores_selectors.memberships_by_id([membership_id])[membership_id].programme
    on = at.astimezone(ZoneInfo(programme.time_zone)).date()
    held = next((each for each in selectors.held([membership_id])[membership_id] if each.tag.pk == tag.pk), None)
    rows = MemberTag.objects.filter(membership_id=membership_id, tag=tag).select_related("tag", "version")
    version = selectors.published(tag.pk)
    return Why(
        tag=tag,
        held=held,
        last=None if held else rows.order_by("-ended_at").first(),
        never=TagExclusion.objects.filter(membership_id=membership_id, tag=tag).first(),
        version=version,
        now=matching.explain(version.rule, membership_id, on) if version else None,
        as_of_on=on,
    )
