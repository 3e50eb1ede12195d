"""Filling the staging tables, and emptying them again (migration 0003)."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import connection

from core import staging

TABLES = (
    "activity_staged_order",
    "activity_staged_order_line",
    "activity_staged_after_sale",
    "activity_staged_after_sale_line",
    "activity_staged_event",
    "activity_staged_wallet",
)
as_json = json.JSONEncoder(ensure_ascii=False).encode  # made once: making one costs more than writing an item's attributes


def batch(*tables: str) -> AbstractContextManager[int]:
    """A number of one's own for the rows of one call; they are gone afterwards."""
    return staging.batch("activity_batch", *tables)


@contextmanager
def private_tables() -> Iterator[None]:
    """Let this connection stage into temporary tables of the same names and shape, for as long as the block lasts.

    Millions of rows pass through an import: in the shared tables they would leave dead rows behind faster than vacuum clears them.
    Temporary ones go with the connection, so that a killed import leaves nothing.
    """
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING ALL) ON COMMIT DELETE ROWS")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {', '.join(f'pg_temp.{table}' for table in TABLES)}")
