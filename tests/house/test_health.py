"""What machines are told: alive, ready, and how old what waits is - also with Redis or Postgres away."""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
import redis
from django.db import OperationalError, connection
from django.test import Client

from config.celery import app
from core import health, heartbeat, metrics
from core.models import OutboxMessage
from core.tasks import beat_heartbeat

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.mark.django_db
def test_a_process_that_can_work_says_so(client):
    heartbeat.record_beat(at=datetime.now(UTC))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "migrations": "ok", "broker": "ok", "beat": "ok", "beat_age_seconds": 0}


@pytest.mark.django_db
def test_redis_down_is_told_and_turns_no_traffic_away(client, settings):
    settings.CELERY_BROKER_URL = NOWHERE
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (200, "unreachable")


@pytest.mark.django_db
def test_a_late_beat_is_told(client):
    heartbeat.record_beat(at=datetime.now(UTC) - timedelta(seconds=300))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["beat"]) == (200, "late")
    assert 300 <= answer.json()["beat_age_seconds"] < 310


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "said"), [(0, "waiting"), (119, "waiting"), (120, "late")])
def test_before_the_first_beat_it_is_waited_for_as_long_as_one_may_take(client, monkeypatch, seconds, said):
    monkeypatch.setattr(health, "_began", time.monotonic() - seconds)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["beat"], answer.json()["beat_age_seconds"]) == (200, said, None)


@pytest.mark.django_db
def test_waiting_migrations_keep_traffic_away(client, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "1 to apply"


def test_a_database_away_keeps_traffic_away_but_the_process_lives(client, monkeypatch):
    def away() -> int:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "pending_migrations", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "failing: OperationalError")
    assert client.get("/livez").status_code == 200


def test_probes_come_by_address_and_without_tls(settings):
    settings.ALLOWED_HOSTS = ["members.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    assert Client(headers={"host": "10.0.0.7"}).get("/livez").status_code == 200


@pytest.mark.django_db
def test_metrics_count_requests_by_route_and_tell_what_waits(client):
    at = datetime.now(UTC) - timedelta(seconds=90)
    OutboxMessage.objects.create(topic="member.updated", ordering_key="x", payload={}, occurred_at=at, created_at=at)
    heartbeat.record_beat(at=at)
    client.get("/admin/login/")
    lines = client.get("/metrics").content.decode().splitlines()
    assert any(line.startswith('guanxi_requests_total{method="GET",route="admin/login/",status="200"}') for line in lines)
    ages = {line.split()[0]: float(line.split()[1]) for line in lines if line.startswith("guanxi_") and "_age_seconds" in line}
    assert 90 <= ages["guanxi_outbox_age_seconds"] < 100
    assert 90 <= ages["guanxi_beat_age_seconds"] < 100
    assert not any("ledger" in line for line in lines)  # nobody has looked yet


@pytest.mark.django_db
def test_metrics_tell_how_many_accounts_disagreed_and_when_that_was(client):
    at = datetime.now(UTC) - timedelta(hours=3)
    heartbeat.record_ledgers(at=at, found=7)
    heartbeat.record_ledgers(at=at - timedelta(hours=1), found=0)  # was late
    told = dict(line.split() for line in client.get("/metrics").content.decode().splitlines() if line.startswith("guanxi_ledger"))
    assert float(told["guanxi_ledger_differences"]) == 7
    assert 10_800 <= float(told["guanxi_ledgers_age_seconds"]) < 10_810


@pytest.mark.django_db
def test_metrics_of_an_unknown_address_make_no_series_each(client):
    client.get("/nothing/4711")
    routes = set(re.findall(r'route="([^"]*)"', client.get("/metrics").content.decode()))
    assert "(none)" in routes
    assert [route for route in routes if "nothing" in route or "4711" in route] == []


@pytest.mark.parametrize(
    ("token", "headers", "address", "allowed"),
    [
        ("", {}, "127.0.0.1", True),
        ("", {}, "10.1.2.3", True),
        ("", {}, "8.8.8.8", False),
        ("", {"X-Forwarded-For": "8.8.8.8"}, "10.1.2.3", False),
        ("", {}, "", False),
        ("secret", {}, "127.0.0.1", False),
        ("secret", {"Authorization": "Bearer wrong"}, "127.0.0.1", False),
        ("secret", {"Authorization": "Bearer secret"}, "8.8.8.8", True),
    ],
)
def test_metrics_are_not_public(rf, settings, token, headers, address, allowed):
    settings.METRICS_TOKEN = token
    request = rf.get("/metrics", headers=headers, REMOTE_ADDR=address)
    assert metrics.allowed(request) is allowed


def test_a_refused_reader_learns_nothing(client, settings):
    settings.METRICS_TOKEN = "secret"
    answer = client.get("/metrics")
    assert (answer.status_code, answer.content) == (404, b"not found\n")


def test_the_oldest_task_in_the_broker_has_an_age(settings):
    settings.CELERY_BROKER_URL = settings.REDIS_URL.rsplit("/", 1)[0] + "/15"  # a queue nobody else writes to
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as queue:
        queue.flushdb()
        assert health.queue_state() == (0, 0.0)
        with app.connection_for_write(settings.CELERY_BROKER_URL) as broker:
            for _ in range(2):
                app.send_task(beat_heartbeat.name, connection=broker)
        state = health.queue_state()
        queue.flushdb()
    assert state is not None
    assert state[0] == 2
    assert 0.0 < state[1] < 60


def test_a_broker_away_is_not_an_empty_one(settings):
    settings.CELERY_BROKER_URL = NOWHERE
    assert health.queue_state() is None
