"""What levels memberships hold, held and will hold, and why (LVL-02..34)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from growth.enums import Track
from growth.models import LevelTerms, MemberLevel


@dataclass(frozen=True)
class Held:
    """A level that counts. until: when it ends by itself; None: not before a review.  terms_id: its terms of the published version.

    track: in which it is held; a bought level may be one of the free track (LVL-33).  protected_until: as in MemberLevel.
    """

    level_id: int
    code: str
    name: str
    rank: int
    track: Track
    since: datetime
    until: datetime | None
    protected_until: datetime | None
    terms_id: int


def held(membership_ids: Iterable[int], at: datetime) -> dict[int, dict[Track, Held]]:
    """The levels that count at `at`, by membership and track; what has run out by then does not, whether or not a job has seen it."""
    ids = list(membership_ids)
    found: dict[int, dict[Track, Held]] = {membership_id: {} for membership_id in ids}
    rows = list(MemberLevel.objects.filter(membership_id__in=ids).order_by("membership_id", "track"))
    terms = terms_of({level_id for row in rows for level_id in (row.level_id, row.automatic_level_id) if level_id is not None})
    for row in rows:
        is_over = row.level_until is not None and row.level_until <= at
        level_id = row.automatic_level_id if is_over else row.level_id
        if level_id is None:
            continue
        of_level = terms[level_id]
        track = Track(row.track)
        found[row.membership_id][track] = Held(
            level_id=level_id,
            code=of_level.level.code,
            name=of_level.name,
            rank=of_level.rank,
            track=track,
            since=row.level_until if is_over and row.level_until is not None else row.since,
            until=None if is_over else row.level_until,
            protected_until=row.protected_until,
            terms_id=of_level.pk,
        )
    return found


def terms_of(level_ids: Iterable[int]) -> dict[int, LevelTerms]:
    """The terms of each level in the published version, or in the newest that had it; with `level` and `version`."""
    rows = LevelTerms.objects.filter(level_id__in=set(level_ids)).exclude(version__state="draft").select_related("level", "version")
    newest: dict[int, LevelTerms] = {}
    for row in rows.order_by("level_id", "version__number"):
        newest[row.level_id] = row
    return newest
