"""Doors that beat opens. Each means the same when it is run twice or late: what is due is found in rows (ruling 8)."""

from typing import Any

from celery import shared_task

from core import clock
from tags.services import runs, summary


@shared_task(acks_late=False)
def judge_night(*, at: str | None = None, **_unknown: Any) -> None:
    """Judge the automatic tags of all members, once a local day (TAG-01)."""
    runs.judge_night(now=clock.reader(at))


@shared_task(acks_late=False)
def run_waiting(*, at: str | None = None, **_unknown: Any) -> None:
    """Do the runs that people or a published rule asked for, or that a killed worker left behind."""
    runs.run_waiting(now=clock.reader(at))


@shared_task(acks_late=False)
def judge_changes(*, at: str | None = None, **_unknown: Any) -> None:
    """Judge the members of whom something changed (TAG-11)."""
    runs.judge_changes(now=clock.reader(at))


@shared_task(acks_late=False)
def forget_runs(*, at: str | None = None, **_unknown: Any) -> None:
    """Delete old runs of changes."""
    runs.forget_changes(now=clock.reader(at)())


@shared_task(acks_late=False)
def refresh_summary(**_unknown: Any) -> None:
    """Reckon the days of members that notes tell of, and their months (DAT-05)."""
    summary.refresh()
