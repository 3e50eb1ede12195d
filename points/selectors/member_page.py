"""What the points panel of the member page shows: entries with the lots they moved, lots with their ends, holds, requests (CSL-14)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, F, IntegerField, Value, When

from core import effects
from core.models import EffectSkipped
from core.registry import Text
from points.enums import AdjustmentState, HoldState
from points.models import PointsAdjustment, PointsEntry, PointsHold, PointsLot, PointsMove
from points.selectors import entry_history


@dataclass(frozen=True)
class Line:
    """An entry as people read it. made: the lot it made, if any.  moves: what it took from lots or gave back, in order."""

    entry: PointsEntry
    made: PointsLot | None
    moves: tuple[PointsMove, ...]

    @property
    def ends_at(self) -> datetime | None:
        """The end of the only lot it is about; None where there are several or none ends."""
        ends = {self.made.ends_at} if self.made else {move.lot.ends_at for move in self.moves}
        return next(iter(ends)) if len(ends) == 1 else None


def entries(membership_id: int, *, before: int | None = None, limit: int, kind: str = "") -> list[PointsEntry]:
    """Entries of a membership, the last posted first, with what is read of each. before: number of the last one of the page before."""
    rows = entry_history.readable(PointsEntry.objects.filter(account_id=membership_id))
    if before is not None:
        rows = rows.filter(account_version__lt=before)
    if kind:
        rows = rows.filter(kind=kind)
    return list(rows.order_by("-account_version")[:limit])


def lines(found: Sequence[PointsEntry]) -> list[Line]:
    """Entries with their lots: two statements for any number, none for no entries."""
    if not found:
        return []
    ids = [entry.pk for entry in found]
    made = {lot.entry_id: lot for lot in PointsLot.objects.filter(entry_id__in=ids)}
    moves: dict[int, list[PointsMove]] = defaultdict(list)
    for move in PointsMove.objects.filter(entry_id__in=ids).select_related("lot__entry", "instead_of").order_by("id"):
        moves[move.entry_id].append(move)
    return [Line(entry, made.get(entry.pk), tuple(moves[entry.pk])) for entry in found]


def open_lots(membership_id: int, *, limit: int) -> list[PointsLot]:
    """Lots with something left in burn order: the soonest end first, those that never end last."""
    rows = PointsLot.objects.filter(account_id=membership_id, is_open=True).select_related("entry")
    return list(rows.order_by(F("ends_at").asc(nulls_last=True), "earned_at", "id")[:limit])


def holds(membership_id: int, *, limit: int) -> list[PointsHold]:
    """Holds that are active, then those that ended last."""
    active_first = Case(When(state=HoldState.ACTIVE, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = PointsHold.objects.filter(account_id=membership_id).select_related("store", "entry")
    return list(rows.order_by(active_first, "-id")[:limit])


def waiting(membership_id: int) -> list[PointsAdjustment]:
    """Adjustments that wait for a second person."""
    return list(PointsAdjustment.objects.filter(account_id=membership_id, state=AdjustmentState.PENDING).order_by("id"))


def skipped(membership_id: int, member_id: int, *, limit: int) -> list[tuple[EffectSkipped, Text]]:
    """What should have moved a membership's points and did not, newest first, with the reason in words (ruling 4)."""
    rows = EffectSkipped.objects.filter(member_id=member_id, settled_at=None, effect_key__startswith=f"points:{membership_id}:")
    return [(row, effects.why(row)) for row in rows.order_by("-occurred_at", "-id")[:limit]]
