"""Points earned as what levels go by (A-28): what was earned counts, less what was taken back; spending changes nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from core import sql
from core.enums import Origin
from growth.enums import MeasureKind
from growth.services import measures as growth_measures
from growth.services.measures import MeasureIn

AT_ONCE = 5000  # entries of a transaction


@transaction.atomic(savepoint=False)
def count_earned(*, entry_ids: Sequence[int], booked_at: datetime, origin: Origin) -> int:
    """Count what new entries bring and take, where a level scheme of their programme goes by it; answers how many entries counted."""
    return _count(sql.rows("points/measures/earned", entry_ids=list(entry_ids), after=0, limit=None), booked_at, origin)


def count_missing(*, booked_at: datetime) -> int:
    """The same, as history, for all entries from before there was such a scheme; a second run counts nothing."""
    counted = position = 0
    while True:
        with transaction.atomic():
            some = sql.rows("points/measures/earned", entry_ids=None, after=position, limit=AT_ONCE)
            if not some:
                return counted
            position = some[-1]["id"]
            counted += _count(some, booked_at, Origin.BACKFILL)


def _count(rows: Sequence[dict[str, Any]], booked_at: datetime, origin: Origin) -> int:
    if rows:
        growth_measures.record_measures(
            kind=MeasureKind.POINTS_EARNED,
            measures=[MeasureIn(row["membership_id"], row["amount"], f"points:{row['id']}", row["occurred_at"]) for row in rows],
            booked_at=booked_at,
            origin=origin,
        )
    return len(rows)
