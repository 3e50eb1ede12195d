"""What RFM has found: the runs of a programme, the map of the 125 cells, a member's snapshot and how its delta came about."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from core.enums import VersionState
from growth.enums import ActivityLayer, CustomerGroup, Mode, RfmClass
from growth.models import RfmClock, RfmRun, RfmSnapshot, RfmVersion
from growth.rules import rfm
from growth.rules.rfm import Cell


@dataclass(frozen=True)
class HeatMap:
    """Members by cell and by the names of cells (RFM-04, RFM-08). All are there, also those with 0; each kind sums to `members`."""

    members: int
    cells: Mapping[Cell, int]
    classes: Mapping[RfmClass, int]
    groups: Mapping[CustomerGroup, int]
    layers: Mapping[ActivityLayer, int]

    @property
    def filled(self) -> int:
        """How many of the 125 cells have members."""
        return sum(1 for members in self.cells.values() if members)


@dataclass(frozen=True)
class Reckoned:
    """A snapshot's delta reckoned again, with every number that went into it. exact: before rounding and cutting, in thousandths."""

    cell: Cell
    weights: tuple[int, int, int]
    rfm_unit: int
    exact_milli: int
    bought: bool
    counts: bool
    delta: int


def published(programme_id: int) -> RfmVersion | None:
    """The model the next cycle goes by."""
    return RfmVersion.objects.filter(programme_id=programme_id, state=VersionState.PUBLISHED).select_related("programme").first()


def draft(programme_id: int) -> RfmVersion | None:
    """The model being worked on."""
    return RfmVersion.objects.filter(programme_id=programme_id, state=VersionState.DRAFT).select_related("programme").first()


def versions(programme_id: int) -> QuerySet[RfmVersion]:
    """All models of a programme, newest first."""
    return RfmVersion.objects.filter(programme_id=programme_id).order_by("-number")


def clock(programme_id: int) -> RfmClock | None:
    """How far the states of the published model are reckoned, and what the last full check found."""
    return RfmClock.objects.filter(version__programme_id=programme_id, version__state=VersionState.PUBLISHED).first()


def last_runs(programme_id: int, *, limit: int = 12) -> list[RfmRun]:
    """The newest cycles with their models; `phase`, `done` and `total` say how far one under way is."""
    runs = RfmRun.objects.filter(programme_id=programme_id).select_related("version__programme")
    return list(runs.order_by("-period_on")[:limit])


def last_closed_month(today: date) -> date:
    """First day of the month that ended before `today`, a local date of the programme: the one that 立即运行 runs."""
    return rfm.month_before(today)


def heat_map(run_id: int) -> HeatMap:
    """Of a cycle, also of one under way: what its snapshots say so far."""
    counted = RfmSnapshot.objects.filter(run_id=run_id).values_list("r_score", "f_score", "m_score")
    found = {(r, f, m): members for r, f, m, members in counted.annotate(members=Count("pk")).order_by()}
    return heat_map_of(found)


def heat_map_of(counts: Mapping[Cell, int]) -> HeatMap:
    """The map of members by cell, of a preview for one."""
    cells = {cell: counts.get(cell, 0) for cell in rfm.cells()}
    classes: Counter[RfmClass] = Counter(dict.fromkeys(RfmClass, 0))
    groups: Counter[CustomerGroup] = Counter(dict.fromkeys(CustomerGroup, 0))
    layers: Counter[ActivityLayer] = Counter(dict.fromkeys(ActivityLayer, 0))
    for cell, members in cells.items():
        classes[rfm.rfm_class(cell)] += members
        groups[rfm.customer_group(cell)] += members
        layers[rfm.layer(cell)] += members
    return HeatMap(sum(cells.values()), cells, classes, groups, layers)


def f_drops(run_id: int) -> QuerySet[RfmSnapshot]:
    """Memberships whose frequency fell steeply since the snapshot before (RFM-11), by id."""
    return RfmSnapshot.objects.filter(run_id=run_id, f_dropped=True).select_related("membership").order_by("membership_id")


def snapshots_of(membership_id: int, *, limit: int = 12) -> list[RfmSnapshot]:
    """A membership's newest snapshots, each with its cycle and model."""
    rows = RfmSnapshot.objects.filter(membership_id=membership_id).select_related("run__version")
    return list(rows.order_by("-run__period_on")[:limit])


def reckon(snapshot: RfmSnapshot) -> Reckoned:
    """Reckon a snapshot's scores and delta again from what it, its cycle and its model store (design section 5, ruling 28: "why")."""
    run, version = snapshot.run, snapshot.run.version
    assert run.r_cuts is not None and run.f_cuts is not None and run.m_cuts is not None, "a run with snapshots has its cut points"
    cell = (
        rfm.r_score(snapshot.r_days, run.r_cuts),
        rfm.score(snapshot.f_count, run.f_cuts),
        rfm.score(snapshot.m_minor, run.m_cuts),
    )
    weights = rfm.terms_of(version).weights
    counts = run.result["mode"] != Mode.BEHAVIOUR
    return Reckoned(
        cell=cell,
        weights=weights,
        rfm_unit=snapshot.rfm_unit,
        exact_milli=snapshot.rfm_unit * (rfm.value_milli(cell, weights) - rfm.MIDDLE * sum(weights)),
        bought=snapshot.bought,
        counts=counts,
        delta=rfm.delta(cell, weights, snapshot.rfm_unit, bought=snapshot.bought) if counts else 0,
    )


def recompute(snapshot: RfmSnapshot) -> int:
    """The growth value that a snapshot asks for, reckoned again."""
    return reckon(snapshot).delta
