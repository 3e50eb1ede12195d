"""The monthly RFM cycle (RFM-09, A-15): every active membership of a programme scored, a snapshot kept, its growth value moved.

A cycle is a row unique per programme and month, held by a session lock, done in chunks of memberships by id, each a transaction that ends
with the position reached: killed and started again it goes on there. The states stand still at the month's last day while it is under
way, so all chunks see the same facts. docs/rules/rfm.md, The monthly cycle.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction

from core import sql
from core.enums import Origin, VersionState
from core.watching import Unwatched, Watcher
from growth.enums import Mode, RunState
from growth.errors import RunDone, RunTooEarly, SchemeNotFound
from growth.models import RfmRun, RfmVersion
from growth.rules import rfm
from growth.services import ledger, levels, rfm_plans, rfm_states

log = structlog.get_logger(__name__)
CHUNK = 10_000  # memberships of a transaction
ACTOR = "rfm"
STATES, CUTS, POSTING = "states", "cuts", "posting"  # phases


@dataclass(frozen=True)
class Period:
    """A month of a programme. as_of: the local midnight that ends it."""

    programme_id: int
    period_on: date
    as_of: datetime


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


class _Cycle:
    """One worker's turn at a run that it holds."""

    def __init__(self, run: RfmRun, now: Callable[[], datetime], origin: Origin, watcher: Watcher, chunk: int) -> None:
        self.run_id, self.now, self.origin, self.watcher, self.chunk = run.pk, now, origin, watcher, chunk
        self.row = RfmRun.objects.filter(pk=run.pk)

    def run(self) -> None:
        started = RfmRun.objects.select_related("version__programme").get(pk=self.run_id)
        scheme = self._begin(started)
        before = RfmRun.objects.filter(programme_id=started.programme_id, period_on__lt=started.period_on, state=RunState.DONE)
        plan = rfm_plans.Plan.of(
            started.version,
            started.period_on,
            rfm.month_after(started.period_on) - timedelta(days=1),
            scheme,
            before.order_by("-period_on").values_list("pk", flat=True).first(),
        )
        bands = self._stand_still(started, plan)
        with transaction.atomic():
            rfm_plans.sum_up_activity(plan)
        self._post(started, plan, bands)

    def _begin(self, run: RfmRun) -> rfm_plans.Counting:
        """Say once which model and scheme the run goes by, so that it goes on by the same after a kill, whatever is published meanwhile."""
        if run.r_cuts is not None:
            return rfm_plans.Counting(run.result["scheme_version"], Mode(run.result["mode"]))
        scheme = rfm_plans.counting_of(run.programme_id)
        said = {"scheme_version": scheme.version_id, "mode": scheme.mode}
        run.version = _published(run.programme_id)
        self.row.update(version=run.version, state=RunState.RUNNING, started_at=run.started_at or self.now(), result=said)
        return scheme

    def _stand_still(self, run: RfmRun, plan: rfm_plans.Plan) -> rfm_plans.Bands:
        """Bring the states to the month's end and find the cut points, once: from then on the daily update waits for the run's end."""
        if run.r_cuts and run.f_cuts and run.m_cuts:
            return rfm_plans.Bands(run.r_cuts, run.f_cuts, run.m_cuts)
        self._phase(STATES, 0)
        rfm_states.bring(version_ids=[run.version_id], as_of_on=plan.days.as_of_on)
        self._phase(CUTS, 0)
        with transaction.atomic():
            rfm_states.open_tables([run.version_id])
            bands = rfm_plans.bands_of(run.version, plan, is_preview=False)
            self.row.update(r_cuts=list(bands.r_cuts), f_cuts=list(bands.f_cuts), m_cuts=list(bands.m_cuts))
        return bands

    def _post(self, run: RfmRun, plan: rfm_plans.Plan, bands: rfm_plans.Bands) -> None:
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
    def _post_chunk(self, plan: rfm_plans.Plan, bands: rfm_plans.Bands, position: int, upto: int, done: int) -> None:
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
