"""Real workers and real beats: SIGKILL at seeded moments, two schedulers at once (R03, R14, R27, ruling 28)."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from statistics import median

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from core import heartbeat, schedule
from core.models import OutboxMessage
from stores.enums import DeliveryState
from stores.models import WebhookDelivery
from stores.webhooks import rules, services
from tests.out.receiver import Received, Receiver
from tests.out.story import endpoint, say
from tests.world import NOW

PROJECT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def broker(number: int) -> str:
    """A database of the tests' own Valkey that nobody else uses."""
    return f"{settings.REDIS_URL.rsplit('/', 1)[0]}/{number}"


@contextmanager
def process(*command: str, redis_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery process on the tests' database; killed when the block ends."""
    database = connection.settings_dict
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    address = f"postgres://{database['USER']}{secret}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = os.environ | {"DATABASE_URL": address, "REDIS_URL": redis_url, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    started = subprocess.Popen([sys.executable, "-m", "celery", "--app", "config", *command], cwd=PROJECT, env=environment)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def worker(redis_url: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "error")
    return process("worker", "--pool", "solo", *quiet, redis_url=redis_url)


def until(true: Callable[[], bool], *, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what} took more than {seconds} s"
        time.sleep(0.02)


def test_workers_killed_at_seeded_moments_lose_nothing_and_never_change_the_order(receiver: Receiver, capsys: pytest.CaptureFixture[str]):
    # given twelve people with four facts each
    seed = int(os.environ.get("KILL_SEED", "20"))
    dice = random.Random(seed)
    people, facts = [f"M{number}" for number in range(12)], [1, 2, 3, 4]
    endpoint(receiver.url)
    for version in facts:
        for one_id in people:
            say(one_id, version)
    redis_url = broker(13)
    sender = Celery("sender", broker=redis_url, set_as_current=False, fixups=[])
    at, phases = NOW, []
    with sender.connection_for_write() as line:
        line.SimpleQueue("celery").clear()
    # when worker after worker is killed: while the receiver has the message and has not answered, or just after it has
    for victim_number in range(3):
        before = len(receiver.received)
        fatal, delay = before + dice.randint(1, 6), dice.choice([0.0, 0.0, 0.002, 0.01])
        with worker(redis_url) as victim:

            def kill(_request: Received, fatal: int = fatal, delay: float = delay, victim: "subprocess.Popen[bytes]" = victim) -> int:
                if len(receiver.received) == fatal:
                    threading.Timer(delay, victim.send_signal, [signal.SIGKILL]).start()
                    time.sleep(0.05 if delay == 0 else 0)
                return 200

            receiver.answer = kill
            sender.send_task("stores.tasks.deliver_webhooks", kwargs={"at": at.isoformat()})
            until(lambda victim=victim: victim.poll() is not None, seconds=180, what=f"worker {victim_number}")  # type: ignore[misc]
        under_way = WebhookDelivery.objects.filter(lease__isnull=False).count()
        phases.append(f"worker {victim_number} died after {len(receiver.received) - before} requests, {under_way} unmarked")
        at += services.LEASE
    # then the next one finishes the work
    receiver.answer = lambda _request: 200
    with worker(redis_url):
        sender.send_task("stores.tasks.deliver_webhooks", kwargs={"at": at.isoformat()})
        until(lambda: not WebhookDelivery.objects.exclude(state=DeliveryState.DELIVERED).exists(), seconds=180, what="finishing")
    sender.close()
    repeated = len(receiver.received) - len(people) * len(facts)
    with capsys.disabled():
        print(f"\nseed {seed}: {'; '.join(phases)}; 0 of {len(people) * len(facts)} lost, {repeated} sent twice")
    assert any("unmarked" in phase and not phase.endswith(" 0 unmarked") for phase in phases)
    for one_id in people:
        versions = [request.content["data"]["version"] for request in receiver.of(one_id)]
        assert [version for version, _repeated in groupby(versions)] == facts
    assert 0 < repeated <= 3 * rules.AT_ONCE_PER_ENDPOINT


def test_a_fact_reaches_the_receiver_within_five_seconds_once_though_two_beats_tick(receiver: Receiver):
    """OMN-05 and ARC-17: committed, delivered within five seconds, by the clock work alone. R14: two schedulers, one effect."""
    endpoint(receiver.url)
    redis_url = broker(14)
    PeriodicTask.objects.all().delete()
    schedule.ensure_schedule()
    often, _made = IntervalSchedule.objects.get_or_create(every=1, period="seconds")
    PeriodicTask.objects.filter(task="core.tasks.beat_heartbeat").update(interval=often)
    with ExitStack() as running:
        running.enter_context(worker(redis_url))
        for _scheduler in range(2):
            running.enter_context(
                process("beat", "--scheduler", "config.scheduler:Scheduler", "--pidfile=", "--loglevel", "error", redis_url=redis_url)
            )
        until(lambda: heartbeat.last_beat() is not None, seconds=180, what="the first heartbeat")
        waits = []
        for version in range(1, 6):
            said_at = time.monotonic()
            say("A", version)
            until(lambda version=version: len(receiver.received) >= version, seconds=60, what="delivery")  # type: ignore[misc]
            waits.append(time.monotonic() - said_at)
        until(lambda: WebhookDelivery.objects.filter(state=DeliveryState.DELIVERED).count() == 5, seconds=60, what="marking")
        last = heartbeat.last_beat()
        until(lambda: heartbeat.last_beat() != last, seconds=60, what="the next heartbeat")
    assert median(waits) <= 5
    assert [request.content["data"]["version"] for request in receiver.received] == [1, 2, 3, 4, 5]
    assert isinstance(last, datetime) and datetime.now(last.tzinfo) - last < timedelta(seconds=120)
    assert OutboxMessage.objects.filter(fanned_out_at=None).count() == 0
