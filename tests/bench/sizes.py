"""What the world takes on the disk: rows, table and indexes of each, partitions with their whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

SHOWN = 25  # the largest; what is left out is told as one line
SIZES = """
SELECT coalesce(pg_partition_root(part.oid), part.oid)::regclass::text,
       sum(greatest(part.reltuples, 0))::bigint,
       sum(pg_table_size(part.oid))::bigint,
       sum(pg_indexes_size(part.oid))::bigint
FROM pg_class AS part JOIN pg_namespace AS room ON room.oid = part.relnamespace
WHERE part.relkind = 'r' AND room.nspname = 'public' AND part.relname NOT LIKE 'bench\\_%'
GROUP BY 1 ORDER BY 3 DESC, 1
"""


@dataclass(frozen=True)
class Size:
    """rows: as the planner believes.  table, indexes: bytes; the table's with its TOAST and maps."""

    name: str
    rows: int
    table: int
    indexes: int


def measured() -> list[Size]:
    """All tables, the largest first."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(SIZES)
        return sorted((Size(*row) for row in cursor.fetchall()), key=lambda size: -(size.table + size.indexes))


def table(sizes: Sequence[Size]) -> str:
    """Markdown; megabytes are of 1,000,000 bytes."""
    rest, whole = sizes[SHOWN:], sum_of("all together", sizes)
    lines = [*sizes[:SHOWN], *([sum_of(f"{len(rest)} smaller ones", rest)] if rest else []), whole]
    rows = [f"| {size.name} | {size.rows:,} | {size.table / 1e6:,.1f} | {size.indexes / 1e6:,.1f} |" for size in lines]
    return "\n".join(["| table | rows | table, MB | indexes, MB |", "|---|---:|---:|---:|", *rows])


def sum_of(name: str, sizes: Sequence[Size]) -> Size:
    return Size(name, sum(size.rows for size in sizes), sum(size.table for size in sizes), sum(size.indexes for size in sizes))
