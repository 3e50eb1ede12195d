"""A wake-up is a courtesy: with the broker away it fails fast and quietly (ruling 8, reliability rule 9)."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis
from celery import current_app
from django.http import HttpResponse
from django.test import RequestFactory

from core import wakeup

TASK = "stores.tasks.deliver_webhooks"


@pytest.fixture(autouse=True)
def rested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeup, "_asleep_until", 0.0)
    wakeup._last.clear()


@contextmanager
def broker_at(url: str) -> Iterator[None]:
    before = current_app.conf["broker_url"]
    current_app.conf["broker_url"] = url
    try:
        yield
    finally:
        current_app.conf["broker_url"] = before


def test_the_task_is_in_the_queue_at_once():
    with redis.Redis.from_url(str(current_app.conf.broker_url)) as broker:
        broker.delete("celery")
        assert wakeup.nudge(TASK)
        sent = [json.loads(message)["headers"] for message in broker.lrange("celery", 0, -1)]
        broker.delete("celery")
    assert TASK in [headers["task"] for headers in sent]


def test_with_nobody_listening_it_gives_up_at_once():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with broker_at(f"redis://127.0.0.1:{held.getsockname()[1]}/0"):
            started = time.monotonic()
            assert wakeup.nudge(TASK) is False
            assert time.monotonic() - started < 1


def test_with_a_broker_that_accepts_and_says_nothing_it_gives_up_soon():
    with socket.create_server(("127.0.0.1", 0)) as mute, broker_at(f"redis://127.0.0.1:{mute.getsockname()[1]}/0"):
        started = time.monotonic()
        assert wakeup.nudge(TASK) is False
        assert time.monotonic() - started < 1.5


def test_after_a_failure_nobody_tries_for_a_while():
    with socket.create_server(("127.0.0.1", 0)) as mute, broker_at(f"redis://127.0.0.1:{mute.getsockname()[1]}/0"):
        wakeup.nudge(TASK)
        started = time.monotonic()
        assert not any(wakeup.nudge(f"{TASK}{number}") for number in range(1000))
        assert time.monotonic() - started < 0.2


def test_a_second_wish_within_a_moment_is_the_first_ones(monkeypatch: pytest.MonkeyPatch):
    sent: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda task, **_options: sent.append(task))
    assert [wakeup.nudge(TASK), wakeup.nudge(TASK), wakeup.nudge("core.tasks.run_jobs")] == [True, False, True]
    monkeypatch.setitem(wakeup._last, TASK, time.monotonic() - wakeup.SPACING)
    assert wakeup.nudge(TASK)
    assert sent == [TASK, "core.tasks.run_jobs", TASK]


def test_many_threads_wake_without_waiting_for_each_other():
    """The pool of connections to the broker has an end; who finds it used up leaves the waking to beat."""
    answers: list[object] = []

    def wake(number: int) -> None:
        try:
            answers.append(wakeup.nudge(f"nobody.{number}"))
        except Exception as problem:
            answers.append(problem)

    with broker_at("redis://127.0.0.1:1/0"):
        threads = [threading.Thread(target=wake, args=(number,)) for number in range(30)]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert set(answers) == {False}
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(("method", "status", "woken"), [("POST", 201, 1), ("PATCH", 200, 1), ("POST", 409, 0), ("GET", 200, 0)])
def test_a_request_that_changed_something_wakes_the_delivery(
    method: str, status: int, woken: int, monkeypatch: pytest.MonkeyPatch, rf: RequestFactory
):
    sent: list[str] = []
    monkeypatch.setattr(wakeup, "nudge", sent.append)
    wakeup.WakeUpMiddleware(lambda _request: HttpResponse(status=status))(rf.generic(method, "/"))
    assert sent == [TASK] * woken
