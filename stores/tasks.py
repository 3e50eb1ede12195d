"""Doors that beat opens. Retries are rows, never Celery's: a tick that is lost is made up for by the next."""

from typing import Any

from celery import shared_task

from core import clock
from stores.webhooks import services as webhooks


@shared_task(acks_late=False)
def deliver_webhooks(*, at: str | None = None, **_unknown: Any) -> None:
    """Fan out new messages and deliver what is due, for about twenty seconds at most (OMN-05)."""
    webhooks.deliver_due(clock=clock.reader(at))


@shared_task(acks_late=False)
def forget_delivered(*, at: str | None = None, **_unknown: Any) -> None:
    """Give up hopeless deliveries and delete old ones."""
    webhooks.tidy(now=clock.reader(at)())
