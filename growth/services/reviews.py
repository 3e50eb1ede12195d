"""Periodic reviews: the one way in which a level goes down (LVL-09, LVL-10, LVL-25, A-19, A-20).

A review is a row unique per scheme and day, held by a session lock, done in chunks of memberships by id, each a transaction that ends
with the position reached: killed and started again it goes on there. Reviewed are free tracks; what was bought or recharged does not
fall by review (LVL-21). docs/rules/levels.md, The review.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction

from core import locks, notices, sql
from core.enums import Origin, VersionState
from core.notices import NoticeIn
from core.watching import Unwatched, Watcher
from growth.enums import Basis, RunState, Track
from growth.errors import RunDone, RunTooEarly, SchemeNotFound
from growth.models import LevelReview, SchemeVersion
from growth.rules.levels import next_review_on
from growth.services import changes, levels, overrides
from stores import services as stores_services

log = structlog.get_logger(__name__)
LOCK_CLASS = 7305  # first key of the advisory locks that hold the reviews of a scheme
CHUNK = 5_000  # memberships of a transaction
REVIEWING = "reviewing"  # the phase
COMING = "level_down_coming"


@dataclass(frozen=True)
class Due:
    """A review that waits. review_on: a date of the programme."""

    scheme_id: int
    review_on: date


@dataclass(frozen=True)
class Outcome:
    """How many members by what a review does to them ("up", "down", "inactive", "protected", "waits", "recovered", "same").

    moves: ("L3", "L2") -> members, of those whose level changes.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    moves: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def members(self) -> int:
        return sum(self.counts.values())

    def plus(self, other: "Outcome") -> "Outcome":
        return Outcome(Counter(self.counts) + Counter(other.counts), Counter(self.moves) + Counter(other.moves))

    def as_json(self) -> dict[str, Any]:
        """{"up": 1, ..., "moves": {"L3>L2": 12}}, what LevelReview.result keeps."""
        return {**self.counts, "moves": {f"{left}>{reached}": members for (left, reached), members in self.moves.items()}}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Outcome":
        moves = {(move.split(">")[0], move.split(">")[1]): members for move, members in said.get("moves", {}).items()}
        return cls({name: count for name, count in said.items() if name != "moves"}, moves)


def due_reviews(now: datetime) -> list[Due]:
    """Reviews begun or asked for, and those of this month's first day in programmes whose levels held by then; oldest first."""
    begun = LevelReview.objects.exclude(state=RunState.DONE).filter(scheme__programme__growth_on=True)
    due = {Due(*row) for row in begun.values_list("scheme_id", "review_on")}
    for version in _reviewed():
        zone = ZoneInfo(version.scheme.programme.time_zone)
        review_on = now.astimezone(zone).date().replace(day=1)
        first = SchemeVersion.objects.filter(scheme=version.scheme, published_at__isnull=False).order_by("published_at")[0]
        assert first.published_at is not None
        done = LevelReview.objects.filter(scheme=version.scheme, review_on=review_on, state=RunState.DONE)
        if first.published_at.astimezone(zone).date() < review_on and not done.exists():
            due.add(Due(version.scheme_id, review_on))
    return sorted(due, key=lambda each: (each.review_on, each.scheme_id))


def _reviewed() -> list[SchemeVersion]:
    found = SchemeVersion.objects.filter(state=VersionState.PUBLISHED, scheme__track=Track.FREE, scheme__programme__growth_on=True)
    return list(found.select_related("scheme__programme").order_by("scheme_id"))


def _version(scheme_id: int) -> SchemeVersion:
    version = next((each for each in _reviewed() if each.scheme_id == scheme_id), None)
    if version is None:
        raise SchemeNotFound()
    return version


@transaction.atomic
def request_review(*, scheme_id: int, review_on: date, at: datetime) -> LevelReview:
    """Ask for a review: a row that the next tick runs. One that waits already is answered.

    Raises RunDone, RunTooEarly, SchemeNotFound.
    """
    review = _row(_version(scheme_id), review_on, at)
    if review.state == RunState.DONE:
        raise RunDone(period=review_on.isoformat())
    return review


def _row(version: SchemeVersion, review_on: date, at: datetime) -> LevelReview:
    zone = ZoneInfo(version.scheme.programme.time_zone)
    if review_on > at.astimezone(zone).date():
        raise RunTooEarly(period=review_on.isoformat())
    row, _created = LevelReview.objects.get_or_create(scheme=version.scheme, review_on=review_on, defaults={"version": version, "at": at})
    return row


def run_review(
    *,
    scheme_id: int,
    review_on: date,
    now: Callable[[], datetime],
    watcher: Watcher | None = None,
    origin: Origin = Origin.LIVE,
    again: bool = True,
    chunk: int = CHUNK,
) -> LevelReview | None:
    """Review a scheme on a day of its programme, or the rest of a review that was killed. None while another worker runs it.

    Every change is dated when the review began.  now: the door's clock.  origin backfill: nobody is told and nothing given.
    again: whether a review that is done is refused (RunDone) or passed over (None).  Raises RunTooEarly, SchemeNotFound.
    """
    with locks.held(LOCK_CLASS, [scheme_id]) as free:
        if not free:
            return None
        review = _begin(scheme_id, review_on, now(), watcher or Unwatched())
        if review is None:
            if again:
                raise RunDone(period=review_on.isoformat())
            return None
        overrides.end_overrides(now=review.at)
        while _review_some(review, origin, chunk):
            (watcher or Unwatched()).at(review.done)
        LevelReview.objects.filter(pk=review.pk).update(state=RunState.DONE, phase="", finished_at=now())
        review.refresh_from_db()
        log.info("level_review_done", review=review.pk, members=review.done)
        return review


@transaction.atomic
def _begin(scheme_id: int, review_on: date, at: datetime, watcher: Watcher) -> LevelReview | None:
    """The review under way, with its moment and its members fixed when it began; None when it is done."""
    version = _version(scheme_id)
    review = _row(version, review_on, at)
    if review.state == RunState.DONE:
        return None
    if review.state == RunState.DUE:
        levels.open_missing_levels(programme_id=version.scheme.programme_id, booked_at=at)
        total = sql.one("growth/reviews/count_memberships", scheme_id=scheme_id)
        assert total is not None
        review.version, review.at, review.started_at, review.state = version, at, at, RunState.RUNNING
        review.phase, review.total = REVIEWING, total["members"]
        review.save(update_fields=["version", "at", "started_at", "state", "phase", "total"])
    watcher.phase(REVIEWING, total=review.total)
    return review


@transaction.atomic
def _review_some(review: LevelReview, origin: Origin, chunk: int) -> bool:
    """Review the next memberships by the version that holds now. False when none are left."""
    rows = sql.rows("growth/reviews/next_memberships", scheme_id=review.scheme_id, after=review.position, limit=chunk)
    if not rows:
        return False
    ids = [row["id"] for row in rows]
    stores_services.lock_memberships(ids)
    outcome = _judge(
        version=_version(review.scheme_id),
        after=review.position,
        up_to=ids[-1],
        at=review.at,
        source=f"review:{review.pk}",
        only_due=False,
        booked_at=review.at,
        origin=origin,
    )
    review.position, review.done = ids[-1], review.done + len(ids)
    review.result = Outcome.from_json(review.result).plus(outcome).as_json()
    review.save(update_fields=["position", "done", "result"])
    return True


def _judge(
    *,
    version: SchemeVersion,
    after: int,
    up_to: int,
    at: datetime,
    source: str,
    only_due: bool,
    booked_at: datetime,
    origin: Origin,
) -> Outcome:
    zone = ZoneInfo(version.scheme.programme.time_zone)
    with changes.batch() as number:
        counted = sql.rows(
            "growth/reviews/review",
            batch=number,
            version_id=version.pk,
            track=version.scheme.track,
            after=after,
            up_to=up_to,
            at=at,
            falls_on=at.astimezone(zone).date() + timedelta(days=version.grace_days),
            source=source,
            only_due=only_due,
            actor=levels.SYSTEM,
        )
        changes.write(number, booked_at=booked_at, origin=origin)
    return _outcome(counted)


def _outcome(counted: Sequence[Mapping[str, Any]]) -> Outcome:
    counts: Counter[str] = Counter()
    moves: Counter[tuple[str, str]] = Counter()
    for row in counted:
        counts[row["happening"]] += row["members"]
        if row["code_from"] != row["code_to"]:
            moves[row["code_from"], row["code_to"]] += row["members"]
    return Outcome(counts, moves)


def preview_review(*, version_id: int, at: datetime) -> Outcome:
    """What a review by this version, draft or not, would do at a moment to the levels and measures as they stand; writes nothing."""
    return _outcome(sql.rows("growth/reviews/preview", version_id=version_id, at=at))


def carry_out_falls(*, now: datetime) -> Outcome:
    """Lower whose grace is over and who has not recovered; daily, in bounded transactions. A second run finds nobody."""
    outcome = Outcome()
    for version in _reviewed():
        today = now.astimezone(ZoneInfo(version.scheme.programme.time_zone)).date()
        found_by = LevelReview.objects.filter(scheme=version.scheme).order_by("-review_on").values_list("pk", flat=True).first()
        position = 0
        while True:
            with transaction.atomic():
                rows = sql.rows("growth/reviews/due_falls", scheme_id=version.scheme_id, after=position, today=today, limit=CHUNK)
                if not rows:
                    break
                ids = [row["membership_id"] for row in rows]
                stores_services.lock_memberships(ids)
                outcome = outcome.plus(
                    _judge(
                        version=version,
                        after=position,
                        up_to=ids[-1],
                        at=now,
                        source=f"review:{found_by}",
                        only_due=True,
                        booked_at=now,
                        origin=Origin.LIVE,
                    )
                )
                position = ids[-1]
    return outcome


def queue_coming_falls(*, now: datetime) -> int:
    """Tell members, notice_days before, that the next review would lower them as things stand; once for each day of a fall (A-19).

    Answers how many would be told today, those told before among them. A second run queues nothing.
    """
    told = 0
    for version in _reviewed():
        zone = ZoneInfo(version.scheme.programme.time_zone)
        today = now.astimezone(zone).date()
        review_on = next_review_on(today)
        told_until = today + timedelta(days=version.notice_days)
        if version.grace_days == 0 and review_on > told_until:
            continue
        # protection may end within the day of the review: nobody shall fall untold
        day_ends = datetime.combine(review_on + timedelta(days=1), time(), zone) - timedelta(microseconds=1)
        position = 0
        while some := sql.rows("growth/reviews/next_memberships", scheme_id=version.scheme_id, after=position, limit=CHUNK):
            with transaction.atomic():
                rows = sql.rows(
                    "growth/reviews/coming_falls",
                    version_id=version.pk,
                    after=position,
                    up_to=some[-1]["id"],
                    at=now if version.grace_days else day_ends,
                    review_on=review_on,
                    told_until=told_until,
                )
                notices.queue((_coming(row, version) for row in rows), created_at=now)
            told += len(rows)
            position = some[-1]["id"]
    return told


def _coming(row: Mapping[str, Any], version: SchemeVersion) -> NoticeIn:
    day = row["day"].isoformat()
    return NoticeIn(
        programme_id=row["programme_id"],
        member_id=row["member_id"],
        template=COMING,
        cause=f"scheme:{version.scheme_id}",
        dedupe_key=f"{COMING}:{version.scheme_id}:{day}",
        values={
            "level_before": row["name_from"],
            "level": row["name_to"],
            "day": day,
            "threshold": row["threshold"],
            "basis": version.basis,
            "unit_name": version.unit_name if version.basis == Basis.GROWTH else "",
            "currency": version.scheme.programme.currency,
        },
    )
