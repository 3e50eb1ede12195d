"""Rows that wait in a staging table until their statement has run: kept apart by a number, gone when the block ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def batch(sequence: str, *tables: str) -> Iterator[int]:
    """A number of one's own for the rows of one call. A call that fails takes them back by its rollback."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [sequence])
        number = int(cursor.fetchone()[0])
        yield number
        for table in tables:
            cursor.execute(f"DELETE FROM {table} WHERE batch = %s", [number])  # noqa: S608  (our own names)
