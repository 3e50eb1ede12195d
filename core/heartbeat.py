"""Is the clock work alive? Beat sends a task, a worker does it and leaves a mark: the mark's age speaks for both (/readyz)."""

from datetime import datetime

from core import sql
from core.models import Heartbeat

BEAT = "beat"


def record_beat(*, at: datetime) -> None:
    """Leave the mark. A task that was late does not set it back."""
    sql.run("core/record_heartbeat", name=BEAT, at=at)


def last_beat() -> datetime | None:
    """When beat and a worker were last seen alive, UTC; None before the first time."""
    return Heartbeat.objects.filter(pk=BEAT).values_list("at", flat=True).first()
