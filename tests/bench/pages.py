"""The lookup and the member page as people meet them: whole requests through gunicorn, and the statements behind them."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.test import Client

from core import registry
from stores.enums import StaffRole
from tests.bench import lookups
from tests.bench.figures import Figure, Report, Target, percentile
from tests.bench.lookups import PRIMARY_KEY, Sample
from tests.bench.site import Answer, Site, ask
from tests.bench.world import World

EMPTY = "/admin/members/mergecase/"  # a list of the back office without rows
SEARCHES_AT_MOST = 25  # a minute and person; the limit of the house is thirty
STATEMENTS_AT_MOST = 12
PAGE = "/admin/members/member/{}/change/"


def measure_searches(world: World, report: Report, site: Site, headers: Sequence[dict[str, str]], *, number: int) -> None:
    """The search request by each kind, and a phone number typed until the member page is there, beside an admin page with an empty list."""
    given = lookups.samples(world, number)
    turns = itertools.cycle(headers)
    connection = site.connect()
    for one in headers:
        assert ask(connection, "GET", EMPTY, headers=one).status == 200
    times: dict[str, list[float]] = {name: [] for name in ["empty", "opened", *given]}
    for place in range(number + 2):
        for kind, typed in given.items():
            sample = typed[place % len(typed)]
            empty, found = ask(connection, "GET", EMPTY, headers=next(turns)), _search(connection, sample, next(turns))
            opened = 0.0
            if kind == "phone":
                assert found.status == 302, f"{sample.term} answers {found.status}"
                opened = found.seconds + ask(connection, "GET", found.location, headers=next(turns)).seconds
            if place < 2:  # warming up
                continue
            times["empty"].append(empty.seconds)
            times[kind].append(found.seconds)
            if opened:
                times["opened"].append(opened)
    connection.close()
    for kind in given:
        for share, name in ((0.5, "p50"), (0.99, "p99")):
            floor = percentile(times["empty"], share) * 1000
            value = percentile(times[kind], share) * 1000
            report.add(Figure("Lookup, the whole request", f"{kind}, {name}", value, "ms", floor, f"empty admin list, {name}"))
    value = percentile(times["opened"], 0.95) * 1000
    report.add(
        Figure(
            "Lookup, the whole request",
            "phone typed until the member page is there, p95",
            value,
            "ms",
            target=Target(most=1000, of="value"),
        )
    )


def _search(connection: Any, sample: Sample, headers: dict[str, str]) -> Answer:
    answer = ask(connection, "GET", f"/admin/lookup/?q={quote(sample.term)}", headers=headers)
    assert answer.status in (200, 302), f"{sample.term} answers {answer.status}"
    return answer


def measure_member_page(world: World, report: Report, site: Site, headers: Sequence[dict[str, str]], *, number: int) -> None:
    """Statements and their time for the one with five and the one with many orders, page and panels; then the page under two people."""
    group = "Member page"
    own = [panel.key for panel in registry.panels("members.Member") if not panel.roles or StaffRole.CUSTOMER_SERVICE in panel.roles]
    names = {"page": PAGE, **{key: f"/admin/members/member/{{}}/panel/{key}/" for key in own}}
    browser = Client(headers=headers[0])
    for name, path in names.items():
        rounds = number // 2 if name == "page" else max(5, number // 10)
        light, heavy, floor = _in_process(browser, path, world, rounds)
        same = Target(most=light[0], of="value")
        few = Target(most=STATEMENTS_AT_MOST, of="value") if name == "page" else None
        label = "page" if name == "page" else f"panel {name}"
        report.add(
            Figure(group, f"{label}, statements, 5 orders", light[0], "", target=few),
            Figure(group, f"{label}, statements, {world.heavy_orders:,} orders", heavy[0], "", target=same),
            Figure(
                group,
                f"{label}, time in the database, 5 orders",
                light[1] * 1000,
                "ms",
                floor * 1000,
                "primary key",
                Target(most=4) if few else None,
            ),
            Figure(
                group, f"{label}, time in the database, {world.heavy_orders:,} orders", heavy[1] * 1000, "ms", floor * 1000, "primary key"
            ),
        )
    drawn = lookups.samples(world, number)["phone"]
    members = [sample.member_id for sample in drawn]
    paths: dict[str, Callable[[int], str]] = {
        "empty": lambda _turn: EMPTY,
        "members drawn at random": lambda turn: PAGE.format(members[turn % len(members)]),
        "5 orders": lambda _turn: PAGE.format(world.light),
        f"{world.heavy_orders:,} orders": lambda _turn: PAGE.format(world.heavy),
    }
    times = _two_people(site, headers, paths, number)
    floor = percentile(times["empty"], 0.95) * 1000
    for name in [name for name in paths if name != "empty"]:
        value = percentile(times[name], 0.95) * 1000
        what = f"whole page, p95, two at a time, {name}"
        report.add(
            Figure(group, what, value, "ms", floor, "empty admin list, p95", Target(most=2)),
            Figure(group, f"{what}, bound", value, "ms", target=Target(most=300, of="value")),
        )


def _in_process(browser: Client, path: str, world: World, rounds: int) -> tuple[tuple[int, float], tuple[int, float], float]:
    """(statements, median of their seconds) for `light` and for `heavy`, and the median of a select by primary key between them."""
    counts: dict[int, int] = {}
    times: dict[int, list[float]] = {world.light: [], world.heavy: []}
    floors = []
    for turn in range(rounds + 2):
        for member_id, found in times.items():
            with _timed() as sent:
                answer = browser.get(path.format(member_id))
            assert answer.status_code == 200, f"{path.format(member_id)} answers {answer.status_code}"
            started = time.perf_counter()
            with connection.cursor() as cursor:
                cursor.execute(PRIMARY_KEY, [member_id])
                cursor.fetchall()
            if turn >= 2:
                floors.append(time.perf_counter() - started)
                counts[member_id] = len(sent)
                found.append(sum(sent))
    light, heavy = ((counts[member_id], percentile(times[member_id], 0.5)) for member_id in (world.light, world.heavy))
    return light, heavy, percentile(floors, 0.5)


class _timed:
    """Seconds of each statement Django sends inside the block."""

    def __enter__(self) -> list[float]:
        self.sent: list[float] = []
        self.wrapper = connection.execute_wrapper(self._note)
        self.wrapper.__enter__()
        return self.sent

    def __exit__(self, *problem: object) -> None:
        self.wrapper.__exit__(*problem)  # type: ignore[arg-type]

    def _note(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.sent.append(time.perf_counter() - started)


def _two_people(
    site: Site, headers: Sequence[dict[str, str]], paths: dict[str, Callable[[int], str]], number: int
) -> dict[str, list[float]]:
    """Two people at once, each asking for all the pages in turn, one request after the other."""
    times: dict[str, list[float]] = {name: [] for name in paths}
    problems: list[BaseException] = []

    def leaf_through(person: int) -> None:
        try:
            connection = site.connect()
            for turn, name in _turns(number + 1, list(paths), person):
                answer = ask(connection, "GET", paths[name](turn * 2 + person), headers=headers[person])
                assert answer.status == 200, f"{paths[name](turn)} answers {answer.status}"
                if turn:
                    times[name].append(answer.seconds)
            connection.close()
        except BaseException as problem:
            problems.append(problem)

    people = [threading.Thread(target=leaf_through, args=(person,)) for person in range(2)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    if problems:
        raise problems[0]
    return times


def _turns(number: int, names: list[str], person: int) -> Iterator[tuple[int, str]]:
    """The second person begins with another page, so that the floor and the pages stand under the same load."""
    for turn in range(number):
        for place in range(len(names)):
            yield turn, names[(place + 2 * person) % len(names)]
