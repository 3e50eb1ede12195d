"""Worlds that many tests stand in: built once by the services, then put back into the empty database as they were."""

import pickle
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import connection, transaction

from core import partitions
from tests import emptying

World = TypeVar("World")
COLUMNS = """
    SELECT relname, string_agg(quote_ident(attname), ', ' ORDER BY attnum)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relname = ANY(%s) AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    GROUP BY relname
"""
MONTHS = """
    SELECT parent.relname, pg_get_expr(month.relpartbound, month.oid)
    FROM pg_inherits JOIN pg_class AS month ON month.oid = inhrelid JOIN pg_class AS parent ON parent.oid = inhparent
    WHERE month.relkind = 'r' AND month.relnamespace = 'public'::regnamespace
"""
USED = """
    SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
SET_AHEAD = """
    SELECT setval(name::regclass, greatest(value, coalesce(pg_sequence_last_value(name::regclass), 0)))
    FROM unnest(%s::text[], %s::bigint[]) AS used (name, value)
"""


@dataclass(frozen=True)
class Kept:
    """Rows of each table as COPY writes them, how far the sequences were, the months' tables, and what the building answered."""

    rows: dict[tuple[str, str], bytes]
    sequences: list[tuple[str, int]]
    months: list[tuple[str, datetime]]
    answer: bytes


_kept: dict[Hashable, Kept] = {}


def once(name: Hashable, build: Callable[[], World]) -> World:
    """What `build` answers, with its rows in the database: built the first time, put back from then on.

    name: the same for the same world.  build: begins in a database without rows and answers what can be pickled. Where there are rows
    already, it is simply called.
    """
    with connection.cursor() as cursor:
        if emptying.filled_tables(cursor):
            return build()
        if name not in _kept:
            built = build()
            _kept[name] = _look(cursor, built)
            return built
        kept = _kept[name]
        _put_back(cursor, kept)
    restored: World = pickle.loads(kept.answer)  # noqa: S301 - our own bytes
    return restored


def _look(cursor: Any, answer: object) -> Kept:
    cursor.execute(COLUMNS, [list(emptying.filled_tables(cursor))])
    rows = {}
    for table, columns in cursor.fetchall():
        with cursor.copy(f'COPY (SELECT {columns} FROM "{table}") TO STDOUT') as copy:
            rows[table, columns] = b"".join(copy)
    cursor.execute(USED)
    sequences = cursor.fetchall()
    cursor.execute(MONTHS)
    months = [(table, datetime.fromisoformat(bound.split("'")[1]).astimezone(UTC)) for table, bound in cursor.fetchall()]
    return Kept(rows, sequences, months, pickle.dumps(answer))


def _put_back(cursor: Any, kept: Kept) -> None:
    with transaction.atomic():
        for table, month in kept.months:
            partitions.ensure_months(table, [month])
        cursor.execute("SET session_replication_role = replica")  # they were checked when they were built
        for (table, columns), rows in kept.rows.items():
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                copy.write(rows)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(SET_AHEAD, [[name for name, _value in kept.sequences], [value for _name, value in kept.sequences]])
