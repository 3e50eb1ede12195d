"""Long work as rows (ruling 8): beat finds what is due, one worker at a time holds it, a killed worker frees it.

A runner is registered by the app that owns the work. It is called with the job and a `Progress`, commits in bounded steps, and
must mean the same when it is started again after a kill: the session advisory lock of the dead worker is gone, the row is still
`running`, and the next tick starts it anew.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, transaction

from core import locks
from core.enums import JobState
from core.models import Job

logger = structlog.get_logger(__name__)
LOCK_CLASS = 7301  # first key of the advisory locks that hold jobs
SLOT_LOCK_CLASS = 7303  # and of those that limit how many workers do jobs
Runner = Callable[["Job", "Progress"], dict[str, Any]]
_runners: dict[str, Runner] = {}


class Progress:
    """How far a job is. Counts are written at once, in the step's own transaction, so that a page can show them."""

    def __init__(self, job_id: int) -> None:
        self.job_id = job_id

    def phase(self, name: str, *, total: int) -> None:
        Job.objects.filter(pk=self.job_id).update(phase=name, done=0, total=total)

    def at(self, done: int) -> None:
        Job.objects.filter(pk=self.job_id).update(done=done)


def register(kind: str, runner: Runner) -> None:
    _runners[kind] = runner


def kinds() -> list[str]:
    return sorted(_runners)


def submit(
    *,
    kind: str,
    parameters: dict[str, Any],
    created_at: datetime,
    created_by_id: int | None = None,
    store_id: int | None = None,
    upload: Any = None,
) -> Job:
    """Write down work to do. Beat picks it up; a wake-up after the commit is the door's courtesy, not a need."""
    assert kind in _runners, f"no runner for jobs of kind {kind}"
    return Job.objects.create(
        kind=kind, parameters=parameters, created_at=created_at, created_by_id=created_by_id, store_id=store_id, upload=upload or ""
    )


def unfinished() -> list[int]:
    """Ids of jobs that wait or were left behind by a killed worker, oldest first."""
    return list(Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).order_by("id").values_list("id", flat=True))


def run(job_id: int, *, now: Callable[[], datetime]) -> bool:
    """Run a job to its end. False when another worker holds it or it has ended already.

    An exception marks the job failed with its words and is raised again, so that it is seen in the log.
    """
    with locks.held(LOCK_CLASS, [job_id]) as free:
        return bool(free) and _run_held(job_id, now)


def _run_held(job_id: int, now: Callable[[], datetime]) -> bool:
    started = Job.objects.filter(pk=job_id, state__in=[JobState.QUEUED, JobState.RUNNING]).update(state=JobState.RUNNING, started_at=now())
    if not started:
        return False
    job = Job.objects.get(pk=job_id)
    try:
        result = _runners[job.kind](job, Progress(job_id))
    except Exception as problem:
        Job.objects.filter(pk=job_id).update(state=JobState.FAILED, problem=str(problem)[:2000], finished_at=now())
        raise
    with transaction.atomic():
        Job.objects.filter(pk=job_id).update(state=JobState.DONE, result=result, finished_at=now())
    return True


def run_unfinished(*, now: Callable[[], datetime], at_once: int = 1) -> int:
    """Do what waits, oldest first, until nothing is left; answers how many jobs ended well.

    at_once: how many workers may be busy with jobs, so that a long import never keeps them all from the short work. A job that
    fails is marked and logged, and the next one begins.
    """
    with connection.cursor() as cursor:
        slot = next((slot for slot in range(at_once) if _take_slot(cursor, slot)), None)
    if slot is None:
        return 0
    tried: set[int] = set()
    ended = 0
    try:
        while waiting := [job_id for job_id in unfinished() if job_id not in tried]:
            tried.add(waiting[0])
            try:
                ended += run(waiting[0], now=now)
            except Exception:
                logger.exception("job_failed", job_id=waiting[0])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [SLOT_LOCK_CLASS, slot])
    return ended


def _take_slot(cursor: Any, slot: int) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [SLOT_LOCK_CLASS, slot])
    return bool(cursor.fetchone()[0])
