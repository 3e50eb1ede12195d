"""What a batch costs where the server believes that its tables are empty: autovacuum sees nothing of what is not yet committed.

Counted in rows of the staging table that are read, which no busy machine changes.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from growth.services import ledger as growth
from points.services import expiry
from points.services import ledger as points
from tests import world
from tests.growth import crowd
from tests.reading import rows_read
from tests.world import NOW

pytestmark = pytest.mark.django_db
MEMBERS = 1_000
ENTRIES = 2 * MEMBERS
READ_AT_MOST = 30 * ENTRIES  # all statements together
JOINED = ["stores_membership", "points_pointsaccount", "points_pointsentry", "growth_growthaccount", "growth_growthentry"]
STAGE_POINTS = """
INSERT INTO points_staged_entry (
    batch, item, membership_id, verb, kind, requested, source_type, source_id, earned_at, available_from, ends_at, effect_key,
    actor, occurred_at
)
SELECT
    %(batch)s, item, (%(members)s::bigint[])[1 + item %% cardinality(%(members)s)], 'earn', 'earn', 5, 'test', '1', %(at)s, %(at)s,
    %(at)s::timestamptz + interval '1 year', 'test:' || item, 'test', %(at)s
FROM generate_series(1, %(entries)s) AS item
"""
SPEND_POINTS = """
INSERT INTO points_staged_entry (
    batch, item, membership_id, verb, kind, requested, source_type, source_id, effect_key, actor, occurred_at
)
SELECT %(batch)s, item, (%(members)s::bigint[])[item], 'spend', 'redeem', -7, 'test', '1', 'spend:' || item, 'test', %(at)s
FROM generate_series(1, cardinality(%(members)s)) AS item
"""
STAGE_GROWTH = """
INSERT INTO growth_staged_entry (batch, item, membership_id, requested, reason, source_type, source_id, effect_key, actor, occurred_at)
SELECT
    %(batch)s, item, (%(members)s::bigint[])[1 + item %% cardinality(%(members)s)], 5, 'adjustment', 'test', '1', 'test:' || item,
    'test', %(at)s
FROM generate_series(1, %(entries)s) AS item
"""


@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.parametrize(
    ("table", "stage", "post"),
    [
        ("points_staged_entry", STAGE_POINTS, lambda batch: points.post_staged(batch=batch, booked_at=NOW, announce=False).posted),
        ("growth_staged_entry", STAGE_GROWTH, lambda batch: growth.post_staged(batch=batch, booked_at=NOW, announce=False).posted),
    ],
)
def test_each_row_of_a_batch_is_read_a_few_times(table: str, stage: str, post: Callable[[int], int], blind: bool) -> None:
    members = [membership.pk for membership in crowd.people(world.platform(), MEMBERS, joined_at=NOW)]
    staged = points.staged if table.startswith("points") else growth.staged
    told: dict[str, Any] = {"members": members, "at": NOW, "entries": ENTRIES}
    with connection.cursor() as cursor, transaction.atomic(), staged() as batch:
        cursor.execute(stage, {**told, "batch": batch})
        cursor.execute(f"DELETE FROM {table}")
        cursor.execute(f"ANALYZE {table}")
        cursor.execute("SELECT relpages > 0, reltuples FROM pg_class WHERE relname = %s", [table])
        assert cursor.fetchone() == (True, 0), "the server must believe that it is empty"
        cursor.execute(stage, {**told, "batch": batch})
        if blind:
            cursor.execute("UPDATE pg_class SET relpages = 10, reltuples = 0 WHERE relname = ANY (%s)", [JOINED])
        before = rows_read(table)
        assert post(batch) == ENTRIES
        assert rows_read(table) - before <= READ_AT_MOST


@pytest.mark.parametrize("blind", [False, True])
def test_each_lot_that_a_batch_spends_from_is_read_a_few_times(blind: bool) -> None:
    """Each member spends from two lots of five points: the batch, and the lots themselves, are read row by row."""
    members = [membership.pk for membership in crowd.people(world.platform(), MEMBERS, joined_at=NOW)]
    told: dict[str, Any] = {"members": members, "at": NOW, "entries": ENTRIES}
    with connection.cursor() as cursor:
        with transaction.atomic(), points.staged() as batch:
            cursor.execute(STAGE_POINTS, {**told, "batch": batch})
            points.post_staged(batch=batch, booked_at=NOW, announce=False)
        cursor.execute("ANALYZE points_staged_entry")
        if blind:
            cursor.execute("UPDATE pg_class SET relpages = 10, reltuples = 0 WHERE relname = ANY (%s)", [[*JOINED, "points_pointslot"]])
        with transaction.atomic(), points.staged() as batch:
            cursor.execute(SPEND_POINTS, {**told, "batch": batch})
            before = {table: rows_read(table) for table in ("points_staged_entry", "points_pointslot")}
            assert points.post_staged(batch=batch, booked_at=NOW, announce=False).posted == MEMBERS
            for table, read in before.items():
                assert rows_read(table) - read <= READ_AT_MOST, table
        cursor.execute("SELECT count(*), sum(remaining) FROM points_pointslot WHERE is_open")
        assert cursor.fetchone() == (MEMBERS, 3 * MEMBERS)
        cursor.execute("ANALYZE points_pointslot, points_pointsentry, points_pointsaccount")  # for those who look at the ledgers afterwards


@pytest.mark.parametrize(
    ("ledger", "stage", "post"),
    [
        ("points", STAGE_POINTS, lambda batch: points.post_staged(batch=batch, booked_at=NOW, announce=False).posted),
        ("growth", STAGE_GROWTH, lambda batch: growth.post_staged(batch=batch, booked_at=NOW, announce=False).posted),
    ],
)
def test_a_way_chosen_while_the_tables_were_empty_serves_a_full_one(ledger: str, stage: str, post: Callable[[int], int]) -> None:
    """A session keeps how it went about a statement: the first batch of all finds empty tables, the second the entries of the first."""
    members = [membership.pk for membership in crowd.people(world.platform(), MEMBERS, joined_at=NOW)]
    staged = points.staged if ledger == "points" else growth.staged
    tables = [f"{ledger}_staged_entry", f"{ledger}_{ledger}entry", f"{ledger}_{ledger}account", "stores_membership"]
    told: dict[str, Any] = {"members": members, "at": NOW, "entries": ENTRIES}
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
        cursor.execute(f"ANALYZE {', '.join(tables)}")
        for key in ("first:", "second:"):
            with transaction.atomic(), staged() as batch:
                cursor.execute(stage.replace("'test:'", f"'{key}'"), {**told, "batch": batch})
                before = {table: rows_read(table) for table in tables}
                assert post(batch) == ENTRIES
                for table, read in before.items():
                    assert rows_read(table) - read <= READ_AT_MOST, (key, table)


def test_the_due_lots_of_each_are_found_without_those_of_all() -> None:
    members = [membership.pk for membership in crowd.people(world.platform(), MEMBERS, joined_at=NOW)]
    told: dict[str, Any] = {"members": members, "at": NOW - timedelta(days=500), "entries": ENTRIES}
    with connection.cursor() as cursor:
        with transaction.atomic(), points.staged() as batch:
            cursor.execute(STAGE_POINTS, {**told, "batch": batch})
            points.post_staged(batch=batch, booked_at=NOW - timedelta(days=500), announce=False)
        cursor.execute("UPDATE pg_class SET relpages = 10, reltuples = 0 WHERE relname = ANY (%s)", [[*JOINED, "points_pointslot"]])
        before = rows_read("points_pointslot")
        assert expiry.expire_lots(now=NOW, announce=False) > 0
        assert rows_read("points_pointslot") - before <= READ_AT_MOST
        cursor.execute("SELECT count(*) FROM points_pointslot WHERE is_open")
        assert cursor.fetchone() == (0,)
