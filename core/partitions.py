"""Tables cut by month (ruling 29: behaviour events and the access log).

A month's table is made beside the parent and attached, which locks the parent only against other changes of its shape,
never against reads and writes. There is no default partition: it would have to be scanned at every attach.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import connection, transaction

_known: set[tuple[str, str]] = set()


def month_of(moment: datetime) -> date:
    """The UTC month an instant falls in, as its first day."""
    return moment.astimezone(UTC).date().replace(day=1)


def next_month(month: date) -> date:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def ensure_months(table: str, moments: Iterable[datetime]) -> None:
    """Make the partitions that hold these instants. Safe side by side; costs nothing when they are known to exist."""
    for month in sorted({month_of(moment) for moment in moments}):
        name = f"{table}_{month:%Y_%m}"
        if (connection.settings_dict["NAME"], name) not in _known:
            _attach(table, name, month)


def ensure_ahead(*, now: datetime, months: int = 2) -> list[str]:
    """Make this month's partition and those of the next `months`, of every table that is cut by month; answers the tables."""
    moments = [now]
    for _ in range(months):
        moments.append(datetime.combine(next_month(month_of(moments[-1])), time.min, UTC))
    tables = parents()
    for table in tables:
        ensure_months(table, moments)
    return tables


def parents() -> list[str]:
    """The tables cut by month: all partitioned ones, since months are the only way anything is cut here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'p' AND relnamespace = current_schema()::regnamespace ORDER BY relname"
        )
        return [row[0] for row in cursor.fetchall()]


def _attach(table: str, name: str, month: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if not _exists(cursor, name):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"partition:{table}"])
            if not _exists(cursor, name):
                cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
                cursor.execute(
                    f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{month:%Y-%m-%d} 00:00+00') "
                    f"TO ('{next_month(month):%Y-%m-%d} 00:00+00')"
                )
        # remembered once committed: a partition made in a transaction may still be rolled back with it
        transaction.on_commit(lambda: _known.add((connection.settings_dict["NAME"], name)))


def _exists(cursor: Any, name: str) -> bool:
    # not to_regclass: it answers from a cache that may still say no after another call has made the table
    cursor.execute("SELECT EXISTS (SELECT FROM pg_class WHERE relname = %s AND relnamespace = current_schema()::regnamespace)", [name])
    return bool(cursor.fetchone()[0])
