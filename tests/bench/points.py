"""What points cost: postings beside pgbench's TPC-B-like run on the same server in the same run; expiry and awards.

Seven of ten postings earn, three spend, over accounts with two lots each. A single posting is what the product calls for credits and
debits, points_command: whether the membership may, its lock, the key, the entry and its lots; inside the database by pgbench, then from
Python. TPC-B: scale 50 for spread accounts, scale 1 (a hot row) for one. It and the ways beside it run in turns, a spell each a round:
a machine that grows slower meanwhile does so for all.
"""

import multiprocessing
import random
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection, connections, transaction
from django.utils import timezone

from activity.models import Order
from core.enums import Origin
from members.models import Member
from points.enums import EntryKind
from points.rules.lots import LotTerms
from points.selectors import versions as selectors
from points.services import expiry, ledger, orders, versions
from points.services.ledger import EntryIn
from stores import selectors as stores_selectors
from stores.models import Membership, Store
from tests.bench import api
from tests.bench.figures import Figure, Report, Target, percentile, seconds
from tests.bench.site import Site, client_headers
from tests.bench.world import World
from tests.postgres import postgres_program

ACTOR = "bench"
CLIENTS = (1, 4, 8)
ACCOUNTS = 50_000  # that postings are spread over, where there are so many
STAGED = 100_000  # entries of one batch
TPC_B = "bench_tpc_b"
POST = """
SELECT verdict FROM points_command(
    {membership}, '{kind}', {sign}(:points)::bigint, 'bench', '1', gen_random_uuid()::text, 'bench', '', now(), now()
);
"""
Seconds = list[float]  # of each transaction


@dataclass(frozen=True)
class Ran:
    """rate: transactions a second.  times: seconds of each."""

    rate: float
    times: Seconds

    def milliseconds(self, share: float) -> float:
        return percentile(self.times, share) * 1000


class Pgbench:
    """The server's own pgbench, with prepared statements."""

    def __init__(self, database_url: str, seconds: float) -> None:
        told = urlsplit(database_url)
        self.seconds = max(1, round(seconds))
        self.binary = postgres_program("pgbench")
        self.options = ["-h", str(told.hostname), "-p", str(told.port), "-U", str(told.username)]
        self.database = told.path.lstrip("/")

    def initialise(self, scale: int) -> None:
        """An empty TPC-B database of its own on the same server."""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {TPC_B}")
            cursor.execute(f"CREATE DATABASE {TPC_B}")
        self._call(["-i", "-q", "-s", str(scale), TPC_B])

    def tpc_b(self, clients: int) -> Ran:
        return self._run(clients, ["-n", TPC_B])

    def scripts(self, clients: int, scripts: dict[str, int], variables: dict[str, int]) -> Ran:
        """scripts: text and weight."""
        with tempfile.TemporaryDirectory() as folder:
            words = ["-n"]
            for number, (text, weight) in enumerate(scripts.items()):
                file = Path(folder) / f"{number}.sql"
                file.write_text(text, encoding="utf-8")
                words += ["-f", f"{file}@{weight}"]
            for name, value in variables.items():
                words += ["-D", f"{name}={value}"]
            return self._run(clients, [*words, self.database])

    def _run(self, clients: int, words: list[str]) -> Ran:
        with tempfile.TemporaryDirectory() as folder:
            log = ["-l", "--log-prefix", f"{folder}/log"]
            self._call(["-M", "prepared", "-c", str(clients), "-j", str(min(clients, 2)), "-T", str(self.seconds), *log, *words])
            times = [int(line.split()[2]) / 1e6 for file in Path(folder).iterdir() for line in file.read_text().splitlines()]
        return Ran(len(times) / self.seconds, times)

    def _call(self, words: list[str]) -> None:
        done = subprocess.run([self.binary, *self.options, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]


def measure(world: World, report: Report, database_url: str, site: Site, *, rounds: int, seconds: float, lots: int, awards: int) -> None:
    """lots: how many are written off at once.  awards: completed orders that get their points."""
    platform = stores_selectors.platform_programme()
    rules(platform.pk, world.now)
    memberships = list(Membership.objects.filter(programme=platform).order_by("id").values_list("id", flat=True)[:ACCOUNTS])
    bench = Pgbench(database_url, seconds)
    _measure_batches(memberships, report, world.now, lots)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) points_pointsaccount, points_pointsentry, points_pointslot, points_pointsmove")
        cursor.execute(
            "CREATE TABLE bench_account AS SELECT row_number() OVER () AS place, id FROM unnest(%s::bigint[]) AS id", [memberships]
        )
        cursor.execute("ALTER TABLE bench_account ADD PRIMARY KEY (place)")
    _measure_postings(
        bench, memberships, report, rounds, scale=50 if lots >= STAGED else 5, at_once=CLIENTS if lots >= STAGED else CLIENTS[-1:]
    )
    _measure_awards(world, report, awards)
    _measure_api(world, report, site, rounds, seconds)


def rules(programme_id: int, now: datetime) -> None:
    """The default rules, if the programme has none."""
    if selectors.published(programme_id) is None:
        versions.create_default(programme_id=programme_id, actor=ACTOR, at=now - timedelta(days=900))


# --- batches and expiry ---


def _measure_batches(memberships: list[int], report: Report, now: datetime, lots: int) -> None:
    """Lots that have ended are posted, and written off; then every account gets two that live."""
    posted = _stage_and_post(memberships, lots, now, ends_at=now - timedelta(days=1))
    spent = seconds(lambda: expiry.expire_lots(now=now, announce=False))
    _stage_and_post(memberships, 2 * len(memberships), now, ends_at=now + timedelta(days=700))
    rate = lots / posted
    group = "Points, in batches"
    report.add(
        Figure(group, f"{lots:,} earnings posted in batches of {min(STAGED, lots):,}", rate, "entries/s"),
        Figure(group, f"expiry of {lots:,} due lots", lots / spent, "lots/s", rate, "posting them", Target(least=1.0)),
    )


def _stage_and_post(memberships: list[int], entries: int, now: datetime, *, ends_at: datetime) -> float:
    """Seconds of posting, staging apart: earnings of 1,000 points, spread over the accounts."""
    spent = 0.0
    for begin in range(0, entries, STAGED):
        size = min(STAGED, entries - begin)
        with transaction.atomic(), ledger.staged() as batch:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO points_staged_entry (batch, item, membership_id, verb, kind, requested, source_type, source_id,"
                    " earned_at, available_from, ends_at, effect_key, actor, occurred_at) SELECT %s, item,"
                    " (%s::bigint[])[1 + (item + %s) %% %s], 'earn', 'earn', 1000, 'bench', '1', %s, %s, %s,"
                    " %s || item, %s, %s FROM generate_series(1, %s) AS item",
                    [batch, memberships, begin, len(memberships), now, now, ends_at, uuid.uuid4().hex, ACTOR, now, size],
                )
            spent += seconds(lambda batch=batch: ledger.post_staged(batch=batch, booked_at=now, announce=False))  # type: ignore[misc]
    return spent


# --- one by one ---


def _measure_postings(bench: Pgbench, memberships: list[int], report: Report, rounds: int, *, scale: int, at_once: Sequence[int]) -> None:
    everywhere = "\\set place random(1, :accounts)\n\\set points random(1, 50)\n"
    membership = "(SELECT id FROM bench_account WHERE place = :place)"
    spread, hot = (
        {
            everywhere + POST.format(membership=whose, kind="earn", sign=""): 7,
            everywhere + POST.format(membership=whose, kind="redeem", sign="-"): 3,
        }
        for whose in (membership, str(memberships[0]))
    )
    variables = {"accounts": len(memberships)}
    ways: dict[str, Callable[[int], Ran]] = {
        "inside the database": lambda clients: bench.scripts(clients, spread, variables),
        "by Django's cursor": lambda clients: in_processes(clients, bench.seconds, _by_cursor, memberships),
        "the whole service": lambda clients: in_processes(clients, bench.seconds, _by_service, memberships),
    }
    least = {"inside the database": 1.3, "by Django's cursor": 0.5, "the whole service": 0.4}
    bench.initialise(scale)
    group = "Points, one posting at a time"
    for clients in at_once:
        floors, *found = in_turns(rounds, partial(bench.tpc_b, clients), *(partial(way, clients) for way in ways.values()))
        for name, ran in zip(ways, found, strict=True):
            target = Target(least=least[name]) if clients == max(CLIENTS) else None
            add_rates(report, group, f"{name}, {clients} at once", ran, floors, target)
    floors, batches = in_turns(
        rounds, partial(bench.tpc_b, max(CLIENTS)), partial(in_processes, max(CLIENTS), bench.seconds, _by_hundreds, memberships)
    )
    add_rates(report, group, f"hundreds through the service, {max(CLIENTS)} at once", batches, floors, Target(least=5.0), each=100)
    bench.initialise(1)
    floors, ran = in_turns(rounds, partial(bench.tpc_b, max(CLIENTS)), partial(bench.scripts, max(CLIENTS), hot, variables))
    add_rates(report, group, f"one hot account, {max(CLIENTS)} at once", ran, floors, Target(least=0.8))


def in_turns(rounds: int, *ways: Callable[[], Ran]) -> list[list[Ran]]:
    """What each way reached in each round; in a round they follow each other."""
    found = [[way() for way in ways] for _round in range(rounds)]
    return [list(each) for each in zip(*found, strict=True)]


def add_rates(
    report: Report,
    group: str,
    path: str,
    ran: list[Ran],
    floors: list[Ran],
    target: Target | None,
    *,
    each: int = 1,
    unit: str = "postings/s",
) -> None:
    """The median rate of the rounds, with p50 and p99 of all their transactions."""
    rate, floor = (percentile([run.rate for run in runs], 0.5) for runs in (ran, floors))
    whole = Ran(rate, [spent for run in ran for spent in run.times])
    note = f"p50 {whole.milliseconds(0.5):.2f} ms, p99 {whole.milliseconds(0.99):.2f} ms"
    report.add(Figure(group, f"{path} ({note})", rate * each, unit, floor, "TPC-B", target))


def in_processes(clients: int, spell: int, work: Callable[[list[int], random.Random], None], memberships: list[int]) -> Ran:
    """So many processes of this program, each on a connection of its own, that work for a while."""
    connections.close_all()
    pool = multiprocessing.get_context("fork").Pool(clients, signal.signal, (signal.SIGTERM, signal.SIG_DFL))
    try:
        found = pool.starmap(_work, [(spell, work, memberships, number) for number in range(clients)])
    finally:
        pool.close()  # and wait: leaving the pool as a context ends them by a signal, which one may be in no state to hear
        pool.join()
    times = [spent for each in found for spent in each]
    return Ran(len(times) / spell, times)


def _work(spell: int, work: Callable[[list[int], random.Random], None], memberships: list[int], number: int) -> Seconds:
    chance = random.Random(number)
    work(memberships, chance)  # warming up: the connection, the plans
    times: Seconds = []
    until = time.perf_counter() + spell
    while time.perf_counter() < until:
        times.append(seconds(lambda: work(memberships, chance)))
    return times


def _entry(membership_id: int, points: int, at: datetime) -> EntryIn:
    earns = points > 0
    return EntryIn(
        membership_id=membership_id,
        kind=EntryKind.EARN if earns else EntryKind.REDEEM,
        requested=points,
        source_type="bench",
        source_id="1",
        effect_key=uuid.uuid4().hex,
        occurred_at=at,
        actor=ACTOR,
        lot=LotTerms(at, at, at + timedelta(days=730)) if earns else None,
    )


def _points(chance: random.Random) -> int:
    return chance.randint(1, 50) * (1 if chance.random() < 0.7 else -1)


def _by_cursor(memberships: list[int], chance: random.Random) -> None:
    points = _points(chance)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verdict FROM points_command(%s, %s, %s, 'bench', '1', %s, 'bench', '', now(), now())",
            [chance.choice(memberships), "earn" if points > 0 else "redeem", points, uuid.uuid4().hex],
        )
        cursor.fetchone()


def _by_service(memberships: list[int], chance: random.Random) -> None:
    points, at = _points(chance), timezone.now()
    move = ledger.earn_points if points > 0 else ledger.redeem_points
    move(
        membership_id=chance.choice(memberships),
        points=abs(points),
        source_type="bench",
        source_id="1",
        effect_key=uuid.uuid4().hex,
        actor=ACTOR,
        occurred_at=at,
        booked_at=at,
    )


def _by_hundreds(memberships: list[int], chance: random.Random) -> None:
    at = timezone.now()
    ledger.post_entries(entries=[_entry(chance.choice(memberships), _points(chance), at) for _each in range(100)], booked_at=at)


# --- orders, and over HTTP ---


def _measure_awards(world: World, report: Report, awards: int) -> None:
    """Points of completed orders, at most 5,000 at a time, as `replay_effects` and imports give them."""
    ids = list(Order.objects.filter(status="completed").order_by("id").values_list("id", flat=True)[:awards])

    def award() -> None:
        for begin in range(0, len(ids), 5_000):
            with transaction.atomic():
                orders.settle_orders(order_ids=ids[begin : begin + 5_000], opens=True, booked_at=world.now, origin=Origin.LIVE)

    rate = len(ids) / seconds(award)
    report.add(Figure("Points, in batches", f"award for {len(ids):,} completed orders", rate, "orders/s"))


def _measure_api(world: World, report: Report, site: Site, rounds: int, spell: float) -> None:
    store = Store.objects.select_related("programme").get(pk=world.store_ids[0])
    rules(store.programme_id, world.now)
    headers = client_headers(site, store.pk)
    requests = api.Requests(world)
    one_ids = dict(Member.objects.filter(pk__in=requests.member_ids).values_list("id", "one_id"))
    members = list(one_ids.values())

    def credit(number: int) -> api.Request:
        path = f"/api/v1/programmes/{store.programme.code}/members/{members[number * 7919 % len(members)]}/points/credits"
        return "POST", path, {"points": 1 + number % 50, "reference": uuid.uuid4().hex}

    api.storm(site, headers, credit, min(1.0, spell), start=900_000_000)
    bare, posted = (
        [api.storm(site, headers, make, spell, start=turn * 1_000_000) for turn in range(rounds)] for make in (requests.bare, credit)
    )
    rate, floor = (percentile([len(times) / spell for times in runs], 0.5) for runs in (posted, bare))
    whole = Ran(rate, [spent for times in posted for spent in times])
    note = f"p50 {whole.milliseconds(0.5):.1f} ms, p99 {whole.milliseconds(0.99):.1f} ms"
    report.add(Figure("Points, over HTTP", f"POST credits, 8 clients ({note})", rate, "requests/s", floor, "bare view", Target(least=0.4)))
