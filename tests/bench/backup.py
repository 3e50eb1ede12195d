"""What a backup costs: dump, restore into an empty database with two jobs, and the check of the ledgers there (R23, docs/runbook.md)."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.db import connection

from config.embedded.places import PROJECT
from tests import emptying
from tests.bench.figures import Figure, Report, Target, seconds
from tests.postgres import postgres_program

RESTORED = "bench_restored"
MOST = 1_800.0  # seconds of a restore (R23)


def measure(report: Report, database_url: str) -> None:
    """Fails when the restored database holds other numbers of rows, or its ledgers do not agree."""
    restored_url = urlsplit(database_url)._replace(path=f"/{RESTORED}").geturl()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0]
        cursor.execute(f"CREATE DATABASE {RESTORED}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "guanxi.dump"
            dumped = seconds(lambda: _run(postgres_program("pg_dump"), "--format=custom", f"--file={file}", database_url))
            small = file.stat().st_size
            restored = seconds(
                lambda: _run(
                    postgres_program("pg_restore"), "--exit-on-error", "--no-owner", "--jobs=2", f"--dbname={restored_url}", str(file)
                )
            )  # fmt: skip
        environment = dict(os.environ) | {"DATABASE_URL": restored_url}
        agreed = seconds(lambda: _run(sys.executable, "manage.py", "check_ledgers", cwd=PROJECT, env=environment))
        _same_rows(restored_url)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {RESTORED} WITH (FORCE)")
    group = "Backup"
    report.add(
        Figure(group, "size of the database", size / 1e9, "GB"),
        Figure(group, "pg_dump", dumped, "s"),
        Figure(group, "size of the dump", small / 1e9, "GB"),
        Figure(group, "pg_restore into an empty database, two jobs", restored, "s", target=Target(most=MOST, of="value")),
        Figure(group, "check_ledgers in the restored database: it agrees", agreed, "s"),
    )


def _run(*words: str, **options: Any) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def _same_rows(restored_url: str) -> None:
    with connection.cursor() as cursor:
        ours = _counted(cursor)
    with psycopg.connect(restored_url) as restored, restored.cursor() as cursor:
        assert _counted(cursor) == ours


def _counted(cursor: Any) -> dict[str, int]:
    """Rows of every table that has any."""
    found = {}
    for name in emptying.filled_tables(cursor):
        cursor.execute(f'SELECT count(*) FROM "{name}"')
        found[name] = cursor.fetchone()[0]
    return found
