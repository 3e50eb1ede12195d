"""What beat starts: jobs, heartbeat, partitions, forgetting, the schedule itself (rulings 8 and 29, R13, R14)."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from core import clock, heartbeat, jobs, partitions, retention, schedule
from core.enums import JobState
from core.models import IdempotencyRecord, Job
from tests.out.story import at_once
from tests.world import NOW


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A kind of job that notes its number, and another that fails."""
    done: list[int] = []

    def note(job: Job, progress: jobs.Progress) -> dict[str, Any]:
        progress.phase("noting", total=1)
        done.append(job.parameters["number"])
        progress.at(1)
        return {"number": job.parameters["number"]}

    def fail(job: Job, progress: jobs.Progress) -> dict[str, Any]:
        raise ValueError("the file is not a file")

    monkeypatch.setitem(jobs._runners, "test_note", note)
    monkeypatch.setitem(jobs._runners, "test_fail", fail)
    return done


def submit(kind: str, number: int = 0) -> Job:
    return jobs.submit(kind=kind, parameters={"number": number}, created_at=NOW)


@pytest.mark.django_db
def test_waiting_jobs_run_oldest_first_and_a_failure_stops_nobody(runs: list[int]):
    for number, kind in enumerate(["test_note", "test_fail", "test_note"]):
        submit(kind, number)
    assert jobs.run_unfinished(now=lambda: NOW) == 2
    assert runs == [0, 2]
    rows = list(Job.objects.order_by("pk").values_list("state", "result", "problem", "started_at", "finished_at"))
    assert rows == [
        ("done", {"number": 0}, "", NOW, NOW),
        ("failed", {}, "the file is not a file", NOW, NOW),
        ("done", {"number": 2}, "", NOW, NOW),
    ]
    assert jobs.run_unfinished(now=lambda: NOW) == 0


@pytest.mark.django_db
def test_a_job_a_killed_worker_left_behind_is_done_anew(runs: list[int]):
    job = submit("test_note", 7)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    assert jobs.run_unfinished(now=lambda: NOW) == 1
    assert runs == [7]


@pytest.mark.django_db(transaction=True)
def test_a_job_runs_once_however_many_workers_look(runs: list[int]):
    for number in range(5):
        submit("test_note", number)
    assert sum(int(str(ended)) for ended in at_once(*[lambda: jobs.run_unfinished(now=lambda: NOW, at_once=3)] * 4)) == 5
    assert sorted(runs) == [0, 1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_long_jobs_keep_no_more_workers_busy_than_allowed(runs: list[int], monkeypatch: pytest.MonkeyPatch):
    begun, finish = threading.Event(), threading.Event()

    def last_long(job: Job, progress: jobs.Progress) -> dict[str, Any]:
        begun.set()
        assert finish.wait(20)
        return {}

    monkeypatch.setitem(jobs._runners, "test_long", last_long)
    submit("test_long")

    def work() -> None:
        jobs.run_unfinished(now=lambda: NOW)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert begun.wait(20)
    # when another worker looks while a job runs
    submit("test_note", 1)
    assert jobs.run_unfinished(now=lambda: NOW) == 0
    assert runs == []
    # then it stays free for other work unless two may be busy
    assert jobs.run_unfinished(now=lambda: NOW, at_once=2) == 1
    finish.set()
    worker.join()


@pytest.mark.django_db
def test_the_heartbeat_is_the_latest():
    assert heartbeat.last_beat() is None
    for step in (0, 30, 10):
        heartbeat.record_beat(at=NOW + timedelta(seconds=step))
    assert heartbeat.last_beat() == NOW + timedelta(seconds=30)


def months(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [table])
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db
def test_every_table_cut_by_month_has_the_coming_two_ready():
    moment = datetime(2031, 11, 30, 23, 59, 59, tzinfo=UTC)
    tables = partitions.ensure_ahead(now=moment)
    assert set(tables) >= {"activity_behaviourevent", "members_accesslog"}
    for table in tables:
        assert {f"{table}_2031_11", f"{table}_2031_12", f"{table}_2032_01"} <= months(table)
        assert f"{table}_2032_02" not in months(table)


@pytest.mark.django_db
def test_old_answers_and_ended_sessions_are_forgotten():
    for key, hours in (("old", 49), ("young", 47)):
        IdempotencyRecord.objects.create(
            client="client:1", key=key, fingerprint="f", status=201, body="{}", created_at=NOW - timedelta(hours=hours)
        )
    for key, hours in (("ended", -1), ("open", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=NOW + timedelta(hours=hours))
    assert retention.forget_expired(now=NOW) == 2
    assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["young"]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]


@pytest.mark.django_db
def test_a_new_installation_gets_the_schedule_and_nobodys_edits_are_lost():
    # given an empty database
    PeriodicTask.objects.all().delete()
    assert schedule.ensure_schedule() == sorted(settings.CELERY_BEAT_SCHEDULE)
    every = dict(PeriodicTask.objects.filter(interval__isnull=False).values_list("task", "interval__every"))
    assert every["stores.tasks.deliver_webhooks"] == 2
    # when somebody edits it and takes one out of service
    slow, _made = IntervalSchedule.objects.get_or_create(every=10, period="minutes")
    PeriodicTask.objects.filter(task="stores.tasks.deliver_webhooks").update(interval=slow)
    PeriodicTask.objects.filter(task="core.tasks.make_partitions").update(enabled=False)
    # then
    assert schedule.ensure_schedule() == []
    assert PeriodicTask.objects.get(task="stores.tasks.deliver_webhooks").interval == slow
    assert PeriodicTask.objects.get(task="core.tasks.make_partitions").enabled is False
    assert PeriodicTask.objects.count() == len(settings.CELERY_BEAT_SCHEDULE)


def test_what_is_scheduled_exists():
    current_app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(current_app.tasks)


def test_a_task_may_be_told_the_time():
    assert clock.reader("2024-05-20T10:00:00+08:00")() == NOW
    with pytest.raises(ValueError, match="offset"):
        clock.reader("2024-05-20T10:00:00")
    with clock.at(NOW):
        assert clock.reader()() == NOW
