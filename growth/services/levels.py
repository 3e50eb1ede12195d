"""Levels go up at once, in the transaction that crosses the threshold (LVL-01..03, LVL-15, LVL-22); they go down in reviews alone."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from core import sql
from core.enums import Origin
from growth.enums import Basis
from growth.services import changes
from stores import services as stores_services

BY_GROWTH = [Basis.GROWTH.value]
BY_MEASURE = [basis.value for basis in Basis if basis != Basis.GROWTH]
SYSTEM = "system"


@transaction.atomic
def rise(
    *, membership_ids: Iterable[int], at: datetime | None = None, booked_at: datetime, origin: Origin, entry_ids: Sequence[int] = ()
) -> list[int]:
    """Raise who has crossed a threshold by growth value. Ids of the history lines, empty for most calls.

    With entry_ids each crossing is dated at the entry that crossed; several in a row give a line each, a jump of one entry over several
    levels one line and the packs of every level passed (ruling 22). Without, what the memberships hold now counts, dated `at`.
    """
    ids = sorted(set(membership_ids))
    stores_services.lock_memberships(ids)
    moments = [] if entry_ids else [(membership_id, at or booked_at, f"membership:{membership_id}") for membership_id in ids]
    return _rise(entry_ids=entry_ids, moments=moments, bases=BY_GROWTH, booked_at=booked_at, origin=origin)


@transaction.atomic
def rise_staged(*, batch: int, booked_at: datetime, origin: Origin) -> list[int]:
    """The same for a batch of growth entries that has just been posted from staging; the caller holds its memberships."""
    return _rise(entry_batch=batch, bases=BY_GROWTH, booked_at=booked_at, origin=origin)


@transaction.atomic
def rise_by_measure(*, moments: Sequence[tuple[int, datetime, str]], booked_at: datetime, origin: Origin) -> list[int]:
    """Raise who has reached a threshold of spend, orders, points earned or recharge at a moment.

    moments: (membership id, when, what happened: "order:812"), in the order in which it happened.
    """
    stores_services.lock_memberships({membership_id for membership_id, _at, _source in moments})
    return _rise(moments=moments, bases=BY_MEASURE, booked_at=booked_at, origin=origin)


def _rise(
    *,
    entry_ids: Sequence[int] = (),
    entry_batch: int | None = None,
    moments: Sequence[tuple[int, datetime, str]] = (),
    bases: Sequence[str],
    booked_at: datetime,
    origin: Origin,
) -> list[int]:
    with changes.batch() as number:
        staged = sql.run(
            "growth/levels/stage_rises",
            batch=number,
            entry_ids=list(entry_ids),
            entry_batch=entry_batch,
            membership_ids=[membership_id for membership_id, _at, _source in moments],
            ats=[at for _membership_id, at, _source in moments],
            sources=[source for _membership_id, _at, source in moments],
            bases=list(bases),
            actor=SYSTEM,
        )
        return changes.write(number, booked_at=booked_at, origin=origin) if staged else []


@transaction.atomic
def open_levels(*, membership_ids: Iterable[int], booked_at: datetime, origin: Origin) -> list[int]:
    """Give new memberships the lowest level of the free track, dated when they joined; those of programmes without a scheme get none."""
    ids = sorted(set(membership_ids))
    stores_services.lock_memberships(ids)
    return _open(membership_ids=ids, programme_id=None, gives_gifts=True, booked_at=booked_at, origin=origin)


@transaction.atomic
def open_missing_levels(*, programme_id: int, booked_at: datetime) -> list[int]:
    """The same for everybody in a programme who has none: its first scheme was published. Nothing is given or told for it."""
    return _open(membership_ids=[], programme_id=programme_id, gives_gifts=False, booked_at=booked_at, origin=Origin.BACKFILL)


def _open(*, membership_ids: list[int], programme_id: int | None, gives_gifts: bool, booked_at: datetime, origin: Origin) -> list[int]:
    with changes.batch() as number:
        staged = sql.run(
            "growth/levels/stage_opened",
            batch=number,
            membership_ids=membership_ids,
            programme_id=programme_id,
            gives_gifts=gives_gifts,
            actor=SYSTEM,
        )
        return changes.write(number, booked_at=booked_at, origin=origin) if staged else []
