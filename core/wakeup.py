"""Wake a worker after a commit: a courtesy, never a need (ruling 8).

Beat finds all work within seconds by itself; a wake-up only shortens the wait. So it may fail, and then it fails fast and quietly:
its own connection to the broker gives up after a fraction of a second, and after a failure nobody tries again for a while.
"""

import threading
import time
from collections.abc import Callable
from functools import cache

import structlog
from celery import current_app
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from kombu import Connection
from kombu.pools import producers

logger = structlog.get_logger(__name__)
PATIENCE = 0.25  # seconds for the broker to accept, and to answer
PAUSE = 5.0  # seconds without a try after a failure
SPACING = 1.0  # seconds between two wake-ups of a task by one process: under load beat and the running tick do the rest
EXPIRES = 30  # seconds after which nobody needs this wake-up any more: beat has ticked many times

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_lock = threading.Lock()
_asleep_until = 0.0
_last: dict[str, float] = {}


def nudge(task: str) -> bool:
    """Ask a worker to run `task` ("stores.tasks.deliver_webhooks") now. Never raises, never blocks for longer than it takes to notice.

    Called by doors after the commit. True when the broker took it; False when it did not, or when it was asked a moment ago.
    """
    if not _is_time(task):
        return False
    try:
        with producers[_connection(str(current_app.conf.broker_url))].acquire(block=False) as producer:
            current_app.send_task(task, producer=producer, retry=False, ignore_result=True, expires=EXPIRES)
    except Exception as error:  # whatever a broker can do wrong: the work is a row, and beat will come for it
        _sleep()
        logger.warning("wakeup_failed", task=task, error=type(error).__name__)
        return False
    return True


class WakeUpMiddleware:
    """After a request that may have changed something, API or back office: wake the tasks of WAKE_AFTER_WRITES."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in SAFE and response.status_code < 400:
            for task in settings.WAKE_AFTER_WRITES:
                nudge(task)
        return response


@cache
def _connection(url: str) -> Connection:
    patience = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE, "retry_on_timeout": False}
    at_once = {"max_retries": 0, "interval_start": 0, "interval_step": 0}
    return Connection(url, connect_timeout=PATIENCE, transport_options=patience | at_once)


def _is_time(task: str) -> bool:
    moment = time.monotonic()
    with _lock:
        if moment < _asleep_until or moment - _last.get(task, -SPACING) < SPACING:
            return False
        _last[task] = moment
        return True


def _sleep() -> None:
    global _asleep_until
    with _lock:
        _asleep_until = time.monotonic() + PAUSE
