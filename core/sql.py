"""Set-based SQL kept in files: `<app>/sql/<name>.sql`, named "<app>/<name>", with named parameters %(name)s."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.db import connection
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from psycopg.types.numeric import Int8


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
        return _dicts(cursor)


def one(name: str, /, **parameters: Any) -> Mapping[str, Any] | None:
    """Execute a statement that answers at most one row."""
    found = rows(name, **parameters)
    assert len(found) <= 1, f"{name} answered {len(found)} rows"
    return found[0] if found else None


def call(name: str, /, **parameters: Any) -> list[dict[str, Any]]:
    """What is asked at every turn: the server keeps the statement, parsed and planned, as long as the connection lives.

    For functions of ours, and for long statements about a few rows, of which planning is the most expensive part; not where a good plan
    depends on what is asked for. The parameters travel beside the statement, whole numbers as bigint: where their types do not follow from
    it, it casts them.
    """
    connection.ensure_connection()
    wrap = _LoggedCursor if connection.queries_logged else CursorWrapper
    # Django's own cursors write the parameters into the statement, so that the server meets a new one each time.
    with wrap(psycopg.Cursor(connection.connection), connection) as cursor:
        cursor.execute(_select(name), {key: _typed(value) for key, value in parameters.items()})
        return _dicts(cursor)


def _typed(value: Any) -> Any:
    """Whole numbers, also in lists, as bigint: each size they come in would make another statement to be kept."""
    if type(value) is int:
        return Int8(value)
    return [_typed(each) for each in value] if isinstance(value, list) else value


class _LoggedCursor(CursorDebugWrapper):
    """Django asks a cursor what it has sent, and this kind does not know: its statement is logged as it was given."""

    def execute(self, sql: Any, params: Any = None) -> None:
        with self.debug_sql(sql, params):
            CursorWrapper.execute(self, sql, params)


@cache
def _select(name: str) -> str:
    """The statement as a single SELECT: before anything else goes what writes a request's history (pghistory), and two are never kept.

    One that begins with WITH is put into a SELECT that does nothing to its rows, nor to their order.
    """
    statement = "\n".join(line for line in text(name).splitlines() if not line.startswith("--"))
    if statement.startswith("WITH"):
        statement = "\n".join(("SELECT * FROM (", statement, ") AS told"))
    assert statement.startswith("SELECT"), f"{name} is no SELECT"
    return statement


def _dicts(cursor: CursorWrapper) -> list[dict[str, Any]]:
    columns = [column.name for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def copy_in(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into a table; columns are named as in SQL, jsonb ones take JSON text. Nothing else may be asked meanwhile."""
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
