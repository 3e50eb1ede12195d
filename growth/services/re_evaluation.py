"""What publishing a level scheme does to members: replaced levels at once, rises at once or by a job (ruling 22)."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction

from core import jobs, sql
from core.enums import Origin
from core.watching import Watcher
from growth.enums import Track
from growth.models import LevelMatch, LevelOverride, MemberLevel, PaidPlan, SchemeVersion
from growth.services import changes, levels
from stores import selectors as stores_selectors
from stores import services as stores_services

JOB = "reevaluate_scheme"
RE_EVALUATING = "re_evaluating"  # phase of the job
AT_ONCE = 20_000  # memberships that are re-evaluated in the publishing transaction; more wait for a job
CHUNK = 5_000  # memberships of one transaction of the job


def after_publishing(
    *, version: SchemeVersion, before: SchemeVersion | None, replacements: Mapping[int, int], actor: str, at: datetime
) -> None:
    """Everything that follows from a version just published, inside its transaction. replacements: removed level id -> level id."""
    programme_id, track = version.scheme.programme_id, Track(version.scheme.track)
    is_first_of_all = before is None and track == Track.FREE
    stores_services.lock_programme(programme_id, against_joining=is_first_of_all)
    if replacements:
        _replace(version, replacements, actor, at)
    if is_first_of_all:
        levels.open_missing_levels(programme_id=programme_id, booked_at=at)
    if track not in (Track.FREE, Track.RECHARGE):
        return
    ids = stores_selectors.membership_ids(programme_id)
    if len(ids) > AT_ONCE:
        jobs.submit(kind=JOB, parameters={"version_id": version.pk, "actor": actor}, created_at=at)
    elif ids:
        _raise(version.pk, ids, actor, at)


@transaction.atomic
def _raise(version_id: int, ids: list[int], actor: str, at: datetime) -> int:
    """Raise those of the memberships (ids in order) who reach more. How many rose."""
    stores_services.lock_memberships(ids)
    with changes.batch() as number:
        staged = sql.run(
            "growth/schemes/stage_published", batch=number, version_id=version_id, after=ids[0] - 1, up_to=ids[-1], actor=actor, at=at
        )
        if staged:
            changes.write(number, booked_at=at, origin=Origin.LIVE)
    return staged


def _replace(version: SchemeVersion, replacements: Mapping[int, int], actor: str, at: datetime) -> None:
    """Nobody holds, sells, matches or has been given by hand a level that is gone."""
    removed = list(replacements)
    holding = MemberLevel.objects.filter(level_id__in=removed) | MemberLevel.objects.filter(automatic_level_id__in=removed)
    stores_services.lock_memberships(holding.values_list("membership_id", flat=True))
    for level_id, replacement in replacements.items():
        LevelOverride.objects.filter(level_id=level_id, state__in=["pending", "active"]).update(level_id=replacement)
        PaidPlan.objects.filter(level_id=level_id).update(level_id=replacement)
        LevelMatch.objects.filter(to_level_id=level_id).update(to_level_id=replacement)
        LevelMatch.objects.filter(from_level_id=level_id).update(from_level_id=replacement)
    with changes.batch() as number:
        staged = sql.run(
            "growth/schemes/stage_mapped",
            batch=number,
            version_id=version.pk,
            removed=removed,
            replacements=list(replacements.values()),
            actor=actor,
            at=at,
        )
        if staged:
            changes.write(number, booked_at=at, origin=Origin.LIVE)


def raise_all(*, version_id: int, begin: int, actor: str, now: Callable[[], datetime], watcher: Watcher) -> int:
    """Raise who reaches more, in chunks by membership id, from the `begin`-th membership on. How many rose.

    Each chunk is a transaction of its own; one that is done twice finds nothing to do. A version that has been replaced meanwhile
    raises nobody: the one that replaced it does.
    """
    version = SchemeVersion.objects.select_related("scheme").get(pk=version_id)
    ids = stores_selectors.membership_ids(version.scheme.programme_id)
    watcher.phase(RE_EVALUATING, total=len(ids))
    raised = 0
    for start in range(begin, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        with transaction.atomic():
            raised += _raise(version_id, chunk, actor, now())
            watcher.at(start + len(chunk))
    return raised
