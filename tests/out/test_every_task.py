"""Every Celery task, found in the registry: twice in a row and four at once end where one run ends (R13)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.contrib.sessions.models import Session
from django.db import connection

from core import jobs
from core.models import IdempotencyRecord, Job, OutboxMessage
from stores.models import WebhookEndpoint
from tests.out.receiver import Receiver
from tests.out.story import at_once, endpoint, say
from tests.world import NOW

VOLATILE = {"duration_ms", "secret", "url", "detail"}  # how long it took, and what differs between two worlds


def own_tasks() -> list[str]:
    current_app.loader.import_default_modules()
    return sorted(name for name in current_app.tasks if not name.startswith("celery."))


def test_the_registry_is_read():
    assert {"core.tasks.run_jobs", "stores.tasks.deliver_webhooks"} <= set(own_tasks())


def run(name: str) -> None:
    """As a worker would, at a fixed time, with an argument only newer code knows."""
    current_app.tasks[name](at=NOW.isoformat(), from_the_future=1)


@pytest.fixture
def told() -> Iterator[list[int]]:
    """What a test's own kind of job did: adds to a number in its own row, so that a second run would show."""
    seen: list[int] = []

    def work(job: Job, progress: jobs.Progress) -> dict[str, Any]:
        seen.append(job.pk)
        return {"times": seen.count(job.pk)}

    jobs.register("test_every_task", work)
    yield seen
    del jobs._runners["test_every_task"]


def world(url: str) -> None:
    """Something for every task to do, at ids that are the same each time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(relname), ', ') FROM pg_stat_user_tables WHERE relname ~ '^(core|stores|django_session)'"
        )
        cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} RESTART IDENTITY CASCADE")
    endpoint(url)
    endpoint("http://127.0.0.1:1/")
    OutboxMessage.objects.create(
        topic="x", ordering_key="old", payload={}, occurred_at=NOW, created_at=NOW, fanned_out_at=NOW - timedelta(days=91)
    )
    for version in (1, 2):
        for one_id in ("A", "B", "C"):
            say(one_id, version)
    WebhookEndpoint.objects.create(url="http://127.0.0.1:2/", secret="whsec_AAAA", created_at=NOW, is_active=False)
    for number in range(3):
        jobs.submit(kind="test_every_task", parameters={"number": number}, created_at=NOW)
    IdempotencyRecord.objects.create(client="c", key="old", fingerprint="f", status=201, body="{}", created_at=NOW - timedelta(days=30))
    Session.objects.create(session_key="ended", session_data="", expire_date=NOW - timedelta(days=1))


def state() -> dict[str, list[str]]:
    """Every row of every table, and which tables there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY relname"
        )
        found: dict[str, list[str]] = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" AS t')
            rows = [json.loads(row[0]) for row in cursor.fetchall()]
            if table == "stores_webhookattempt":  # a log numbered in the order in which answers came
                rows = [row | {"id": 0} for row in rows]
            found[table] = sorted(json.dumps({key: row[key] for key in row if key not in VOLATILE}) for row in rows)
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", own_tasks())
def test_a_task_means_the_same_twice_and_side_by_side(name: str, receiver: Receiver, told: list[int]):
    # given what one run makes of a world
    world(receiver.url)
    before = state()
    run(name)
    once = state()
    # when it runs again, then nothing changes
    run(name)
    assert state() == once
    assert name not in CHANGES_SOMETHING or once != before
    # and when four run at once in the same world, they end in the same state
    received = sorted(request.body for request in receiver.received)
    receiver.received.clear()
    told.clear()
    world(receiver.url)
    assert at_once(*[lambda: run(name)] * 4) == [None] * 4
    assert state() == once
    assert sorted(request.body for request in receiver.received) == received
    assert len(told) == len(set(told))


CHANGES_SOMETHING = {  # so that the comparison above has something to compare
    "core.tasks.beat_heartbeat",
    "core.tasks.forget_expired",
    "core.tasks.run_jobs",
    "stores.tasks.deliver_webhooks",
    "stores.tasks.forget_delivered",
}
