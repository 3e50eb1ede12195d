"""Levels set by hand (A-23, CSL-13): for a reason and a time, two or more steps only with a second person (R19).

pending -> active or rejected; active -> ended. Nothing else happens to an override.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import reasons, sql
from core.enums import Origin, VersionState
from core.errors import InvalidInput
from growth.enums import LevelCause, OverrideState, Track
from growth.errors import LevelNotFound, OverrideDecided, OverrideWaiting, SchemeNotFound, SecondPersonNeeded
from growth.models import LevelOverride, LevelTerms, MemberLevel, SchemeVersion
from growth.services import changes, levels
from growth.services.changes import Change
from stores import services as stores_services

VALID_FOR = timedelta(days=90)  # unless said otherwise
STEPS_ALONE = 1  # more wait for a second person
AT_ONCE = 1000


@transaction.atomic
def set_level(
    *,
    membership_id: int,
    track: Track = Track.FREE,
    level_id: int,
    reason: str,
    valid_until: datetime | None = None,
    actor: str,
    at: datetime,
) -> LevelOverride:
    """Set a membership's level by hand until a moment, 90 days from now unless said otherwise. Growth value stays as it is.

    Steps are counted from the level the scheme gives. One step is in force at once and replaces what was set before; two or more wait
    (PENDING). Raises LevelNotFound, SchemeNotFound, OverrideWaiting while another request waits, InvalidInput for a reason that is too
    short, an end that is past, or a level the member has anyway.
    """
    until = valid_until or at + VALID_FOR
    reason = reasons.checked(reason)
    if until <= at:
        raise InvalidInput(_("The end must lie in the future."), field="valid_until")
    stores_services.lock_memberships([membership_id])
    version = _version(membership_id, track)
    ranks = dict(LevelTerms.objects.filter(version=version).values_list("level_id", "rank"))
    if level_id not in ranks:
        raise LevelNotFound()
    end_overrides(now=at, membership_ids=[membership_id])
    if LevelOverride.objects.filter(membership_id=membership_id, track=track, state=OverrideState.PENDING).exists():
        raise OverrideWaiting()
    automatic_id = _automatic(membership_id, track, at)
    difference = ranks[level_id] - (-1 if automatic_id is None else ranks.get(automatic_id, -1))
    if difference == 0 and not _in_force(membership_id, track):
        raise InvalidInput(_("The member has this level already."), field="level")
    waits = abs(difference) > STEPS_ALONE
    if not waits:
        _replace(membership_id, track, at)
    override = LevelOverride.objects.create(
        membership_id=membership_id,
        track=track,
        level_id=level_id,
        is_raise=difference >= 0,
        steps=abs(difference),
        valid_from=at,
        valid_until=until,
        reason=reason,
        state=OverrideState.PENDING if waits else OverrideState.ACTIVE,
        requested_by=actor,
        requested_at=at,
    )
    if not waits:
        _take_effect(override, automatic_id, version, actor, at)
    return override


@transaction.atomic
def decide_override(*, override_id: int, approve: bool, actor: str, at: datetime) -> LevelOverride:
    """Approve or reject a level that waits. Approved, it is in force from now until the end that was asked for.

    Raises LevelNotFound, OverrideDecided, SecondPersonNeeded for who asked, InvalidInput when the end has passed meanwhile.
    """
    found = LevelOverride.objects.filter(pk=override_id).first()
    if found is None:
        raise LevelNotFound()
    stores_services.lock_memberships([found.membership_id])
    override = LevelOverride.objects.select_for_update(of=("self",)).get(pk=override_id)
    if override.state != OverrideState.PENDING:
        raise OverrideDecided()
    if override.requested_by == actor:
        raise SecondPersonNeeded()
    if approve and override.valid_until <= at:
        raise InvalidInput(_("The end must lie in the future."), field="valid_until")
    override.decided_by, override.decided_at = actor, at
    if not approve:
        override.state = OverrideState.REJECTED
        override.save(update_fields=["state", "decided_by", "decided_at"])
        return override
    track = Track(override.track)
    version = _version(override.membership_id, track)
    end_overrides(now=at, membership_ids=[override.membership_id])
    _replace(override.membership_id, track, at)
    override.state, override.valid_from = OverrideState.ACTIVE, at
    override.save(update_fields=["state", "decided_by", "decided_at", "valid_from"])
    _take_effect(override, _automatic(override.membership_id, track, at), version, actor, at)
    return override


@transaction.atomic
def end_override(*, override_id: int, actor: str, at: datetime) -> LevelOverride:
    """End a level in force before its time. Raises LevelNotFound, OverrideDecided for one that is not in force."""
    found = LevelOverride.objects.filter(pk=override_id).first()
    if found is None:
        raise LevelNotFound()
    stores_services.lock_memberships([found.membership_id])
    end_overrides(now=at, membership_ids=[found.membership_id])
    if not LevelOverride.objects.filter(pk=override_id, state=OverrideState.ACTIVE).update(state=OverrideState.ENDED, ended_at=at):
        raise OverrideDecided()
    track = Track(found.track)
    change = Change(
        membership_id=found.membership_id,
        track=track,
        cause=LevelCause.OVERRIDE_ENDED,
        source=f"override:{override_id}",
        actor=actor,
        occurred_at=at,
        automatic_id=_automatic(found.membership_id, track, at),
        version_id=_version(found.membership_id, track).pk,
    )
    changes.record([change], booked_at=at, origin=Origin.LIVE)
    found.refresh_from_db()
    return found


def end_overrides(*, now: datetime, membership_ids: list[int] | None = None) -> int:
    """Write down which levels set by hand have run out by `now`, of these memberships or all; answers how many.

    Reads do not wait for it. Requests that nobody decided before their end are rejected. A second run finds nothing.
    """
    ended = 0
    overdue = LevelOverride.objects.filter(valid_until__lte=now)
    if membership_ids is not None:
        overdue = overdue.filter(membership_id__in=membership_ids)
    overdue.filter(state=OverrideState.PENDING).update(state=OverrideState.REJECTED, decided_by=levels.SYSTEM, decided_at=now)
    in_force = overdue.filter(state=OverrideState.ACTIVE).order_by("membership_id").values_list("membership_id", flat=True)
    while some := sorted(set(in_force[:AT_ONCE])):
        with transaction.atomic(), changes.batch() as number:
            stores_services.lock_memberships(some)
            ended += sql.run("growth/levels/stage_ended_overrides", batch=number, membership_ids=some, now=now)
            changes.write(number, booked_at=now, origin=Origin.LIVE)
    return ended


def _version(membership_id: int, track: Track) -> SchemeVersion:
    """The version that holds where the membership counts. Raises SchemeNotFound."""
    version = SchemeVersion.objects.filter(
        scheme__programme__memberships=membership_id,
        scheme__programme__growth_on=True,
        scheme__track=track,
        state=VersionState.PUBLISHED,
    ).first()
    if version is None or track == Track.PAID:  # what was bought is changed by buying
        raise SchemeNotFound()
    return version


def _automatic(membership_id: int, track: Track, at: datetime) -> int | None:
    """The level the scheme gives; who has none yet in the free track gets the lowest first."""
    if track == Track.FREE:
        levels.open_levels(membership_ids=[membership_id], booked_at=at, origin=Origin.LIVE)
    held = MemberLevel.objects.filter(membership_id=membership_id, track=track).first()
    return held.automatic_level_id if held else None


def _in_force(membership_id: int, track: Track) -> bool:
    return LevelOverride.objects.filter(membership_id=membership_id, track=track, state=OverrideState.ACTIVE).exists()


def _replace(membership_id: int, track: Track, at: datetime) -> None:
    """What was set by hand before ends now; the history tells of it by the new one alone."""
    LevelOverride.objects.filter(membership_id=membership_id, track=track, state=OverrideState.ACTIVE).update(
        state=OverrideState.ENDED, ended_at=at
    )


def _take_effect(override: LevelOverride, automatic_id: int | None, version: SchemeVersion, actor: str, at: datetime) -> None:
    change = Change(
        membership_id=override.membership_id,
        track=Track(override.track),
        cause=LevelCause.OVERRIDE,
        source=f"override:{override.pk}",
        actor=actor,
        occurred_at=at,
        automatic_id=automatic_id,
        version_id=version.pk,
        note=override.reason,
    )
    changes.record([change], booked_at=at, origin=Origin.LIVE)
