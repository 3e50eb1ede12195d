"""Cycles in thought: what one would find, by a model that is a draft or not, without writing anything (RFM-07, OP-2.2, ruling 23)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from core import sql
from core.enums import VersionState
from growth.enums import BandMethod
from growth.errors import SchemeNotFound
from growth.models import RfmStale, RfmVersion
from growth.rules import rfm
from growth.rules.rfm import Cell
from growth.services import rfm_plans, rfm_states


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
    bands: rfm_plans.Bands
    members: int
    rises: int
    falls: int
    requested: int
    cells: Mapping[Cell, int]
    classes: Mapping[str, int]
    groups: Mapping[str, int]
    layers: Mapping[str, int]
    rows: tuple[Judged, ...]


def preview_cycle(*, version_id: int, as_of_on: date, membership_ids: Sequence[int] | None = None, rows_at_most: int = 100) -> Preview:
    """What a cycle whose last day were `as_of_on` would find by this version, draft or not, from the orders as they are; writes nothing.

    membership_ids: only these (OP-2.2); else the whole programme, the first `rows_at_most` memberships in `rows`.
    A rise is cut to 0 where nothing was bought from the first of that month on. Raises SchemeNotFound.
    """
    version = RfmVersion.objects.filter(pk=version_id).select_related("programme").first()
    if version is None:
        raise SchemeNotFound()
    plan = rfm_plans.Plan.of(version, as_of_on.replace(day=1), as_of_on, rfm_plans.counting_of(version.programme_id), run_before=None)
    if membership_ids is not None:
        rows_at_most = len(membership_ids)
    with transaction.atomic():
        rfm_states.open_tables([version.pk])
        if membership_ids is None or version.method == BandMethod.QUINTILE:
            rfm_states.reckon_all(plan.days, since=None)
        else:
            rfm_states.reckon_some(membership_ids, plan.days)
        bands = rfm_plans.bands_of(version, plan, is_preview=True)
        rfm_plans.sum_up_activity(plan)
        sql.run("growth/rfm/judge", **plan.parameters(bands), after=rfm_plans.ALL_IDS[0], upto=rfm_plans.ALL_IDS[1], is_preview=True)
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

    plan: rfm_plans.Plan
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
    plan = rfm_plans.Plan.of(version, as_of_on.replace(day=1), as_of_on, rfm_plans.counting_of(version.programme_id), run_before=None)
    counts_the_same = published is not None and clock is not None and clock.as_of_on == as_of_on
    counts_the_same = counts_the_same and published is not None and published.window_days == version.window_days
    stale = RfmStale.objects.filter(membership__programme_id=version.programme_id).exists()
    rfm_states.open_tables([version.pk])
    rfm_plans.open_activity()
    return Simulated(plan, published.pk if published is not None and counts_the_same and not stale else None)


def judge_simulation(simulated: Simulated) -> None:
    """Fill rfm_judged for everybody; writes temporary rows alone."""
    plan, from_orders = simulated.plan, simulated.states_of is None
    if from_orders:
        rfm_states.reckon_all(plan.days, since=None)
    bands = rfm_plans.bands_of(plan.version, plan, is_preview=from_orders, states_of=simulated.states_of)
    said = plan.parameters(bands) | {"version_id": simulated.states_of or plan.version.pk}
    sql.run("growth/rfm/judge", **said, after=rfm_plans.ALL_IDS[0], upto=rfm_plans.ALL_IDS[1], is_preview=from_orders)
    rfm_states.analyze("rfm_judged")
