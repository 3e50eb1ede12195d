"""The Celery application of worker, beat and publishers."""

import os
import time
from typing import Any

from celery import Celery
from celery.signals import before_task_publish, setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("guanxi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def log_as_django_does(**_kwargs: Any) -> None:
    """Stop Celery from laying its own logging over ours: a receiver is all it takes."""


@before_task_publish.connect
def say_when_published(headers: dict[str, Any] | None = None, **_kwargs: Any) -> None:
    """Let /metrics tell how long the oldest task has waited."""
    if headers is not None:
        headers["published_at"] = time.time()
