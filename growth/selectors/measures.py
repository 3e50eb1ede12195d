"""What the members of a programme have in the unit of a basis, as counts over all of them (LVL-07, LVL-31)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core import sql
from growth.enums import Basis


def reaching(programme_id: int, basis: Basis, window_days: int | None, threshold: int, at: datetime) -> int:
    """How many members reach a threshold (inclusive) at a moment."""
    return int(_asked("reaching", programme_id, basis, window_days, at, threshold=threshold)[0]["members"])


def at_ranks(programme_id: int, basis: Basis, window_days: int | None, ranks: Sequence[int], at: datetime) -> list[int]:
    """The values of the members at these places, 1 the highest, in the order given."""
    rows = _asked("at_ranks", programme_id, basis, window_days, at, ranks=sorted(set(ranks)))
    found = {row["place"]: row["value"] for row in rows}
    return [found[rank] for rank in ranks]


def between(programme_id: int, basis: Basis, window_days: int | None, thresholds: Sequence[int], at: datetime) -> list[int]:
    """How many members reach each of the rising thresholds and not the next."""
    rows = _asked("between", programme_id, basis, window_days, at, thresholds=list(thresholds))
    found = {row["rank"]: row["members"] for row in rows}
    return [found.get(rank, 0) for rank in range(len(thresholds))]


def _asked(name: str, programme_id: int, basis: Basis, window_days: int | None, at: datetime, **more: Any) -> list[dict[str, Any]]:
    return sql.rows(f"growth/measures/{name}", programme_id=programme_id, basis=basis.value, window_days=window_days, at=at, **more)
