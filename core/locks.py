"""Locks of a session: who holds one works, and a killed worker's connection lets go of it (ruling 8)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def held(lock_class: int, ids: Iterable[int]) -> Iterator[frozenset[int]]:
    """Hold what is free of these as long as the block lasts, and say which those are; nobody waits.

    lock_class: first key of the advisory locks, one for each kind of work.
    """
    taken: list[int] = []
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM (SELECT unnest(%s::integer[]) AS id) AS wanted WHERE pg_try_advisory_lock(%s, id)",
                [sorted(set(ids)), lock_class],
            )
            taken = [row[0] for row in cursor.fetchall()]
        yield frozenset(taken)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, id) FROM unnest(%s::integer[]) AS id", [lock_class, taken])
