"""A shop world of any size, made by set-based SQL: stores of Zipf's sizes, people, their orders of two years.

One person has bought five times, one 50,000 times (a fifth of all orders in worlds of fewer than 250,000). Everything else is chance from
a fixed seed. Amounts, memberships and counts agree with one another as if the services had written them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from activity.models import BehaviourEvent
from core import partitions
from core.registry import BLANK
from members.models import AccessLog
from stores import services as stores_services
from stores.enums import ProgrammeKind, StoreKind

SQL = Path(__file__).resolve().parent / "sql"
STORES = 50
HEAVY_ORDERS = 50_000
SURNAMES = (  # as often as they stand here, roughly as in the country
    "王王王王王王王李李李李李李李张张张张张张张刘刘刘刘刘陈陈陈陈陈杨杨杨黄黄黄赵赵吴吴周周徐徐孙孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹"
    "彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任"
)
GIVEN = (
    "伟强磊军洋勇杰涛超明辉鹏浩宇轩然子俊志建国华文博天一鸣思远泽嘉豪晓东海少永康立新墨景行承致家振凯云飞启航"
    "芳娜静丽敏艳娟霞婷雪慧莉颖倩琳雯瑶洁欣怡梦诗涵雨桐佳燕秀英玉兰春梅红雅美玲淑芬婉清可依诺若曦安琪紫萱晨语嫣舒窈沐晴"
)
LOADED = (  # tables of many rows: filled without their indexes, which are made afterwards
    "members_member",
    "members_identity",
    "members_address",
    "members_consent",
    "activity_order",
    "activity_orderline",
    "activity_aftersale",
    "activity_aftersaleline",
    "activity_behavioureventkey",
    "stores_membership",
)


@dataclass(frozen=True)
class World:
    """Who is who. store_ids: the largest first.  heavy_orders: of the person `heavy`; `light` has five."""

    now: datetime
    members: int
    orders: int
    store_ids: tuple[int, ...]
    light: int
    heavy: int
    heavy_orders: int

    @property
    def parameters(self) -> dict[str, Any]:
        every = self.orders // self.heavy_orders
        middle = self.orders // 2
        lights = [number for number in range(middle, middle + 60 * every, 7) if number % every][:5] if every > 1 else []
        return {
            "now": self.now,
            "members": self.members,
            "orders": self.orders,
            "stores": len(self.store_ids),
            "store_ids": list(self.store_ids),
            "store_id": self.store_ids[0],
            "light": self.light,
            "heavy": self.heavy,
            "heavy_every": every,
            "light_orders": lights,
            "surnames": SURNAMES,
            "given": GIVEN,
        }


@transaction.atomic
def generate(*, members: int, orders: int, now: datetime, stores: int = STORES, say: Callable[[str], None] = lambda _text: None) -> World:
    """Fill an empty, migrated database. members >= 100, orders >= 1,000."""
    heavy_orders = HEAVY_ORDERS if orders >= 5 * HEAVY_ORDERS else orders // 5
    world = World(now, members, orders, _make_stores(stores, now), light=members - 1, heavy=members, heavy_orders=heavy_orders)
    partitions.ensure_months(BehaviourEvent._meta.db_table, [now - timedelta(days=day) for day in range(0, 62, 10)])
    partitions.ensure_months(AccessLog._meta.db_table, [now, now + timedelta(days=1)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute("SET LOCAL session_replication_role = replica")  # rows refer to rows made here: no need to look each one up
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute("SET LOCAL work_mem = '256MB'")
        with _without_indexes(cursor, say):
            for step in ("members", "belongings", "lines", "orders"):
                _run(cursor, step, world)
                say(f"  {step}")
            cursor.execute("CREATE INDEX bench_of_member ON activity_order (member_id, store_id)")
            cursor.execute("ANALYZE members_member, activity_order, activity_orderline, stores_store")
            for step in ("memberships", "after_sales"):
                _run(cursor, step, world)
                say(f"  {step}")
            cursor.execute("DROP INDEX bench_of_member")
        for step in ("after_sale_lines", "events", "wallets"):
            _run(cursor, step, world)
        for table in ("members_member", "activity_order", "activity_behaviourevent"):  # these came with ids of their own
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(1, (SELECT max(id) FROM {table})))")
        cursor.execute("ANALYZE")
    return world


def settle() -> None:
    """Bring the database into the state it has after a night: vacuumed, known to the planner, on disk."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def _make_stores(number: int, now: datetime) -> tuple[int, ...]:
    stores_services.create_programme(code="platform", name="平台", kind=ProgrammeKind.PLATFORM, preset=BLANK, actor="bench", at=now)
    return tuple(
        stores_services.create_store(
            code=f"s{place:02}", name=f"第{place}店", kind=StoreKind.MERCHANT, preset=BLANK, actor="bench", at=now
        ).pk
        for place in range(1, number + 1)
    )


def _run(cursor: Any, step: str, world: World) -> None:
    cursor.execute((SQL / f"{step}.sql").read_text(encoding="utf-8"), world.parameters)


@contextmanager
def _without_indexes(cursor: Any, say: Callable[[str], None]) -> Iterator[None]:
    """Take the indexes of the large tables away, primary keys apart, and make them again from what the catalogue said of them."""
    cursor.execute(
        "SELECT held.indrelid::regclass::text, held.indexrelid::regclass::text, pg_get_indexdef(held.indexrelid),"
        "       rule.conname, pg_get_constraintdef(rule.oid)"
        " FROM pg_index AS held LEFT JOIN pg_constraint AS rule ON rule.conindid = held.indexrelid AND rule.contype = 'u'"
        " WHERE held.indrelid = ANY(%s::regclass[]) AND NOT held.indisprimary",
        [list(LOADED)],
    )
    found = cursor.fetchall()
    for table, index, _definition, constraint, _rule in found:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}" if constraint else f"DROP INDEX {index}")
    yield
    for table, _index, definition, constraint, rule in found:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {rule}" if constraint else definition)
    say("  indexes")
