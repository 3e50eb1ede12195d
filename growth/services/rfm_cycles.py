"""The monthly RFM cycle (RFM-09, A-15): every active membership of a programme scored, a snapshot kept, its growth value moved.

A cycle is a row unique per programme and month, held by a session lock, done in chunks of memberships by id, each a transaction that ends
with the position reached: killed and started again it goes on there. The states stand still at the month's last day while it is under
way, so all chunks see the same facts. docs/rules/rfm.md, The monthly cycle.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db import connection, transaction

from core import sql
from core.enums import Origin, VersionState
from core.watching import Unwatched, Watcher
from growth.enums import BandMethod, Mode, MonetaryMode, RunState, Track
from growth.errors import RunDone, RunTooEarly, SchemeNotFound
from growth.models import RfmRun, RfmStale, RfmVersion, SchemeVersion
from growth.rules import rfm
from growth.rules.rfm import Cell
from growth.services import ledger, levels, rfm_states
from growth.services.rfm_states import Days

log = structlog.get_logger(__name__)
CHUNK = 10_000  # memberships of a transaction
ACTOR = "rfm"
STATES, CUTS, POSTING = "states", "cuts", "posting"  # phases
ALL_IDS = (0, 2**62)


@dataclass(frozen=True)
class Period:
    """A month of a programme. as_of: the local midnight that ends it."""

    programme_id: int
    period_on: date
    as_of: datetime


@dataclass(frozen=True)
class Bands:
    """The cut points a run goes by: the version's own, or the fifths found."""

    r_cuts: Sequence[int]
    f_cuts: Sequence[int]
    m_cuts: Sequence[int]


@dataclass(frozen=True)
class Judged:
    """One membership as a cycle would find it; the fields are those of growth.RfmSnapshot."""

    membership_id: int
    r_days: int | None
    f_count: int
    m_minor: int
    r_score: int
    f_score: int
    m_score: int
    value_milli: int
    rfm_class: str
    customer_group: str
    layer: str
    level_id: int | None
    rfm_unit: int
    bought: bool
    requested: int
    activity_growth: int
    f_dropped: bool

    @property
    def cell(self) -> Cell:
        return self.r_score, self.f_score, self.m_score


@dataclass(frozen=True)
class Preview:
    """What a cycle of that day would find. classes, groups, layers, cells: members by each.  rises, falls: members asked to change."""

    as_of_on: date
    bands: Bands
    members: int
    rises: int
    falls: int
    requested: int
    cells: Mapping[Cell, int]
    classes: Mapping[str, int]
    groups: Mapping[str, int]
    layers: Mapping[str, int]
    rows: tuple[Judged, ...]


def due_cycles(now: datetime) -> list[Period]:
    """The closed months that have no finished cycle, oldest first: those begun, and those after a programme's last cycle.

    A programme's first cycle is of the month in which its first RFM model was published, once that month has ended.
    Programmes without growth value have none.
    """
    due: list[Period] = []
    versions = RfmVersion.objects.filter(state=VersionState.PUBLISHED, programme__growth_on=True).select_related("programme")
    for version in versions.order_by("programme_id"):
        zone = ZoneInfo(version.programme.time_zone)
        runs = RfmRun.objects.filter(programme_id=version.programme_id)
        begun = runs.exclude(state=RunState.DONE).order_by("period_on").values_list("period_on", flat=True)
        months = list(begun)
        last = runs.order_by("-period_on").values_list("period_on", flat=True).first()
        if last is not None:
            month = rfm.month_after(last)
        else:
            first = RfmVersion.objects.filter(programme_id=version.programme_id, published_at__isnull=False).order_by("published_at")[0]
            assert first.published_at is not None
            month = first.published_at.astimezone(zone).date().replace(day=1)
        while _as_of(month, version.programme.time_zone) <= now:
            months.append(month)
            month = rfm.month_after(month)
        due += [Period(version.programme_id, each, _as_of(each, version.programme.time_zone)) for each in months]
    return sorted(due, key=lambda period: (period.as_of, period.programme_id))


def run_waiting(*, now: Callable[[], datetime], watcher: Watcher | None = None) -> list[RfmRun]:
    """Run the cycles that were asked for or that a killed worker left behind, oldest first; answers those brought to their end.

    The states of all programmes whose cycle of a month begins are brought to its end together.
    """
    waiting = RfmRun.objects.exclude(state=RunState.DONE).filter(programme__growth_on=True)
    rows = list(waiting.order_by("period_on", "programme_id").values_list("programme_id", "period_on", "r_cuts"))
    by_month: dict[date, list[int]] = {}
    for programme_id, period_on, cuts in rows:
        if cuts is None:
            by_month.setdefault(period_on, []).append(programme_id)
    done: list[RfmRun] = []
    for programme_id, period_on, _cuts in rows:
        beginning = by_month.pop(period_on, [])
        if len(beginning) > 1:
            _bring_together(beginning, rfm.month_after(period_on) - timedelta(days=1))
        run = run_cycle(programme_id=programme_id, period_on=period_on, now=now, watcher=watcher, again=False)
        if run is not None:
            done.append(run)
    return done


@transaction.atomic
def request_cycle(*, programme_id: int, period_on: date, at: datetime) -> RfmRun:
    """Ask for a cycle (立即运行): a row that the next tick runs. A row that waits already is answered. Raises RunDone, RunTooEarly."""
    version = _published(programme_id)
    period_on = period_on.replace(day=1)
    _check_ended(version, period_on, at)
    run = _row(version, period_on)
    if run.state == RunState.DONE:
        raise RunDone(period=f"{period_on:%Y-%m}")
    return run


def run_cycle(
    *,
    programme_id: int,
    period_on: date,
    now: Callable[[], datetime],
    watcher: Watcher | None = None,
    origin: Origin = Origin.LIVE,
    again: bool = True,
    chunk: int = CHUNK,
) -> RfmRun | None:
    """Run the cycle of a month to its end, or the rest of one that was killed. None while another worker runs it.

    now: the door's clock, read for every chunk.  origin backfill: entries are booked at the month's end, and nobody is told.
    again: whether a cycle that is done is refused (RunDone) or passed over (None).  Raises RunTooEarly, SchemeNotFound.
    """
    version = _published(programme_id)
    period_on = period_on.replace(day=1)
    _check_ended(version, period_on, now())
    with rfm_states.held([programme_id]) as free:
        if not free:
            return None
        run = _row(version, period_on)
        if run.state == RunState.DONE:
            if again:
                raise RunDone(period=f"{period_on:%Y-%m}")
            return None
        _Cycle(run, now, origin, watcher or Unwatched(), chunk).run()
    return RfmRun.objects.get(pk=run.pk)


def preview_cycle(*, version_id: int, as_of_on: date, membership_ids: Sequence[int] | None = None, rows_at_most: int = 100) -> Preview:
    """What a cycle whose last day were `as_of_on` would find by this version, draft or not, from the orders as they are; writes nothing.

    membership_ids: only these (OP-2.2); else the whole programme, the first `rows_at_most` memberships in `rows`.
    A rise is cut to 0 where nothing was bought from the first of that month on. Raises SchemeNotFound.
    """
    version = RfmVersion.objects.filter(pk=version_id).select_related("programme").first()
    if version is None:
        raise SchemeNotFound()
    plan = _Plan.of(version, as_of_on.replace(day=1), as_of_on, _scheme(version.programme_id), run_before=None)
    if membership_ids is not None:
        rows_at_most = len(membership_ids)
    with transaction.atomic():
        rfm_states.open_tables([version.pk])
        if membership_ids is None or version.method == BandMethod.QUINTILE:
            rfm_states.reckon_all(plan.days, since=None)
        else:
            rfm_states.reckon_some(membership_ids, plan.days)
        bands = _bands(version, plan, is_preview=True)
        _sum_up_activity(plan)
        sql.run("growth/rfm/judge", **plan.parameters(bands), after=ALL_IDS[0], upto=ALL_IDS[1], is_preview=True)
        if membership_ids is not None:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM rfm_judged WHERE NOT membership_id = ANY(%s)", [list(membership_ids)])
        counted = sql.rows("growth/rfm/preview_counts")
        rows = sql.rows("growth/rfm/preview_rows", limit=rows_at_most)
    cells: Counter[Cell] = Counter()
    by: dict[str, Counter[str]] = {"rfm_class": Counter(), "customer_group": Counter(), "layer": Counter()}
    for row in counted:
        cells[row["r_score"], row["f_score"], row["m_score"]] += row["members"]
        for name, counts in by.items():
            counts[row[name]] += row["members"]
    return Preview(
        as_of_on=as_of_on,
        bands=bands,
        members=cells.total(),
        rises=sum(row["rises"] for row in counted),
        falls=sum(row["falls"] for row in counted),
        requested=sum(row["requested"] for row in counted),
        cells=cells,
        classes=by["rfm_class"],
        groups=by["customer_group"],
        layers=by["layer"],
        rows=tuple(Judged(**row) for row in rows),
    )


@dataclass(frozen=True)
class Simulated:
    """A cycle in thought. states_of: the version whose states are read; None where the orders are."""

    plan: "_Plan"
    states_of: int | None

    @property
    def period_on(self) -> date:
        return self.plan.period_on

    @property
    def as_of_on(self) -> date:
        return self.plan.days.as_of_on

    @property
    def as_of(self) -> datetime:
        return self.plan.days.until


def open_simulation(*, version: RfmVersion, period_on: date | None, at: datetime) -> Simulated:
    """Make ready to score everybody by a version, draft or not, in the caller's transaction, as the cycle of a month would.

    Without a month the last day is the one the published version's states are at; where the version counts the same orders, these
    states are read instead of the orders.
    """
    published = RfmVersion.objects.filter(programme_id=version.programme_id, state=VersionState.PUBLISHED).select_related("clock").first()
    clock = getattr(published, "clock", None) if published else None
    zone = ZoneInfo(version.programme.time_zone)
    if period_on is not None:
        as_of_on = rfm.month_after(period_on) - timedelta(days=1)
    else:
        as_of_on = clock.as_of_on if clock and clock.as_of_on else at.astimezone(zone).date() - timedelta(days=1)
    plan = _Plan.of(version, as_of_on.replace(day=1), as_of_on, _scheme(version.programme_id), run_before=None)
    counts_the_same = published is not None and clock is not None and clock.as_of_on == as_of_on
    counts_the_same = counts_the_same and published is not None and published.window_days == version.window_days
    stale = RfmStale.objects.filter(membership__programme_id=version.programme_id).exists()
    rfm_states.open_tables([version.pk])
    _open_activity()
    return Simulated(plan, published.pk if published is not None and counts_the_same and not stale else None)


def judge_simulation(simulated: Simulated) -> None:
    """Fill rfm_judged for everybody; writes temporary rows alone."""
    plan, from_orders = simulated.plan, simulated.states_of is None
    if from_orders:
        rfm_states.reckon_all(plan.days, since=None)
    bands = _bands(plan.version, plan, is_preview=from_orders, states_of=simulated.states_of)
    said = plan.parameters(bands) | {"version_id": simulated.states_of or plan.version.pk}
    sql.run("growth/rfm/judge", **said, after=ALL_IDS[0], upto=ALL_IDS[1], is_preview=from_orders)
    rfm_states.analyze("rfm_judged")


@dataclass(frozen=True)
class _Plan:
    """What all chunks of a run have in common."""

    version: RfmVersion
    period_on: date
    days: Days
    scheme: "_Scheme"
    run_before: int | None

    @classmethod
    def of(cls, version: RfmVersion, period_on: date, as_of_on: date, scheme: "_Scheme", run_before: int | None) -> "_Plan":
        return cls(version, period_on, Days(version.programme.time_zone, version.window_days, as_of_on), scheme, run_before)

    def parameters(self, bands: Bands) -> dict[str, Any]:
        terms = rfm.terms_of(self.version)
        weight_r, weight_f, weight_m = terms.weights
        return {
            "programme_id": self.version.programme_id,
            "version_id": self.version.pk,
            "period_on": self.period_on,
            "as_of_on": self.days.as_of_on,
            "as_of": self.days.until,
            "is_average": terms.m_mode == MonetaryMode.AVERAGE,
            "r_cuts": list(bands.r_cuts),
            "f_cuts": list(bands.f_cuts),
            "m_cuts": list(bands.m_cuts),
            "weight_r": weight_r,
            "weight_f": weight_f,
            "weight_m": weight_m,
            "scheme_version_id": self.scheme.version_id,
            "counts": self.scheme.mode != Mode.BEHAVIOUR,
            "run_before_id": self.run_before,
        }


@dataclass(frozen=True)
class _Scheme:
    """The level scheme whose mode and units a run goes by; a programme without one is asked for nothing."""

    version_id: int | None
    mode: Mode


class _Cycle:
    """One worker's turn at a run that it holds."""

    def __init__(self, run: RfmRun, now: Callable[[], datetime], origin: Origin, watcher: Watcher, chunk: int) -> None:
        self.run_id, self.now, self.origin, self.watcher, self.chunk = run.pk, now, origin, watcher, chunk
        self.row = RfmRun.objects.filter(pk=run.pk)

    def run(self) -> None:
        started = RfmRun.objects.select_related("version__programme").get(pk=self.run_id)
        scheme = self._begin(started)
        before = RfmRun.objects.filter(programme_id=started.programme_id, period_on__lt=started.period_on, state=RunState.DONE)
        plan = _Plan.of(
            started.version,
            started.period_on,
            rfm.month_after(started.period_on) - timedelta(days=1),
            scheme,
            before.order_by("-period_on").values_list("pk", flat=True).first(),
        )
        bands = self._stand_still(started, plan)
        with transaction.atomic():
            _sum_up_activity(plan)
        self._post(started, plan, bands)

    def _begin(self, run: RfmRun) -> _Scheme:
        """Say once which model and scheme the run goes by, so that it goes on by the same after a kill, whatever is published meanwhile."""
        if run.r_cuts is not None:
            return _Scheme(run.result["scheme_version"], Mode(run.result["mode"]))
        scheme = _scheme(run.programme_id)
        said = {"scheme_version": scheme.version_id, "mode": scheme.mode}
        run.version = _published(run.programme_id)
        self.row.update(version=run.version, state=RunState.RUNNING, started_at=run.started_at or self.now(), result=said)
        return scheme

    def _stand_still(self, run: RfmRun, plan: _Plan) -> Bands:
        """Bring the states to the month's end and find the cut points, once: from then on the daily update waits for the run's end."""
        if run.r_cuts and run.f_cuts and run.m_cuts:
            return Bands(run.r_cuts, run.f_cuts, run.m_cuts)
        self._phase(STATES, 0)
        rfm_states.bring(version_ids=[run.version_id], as_of_on=plan.days.as_of_on)
        self._phase(CUTS, 0)
        with transaction.atomic():
            rfm_states.open_tables([run.version_id])
            bands = _bands(run.version, plan, is_preview=False)
            self.row.update(r_cuts=list(bands.r_cuts), f_cuts=list(bands.f_cuts), m_cuts=list(bands.m_cuts))
        return bands

    def _post(self, run: RfmRun, plan: _Plan, bands: Bands) -> None:
        ends = sql.rows(
            "growth/rfm/bounds",
            programme_id=run.programme_id,
            as_of=plan.days.until,
            position=run.position,
            size=self.chunk,
        )
        done = run.done if run.phase == POSTING else 0
        self._phase(POSTING, done + (ends[-1]["place"] if ends else 0), done)
        position = run.position
        for end in ends:
            self._post_chunk(plan, bands, position, end["id"], done + end["place"])
            position = end["id"]
            self.watcher.at(done + end["place"])
        with transaction.atomic():
            found = sql.one("growth/rfm/summary", run_id=self.run_id)
            assert found is not None
            said = self.row.values_list("result", flat=True).get() | dict(found)
            self.row.update(state=RunState.DONE, phase="", result=said, finished_at=self.now())
        log.info("rfm_cycle", run_id=self.run_id, period=f"{run.period_on:%Y-%m}", **{name: int(value) for name, value in found.items()})

    @transaction.atomic
    def _post_chunk(self, plan: _Plan, bands: Bands, position: int, upto: int, done: int) -> None:
        """Judge, post, keep snapshots, raise who has risen, and say how far we are: all or nothing."""
        booked_at = self.now() if self.origin == Origin.LIVE else plan.days.until
        rfm_states.open_tables([plan.version.pk])
        sql.run("growth/rfm/judge", **plan.parameters(bands), after=position, upto=upto, is_preview=False)
        rfm_states.analyze("rfm_judged")
        with ledger.staged() as batch:
            staged = sql.run(
                "growth/rfm/stage_entries",
                batch=batch,
                run_id=self.run_id,
                effect_key=f"rfm:{plan.period_on:%Y-%m}",
                actor=ACTOR,
                as_of=plan.days.until,
            )
            if staged:
                ledger.post_staged(batch=batch, booked_at=booked_at, origin=self.origin, announce=False)
            sql.run("growth/rfm/write_snapshots", batch=batch, run_id=self.run_id)
            if staged:
                levels.rise_staged(batch=batch, booked_at=booked_at, origin=self.origin)
        moved = self.row.filter(position=position).update(position=upto, done=done)
        assert moved == 1, "another worker has moved this run"

    def _phase(self, name: str, total: int, done: int = 0) -> None:
        self.row.update(phase=name, total=total, done=done)
        self.watcher.phase(name, total=total)


def _bring_together(programme_ids: Sequence[int], as_of_on: date) -> None:
    """Bring the states of programmes to a day in one pass, where they look at the same days. Those that others hold are left to them."""
    with rfm_states.held(programme_ids) as free:
        ready = free - set(RfmRun.objects.filter(state=RunState.RUNNING, r_cuts__isnull=False).values_list("programme_id", flat=True))
        versions = RfmVersion.objects.filter(programme_id__in=ready, state=VersionState.PUBLISHED)
        rfm_states.bring(version_ids=list(versions.values_list("pk", flat=True)), as_of_on=as_of_on)


def _open_activity() -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.text("growth/rfm/create_activity"))


def _sum_up_activity(plan: _Plan) -> None:
    _open_activity()
    sql.run(
        "growth/rfm/fill_activity",
        programme_id=plan.version.programme_id,
        from_at=rfm_states.midnight(plan.period_on, plan.days.time_zone),
        as_of=plan.days.until,
    )
    rfm_states.analyze("rfm_activity")


def _bands(version: RfmVersion, plan: _Plan, *, is_preview: bool, states_of: int | None = None) -> Bands:
    """The version's own cut points, or the fifths of those who bought; its own too while nobody has. states_of: of another version."""
    if version.method == BandMethod.QUINTILE:
        found = sql.one(
            "growth/rfm/cut_points",
            version_id=states_of or version.pk,
            as_of_on=plan.days.as_of_on,
            as_of=plan.days.until,
            is_average=version.m_mode == MonetaryMode.AVERAGE,
            is_preview=is_preview,
        )
        if found is not None:
            return Bands(**found)
    return Bands(version.r_cuts, version.f_cuts, version.m_cuts)


def _scheme(programme_id: int) -> _Scheme:
    found = SchemeVersion.objects.filter(scheme__programme_id=programme_id, scheme__track=Track.FREE, state=VersionState.PUBLISHED).first()
    return _Scheme(found.pk, Mode(found.mode)) if found else _Scheme(None, Mode.BEHAVIOUR)


def _published(programme_id: int) -> RfmVersion:
    found = RfmVersion.objects.filter(programme_id=programme_id, state=VersionState.PUBLISHED).select_related("programme").first()
    if found is None:
        raise SchemeNotFound()
    return found


def _row(version: RfmVersion, period_on: date) -> RfmRun:
    run, _created = RfmRun.objects.get_or_create(
        programme_id=version.programme_id,
        period_on=period_on,
        defaults={"version": version, "as_of": _as_of(period_on, version.programme.time_zone)},
    )
    return run


def _check_ended(version: RfmVersion, period_on: date, now: datetime) -> None:
    if _as_of(period_on, version.programme.time_zone) > now:
        raise RunTooEarly(period=f"{period_on:%Y-%m}")


def _as_of(period_on: date, time_zone: str) -> datetime:
    return rfm_states.midnight(rfm.month_after(period_on), time_zone)
