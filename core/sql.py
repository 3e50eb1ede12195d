"""Set-based SQL kept in files: `<app>/sql/<name>.sql`, named "<app>/<name>", with named parameters %(name)s."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection


@cache
def text(name: str) -> str:
    """The statement kept under `<app>/<path>`; raises FileNotFoundError for an unknown one."""
    app_label, _, path = name.partition("/")
    return (Path(apps.get_app_config(app_label).path) / "sql" / f"{path}.sql").read_text(encoding="utf-8")


def run(name: str, /, **parameters: Any) -> int:
    """Execute a statement; return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(text(name), parameters)
        return int(cursor.rowcount)


def rows(name: str, /, **parameters: Any) -> list[dict[str, Any]]:
    """Execute a statement; return its rows as dicts in the order given."""
    with connection.cursor() as cursor:
        cursor.execute(text(name), parameters)
        columns = [column.name for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def one(name: str, /, **parameters: Any) -> Mapping[str, Any] | None:
    """Execute a statement that answers at most one row."""
    found = rows(name, **parameters)
    assert len(found) <= 1, f"{name} answered {len(found)} rows"
    return found[0] if found else None


def copy_in(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into a table; columns are named as in SQL, jsonb ones take JSON text. Nothing else may be asked meanwhile."""
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
