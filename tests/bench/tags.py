"""What automatic tags cost: fifty rules over everybody of the platform, their facts included, beside one read of the facts in the same run.

Touched members are one in a hundred, changed and noted as an event does it; half of them get another birthday, so that tags come and go.
Rule by rule is what the bits save: for each rule a statement that adds who is missing, and one that takes away who no longer matches.
"""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from psycopg.sql import SQL, Literal

from core.watching import Unwatched
from stores.models import Programme
from tags.enums import LifecycleStage, TagGroup, TagKind
from tags.models import MemberTag
from tags.selectors import matching
from tags.services import facts, runs, tags, versions
from tags.services.judging import Judging
from tags.services.tags import TagIn
from tests.bench.figures import Figure, Report, Target, percentile, seconds
from tests.bench.world import World

ACTOR = "bench"
TOUCHED = 100  # one in so many
COLUMNS = (  # of tags_memberfact, that the rules look at
    "gender", "birthday", "orders", "orders_90", "orders_365", "amount_365_minor", "priced_365", "last_order_on", "joined_on", "rfm_orders",
    "rfm_amount_minor", "visit_days_30", "last_visit_on", "wallet_minor", "figures::text",
)  # fmt: skip


def rules() -> list[Any]:
    """Fifty rules as shops write them: ages, spend, orders, recency, life cycle, categories, and such in groups."""

    def var(code: str, operator: str, value: Any) -> Any:
        return {operator: [{"var": code}, value]}

    def between(low: int, code: str, high: int) -> Any:
        return {"<=": [low, {"var": code}, high]}

    def bought(category: str, figure: str, least: int) -> Any:
        return {">=": [{"bought": {"by": "category", "value": category, "days": 180, "figure": figure}}, least]}

    women = var("gender", "==", "female")
    found = [between(age, "age", age + 4) for age in range(18, 63, 5)]
    found += [{"and": [women, between(age, "age", age + 9)]} for age in range(18, 58, 10)]
    found += [var("orders_365", ">=", least) for least in (1, 2, 3, 5, 8, 12, 20)]
    found += [var("amount_365", ">=", yuan * 100) for yuan in (500, 1_000, 2_000, 3_000, 5_000, 8_000)]
    found += [var("average_order", ">=", yuan * 100) for yuan in (100, 200, 400)]
    found += [between(low, "days_since_last_order", high) for low, high in ((0, 7), (8, 30), (31, 60), (61, 90), (91, 180), (181, 365))]
    found += [var("lifecycle", "==", stage.value) for stage in LifecycleStage]
    found += [bought(category, "amount", 100_000) for category in ("女装", "母婴/奶粉", "家居")]
    found += [{"and": [var("wallet", ">=", 5_000), var("visit_days_30", ">=", 1)]}, {"!": {"or": [women, var("orders", ">=", 3)]}}]
    found += [{"and": [women, bought("女装/连衣裙", "orders", 2)]}, var("days_since_joined", "<=", 900), var("orders_90", "==", 0)]
    assert len(found) == 50, len(found)
    return found


def measure(world: World, report: Report, *, rounds: int) -> None:
    """Fill, publish, judge for the first time; then rounds in which one in a hundred is touched."""
    bench = _Bench(world)
    filled = seconds(lambda: facts.fill(bench.programme.pk, world.now))
    bench.publish()
    watched = seconds(bench.refresh)
    first = seconds(bench.judge_all)
    tagged = MemberTag.objects.filter(tag__programme=bench.programme, ended_at=None).count()
    bench.begin()
    took: dict[str, list[float]] = {}
    for turn in range(rounds):
        for name, work in bench.round(turn):
            took.setdefault(name, []).append(seconds(work))
    previews = [seconds(lambda rule=rule: bench.count(rule)) * 1000 for rule in bench.rules for _turn in range(rounds)]  # type: ignore[misc]
    of = {name: percentile(times, 0.5) for name, times in took.items()}
    group = f"Tags, {len(bench.rules)} rules over {world.members:,} members"
    whole, touched = of["all facts"] + of["all"], of["touched facts"] + of["touched"]
    report.add(
        Figure(group, "one sequential read of what the rules look at (the floor)", of["read"], "s"),
        Figure(group, "all rules over all members, nothing to write", of["nothing"], "s", of["read"], "read"),
        Figure(group, "all rules over all members, 1 % changed: tags come and go", of["all"], "s", of["read"], "read"),
        Figure(group, "the same tags rule by rule", of["rule by rule"], "s", of["read"], "read"),
        Figure(group, "all rules at once, beside rule by rule", of["all"], "s", of["rule by rule"], "rule by rule", Target(most=0.1)),
        Figure(group, "full pass: the facts of everybody reckoned anew, all rules over all", whole, "s", of["read"], "read"),
        Figure(group, "the 1 % touched: their facts, all rules over them", touched, "s", whole, "full pass", Target(most=0.05)),
        Figure(group, "of this the rules", of["touched"], "s", of["all"], "all members"),
        Figure(group, "facts for the first time", filled, "s"),
        Figure(group, "four figures of categories watched since", watched, "s"),
        Figure(group, f"the first run, {tagged:,} tags given with the values that matched", first, "s"),
        Figure(group, "preview count of a rule, p50", percentile(previews, 0.5), "ms"),
        Figure(group, "preview count of a rule, p95", percentile(previews, 0.95), "ms"),
    )


class _Bench:
    """The platform's programme with its rules, and a table that another way of judging writes."""

    def __init__(self, world: World) -> None:
        self.world, self.rules = world, rules()
        self.programme = Programme.objects.get(kind="platform")
        self.on = world.now.astimezone(ZoneInfo(self.programme.time_zone)).date()

    def publish(self) -> None:
        by: dict[str, Any] = {"actor": ACTOR, "at": self.world.now}
        for number, rule in enumerate(self.rules):
            said = TagIn(f"规则 {number}", TagGroup.BEHAVIOUR)
            tag = tags.create_tag(
                programme_id=self.programme.pk, code=f"bench{number:02}", kind=TagKind.AUTO, said=said, rule=rule, **by
            )  # fmt: skip
            versions.publish_draft(version_id=tag.versions.get().pk, **by)

    def begin(self) -> None:
        """Have the other way's table hold what the first run has found, and everything vacuumed."""
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_tag (rule integer, membership_id bigint, PRIMARY KEY (rule, membership_id))")
        self.rule_by_rule()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE) bench_tag, tags_memberfact, tags_memberbits, tags_membertag, tags_factstale, tags_tagdue")

    def round(self, turn: int) -> list[tuple[str, Callable[[], object]]]:
        """What is timed, in order; touching itself is not."""
        return [
            ("", lambda: self.touch(2 * turn)),
            ("touched facts", self.refresh),
            ("all", self.judge_all),
            ("rule by rule", self.rule_by_rule),
            ("", lambda: self.touch(2 * turn + 1)),
            ("touched facts", self.refresh),
            ("touched", self.judge_noted),
            ("nothing", self.judge_all),
            ("all facts", lambda: facts.fill(self.programme.pk, self.world.now)),
            ("read", self.read),
        ]

    def touch(self, number: int) -> None:
        """Something happens to one member in a hundred; of every second one it is a birthday told."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # no history of it
            cursor.execute(
                "UPDATE members_member SET birthday = coalesce(birthday, date '1980-01-01') + 2000"
                " WHERE id %% %s = %s AND id / %s %% 2 = 0",
                [TOUCHED, number % TOUCHED, TOUCHED],
            )
            cursor.execute(
                "INSERT INTO tags_factstale (membership_id)"
                " SELECT id FROM stores_membership WHERE programme_id = %s AND member_id %% %s = %s",
                [self.programme.pk, TOUCHED, number % TOUCHED],
            )

    def refresh(self) -> int:
        return facts.refresh(now=self.world.now, programme_id=self.programme.pk)

    def judge_all(self) -> None:
        with transaction.atomic():
            self._judging().all_members()

    def judge_noted(self) -> None:
        with transaction.atomic():
            self._judging().members_noted()

    def _judging(self) -> Judging:
        return Judging(programme_id=self.programme.pk, on=self.on, at=self.world.now, actor=runs.ACTOR, watcher=Unwatched())

    @transaction.atomic
    def rule_by_rule(self) -> None:
        """The same conditions, two statements each."""
        compiler = matching.Compiler(self.programme.pk, self.on)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")
            for number, rule in enumerate(self.rules):
                compiled = compiler.compile(rule)
                matches = SQL("SELECT fact.membership_id FROM tags_memberfact AS fact {} WHERE fact.programme_id = {} AND {}").format(
                    matching.once([compiled.joins]), Literal(self.programme.pk), compiled.condition
                )
                cursor.execute(SQL("DELETE FROM bench_tag WHERE rule = {} AND membership_id NOT IN ({})").format(Literal(number), matches))
                cursor.execute(
                    SQL("INSERT INTO bench_tag SELECT {}, membership_id FROM ({}) AS found ON CONFLICT DO NOTHING").format(
                        Literal(number), matches
                    )
                )

    def read(self) -> None:
        """One pass over what the rules look at, on one core."""
        columns = ", ".join(f"max({name})" for name in COLUMNS)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            cursor.execute("SET LOCAL enable_indexscan = off")
            cursor.execute(f"SELECT {columns} FROM tags_memberfact WHERE programme_id = %s", [self.programme.pk])

    def count(self, rule: Any) -> int:
        return matching.count(rule, self.programme.pk, self.on)
