"""The API under eight storefronts at once, beside a bare view with the same middleware and authentication that reads one row."""

import json
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from core.enums import Channel
from members.models import Member
from stores.models import Membership
from tests.bench.figures import Figure, Report, Target, percentile
from tests.bench.site import Site, ask, client_headers
from tests.bench.world import World

CLIENTS = 8
BATCH = 500
Request = tuple[str, str, dict[str, Any] | None]  # method, path, body


class Requests:
    """What storefronts of one store ask for, made from a running number."""

    def __init__(self, world: World) -> None:
        self.world = world
        customers = Membership.objects.filter(programme__stores=world.store_ids[0], member_id__lt=world.light).order_by("member_id")
        self.member_ids = list(customers.values_list("member_id", flat=True)[:5000])
        self.one_ids = dict(Member.objects.filter(pk__in=self.member_ids).values_list("id", "one_id"))

    def _member(self, number: int) -> int:
        return self.member_ids[number * 7919 % len(self.member_ids)]

    def one_id(self, number: int) -> str:
        return self.one_ids[self._member(number)]

    def bare(self, number: int) -> Request:
        return "GET", f"/bench/bare/{self._member(number)}", None

    def member(self, number: int) -> Request:
        return "GET", f"/api/v1/members/{self.one_id(number)}", None

    def summary(self, number: int) -> Request:
        return "GET", f"/api/v1/members/{self.one_id(number)}/summary", None

    def order(self, number: int) -> Request:
        return "POST", "/api/v1/orders", self.order_body(number)

    def order_body(self, number: int) -> dict[str, Any]:
        """A paid order of two lines nobody has sent before."""
        placed = self.world.now + timedelta(seconds=number % 1000)
        lines = [
            {
                "line_no": line,
                "sku": f"SKU{number % 5000}",
                "spu": f"SPU{number % 1000}",
                "name": "春夏新款连衣裙",
                "category": "女装/连衣裙",
                "attributes": {"size": "M"},
                "quantity": 1,
                "unit_price_minor": 15900,
                "paid_minor": 15900,
            }
            for line in (1, 2)
        ]
        return {
            "order_no": f"P{uuid.uuid4().hex[:20]}",
            "version": 1,
            "member": {"one_id": self.one_id(number)},
            "status": "paid",
            "channel": "app",
            "currency": "CNY",
            "paid_minor": 31800,
            "placed_at": placed.isoformat(),
            "paid_at": placed.isoformat(),
            "lines": lines,
        }

    def event_body(self, number: int) -> dict[str, Any]:
        return {
            "event_id": uuid.uuid4().hex,
            "member": {"one_id": self.one_id(number)},
            "kind": "view",
            "channel": Channel.APP.value,
            "occurred_at": self.world.now.isoformat(),
            "spu": f"SPU{number % 1000}",
            "path": f"/goods/{number % 1000}",
        }


def measure(world: World, report: Report, site: Site, *, rounds: int, seconds: float, batches: int) -> None:
    headers = client_headers(site, world.store_ids[0])
    requests = Requests(world)
    kinds: dict[str, Callable[[int], Request]] = {
        "bare": requests.bare,
        "GET member": requests.member,
        "GET summary": requests.summary,
        "POST order": requests.order,
    }
    rates: dict[str, list[float]] = {name: [] for name in kinds}
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for turn in range(rounds + 1):
        for name, make in kinds.items():
            answered = storm(site, headers, make, seconds if turn else min(1.0, seconds), start=turn * 1_000_000)
            if turn:
                rates[name].append(len(answered) / seconds)
                times[name] += answered
    floor = percentile(rates["bare"], 0.5)
    group = f"API, {CLIENTS} clients at once"
    report.add(Figure(group, "bare view, one select (the floor)", floor, "requests/s"))
    for name, least in (("GET member", 0.4), ("GET summary", None), ("POST order", 0.4)):
        report.add(
            Figure(group, name, percentile(rates[name], 0.5), "requests/s", floor, "bare view", Target(least=least) if least else None)
        )
    tail, bare_tail = percentile(times["POST order"], 0.99) * 1000, percentile(times["bare"], 0.99) * 1000
    report.add(Figure(group, "POST order, p99", tail, "ms", bare_tail, "bare view, p99"))
    _measure_batches(requests, report, site, headers, batches, floor)


def _measure_batches(requests: Requests, report: Report, site: Site, headers: dict[str, str], batches: int, floor: float) -> None:
    connection = site.connect()

    def push(path: str, items: list[dict[str, Any]]) -> float:
        body = json.dumps({"items": items}).encode()
        answer = ask(connection, "POST", path, headers={**headers, "Idempotency-Key": uuid.uuid4().hex}, body=body)
        told = json.loads(answer.body)
        assert answer.status == 200 and told["accepted"] == len(items), answer.body[:500]
        return answer.seconds

    push("/api/v1/orders", [requests.order_body(number) for number in range(BATCH)])
    spent = [push("/api/v1/orders", [requests.order_body(turn * BATCH + number) for number in range(BATCH)]) for turn in range(batches)]
    group = "API, one client"
    report.add(Figure(group, f"POST {BATCH} orders in one request", BATCH / percentile(spent, 0.5), "orders/s", floor, "bare view"))
    push("/api/v1/events", [requests.event_body(number) for number in range(BATCH)])
    thousand = [
        sum(push("/api/v1/events", [requests.event_body(number) for number in range(BATCH)]) for _half in range(2))
        for _turn in range(batches)
    ]
    report.add(Figure(group, "1,000 behaviour events in two requests", percentile(thousand, 0.5), "s", target=Target(most=2, of="value")))
    connection.close()


def storm(site: Site, headers: dict[str, str], make: Callable[[int], Request], seconds: float, *, start: int) -> list[float]:
    """Seconds of each request that eight clients got answered in the given time."""
    times: list[float] = []
    problems: list[BaseException] = []
    until = time.monotonic() + seconds

    def shop(client: int) -> None:
        try:
            connection = site.connect()
            number = start + client * 100_000
            while time.monotonic() < until:
                number += 1
                method, path, body = make(number)
                own = headers if body is None else {**headers, "Idempotency-Key": uuid.uuid4().hex}
                answer = ask(connection, method, path, headers=own, body=None if body is None else json.dumps(body).encode())
                assert answer.status in (200, 201), f"{method} {path} answers {answer.status}: {answer.body[:300]!r}"
                times.append(answer.seconds)
            connection.close()
        except BaseException as problem:
            problems.append(problem)

    clients = [threading.Thread(target=shop, args=(client,)) for client in range(CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    if problems:
        raise problems[0]
    return times
