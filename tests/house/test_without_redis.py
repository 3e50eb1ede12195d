"""Redis stopped: nothing that people or shops do may fail (ruling 8, R15)."""

import time

import pytest
import redis
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.test import Client
from kombu.exceptions import OperationalError

from config.celery import app
from core.cache import PAUSE, TolerantRedisCache
from core.tasks import beat_heartbeat

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def cache() -> TolerantRedisCache:
    return TolerantRedisCache(NOWHERE, {})


def test_a_cache_that_is_gone_answers_as_an_empty_one(cache):
    cache.set("key", 1)
    cache.set_many({"key": 1})
    cache.delete_many(["key"])
    assert cache.get("key", "otherwise") == "otherwise"
    assert cache.get_or_set("key", 3) == 3
    assert cache.get_many(["key"]) == {}
    assert cache.add("key", 1) is False
    assert cache.touch("key") is False
    assert cache.has_key("key") is False
    assert cache.delete("key") is False
    with pytest.raises(ValueError, match="not found"):
        cache.incr("key")


def test_a_dead_host_is_not_asked_for_every_request(cache, monkeypatch):
    asked = []

    def ask(*_args: object) -> None:
        asked.append(1)
        raise redis.TimeoutError

    monkeypatch.setattr(cache._cache.client, "get", ask)
    for _ in range(5):
        cache.get("key")
    assert asked == [1]
    monkeypatch.setattr(time, "monotonic", lambda: cache._cache.asleep_until + PAUSE)
    cache.get("key")
    assert asked == [1, 1]


def test_the_cache_keeps_what_redis_keeps():
    cache = caches["default"]
    cache.set("house", {"a": 1}, timeout=60)
    assert cache.get("house") == {"a": 1}
    assert cache.add("house", 2) is False
    cache.set("count", 1)
    assert cache.incr("count") == 2
    cache.delete_many(["house", "count"])
    assert cache.get_many(["house", "count"]) == {}


def test_publishing_fails_at_once(monkeypatch):
    monkeypatch.setattr(app.conf, "broker_url", NOWHERE)
    started = time.monotonic()
    with app.connection_for_write(NOWHERE) as connection, pytest.raises(OperationalError):
        app.send_task(beat_heartbeat.name, connection=connection)
    assert time.monotonic() - started < 3


@pytest.mark.django_db
def test_people_log_in_and_are_locked_out(settings):
    settings.CACHES = {"default": {"BACKEND": "core.cache.TolerantRedisCache", "LOCATION": NOWHERE}}
    get_user_model().objects.create_user("chen", password="guanxi-test-password", is_staff=True)
    client = Client()
    right = {"username": "chen", "password": "guanxi-test-password"}
    assert client.post("/admin/login/", right).status_code == 302
    attacker = Client()
    answers = [attacker.post("/admin/login/", right | {"password": "wrong"}).status_code for _ in range(12)]
    assert answers == [200] * 4 + [429] * 8  # five from an address that is known for the account
    assert attacker.post("/admin/login/", right).status_code == 429  # the right password does not help now
