"""What RFM costs beside the least it could: one grouped scan of the window's orders and a COPY of as many rows as there are members.

Every programme counts growth: the platform's and fifty stores', each member in each of them. Days pass: by the daily update, by counting
all orders anew, by both on the same data in turn.
"""

import io
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from core.enums import VersionState
from growth.enums import RunState, Track
from growth.models import Level, LevelScheme, LevelTerms, RfmRun, RfmVersion, SchemeVersion
from growth.rules import rfm
from growth.services import presets, rfm_cycles, rfm_models, rfm_states
from growth.services.rfm_states import Days
from stores.models import Membership, Programme
from tests.bench.figures import Figure, Report, Target, percentile, say, seconds
from tests.bench.world import SQL, World

ZONE = ZoneInfo("Asia/Shanghai")
WINDOW = 365
ACTOR = "bench"


def measure(world: World, report: Report, *, rounds: int) -> None:
    """Daily update, full count, monthly cycle, each beside the floor."""
    say("  growth values, levels and models of all programmes")
    versions = _prepare(world)
    last = rfm.month_before(rfm.month_before(world.now.astimezone(ZONE).date())) - timedelta(days=rounds * 2 + 1)
    bench = _Bench(world, versions)
    first = seconds(lambda: bench.bring(last))
    floors, scans, days, fulls, some = [], [], [], [], []
    for _round in range(rounds):
        scan, copy = bench.floor(last)
        scans.append(scan)
        floors.append(scan + copy)
        last += timedelta(days=1)
        days.append(seconds(lambda day=last: bench.bring(day)))  # type: ignore[misc]
        last += timedelta(days=1)
        fulls.append(seconds(lambda day=last: bench.recount(day)))  # type: ignore[misc]
        bench.change(100)
        some.append(seconds(lambda day=last: bench.bring(day)))  # type: ignore[misc]
        differences = bench.recount(last)
        assert differences == 0, f"{differences} states differ after the daily update"
    floor = percentile(floors, 0.5)
    group = f"RFM, {world.members:,} members and {world.orders:,} orders, {len(versions)} programmes"
    is_floor = "scan and COPY"
    report.add(
        Figure(group, "grouped scan of the window", percentile(scans, 0.5), "s"),
        Figure(group, "grouped scan of the window, and COPY of a row a member (the floor)", floor, "s"),
        Figure(group, "daily update", percentile(days, 0.5), "s", floor, is_floor, Target(most=0.5)),
        Figure(
            group,
            "the window counted anew, one day later, differences written",
            percentile(fulls, 0.5),
            "s",
            floor,
            is_floor,
            Target(most=1.6),
        ),
        Figure(group, "all orders counted for the first time, and written", first, "s", floor, is_floor),
        Figure(
            group, "1 in 100 members counted anew, by notes", percentile(some, 0.5), "s", percentile(fulls, 0.5), "the window counted anew"
        ),
    )
    _measure_cycles(bench, report, group, floor)


def _measure_cycles(bench: "_Bench", report: Report, group: str, floor: float) -> None:
    """Two months' cycles of everybody: the first with half of the members, to see what twice as many cost."""
    month = rfm.month_before(rfm.month_before(bench.world.now.astimezone(ZONE).date()))
    with _half_left_out():
        bench.bring(rfm.month_after(month) - timedelta(days=1))
        half = seconds(lambda: bench.cycle(month))
    month = rfm.month_after(month)
    moved = seconds(lambda: bench.bring(rfm.month_after(month) - timedelta(days=1)))
    whole = seconds(lambda: bench.cycle(month))
    runs = RfmRun.objects.filter(period_on=month)
    members, entries = (sum(run.result[name] for run in runs) for name in ("members", "entries"))
    report.add(
        Figure(group, "states moved on by a month", moved, "s", floor, "scan and COPY"),
        Figure(
            group,
            "monthly cycle of all programmes: scores, snapshots, growth entries, levels",
            whole,
            "s",
            floor,
            "scan and COPY",
            Target(most=1.6),
            note=f"{members:,} memberships, {entries:,} entries",
        ),
        Figure(group, "memberships a second in the monthly cycle", members / whole, "memberships/s"),
        Figure(group, "monthly cycle, beside that of half the members", whole, "s", half, "half the members"),
    )


class _Bench:
    def __init__(self, world: World, versions: list[int]) -> None:
        self.world, self.versions = world, versions
        self.programmes = list(RfmVersion.objects.filter(pk__in=versions).values_list("programme_id", flat=True))
        self.copied = "".join(f"{number}\t2026-01-01\t{number % 30}\t{number * 977}\n" for number in range(world.members)).encode()

    def bring(self, day: date) -> None:
        with rfm_states.held(self.programmes):
            rfm_states.bring(version_ids=self.versions, as_of_on=day)

    def recount(self, day: date) -> int:
        with rfm_states.held(self.programmes):
            return rfm_states.recount(self.versions, Days(ZONE.key, WINDOW, day))

    def cycle(self, month: date) -> None:
        now = datetime.combine(rfm.month_after(month), time(2), ZONE)
        for programme_id in self.programmes:
            rfm_cycles.request_cycle(programme_id=programme_id, period_on=month, at=now)
        rfm_cycles.run_waiting(now=lambda: now)
        assert not RfmRun.objects.exclude(state=RunState.DONE).exists()

    def change(self, one_in: int) -> None:
        """Notes for one membership in so many, as refunds would leave them."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO growth_rfmstale (membership_id) SELECT id FROM stores_membership WHERE member_id %% %s = 7", [one_in]
            )

    def floor(self, day: date) -> tuple[float, float]:
        """Seconds of the scan into a table, and of the COPY."""
        days = Days(ZONE.key, WINDOW, day)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '512MB'")
            cursor.execute("CREATE TABLE bench_state (membership_id bigint, last_on date, orders integer, amount_minor bigint)")
            scan = seconds(
                lambda: cursor.execute(
                    "CREATE TABLE bench_pairs AS SELECT member_id, store_id, max(completed_at) AS last_at, count(*) AS orders,"
                    " sum(net_minor::integer) AS amount_minor FROM activity_order"
                    " WHERE status = 'completed' AND completed_at >= %s AND completed_at < %s GROUP BY member_id, store_id",
                    [days.from_at, days.until],
                )
            )

            def copy() -> None:
                with cursor.cursor.copy("COPY bench_state FROM STDIN") as into:
                    source = io.BytesIO(self.copied)
                    while block := source.read(1 << 20):
                        into.write(block)

            copied = seconds(copy)
            cursor.execute("DROP TABLE bench_pairs, bench_state")
        return scan, copied


class _half_left_out:
    """Every second membership is frozen while the block lasts."""

    def __enter__(self) -> None:
        Membership.objects.extra(where=["member_id %% 2 = 1"]).update(status="frozen")
        _vacuum()

    def __exit__(self, *_problem: object) -> None:
        Membership.objects.filter(status="frozen").update(status="active")
        _vacuum()


def _prepare(world: World) -> list[int]:
    """Growth values, the five default levels and the default model everywhere, as rows: publishing to so many is not what is measured."""
    long_ago = world.now - timedelta(days=500)
    scheme = next(plan for plan in presets.read("jd_five").schemes if plan.track == Track.FREE).terms
    said = {"number": 1, "created_by": ACTOR, "created_at": long_ago, "published_by": ACTOR, "published_at": long_ago}
    for programme in Programme.objects.order_by("pk"):
        of_programme = LevelScheme.objects.create(programme=programme, track=Track.FREE)
        version = SchemeVersion.objects.create(scheme=of_programme, state=VersionState.PUBLISHED, mode=scheme.mode, **said)
        for each in scheme.levels:
            level = Level.objects.create(programme=programme, track=Track.FREE, code=each.code)
            terms = {"rank": each.rank, "name": each.name, "threshold": each.threshold, "rfm_unit": each.rfm_unit}
            LevelTerms.objects.create(version=version, level=level, **terms)
        rfm_models.create_default(programme_id=programme.pk, actor=ACTOR, at=long_ago)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL work_mem = '256MB'")
        for step in ("growth", "levels"):
            cursor.execute((SQL / f"{step}.sql").read_text(encoding="utf-8"), world.parameters)
    _vacuum()
    return list(RfmVersion.objects.filter(state=VersionState.PUBLISHED).order_by("pk").values_list("pk", flat=True))


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) stores_membership, growth_growthaccount, growth_growthentry, growth_memberlevel, growth_rfmstate")
