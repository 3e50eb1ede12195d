"""How fast files come in: COPY of the same rows, the engine with effects off, and the whole road from a CSV file, in turn.

A row is an order's line, as in a file. Every path writes orders of its own, equally many into the same tables, so that the tables grow
alike under all of them.
"""

import io
import json
import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from activity import mapping, rules
from activity import services as activity_services
from activity.enums import OrderStatus
from activity.inputs import OrderIn, OrderLineIn
from activity.services import staging
from core.enums import Channel, Origin
from core.scope import SYSTEM
from members.models import Member
from stores.models import Membership, Store
from tests.bench.figures import Figure, Report, Target, busy, interleaved, percentile, seconds
from tests.bench.world import World

CHUNK = 5_000  # orders of a transaction, the most the engine takes at once
LINES = (1, 1, 1, 1, 2, 2, 2, 3, 3, 4)
ORDER_COLUMNS = (
    "id, store_id, order_no, version, digest, member_id, status, channel, origin, currency, goods_minor, discount_minor, coupon_minor, "
    "points_minor, points_used, postage_minor, paid_minor, settled_minor, refunded_minor, net_minor, source_currency, placed_at, paid_at, "
    "shipped_at, completed_at, receiver_name, receiver_phone, receiver_address, country, coupon_codes, booked_at"
)
LINE_COLUMNS = (
    "order_id, line_no, sku, spu, name, brand, category, attributes, unit_price_minor, quantity, paid_minor, refunded_minor, "
    "refunded_quantity, is_virtual, is_gift_card"
)
MAPPING = """
origin = "{origin}"
[member]
provider = "phone"
column = "phone"
[columns]
order_no = "order_no"
status = "status"
channel = "channel"
currency = "currency"
placed_at = "placed_at"
paid_at = "paid_at"
shipped_at = "shipped_at"
completed_at = "completed_at"
receiver_name = "receiver_name"
receiver_phone = "receiver_phone"
receiver_address = "receiver_address"
sku = "sku"
spu = "spu"
name = "name"
brand = "brand"
category = "category"
quantity = "quantity"
unit_price = "unit_price"
[attributes]
size = "size"
"""


class Orders:
    """New orders of one store's customers, completed over the last two years."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = Store.objects.get(pk=world.store_ids[0])
        customers = Membership.objects.filter(programme__stores=self.store, member_id__lt=world.light).order_by("member_id")
        self.member_ids = list(customers.values_list("member_id", flat=True)[:20_000])
        self.phones = dict(Member.objects.filter(pk__in=self.member_ids).values_list("id", "phone"))

    def make(self, number: int, *, seed: int) -> list[OrderIn]:
        drawn = random.Random(seed)
        run = uuid.uuid4().hex[:10].upper()
        return [self._one(f"C{run}{place:07}", place, drawn) for place in range(number)]

    def _one(self, order_no: str, place: int, drawn: random.Random) -> OrderIn:
        member_id = drawn.choice(self.member_ids)
        placed = self.world.now.replace(microsecond=0) - timedelta(minutes=drawn.randrange(20_000, 1_000_000))
        lines = tuple(_line(number, drawn) for number in range(1, drawn.choice(LINES) + 1))
        goods = sum(line.paid_minor for line in lines)
        return OrderIn(
            store_id=self.store.pk,
            order_no=order_no,
            member_id=member_id,
            status=OrderStatus.COMPLETED.value,
            channel=Channel.APP.value,
            currency="CNY",
            goods_minor=goods,
            paid_minor=goods,
            placed_at=placed,
            paid_at=placed + timedelta(minutes=5),
            shipped_at=placed + timedelta(days=1),
            completed_at=placed + timedelta(days=11),
            receiver_name="收件人",
            receiver_phone=self.phones[member_id],
            receiver_address=f"广东省深圳市南山区科技路{place % 900}号",
            lines=lines,
        )


def _line(number: int, drawn: random.Random) -> OrderLineIn:
    item, price = drawn.randrange(5000), drawn.randrange(990, 30_990)
    return OrderLineIn(
        line_no=number,
        sku=f"SKU{item}",
        spu=f"SPU{item // 5}",
        name=f"春夏新款连衣裙 {item}",
        brand="A品牌",
        category="女装/连衣裙",
        attributes={"size": "M"},
        quantity=1,
        unit_price_minor=price,
        paid_minor=price,
    )


def measure(world: World, report: Report, *, rounds: int, orders: int) -> None:
    """The engine and the file's road, beside COPY into the same tables with their indexes and into bare ones."""
    source = Orders(world)
    worked: dict[str, list[float]] = {}  # rows a second of processor time, ours and the database's together
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])

    def timed(name: str, work: Callable[[list[OrderIn]], Callable[[], object]]) -> Callable[[int], float]:
        def run(turn: int) -> float:
            made = source.make(orders, seed=1000 * turn + len(name))
            ready = work(made)
            before = time.process_time() + busy(backend)
            spent = seconds(ready)
            rows = sum(len(order.lines) for order in made)
            worked.setdefault(name, []).append(rows / (time.process_time() + busy(backend) - before))
            return rows / spent

        return run

    def by_file(origin: Origin) -> Callable[[list[OrderIn]], Callable[[], object]]:
        def ready(made: list[OrderIn]) -> Callable[[], object]:
            content = _as_csv(made)
            plan = mapping.read(MAPPING.format(origin=origin.value), store_code=source.store.code)

            def run() -> None:
                found = activity_services.import_orders(
                    open_file=lambda: io.BytesIO(content), mapping=plan, scope=SYSTEM, booked_at=timezone.now()
                )
                assert found.orders["recorded"] == len(made), found.orders

            return run

        return ready

    bare, same, engine, filed, live = (
        "COPY into bare tables",
        "COPY into the same tables",
        "the engine, effects off",
        "the whole road from a CSV file, effects off",
        "the whole road from a CSV file, with webhooks",
    )
    with _bare_tables():
        runners = {
            bare: timed(bare, lambda made: lambda: _copy(made, "bench_order", "bench_orderline")),
            same: timed(same, lambda made: lambda: _copy(made, "activity_order", "activity_orderline")),
            engine: timed(engine, lambda made: lambda: _record(made)),
            filed: timed(filed, by_file(Origin.BACKFILL)),
            live: timed(live, by_file(Origin.LIVE)),
        }
        for run in runners.values():  # warming up
            run(99)
        rates = {name: percentile(found, 0.5) for name, found in interleaved(rounds, runners).items()}
    group = f"Import of orders, into {world.orders:,}"
    report.add(
        Figure(group, f"{bare} (the floor)", rates[bare], "rows/s"),
        Figure(group, f"{same} (the floor)", rates[same], "rows/s", rates[bare], bare),
        Figure(group, engine, rates[engine], "rows/s", rates[same], same, Target(least=0.6)),
        Figure(group, f"{engine}, beside bare COPY", rates[engine], "rows/s", rates[bare], bare),
        Figure(
            group,
            f"{engine}, by processor time",
            percentile(worked[engine], 0.5),
            "rows/s",
            percentile(worked[same], 0.5),
            f"{same}, by processor time",
        ),
        Figure(group, filed, rates[filed], "rows/s", rates[same], same),
        Figure(group, live, rates[live], "rows/s", rates[filed], "effects off", Target(least=0.3)),
    )


def _record(orders: Sequence[OrderIn]) -> None:
    with staging.private_tables():
        for start in range(0, len(orders), CHUNK):
            answers = activity_services.record_orders(
                orders=orders[start : start + CHUNK], actor="bench", booked_at=timezone.now(), origin=Origin.BACKFILL
            )
            assert all(answer.applied for answer in answers)


def _copy(orders: Sequence[OrderIn], order_table: str, line_table: str) -> None:
    """What a program without any checks would do: write the rows, as many a transaction as the engine."""
    now = timezone.now()
    for start in range(0, len(orders), CHUNK):
        some = orders[start : start + CHUNK]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT min(nextval('activity_order_id_seq')) FROM generate_series(1, %s)", [len(some)])
            first = int(cursor.fetchone()[0])
            with cursor.cursor.copy(f"COPY {order_table} ({ORDER_COLUMNS}) FROM STDIN") as copy:
                for row in _order_rows(some, first, now):
                    copy.write_row(row)
            with cursor.cursor.copy(f"COPY {line_table} ({LINE_COLUMNS}) FROM STDIN") as copy:
                for row in _line_rows(some, first):
                    copy.write_row(row)


def _order_rows(orders: Sequence[OrderIn], first: int, now: datetime) -> Iterator[tuple[Any, ...]]:
    digest = rules.digest(orders[0])
    for place, order in enumerate(orders):
        yield (
            first + place, order.store_id, order.order_no, 1, digest, order.member_id, order.status, order.channel, "backfill",
            order.currency, order.goods_minor, 0, 0, 0, 0, 0, order.paid_minor, order.paid_minor, 0, order.paid_minor, "", order.placed_at,
            order.paid_at, order.shipped_at,
            order.completed_at, order.receiver_name, order.receiver_phone, order.receiver_address, "", "[]", now,
        )  # fmt: skip


def _line_rows(orders: Sequence[OrderIn], first: int) -> Iterator[tuple[Any, ...]]:
    for place, order in enumerate(orders):
        for line in order.lines:
            yield (
                first + place, line.line_no, line.sku, line.spu, line.name, line.brand, line.category, json.dumps(dict(line.attributes)),
                line.unit_price_minor, line.quantity, line.paid_minor, 0, 0, False, False,
            )  # fmt: skip


def _as_csv(orders: Sequence[OrderIn]) -> bytes:
    heading = (
        "order_no,phone,status,channel,currency,placed_at,paid_at,shipped_at,completed_at,receiver_name,receiver_phone,receiver_address,"
        "sku,spu,name,brand,category,quantity,unit_price,size"
    )
    lines = [heading]
    for order in orders:
        times = [_moment(moment) for moment in (order.placed_at, order.paid_at, order.shipped_at, order.completed_at)]
        head = [order.order_no, order.receiver_phone, order.status, order.channel, order.currency, *times]
        head += [order.receiver_name, order.receiver_phone, order.receiver_address]
        for line in order.lines:
            price = f"{line.unit_price_minor // 100}.{line.unit_price_minor % 100:02}"
            lines.append(",".join([*head, line.sku, line.spu, line.name, line.brand, line.category, "1", price, "M"]))
    return "\n".join(lines).encode()


def _moment(moment: datetime | None) -> str:
    assert moment is not None
    return moment.astimezone(UTC).isoformat()


class _bare_tables:
    """Tables of the same columns without an index, a constraint or a reference."""

    def __enter__(self) -> None:
        self._execute("CREATE TABLE bench_order (LIKE activity_order); CREATE TABLE bench_orderline (LIKE activity_orderline)")
        self._execute("ALTER TABLE bench_orderline ALTER id DROP NOT NULL")

    def __exit__(self, *_problem: object) -> None:
        self._execute("DROP TABLE bench_order, bench_orderline")

    def _execute(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
