"""R23: a dump restored into an empty database is the same house, and its ledgers agree (docs/runbook.md, Restore)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from growth.services import ledger as growth
from points.models import PointsAccount
from tests import emptying, world
from tests.points import house
from tests.postgres import postgres_program
from tests.world import NOW

RESTORED = "restored_house"


def url(database: str, user: str = "") -> str:
    settings = connection.settings_dict
    return f"postgres://{user or settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{database}"


@pytest.fixture
def empty_database() -> Iterator[str]:
    """It belongs to a role that is nobody's administrator, as an installation's does (docs/operations.md)."""
    name = f"{RESTORED}_{os.getpid()}"
    with psycopg.connect(url("postgres"), autocommit=True) as server:
        server.execute(f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{connection.settings_dict['PASSWORD']}'")
        server.execute(f"CREATE DATABASE \"{name}\" OWNER \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        yield name
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        server.execute(f'DROP ROLE "{name}"')


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_dump_restored_into_an_empty_database_holds_every_row_and_its_ledgers_agree(
    empty_database: str, tmp_path: Path, project: Path
) -> None:
    programme = world.platform()
    house.rules(programme)
    for number in range(20):
        member = house.membership(programme, points=100 + number)
        growth.adjust_growth(
            membership_id=member.pk, delta=5, reason_text="test", actor="test", occurred_at=NOW, booked_at=NOW, effect_key="g"
        )
    balances = list(PointsAccount.objects.order_by("pk").values_list("pk", "balance", "version"))
    assert len(balances) == 20
    with connection.cursor() as cursor:
        filled = emptying.filled_tables(cursor)
    dump = tmp_path / "guanxi.dump"
    run(postgres_program("pg_dump"), "--format=custom", f"--file={dump}", url(str(connection.settings_dict["NAME"])))
    run(postgres_program("pg_restore"), "--exit-on-error", "--no-owner", f"--dbname={url(empty_database, empty_database)}", str(dump))
    with psycopg.connect(url(empty_database, empty_database)) as restored, restored.cursor() as cursor:
        assert emptying.filled_tables(cursor) == filled
        cursor.execute("SELECT membership_id, balance, version FROM points_pointsaccount ORDER BY membership_id")
        assert cursor.fetchall() == balances
        cursor.execute("UPDATE points_pointsaccount SET balance = balance + 1 WHERE membership_id = %s", [balances[0][0]])
    environment = {"DATABASE_URL": url(empty_database, empty_database), "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    command = [sys.executable, "manage.py", "check_ledgers"]
    told = subprocess.run(command, cwd=project, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert told.returncode == 1 and f" {balances[0][0]}" in told.stdout  # it looks at the restored one
    with psycopg.connect(url(empty_database, empty_database)) as restored:
        restored.execute("UPDATE points_pointsaccount SET balance = balance - 1 WHERE membership_id = %s", [balances[0][0]])
    run(*command, cwd=project, env=os.environ | environment)


def run(*words: str, **options: Any) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
