"""Whether the process lives and whether it can do its work: /livez for restarts, /readyz for traffic, numbers for alarms."""

import json
import time
from datetime import datetime
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from core import heartbeat
from core.models import OutboxMessage

QUEUE = "celery"
BEAT_LATE_SECONDS = 120
_migrated = False
_began = time.monotonic()


def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all; it asks nothing else, so that a broken database does not restart every web server."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and is migrated; 503 otherwise. Broker and beat are told, but do not turn traffic away (ruling 8)."""
    ready, state = readiness()
    return JsonResponse(state, status=200 if ready else 503)


def readiness() -> tuple[bool, dict[str, Any]]:
    """Whether this process can serve, and the state of each part: "ok" or what is wrong; ages in whole seconds, null when unknown."""
    state: dict[str, Any] = {"database": "ok", "migrations": "ok", "broker": "ok", "beat": "ok", "beat_age_seconds": None}
    try:
        waiting = pending_migrations()
        if waiting:
            state["migrations"] = f"{waiting} to apply"
        else:
            age = beat_age(timezone.now())
            state["beat_age_seconds"] = None if age is None else int(age)
            state["beat"] = _beat_in_words(age)
    except DatabaseError as error:
        state |= {"database": f"failing: {type(error).__name__}", "migrations": "unknown", "beat": "unknown"}
    if queue_state() is None:
        state["broker"] = "unreachable"
    return state["database"] == state["migrations"] == "ok", state


def _beat_in_words(age: float | None) -> str:
    """ "waiting" where there has never been a beat, for as long as one may take after this process began."""
    if age is None:
        return "waiting" if time.monotonic() - _began < BEAT_LATE_SECONDS else "late"
    return "ok" if age < BEAT_LATE_SECONDS else "late"


def pending_migrations() -> int:
    """How many migrations of the code the database has not seen. Asked until there are none: the code of a process does not change."""
    global _migrated
    if _migrated:
        return 0
    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    _migrated = pending == 0
    return pending


def beat_age(now: datetime) -> float | None:
    """Seconds since beat and a worker were last seen alive, None when they never were."""
    last = heartbeat.last_beat()
    return None if last is None else max(0.0, (now - last).total_seconds())


def outbox_age(now: datetime) -> float:
    """Seconds the oldest fact has waited to be handed to the webhook endpoints; 0 when none waits."""
    oldest = OutboxMessage.objects.filter(fanned_out_at=None).aggregate(oldest=Min("created_at"))["oldest"]
    return 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())


def ledgers_looked_at(now: datetime) -> tuple[float, int] | None:
    """Seconds since all accounts were last compared with their entries, and how many disagreed; None when they never were."""
    last = heartbeat.last_look_at_ledgers()
    return None if last is None else (max(0.0, (now - last[0]).total_seconds()), last[1])


def queue_state() -> tuple[int, float] | None:
    """How many tasks wait in the broker, and for how many seconds the oldest has; None when the broker cannot be asked."""
    try:
        with redis.Redis.from_url(
            settings.CELERY_BROKER_URL, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0)
        ) as client:
            waiting, oldest = client.llen(QUEUE), client.lindex(QUEUE, -1)
    except (redis.RedisError, OSError):
        return None
    published = json.loads(oldest)["headers"].get("published_at") if oldest else None
    return int(waiting), max(0.0, time.time() - published) if published else 0.0
