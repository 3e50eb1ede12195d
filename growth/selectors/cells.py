"""The 125 cells of a cycle, and what is counted from them: classes, customer groups, layers of activity (RFM-13..15, A-35)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from growth.enums import ActivityLayer, CustomerGroup, RfmClass
from growth.models import RfmRun, RfmSnapshot
from growth.rules import rfm
from growth.rules.rfm import Cell

SCORES = (5, 4, 3, 2, 1)


@dataclass(frozen=True)
class Cells:
    """grids: per M score, best first, rows of R, best first, each with the members of F 5 to 1.  most: of one cell.

    The counts of classes, groups and layers each sum to `members`.
    """

    members: int
    filled: int
    most: int
    grids: tuple[tuple[int, tuple[tuple[int, tuple[tuple[int, int, RfmClass], ...]], ...]], ...]
    classes: tuple[tuple[RfmClass, int], ...]
    groups: tuple[tuple[CustomerGroup, int], ...]
    layers: tuple[tuple[ActivityLayer, int], ...]


def of_run(run: RfmRun) -> Cells:
    """Counted from the snapshots of a run: one statement."""
    rows = RfmSnapshot.objects.filter(run=run).values_list("r_score", "f_score", "m_score").annotate(members=Count("id")).order_by()
    return of_counts({(r, f, m): members for r, f, m, members in rows})


def of_counts(counts: Mapping[Cell, int]) -> Cells:
    classes: Counter[RfmClass] = Counter()
    groups: Counter[CustomerGroup] = Counter()
    layers: Counter[ActivityLayer] = Counter()
    for cell, members in counts.items():
        classes[rfm.rfm_class(cell)] += members
        groups[rfm.customer_group(cell)] += members
        layers[rfm.layer(cell)] += members
    return Cells(
        members=sum(counts.values()),
        filled=sum(members > 0 for members in counts.values()),
        most=max(counts.values(), default=0),
        grids=tuple(
            (m, tuple((r, tuple((f, counts.get((r, f, m), 0), rfm.rfm_class((r, f, m))) for f in SCORES)) for r in SCORES)) for m in SCORES
        ),
        classes=tuple((each, classes[each]) for each in RfmClass),
        groups=tuple((each, groups[each]) for each in CustomerGroup),
        layers=tuple((each, layers[each]) for each in ActivityLayer),
    )
