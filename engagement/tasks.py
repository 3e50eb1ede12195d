"""What beat does for campaigns."""

from typing import Any

from celery import shared_task

from core import clock
from engagement.services import issuing


@shared_task(acks_late=False)
def run_campaigns(*, at: str | None = None, **_unknown: Any) -> None:
    """Begin the campaigns whose time has come, and go on with those under way (CPN-12)."""
    issuing.run_due(now=clock.reader(at))
