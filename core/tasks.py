"""Doors that beat opens. A tick that is lost is made up for by the next, so none is acknowledged late or retried by the queue."""

from typing import Any

from celery import shared_task
from django.conf import settings

from core import clock, heartbeat, jobs, notices, partitions, retention


@shared_task(acks_late=False)
def run_jobs(*, at: str | None = None, **_unknown: Any) -> None:
    """Start what waits in core.Job and what a killed worker left behind (ruling 8)."""
    jobs.run_unfinished(now=clock.reader(at), at_once=settings.JOBS_AT_ONCE)


@shared_task(acks_late=False)
def beat_heartbeat(*, at: str | None = None, **_unknown: Any) -> None:
    """Show that beat sends and a worker works."""
    heartbeat.record_beat(at=clock.reader(at)())


@shared_task(acks_late=False)
def send_notices(*, at: str | None = None, **_unknown: Any) -> None:
    """Send the messages to members that are due."""
    notices.send_due(now=clock.reader(at)())


@shared_task(acks_late=False)
def make_partitions(*, at: str | None = None, **_unknown: Any) -> None:
    """Have the coming two months ready in every table cut by month."""
    partitions.ensure_ahead(now=clock.reader(at)())


@shared_task(acks_late=False)
def forget_expired(*, at: str | None = None, **_unknown: Any) -> None:
    """Delete old answers to repeated calls, ended sessions and ended access tokens."""
    retention.forget_expired(now=clock.reader(at)())
