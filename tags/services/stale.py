"""Notes that somebody's facts must be reckoned anew: only added here, seen to by the next refresh (tags/services/facts.py)."""

from collections.abc import Sequence

from core import sql
from core.enums import Origin


def mark_stale(kind: str, *, origin: Origin, **ids: Sequence[int]) -> None:
    """Leave a note for each membership that rows of a kind concern.

    kind, ids: tags/sql/facts/note_<kind>.sql and what it is about.  One statement, in the transaction that changed them; it waits for
    nobody. History is noted only where facts are kept already: they are reckoned from it when they are first asked for.
    """
    told = {name: list(some) for name, some in ids.items()}
    if any(told.values()):
        sql.call(f"tags/facts/note_{kind}", is_live=origin == Origin.LIVE, **told)
