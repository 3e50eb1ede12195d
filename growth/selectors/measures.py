"""What the members of a programme have in the unit of a basis, as counts over all of them (LVL-07, LVL-31)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from growth.enums import Basis

_REACHING = "SELECT count(*) FROM growth_population(%s, %s, %s, %s) WHERE value >= %s"


def reaching(programme_id: int, basis: Basis, window_days: int | None, threshold: int, at: datetime) -> int:
    """How many members reach a threshold (inclusive) at a moment."""
    with connection.cursor() as cursor:
        cursor.execute(_REACHING, [basis.value, window_days, programme_id, at, threshold])
        return int(cursor.fetchone()[0])


def at_ranks(programme_id: int, basis: Basis, window_days: int | None, ranks: Sequence[int], at: datetime) -> list[int]:
    """The values of the members at these places, 1 the highest, in the order given."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH placed AS (
                SELECT value, row_number() OVER (ORDER BY value DESC) AS place FROM growth_population(%s, %s, %s, %s)
            )
            SELECT place, value FROM placed WHERE place = ANY(%s)
            """,
            [basis.value, window_days, programme_id, at, sorted(set(ranks))],
        )
        found = dict(cursor.fetchall())
    return [found[rank] for rank in ranks]


def between(programme_id: int, basis: Basis, window_days: int | None, thresholds: Sequence[int], at: datetime) -> list[int]:
    """How many members reach each of the rising thresholds and not the next."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT width_bucket(value, %s::bigint[]) - 1 AS rank, count(*) FROM growth_population(%s, %s, %s, %s)
            GROUP BY 1
            """,
            [list(thresholds), basis.value, window_days, programme_id, at],
        )
        found = dict(cursor.fetchall())
    return [found.get(rank, 0) for rank in range(len(thresholds))]
