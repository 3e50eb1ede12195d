"""Where every membership stands by its programme's RFM model, kept fresh day by day (ruling 21).

A state is of one version and says what its clock's `as_of_on` saw: orders completed before the local midnight after that day. The daily
update reads the days that enter and leave the window; memberships that something late, changed or refunded concerns are reckoned anew from
all their orders, told of by notes (growth.RfmStale). Programmes whose models look at the same days are reckoned in one pass.
One session at a time moves the states of a programme. docs/rules/rfm.md, Keeping states fresh.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db import connection, transaction

from core import locks, sql
from core.enums import Origin, VersionState
from growth.enums import RunState
from growth.models import RfmClock, RfmRun, RfmVersion
from growth.rules import rfm

log = structlog.get_logger(__name__)
LOCK_CLASS = 7311  # first key of the advisory locks that hold a programme's states; the second is the programme
DAYS_ONE_BY_ONE = 31  # further ahead the window is counted anew
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
STALE_PER_FULL = 5  # from every fifth state on, one pass over all orders is cheaper than so many members one by one


@dataclass(frozen=True)
class Moved:
    """What bringing states to a day has done. touched: states written or removed.

    road: "day" read single days, "window" the window's orders, "full" all.
    """

    version_ids: tuple[int, ...]
    road: str
    touched: int


@dataclass(frozen=True)
class Days:
    """A window of local days as moments, half open. until: the local midnight after as_of_on."""

    time_zone: str
    window_days: int
    as_of_on: date

    @property
    def from_at(self) -> datetime:
        return midnight(rfm.window_from(self.as_of_on, self.window_days), self.time_zone)

    @property
    def until(self) -> datetime:
        return midnight(self.as_of_on + timedelta(days=1), self.time_zone)


def midnight(day: date, time_zone: str) -> datetime:
    """The moment a local day begins."""
    return datetime.combine(day, time(), ZoneInfo(time_zone))


def mark_stale(
    *, order_ids: Sequence[int] = (), after_sale_ids: Sequence[int] = (), booked_at: datetime, origin: Origin = Origin.LIVE
) -> int:
    """Leave notes for the memberships whose state may hold an older truth of these orders, or of those refunded; answers how many.

    Called in the transaction that changed the orders, so that the note is there as soon as the change is.
    """
    return sql.run(
        "growth/rfm/mark_stale",
        order_ids=list(order_ids),
        after_sale_ids=list(after_sale_ids),
        booked_at=booked_at,
        is_live=origin == Origin.LIVE,
    )


def update_states(*, now: datetime) -> list[Moved]:
    """Bring every programme's published model to its local yesterday. What is there already, or held by a cycle, is left alone.

    Run twice it finds nothing to do. A programme whose cycle is under way (also after a kill) waits until that has ended.
    """
    moved: list[Moved] = []
    by_day: dict[date, list[int]] = defaultdict(list)
    for version in _published():
        by_day[_yesterday(version, now)].append(version.pk)
    for as_of_on, version_ids in sorted(by_day.items()):
        with held(_programmes(version_ids)) as free:
            ready = [
                version.pk
                for version in _published(version_ids)
                if version.programme_id in free
                and not RfmRun.objects.filter(programme_id=version.programme_id, state=RunState.RUNNING).exists()
                and not _is_beyond(version, as_of_on)
            ]
            moved += bring(version_ids=ready, as_of_on=as_of_on)
    return moved


def check_states(*, now: datetime) -> int:
    """Reckon all states anew at the day they are at, repair and count what differed (0 when all is well), and write that on their clocks.

    What notes tell of is seen to first and is no difference. Programmes whose cycle is under way are left out.
    """
    differences = 0
    by_day: dict[tuple[date, str, int], list[int]] = defaultdict(list)
    for clock in RfmClock.objects.filter(version__state=VersionState.PUBLISHED, as_of_on__isnull=False).select_related(
        "version__programme"
    ):
        version = clock.version
        assert clock.as_of_on is not None
        by_day[clock.as_of_on, version.programme.time_zone, version.window_days].append(version.pk)
    for (as_of_on, time_zone, window_days), version_ids in sorted(by_day.items()):
        with held(_programmes(version_ids)) as free:
            ready = [
                version.pk
                for version in _published(version_ids)
                if version.programme_id in free
                and version.clock.as_of_on == as_of_on
                and not RfmRun.objects.filter(programme_id=version.programme_id, state=RunState.RUNNING).exists()
            ]
            if not ready:
                continue
            bring(version_ids=ready, as_of_on=as_of_on)
            touched = recount(ready, Days(time_zone, window_days, as_of_on))
            RfmClock.objects.filter(pk__in=ready).update(checked_on=now.astimezone(ZoneInfo(time_zone)).date(), differences=touched)
            differences += touched
            if touched:
                log.error("rfm_states_differed", version_ids=ready, as_of_on=as_of_on.isoformat(), differences=touched)
    return differences


def bring(*, version_ids: Iterable[int], as_of_on: date) -> list[Moved]:
    """Bring the states of versions to a day, forward or back, by the shortest road; the caller holds their programmes (`held`).

    One transaction for all versions that look at the same days: states, clocks and notes move together or not at all.
    """
    groups: dict[tuple[str, int, date | None], list[int]] = defaultdict(list)
    for version in RfmVersion.objects.filter(pk__in=list(version_ids)).select_related("programme", "clock"):
        at = version.clock.as_of_on if hasattr(version, "clock") else None
        groups[version.programme.time_zone, version.window_days, at].append(version.pk)
    moved = []
    for (time_zone, window_days, at), some in sorted(groups.items(), key=str):
        days = Days(time_zone, window_days, as_of_on)
        if at is not None and timedelta(0) <= as_of_on - at < timedelta(days=window_days):
            moved.append(_move(some, days, at))
        else:
            moved.append(Moved(tuple(some), "full", _reckon_all(some, days)))
        log.info("rfm_states", version_ids=some, as_of_on=as_of_on.isoformat(), road=moved[-1].road, touched=moved[-1].touched)
    return moved


@transaction.atomic
def _move(version_ids: Sequence[int], days: Days, at: date) -> Moved:
    """Forward from a day they are at: by single days or, far ahead, by the window; by all orders when there are too many notes."""
    open_tables(version_ids)
    sql.run("growth/rfm/take_stale")
    sizes = _sizes(counts_states=False)
    if sizes["stale"] and sizes["stale"] * STALE_PER_FULL > sizes["states"]:
        return Moved(tuple(version_ids), "full", _replace(version_ids, days))
    analyze("rfm_stale")
    road, touched = "day", 0
    if timedelta(0) < days.as_of_on - at <= timedelta(days=min(DAYS_ONE_BY_ONE, days.window_days)):
        old = Days(days.time_zone, days.window_days, at)
        touched = sql.run("growth/rfm/advance", old_from=old.from_at, old_until=old.until, **_window(days))
    if sizes["stale"]:
        reckon_some((), days)
        touched += _write_some()
        sql.run("growth/rfm/drop_stale")
    if days.as_of_on - at > timedelta(days=min(DAYS_ONE_BY_ONE, days.window_days)):
        road = "window"
        touched += _recount(days)
    sql.run("growth/rfm/set_clocks", as_of_on=days.as_of_on)
    return Moved(tuple(version_ids), road, touched)


@transaction.atomic
def recount(version_ids: Sequence[int], days: Days) -> int:
    """Count the window's orders anew for states that are at its last day or before, write what differs, and answer how many did."""
    open_tables(version_ids)
    touched = _recount(days)
    sql.run("growth/rfm/set_clocks", as_of_on=days.as_of_on)
    return touched


def _recount(days: Days) -> int:
    from_on = rfm.window_from(days.as_of_on, days.window_days)
    _execute("DELETE FROM rfm_fresh")
    reckon_all(days, since=days.from_at)
    touched = sql.run("growth/rfm/write")
    strays = sql.one("growth/rfm/strays", from_on=from_on)
    assert strays is not None
    touched += int(strays["emptied"])
    if strays["membership_ids"]:
        _execute("DELETE FROM rfm_fresh")
        _execute("DELETE FROM rfm_stale")
        reckon_some(strays["membership_ids"], days)
        touched += _write_some()
    return touched


def _write_some() -> int:
    return sql.run("growth/rfm/write") + sql.run("growth/rfm/drop_emptied")


@transaction.atomic
def _reckon_all(version_ids: Sequence[int], days: Days) -> int:
    """From all orders; answers how many states were written or removed."""
    open_tables(version_ids)
    sql.run("growth/rfm/take_stale")
    return _replace(version_ids, days)


def _replace(version_ids: Sequence[int], days: Days) -> int:
    reckon_all(days, since=None)
    if _sizes()["states"] == 0:
        touched = sql.run("growth/rfm/fill")
        analyze("growth_rfmstate")  # before the next statements take it for the empty table it was
    else:
        touched = sql.run("growth/rfm/write")
        after = _sizes()
        if after["states"] != after["fresh"]:
            touched += sql.run("growth/rfm/drop_missing")
    sql.run("growth/rfm/drop_stale")
    sql.run("growth/rfm/drop_retired")
    sql.run("growth/rfm/set_clocks", as_of_on=days.as_of_on)
    return touched


def _sizes(*, counts_states: bool = True) -> Mapping[str, int]:
    """Of the work tables and states; states are not counted where there are no notes and nobody asks."""
    found = sql.one("growth/rfm/sizes", counts_states=counts_states)
    assert found is not None
    return found


def open_tables(version_ids: Sequence[int]) -> None:
    """Have this session's work tables, empty, with these versions in scope. Commits empty them; within one transaction this does."""
    sql.run("growth/rfm/create")
    for table in ("rfm_scope", "rfm_stale", "rfm_fresh", "rfm_judged"):
        _execute(f"DELETE FROM {table}")  # noqa: S608  (our own names)
    sql.run("growth/rfm/scope", version_ids=list(version_ids))
    analyze("rfm_scope")


def reckon_all(days: Days, *, since: datetime | None) -> None:
    """Fill rfm_fresh from all orders of the programmes in scope, or from those completed since a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '512MB'")  # a hash of every member and store
        cursor.execute(
            "SELECT CASE WHEN bool_or(is_platform) THEN NULL ELSE array_agg(store.id) END FROM rfm_scope AS scope"
            " LEFT JOIN stores_store AS store ON store.programme_id = scope.programme_id"
        )
        store_ids = cursor.fetchone()[0]
    sql.run("growth/rfm/reckon_all", store_ids=store_ids, since=since or BEGINNING, **_window(days))
    analyze("rfm_fresh")


def reckon_some(membership_ids: Sequence[int], days: Days) -> None:
    """Fill rfm_fresh for these memberships and those whose notes were taken."""
    sql.run("growth/rfm/reckon_some", membership_ids=list(membership_ids), **_window(days))
    analyze("rfm_fresh")


def held(programme_ids: Iterable[int]) -> AbstractContextManager[frozenset[int]]:
    """Hold what is free of these programmes for this session, so that nobody else moves their states or runs their cycle."""
    return locks.held(LOCK_CLASS, programme_ids)


def analyze(table: str) -> None:
    """Let the planner know how much is in a work table: nobody else analyses it."""
    _execute(f"ANALYZE {table}")


def _window(days: Days) -> dict[str, Any]:
    return {"from": days.from_at, "until": days.until, "time_zone": days.time_zone}


def _published(version_ids: Iterable[int] | None = None) -> list[RfmVersion]:
    found = RfmVersion.objects.filter(state=VersionState.PUBLISHED, programme__growth_on=True)
    if version_ids is not None:
        found = found.filter(pk__in=list(version_ids))
    return list(found.select_related("programme", "clock").order_by("pk"))


def _programmes(version_ids: Iterable[int]) -> list[int]:
    return list(RfmVersion.objects.filter(pk__in=list(version_ids)).values_list("programme_id", flat=True))


def _yesterday(version: RfmVersion, now: datetime) -> date:
    return now.astimezone(ZoneInfo(version.programme.time_zone)).date() - timedelta(days=1)


def _is_beyond(version: RfmVersion, as_of_on: date) -> bool:
    clock = getattr(version, "clock", None)
    return clock is not None and clock.as_of_on is not None and clock.as_of_on > as_of_on


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
