"""What a draft would do to everybody, before it is published (ruling 23, LVL-08, OP-1.2).

A draft of levels, of the RFM model or of behaviour rules is run over the whole programme in read-only transactions: the rises that
publishing it (or the cycle that follows) brings, and what a review at a named moment does then. Publishing and that review, on unchanged
data, change exactly as many members: tests compare. What is reckoned lies in temporary tables of this session. docs/rules/schemes.md.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from core import jobs, sql
from core.enums import VersionState
from core.errors import NotADraft
from core.models import Job
from core.watching import Unwatched, Watcher
from growth.enums import Track
from growth.errors import SchemeInvalid, SchemeNotFound
from growth.models import Level, LevelTerms, RfmVersion, RuleSet, SchemeVersion
from growth.rules import rfm
from growth.rules import schemes as rules
from growth.rules.schemes import Severity
from growth.rules.simulation import GiftCount, GrowthChange, Happening, LevelCount, Move, Sample, Simulation, Step, Subject
from growth.selectors import schemes as selectors
from growth.services import gifts, rfm_previews, schemes

JOB = "simulate_scheme"
SAMPLES = 20
REVIEW_TIME = time(2)  # of the first of a month, local: when the clock work runs
_MODELS: Mapping[Subject, Any] = {Subject.LEVELS: SchemeVersion, Subject.RFM: RfmVersion, Subject.BEHAVIOUR: RuleSet}
MEASURING, DECIDING, COUNTING = "measuring", "deciding", "counting"  # phases of the job


@dataclass(frozen=True)
class _Plan:
    """What is decided by which version at which moments. opens: nobody has a level yet.  maps: removed levels are replaced."""

    subject: Subject
    draft_id: int
    draft_number: int
    version: SchemeVersion
    at: datetime
    review_at: datetime | None
    opens: bool = False
    maps: bool = False


def review_moment(review_on: date, time_zone: str) -> datetime:
    """When the review of a local day runs."""
    return datetime.combine(review_on, REVIEW_TIME, ZoneInfo(time_zone))


def latest(subject: Subject, version_id: int) -> Job | None:
    """The last simulation of a version, however far it is."""
    return Job.objects.filter(kind=JOB, parameters__subject=subject.value, parameters__version_id=version_id).order_by("-pk").first()


def submit(
    *,
    subject: Subject,
    version_id: int,
    review_on: date | None = None,
    period_on: date | None = None,
    period_from: date | None = None,
    period_to: date | None = None,
    created_by_id: int | None = None,
    store_id: int | None = None,
    at: datetime,
) -> Job:
    """Have a draft simulated by a job, whose result is a growth.rules.simulation.Simulation as JSON.

    review_on: the local day of a review to look ahead to.  period_on: first day of the month whose RFM cycle is simulated (RFM; without it
    the cycle is reckoned as of the last day the RFM states have).  period_from, period_to: first and last local day whose facts
    are given anew (behaviour; without them the thirty days that end yesterday).
    Raises SchemeNotFound, NotADraft, SchemeInvalid for a draft that could not be published.
    """
    _draft(subject, version_id, at)
    named = {"review_on": review_on, "period_on": period_on, "period_from": period_from, "period_to": period_to}
    parameters = {"subject": subject.value, "version_id": version_id} | {name: day.isoformat() for name, day in named.items() if day}
    return jobs.submit(kind=JOB, parameters=parameters, created_at=at, created_by_id=created_by_id, store_id=store_id)


def time_zone_of(subject: Subject, version_id: int) -> str:
    """The zone in which the programme of a draft counts its days. Raises SchemeNotFound."""
    paths = {Subject.LEVELS: "scheme__programme__time_zone"}
    found = _MODELS[subject].objects.filter(pk=version_id).values_list(paths.get(subject, "programme__time_zone"), flat=True).first()
    if found is None:
        raise SchemeNotFound()
    return str(found)


def _draft(subject: Subject, version_id: int, at: datetime) -> None:
    found = _MODELS[subject].objects.filter(pk=version_id).first()
    if found is None:
        raise SchemeNotFound()
    if found.state != VersionState.DRAFT:
        raise NotADraft()
    problems: list[str] = []
    if subject == Subject.LEVELS:
        problems = rules.words_of(schemes.check_draft(version_id=version_id, at=at), Severity.ERROR)
    elif subject == Subject.RFM:
        problems = [problem.words for problem in rfm.problems(rfm.terms_of(found))]
    if problems:
        raise SchemeInvalid(" ".join(problems), field="levels", problems=problems)


def simulate_levels(*, version_id: int, at: datetime, review_at: datetime | None = None, watcher: Watcher | None = None) -> Simulation:
    """Publish a draft of levels at a moment and review it at another, both in thought alone.

    Raises SchemeNotFound, NotADraft, SchemeInvalid.
    """
    watcher = watcher or Unwatched()
    _draft(Subject.LEVELS, version_id, at)
    version = selectors.version(version_id)
    track = Track(version.scheme.track)
    programme_id = version.scheme.programme_id
    is_first = selectors.published(programme_id, track) is None
    plan = _Plan(
        Subject.LEVELS,
        version.pk,
        version.number,
        version,
        at,
        review_at if track == Track.FREE else None,
        opens=is_first and track == Track.FREE,
        maps=True,
    )
    with _tables():
        watcher.phase(MEASURING, total=0)
        with _read_only():
            measured = sql.run(
                "growth/simulation/fill_levels",
                programme_id=programme_id,
                basis=version.basis,
                window_days=version.window_days,
                at=at,
                review_at=plan.review_at,
            )
        return _concluded(plan, measured, watcher)


def simulate_rfm(
    *,
    version_id: int,
    period_on: date | None = None,
    review_at: datetime | None = None,
    watcher: Watcher | None = None,
    at: datetime,
) -> Simulation:
    """Run the RFM cycle of a month by a draft, then a review, both in thought alone.

    period_on: first day of the month; without it the cycle is reckoned as of the last day the RFM states have, which reads no orders where
    the draft leaves window and method of counting as they are. Raises SchemeNotFound, NotADraft, SchemeInvalid.
    """
    watcher = watcher or Unwatched()
    _draft(Subject.RFM, version_id, at)
    draft = RfmVersion.objects.select_related("programme").get(pk=version_id)
    version = _published_levels(draft.programme_id)
    watcher.phase(MEASURING, total=0)
    with _tables():
        with transaction.atomic():
            cycle = rfm_previews.open_simulation(version=draft, period_on=period_on, at=at)
            _close_to_writes()
            rfm_previews.judge_simulation(cycle)
            given = sql.one("growth/simulation/fill_rfm", programme_id=draft.programme_id)
        assert given is not None
        plan = _Plan(Subject.RFM, draft.pk, draft.number, version, cycle.as_of, review_at)
        change = GrowthChange(given["differing"], given["before"], given["after"])
        return _concluded(
            plan,
            given["members"],
            watcher,
            growth=change,
            period_from=cycle.period_on.isoformat(),
            period_to=cycle.as_of_on.isoformat(),
        )


def simulate_behaviour(
    *,
    rule_set_id: int,
    period_from: date,
    period_to: date,
    review_at: datetime | None = None,
    watcher: Watcher | None = None,
    at: datetime,
) -> Simulation:
    """Give the facts of some past local days growth value by a draft of the rules instead of what they gave, in thought alone.

    Levels move as if the difference were held today. Raises SchemeNotFound, NotADraft.
    """
    watcher = watcher or Unwatched()
    _draft(Subject.BEHAVIOUR, rule_set_id, at)
    draft = RuleSet.objects.select_related("programme").get(pk=rule_set_id)
    version = _published_levels(draft.programme_id)
    zone = version.scheme.programme.time_zone
    watcher.phase(MEASURING, total=0)
    with _tables():
        with _read_only():
            given = sql.one(
                "growth/simulation/fill_behaviour",
                programme_id=draft.programme_id,
                scheme_version_id=version.pk,
                draft_id=draft.pk,
                published_id=_published_rules(draft.programme_id),
                from_at=datetime.combine(period_from, time(), ZoneInfo(zone)),
                until=datetime.combine(period_to + timedelta(days=1), time(), ZoneInfo(zone)),
            )
        assert given is not None
        return _concluded(
            _Plan(Subject.BEHAVIOUR, draft.pk, draft.number, version, at, review_at),
            given["members"],
            watcher,
            growth=GrowthChange(given["differing"], given["before"], given["after"]),
            period_from=period_from.isoformat(),
            period_to=period_to.isoformat(),
        )


def _published_levels(programme_id: int) -> SchemeVersion:
    version = selectors.published(programme_id)
    if version is None:
        raise SchemeNotFound()
    return version


def _published_rules(programme_id: int) -> int | None:
    """The rules in force; None where there are none, which give nothing."""
    found = RuleSet.objects.filter(programme_id=programme_id, state=VersionState.PUBLISHED)
    return found.values_list("pk", flat=True).first()


@contextmanager
def _tables() -> Iterator[None]:
    """This session's tables, as long as the block lasts."""
    _execute(sql.text("growth/simulation/create"))
    try:
        yield
    finally:
        _execute(sql.text("growth/simulation/drop"))


@contextmanager
def _read_only() -> Iterator[None]:
    with transaction.atomic():
        _close_to_writes()
        yield


def _close_to_writes() -> None:
    """From here to the end of the transaction Postgres refuses to write anything but temporary rows."""
    _execute("SET TRANSACTION READ ONLY")
    _execute("SET LOCAL work_mem = '256MB'")  # hashes of every member stay in memory


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _concluded(plan: _Plan, members: int, watcher: Watcher, **extra: Any) -> Simulation:
    """Decide what becomes of everybody whose values have been filled in, and count it."""
    moments = {"at": plan.at, "review_at": plan.review_at}
    watcher.phase(DECIDING, total=members)
    with _read_only():
        _execute("ANALYZE growth_simulated_value")
        sql.run("growth/simulation/decide", version_id=plan.version.pk, opens=plan.opens, maps=plan.maps, **moments)
    watcher.phase(COUNTING, total=members)
    with _read_only():
        counted = sql.rows("growth/simulation/counts")
        near = {row["rank"]: row["members"] for row in sql.rows("growth/simulation/near", version_id=plan.version.pk)}
        packs = {row["rank"]: row["packs"] for row in sql.rows("growth/simulation/gifts", version_id=plan.version.pk, **moments)}
        samples = sql.rows("growth/simulation/samples", limit=SAMPLES)
        ladder = _Ladder.of(plan.version)
        found = Simulation(
            subject=plan.subject,
            version_id=plan.draft_id,
            version=plan.draft_number,
            programme=plan.version.scheme.programme.code,
            unit_name=plan.version.unit_name,
            basis=plan.version.basis,
            members=sum(row["members"] for row in counted),
            changes=sum(row["members"] for row in counted if ladder.differs(row)),
            levels=ladder.counts(counted, near, reviewed=plan.review_at is not None),
            publishing=_publishing(plan, counted, ladder),
            review=_review(plan.review_at, counted, ladder) if plan.review_at else None,
            review_on=plan.review_at.astimezone(ZoneInfo(plan.version.scheme.programme.time_zone)).date().isoformat()
            if plan.review_at
            else "",
            gifts=tuple(_gifts(plan.version, packs)),
            samples=tuple(_sample(row, ladder) for row in samples),
            **extra,
        )
    watcher.at(members)
    return found


@dataclass(frozen=True)
class _Ladder:
    """The levels of the version that decides, by rank, and the codes and names of all that may have been held before."""

    terms: tuple[LevelTerms, ...]
    codes: Mapping[int, str]
    names: Mapping[str, str]

    @classmethod
    def of(cls, version: SchemeVersion) -> "_Ladder":
        levels = Level.objects.filter(programme_id=version.scheme.programme_id, track=version.scheme.track)
        older = LevelTerms.objects.filter(level__in=levels).order_by("version_id").values_list("level__code", "name")
        return cls(tuple(version.terms.all()), dict(levels.values_list("id", "code")), dict(older))

    def code(self, rank: int) -> str:
        """Empty for no level."""
        return self.terms[rank].level.code if rank >= 0 else ""

    def before(self, row: Mapping[str, Any]) -> str:
        return self.codes[row["level_before"]] if row["level_before"] else ""

    def at_last(self, row: Mapping[str, Any]) -> str:
        return self.code(row["rank_published"] if row["rank_reviewed"] is None else row["rank_reviewed"])

    def differs(self, row: Mapping[str, Any]) -> bool:
        return self.before(row) != self.at_last(row)

    def counts(self, counted: Iterable[Mapping[str, Any]], near: Mapping[int, int], *, reviewed: bool) -> tuple[LevelCount, ...]:
        before, after, last = Counter[str](), Counter[str](), Counter[str]()
        for row in counted:
            before[self.before(row)] += row["members"]
            after[self.code(row["rank_published"])] += row["members"]
            last[self.at_last(row)] += row["members"]
        kept = [
            LevelCount(
                code=terms.level.code,
                name=terms.name,
                rank=terms.rank,
                threshold=terms.threshold,
                before=before[terms.level.code],
                after=after[terms.level.code],
                after_review=last[terms.level.code] if reviewed else None,
                near=near.get(terms.rank, 0) if terms.threshold else None,
            )
            for terms in self.terms
        ]
        gone = sorted(set(before) - {level.code for level in kept} - {""})
        return (
            *kept,
            *(LevelCount(code, self.names.get(code, code), None, None, before[code], 0, 0 if reviewed else None, None) for code in gone),
        )


def _publishing(plan: _Plan, counted: Iterable[Mapping[str, Any]], ladder: _Ladder) -> Step:
    moves, counts = Counter[tuple[str, str]](), Counter[str]()
    for row in counted:
        here, there = ladder.before(row), ladder.code(row["rank_published"])
        if here != there:
            moves[here, there] += row["members"]
        counts["up"] += row["members"] if row["rank_published"] > row["rank_before"] else 0
        counts["mapped"] += row["members"] if row["is_mapped"] else 0
    return _step(plan.at, counts, moves)


def _review(at: datetime, counted: Iterable[Mapping[str, Any]], ladder: _Ladder) -> Step:
    moves, counts = Counter[tuple[str, str]](), Counter[str]()
    for row in counted:
        counts[row["happening"]] += row["members"]
        if row["happening"] in {"up", "down", "inactive"}:
            moves[ladder.code(max(row["rank_published"], 0)), ladder.code(row["rank_reviewed"])] += row["members"]
    return _step(at, counts, moves)


def _step(at: datetime, counts: Mapping[str, int], moves: Mapping[tuple[str, str], int]) -> Step:
    return Step(
        at=at.isoformat(),
        ups=counts.get("up", 0),
        downs=counts.get("down", 0) + counts.get("inactive", 0),
        mapped=counts.get("mapped", 0),
        protected=counts.get("protected", 0),
        waiting=counts.get("waits", 0),
        moves=tuple(Move(here, there, members) for (here, there), members in sorted(moves.items())),
    )


def _gifts(version: SchemeVersion, packs: Mapping[int, int]) -> Iterator[GiftCount]:
    """By level and kind; the cost where the app that gives the kind can say it."""
    known = gifts.gift_kinds()
    programme_id = version.scheme.programme_id
    for terms in version.terms.all():
        count = packs.get(terms.rank, 0)
        by_kind: dict[str, list[Any]] = {}
        for item in terms.gifts.all():
            by_kind.setdefault(item.kind, []).append(item)
        for kind, items in by_kind.items() if count else ():
            costs = [known[kind].cost(item.payload, programme_id) if kind in known else None for item in items]
            cost = None if None in costs else sum(each for each in costs if each is not None) * count
            yield GiftCount(terms.level.code, kind, count, count * len(items), cost)


def _sample(row: Mapping[str, Any], ladder: _Ladder) -> Sample:
    """threshold: of the level reached by a rise, of the level lost, or nearly lost, otherwise."""
    deciding = row["rank_to"] if row["happening"] in {"up", "mapped"} else row["rank_from"]
    return Sample(
        membership_id=row["membership_id"],
        member_no=row["member_no"],
        step=row["step"],
        happening=Happening(row["happening"]),
        level_from=ladder.before(row) if row["step"] == "publishing" else ladder.code(row["rank_from"]),
        level_to=ladder.code(row["rank_to"]),
        value=row["value"],
        threshold=ladder.terms[deciding].threshold,
        value_before=row["value_before"],
        scores=row["scores"] or "",
    )
