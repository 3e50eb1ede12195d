"""Is the clock work alive? Beat sends a task, a worker does it and leaves a mark: the mark's age speaks for both (/readyz, /metrics)."""

from datetime import datetime

from core import sql
from core.models import Heartbeat

BEAT = "beat"
LEDGERS = "ledgers"


def record_beat(*, at: datetime) -> None:
    """Leave the mark. A task that was late does not set it back."""
    sql.run("core/record_heartbeat", name=BEAT, at=at, found=None)


def record_ledgers(*, at: datetime, found: int) -> None:
    """Leave the mark of a look at all accounts. found: how many disagreed."""
    sql.run("core/record_heartbeat", name=LEDGERS, at=at, found=found)


def last_beat() -> datetime | None:
    """When beat and a worker were last seen alive, UTC; None before the first time."""
    return Heartbeat.objects.filter(pk=BEAT).values_list("at", flat=True).first()


def last_look_at_ledgers() -> tuple[datetime, int] | None:
    """When all accounts were last compared with their entries, UTC, and how many disagreed; None before the first time."""
    mark = Heartbeat.objects.filter(pk=LEDGERS).first()
    return None if mark is None else (mark.at, mark.found or 0)
