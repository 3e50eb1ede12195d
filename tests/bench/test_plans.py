"""ARC-15: finding a member is an index scan at 100,000 members and more, whoever looks. The planner is left as it is."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.utils import timezone

from core.scope import Scope
from tests.bench import lookups, world
from tests.bench.lookups import Kind, Statement
from tests.bench.world import World

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
LARGE = {"members_member", "members_identity", "stores_membership", "activity_order", "activity_aftersale"}
FOUND_BY_INDEX = [kind for kind in lookups.KINDS if kind.name != "surname alone"]  # that one reads any twenty of thousands


@pytest.fixture(scope="module")
def large_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """100,000 members and 120,000 orders for the tests of this file, taken back afterwards."""
    admin.autodiscover()  # the search keys come with the back office
    with django_db_blocker.unblock():
        from django.db import transaction

        with transaction.atomic():
            yield world.generate(members=100_000, orders=120_000, now=timezone.now())
            transaction.set_rollback(True)


def plan_of(statement: Statement) -> dict[str, Any]:
    sql, params = statement
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        told = cursor.fetchone()[0]
    found: dict[str, Any] = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return found


def read_whole(plan: dict[str, Any]) -> set[str]:
    """The large tables a plan reads from end to end."""
    own = {plan["Relation Name"]} if plan["Node Type"] in ("Seq Scan", "Parallel Seq Scan") else set()
    return (own & LARGE).union(*(read_whole(part) for part in plan.get("Plans", [])))


@pytest.mark.parametrize("whose", ["platform", "one store"])
@pytest.mark.parametrize("kind", FOUND_BY_INDEX, ids=lambda kind: kind.name)
def test_a_lookup_reads_no_large_table_whole(large_world: World, kind: Kind, whose: str) -> None:
    store_id = large_world.store_ids[9] if whose == "one store" else None
    scope = lookups.scope_of_store(store_id) if store_id else Scope(actor="test", platform=True)
    asked = [
        statement
        for sample in lookups.samples(large_world, 5, store_id=store_id)[kind.name]
        for statement in lookups.statements(kind, sample, scope)
    ]
    assert asked
    assert {table for statement in asked for table in read_whole(plan_of(statement))} == set()


def test_the_look_at_plans_sees_a_table_read_whole(large_world: World) -> None:
    assert read_whole(plan_of(("SELECT id FROM members_member WHERE upper(name) LIKE %s", ["%王%"]))) == {"members_member"}


def test_the_world_agrees_with_itself(large_world: World) -> None:
    """What the benchmarks stand on: counts, amounts, memberships."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT phone) FROM members_member")
        assert cursor.fetchone() == (100_000, 100_000)
        cursor.execute("SELECT member_id, count(*) FROM activity_order WHERE member_id >= %s GROUP BY 1 ORDER BY 1", [large_world.light])
        assert cursor.fetchall() == [(large_world.light, 5), (large_world.heavy, large_world.heavy_orders)]
        cursor.execute(
            "SELECT count(*) FROM activity_order AS bought WHERE settled_minor <>"
            " (SELECT sum(paid_minor) FROM activity_orderline AS line WHERE line.order_id = bought.id)"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT count(*) FROM activity_order AS bought JOIN stores_store AS store ON store.id = bought.store_id WHERE NOT EXISTS"
            " (SELECT FROM stores_membership AS held WHERE held.member_id = bought.member_id AND held.programme_id = store.programme_id)"
        )
        assert cursor.fetchone() == (0,)


def test_the_floor_is_a_select_by_primary_key(large_world: World) -> None:
    plan = plan_of((lookups.PRIMARY_KEY, [large_world.light]))
    assert json.dumps(plan).count("members_member_pkey") == 1
