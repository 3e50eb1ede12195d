"""When automatic tags are judged: each night all members, every minute those of whom something changed, all when a rule is published.

Who asks leaves a row (tags.TagRun); beat runs what waits. Facts are brought up to date first, in transactions of their own; then one
transaction for each programme writes what differs, so that nobody ever reads a tag half given. A worker killed anywhere leaves a row
that the next tick runs again, and what it had not committed is not there. docs/rules/tags.md, Runs.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction

from core import locks, sql
from core.watching import Unwatched, Watcher
from stores import selectors as stores_selectors
from tags.enums import RunReason, RunState
from tags.models import TagDue, TagRun
from tags.services import facts, telling
from tags.services.judging import Flips, Judging

if TYPE_CHECKING:
    from stores.models import Programme

log = structlog.get_logger(__name__)
LOCK_CLASS = 7321  # first key of the advisory locks that hold a programme's runs; the second is the programme
ACTOR = "tags"  # who gives and takes tags by rule
SAMPLES = 20  # members shown of a trial, of each tag and direction
KEEP = timedelta(days=30)  # how long runs of changes are kept: one a minute where much happens


@dataclass(frozen=True)
class Tried:
    """What a run would do to one tag. new, gone: memberships, at most twenty of each, by id."""

    tag_id: int
    added: int
    removed: int
    new: tuple[int, ...]
    gone: tuple[int, ...]


@dataclass(frozen=True)
class Trial:
    """What a run would do now (试算). tags: those of which something would change, by slot."""

    programme_id: int
    as_of_on: date
    tags: tuple[Tried, ...]


# --- asking ---


@transaction.atomic
def request_run(*, programme_id: int, actor: str, at: datetime) -> TagRun:
    """Ask for a run over all members now (立即运行): a row that the next tick runs. One that waits already is answered."""
    waiting = TagRun.objects.filter(programme_id=programme_id, reason=RunReason.BY_HAND, state=RunState.DUE).first()
    return waiting or _ask(_programme(programme_id), RunReason.BY_HAND, [], actor, at)


def request_published(*, programme_id: int, tag_ids: Iterable[int], actor: str, at: datetime) -> TagRun:
    """Ask for a run of some tags, in the transaction that published or retired them and holds the programme.

    A run that waits already takes them on.
    """
    waiting = TagRun.objects.select_for_update().filter(programme_id=programme_id, reason=RunReason.PUBLISHED, state=RunState.DUE).first()
    if waiting is None:
        return _ask(_programme(programme_id), RunReason.PUBLISHED, sorted(tag_ids), actor, at)
    waiting.tag_ids = sorted({*waiting.tag_ids, *tag_ids})
    waiting.save(update_fields=["tag_ids"])
    return waiting


# --- running ---


def judge_night(*, now: Callable[[], datetime], watcher: Watcher | None = None) -> list[TagRun]:
    """Judge all members of every programme that uses tags, once a local day (TAG-01), then whatever else waits. Answers what was done."""
    at = now()
    for programme in _programmes():
        TagRun.objects.get_or_create(
            programme=programme,
            reason=RunReason.NIGHTLY,
            as_of_on=_today(programme.time_zone, at),
            defaults={"requested_by": ACTOR, "created_at": at},
        )
    return run_waiting(now=now, watcher=watcher)


def run_waiting(*, now: Callable[[], datetime], watcher: Watcher | None = None) -> list[TagRun]:
    """Do what people asked for, what a rule's publishing asked for, and what a killed worker left behind, oldest first."""
    waiting = TagRun.objects.exclude(state=RunState.DONE).filter(programme__tags_on=True).order_by("pk")
    found = [run(run_id=run_id, now=now, watcher=watcher) for run_id in waiting.values_list("pk", flat=True)]
    return [each for each in found if each is not None]


def judge_changes(*, now: Callable[[], datetime]) -> list[TagRun]:
    """Judge the members of whom something changed since they were judged last; a run is written down only where a tag came or went."""
    facts.refresh(now=now())
    noted = set(TagDue.objects.values_list("membership__programme_id", flat=True).distinct())
    found = [_judge_changes(programme, now) for programme in _programmes() if programme.pk in noted]
    return [each for each in found if each is not None]


def run(*, run_id: int, now: Callable[[], datetime], watcher: Watcher | None = None, announce: bool = True) -> TagRun | None:
    """Do one run to its end. None while another worker is at this programme's tags, or when it has been done.

    announce: whether other programs hear of it (not of history being loaded).
    """
    of_run = TagRun.objects.filter(pk=run_id)
    with _held(of_run.values_list("programme_id", flat=True).get()) as free:
        started = of_run.exclude(state=RunState.DONE)
        if not free or not started.update(state=RunState.RUNNING, phase="facts", done=0, total=0, started_at=now()):
            return None
        row = of_run.select_related("programme").get()
        watcher = watcher or Unwatched()
        refreshed = facts.refresh(now=now(), programme_id=row.programme_id)
        of_run.update(phase="judging")
        with transaction.atomic():
            at = now()
            judging = _judging(row.programme, at, f"run:{run_id}", watcher)
            flips = judging.some_tags(row.tag_ids) if row.tag_ids else judging.all_members()
            if announce:
                _tell(flips, at)
            _done(row, flips, judging.on, at, facts=refreshed)
    return of_run.get()


def trial(*, programme_id: int, now: Callable[[], datetime], watcher: Watcher | None = None) -> Trial:
    """What a run over all members would change, by the same code rolled back (ruling 28). Facts are brought up to date and stay so."""
    programme = _programme(programme_id)
    facts.refresh(now=now(), programme_id=programme_id)
    with transaction.atomic():
        judging = _judging(programme, now(), ACTOR, watcher or Unwatched())
        flips = judging.all_members()
        samples = sql.rows("tags/runs/samples", limit=SAMPLES) if flips.any else []
        transaction.set_rollback(True)
    members = {(row["tag_id"], row["is_on"]): tuple(row["membership_ids"]) for row in samples}
    changed = [tag.pk for tag in judging.tags if tag.pk in flips.added or tag.pk in flips.removed]
    return Trial(
        programme_id,
        judging.on,
        tuple(
            Tried(tag_id, flips.added[tag_id], flips.removed[tag_id], members.get((tag_id, True), ()), members.get((tag_id, False), ()))
            for tag_id in changed
        ),
    )


def forget_changes(*, now: datetime) -> int:
    """Delete runs of changes that were done more than thirty days ago; answers how many. What they gave and took stays with its rows."""
    old = TagRun.objects.filter(reason=RunReason.CHANGES, state=RunState.DONE, finished_at__lt=now - KEEP)
    deleted, _by_model = old.delete()
    return deleted


def _judge_changes(programme: "Programme", now: Callable[[], datetime]) -> TagRun | None:
    with _held(programme.pk) as free:
        if not free:
            return None
        with transaction.atomic():
            at = now()
            row = _ask(programme, RunReason.CHANGES, [], ACTOR, at, state=RunState.RUNNING, started_at=at)
            judging = _judging(programme, at, f"run:{row.pk}", Unwatched())
            flips = judging.members_noted()
            if not flips.any:
                row.delete()
                return None
            _tell(flips, at)
            _done(row, flips, judging.on, at)
    return TagRun.objects.get(pk=row.pk)


def _judging(programme: "Programme", at: datetime, actor: str, watcher: Watcher) -> Judging:
    return Judging(programme_id=programme.pk, on=_today(programme.time_zone, at), at=at, actor=actor, watcher=watcher)


def _tell(flips: Flips, at: datetime) -> None:
    if not flips.any:
        return
    added: list[telling.Change] = []
    removed: list[telling.Change] = []
    for row in sql.rows("tags/runs/flips"):
        (added if row["is_on"] else removed).append((row["membership_id"], row["tag_id"]))
    telling.tell(added=added, removed=removed, at=at)


def _ask(programme: "Programme", reason: str, tag_ids: list[int], actor: str, at: datetime, **values: Any) -> TagRun:
    return TagRun.objects.create(
        programme=programme,
        reason=reason,
        as_of_on=_today(programme.time_zone, at),
        tag_ids=tag_ids,
        requested_by=actor,
        created_at=at,
        **values,
    )


def _done(row: TagRun, flips: Flips, on: date, at: datetime, **more: int) -> None:
    """on: the day that was judged. A night's run stays that night's, whenever it was done: there is one a night."""
    result = {
        "added": {str(tag_id): members for tag_id, members in flips.added.items()},
        "removed": {str(tag_id): members for tag_id, members in flips.removed.items()},
        **more,
    }
    as_of_on = row.as_of_on if row.reason == RunReason.NIGHTLY else on
    TagRun.objects.filter(pk=row.pk).update(state=RunState.DONE, phase="", result=result, as_of_on=as_of_on, finished_at=at)
    log.info("tag_run", run_id=row.pk, added=sum(flips.added.values()), removed=sum(flips.removed.values()))


def _programmes() -> "list[Programme]":
    """Those that use tags."""
    return [programme for programme, _stores in stores_selectors.programmes_with_stores() if programme.tags_on]


def _programme(programme_id: int) -> "Programme":
    return next(programme for programme, _stores in stores_selectors.programmes_with_stores() if programme.pk == programme_id)


def _held(programme_id: int) -> AbstractContextManager[frozenset[int]]:
    return locks.held(LOCK_CLASS, [programme_id])


def _today(time_zone: str, at: datetime) -> date:
    return at.astimezone(ZoneInfo(time_zone)).date()
