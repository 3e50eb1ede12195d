"""Doors that beat opens. Each means the same when it is run twice or late: what is due is found in rows (ruling 8)."""

from typing import Any

from celery import shared_task

from core import clock
from points.services import books, expiry, holds, reminders


@shared_task(acks_late=False)
def expire_lots(*, at: str | None = None, **_unknown: Any) -> None:
    """Empty the lots that have ended (PTS-07)."""
    expiry.expire_lots(now=clock.reader(at)())


@shared_task(acks_late=False)
def time_out_holds(*, at: str | None = None, **_unknown: Any) -> None:
    """Give back what was held too long (SF-6)."""
    holds.time_out(now=clock.reader(at)())


@shared_task(acks_late=False)
def close_days(*, at: str | None = None, **_unknown: Any) -> None:
    """Write the books of the local days that have ended (PTS-15)."""
    books.close_days(now=clock.reader(at)())


@shared_task(acks_late=False)
def remind_of_endings(*, at: str | None = None, **_unknown: Any) -> None:
    """Tell members which of their points are about to end (PTS-18)."""
    reminders.remind_of_endings(now=clock.reader(at)())
