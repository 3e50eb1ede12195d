"""Numbers for Prometheus at /metrics: requests of all web processes, and how old what waits is."""

import hmac
import ipaddress
import os
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from core import health

REGISTRY = CollectorRegistry()
LABELS = ["method", "route"]
REQUESTS = Counter("guanxi_requests_total", "Requests answered, by route and status.", [*LABELS, "status"], registry=REGISTRY)
SECONDS = Histogram(
    "guanxi_request_seconds",
    "Seconds until a request was answered, by route.",
    LABELS,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)


class MetricsMiddleware:
    """Count and time every request by its route's pattern: addresses with ids would make a series each."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "(none)"
        method = request.method if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "(other)"
        REQUESTS.labels(method, route, str(response.status_code)).inc()
        SECONDS.labels(method, route).observe(time.perf_counter() - started)
        return response


class Waiting(Collector):
    """What is asked afresh at every reading: the queue, beat, the outbox, the ledgers. What cannot be asked now is left out."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        queue = health.queue_state()
        if queue is not None:
            yield GaugeMetricFamily("guanxi_queue_tasks", "Tasks waiting in the broker.", value=queue[0])
            yield GaugeMetricFamily("guanxi_queue_age_seconds", "Seconds the oldest task in the broker has waited.", value=queue[1])
        try:
            beat = health.beat_age(now)
            outbox = health.outbox_age(now)
            ledgers = health.ledgers_looked_at(now)
        except DatabaseError:
            return
        if beat is not None:
            yield GaugeMetricFamily("guanxi_beat_age_seconds", "Seconds since beat last sent a task.", value=beat)
        yield GaugeMetricFamily("guanxi_outbox_age_seconds", "Seconds the oldest fact has waited to leave the house.", value=outbox)
        if ledgers is not None:
            age, found = ledgers
            yield GaugeMetricFamily("guanxi_ledgers_age_seconds", "Seconds since all accounts were compared with their entries.", value=age)
            yield GaugeMetricFamily("guanxi_ledger_differences", "Accounts that disagreed with their entries then.", value=found)


def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers, for whoever has METRICS_TOKEN or, where none is set, asks from a private address without a proxy. 404 for others."""
    if not allowed(request):
        return HttpResponse("not found\n", status=404, content_type="text/plain")
    requests: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # several web processes: each writes its own file there
        requests = CollectorRegistry()
        multiprocess.MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    waiting = CollectorRegistry()
    waiting.register(Waiting())
    return HttpResponse(generate_latest(requests) + generate_latest(waiting), content_type=CONTENT_TYPE_LATEST)


def allowed(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    try:
        address = ipaddress.ip_address(request.META["REMOTE_ADDR"])
    except ValueError:  # a socket has no address
        return False
    return address.is_private and "X-Forwarded-For" not in request.headers
