"""API-03, R15, R18: how often a client may call, also while the cache is away."""

from typing import Any

import pytest
import time_machine
from django.core.cache.backends.redis import RedisCacheClient
from redis.exceptions import ConnectionError as RedisDown

from core.models import CallCount
from tests.api.callers import Api, client_of
from tests.world import store

pytestmark = pytest.mark.django_db
MINUTE = "2026-01-01T00:00:00Z"


@pytest.fixture
def hundred(db: None) -> Api:
    """A client that may call a hundred times a minute."""
    return client_of(store("S001"), requests_per_minute=100)


@pytest.fixture
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing answers on the cache's address."""

    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise RedisDown("refused")

    monkeypatch.setattr(RedisCacheClient, "get_client", refuse)


def call_out(api: Api, times: int) -> list[int]:
    return [api.get("/regions?parent=110000").status_code for _number in range(times)]


def test_the_hundred_and_first_call_of_a_minute_waits(hundred: Api) -> None:
    with time_machine.travel(MINUTE, tick=False) as clock:
        clock.shift(20)
        first = hundred.get("/regions?parent=110000")
        assert {name: first.headers[name] for name in ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")} == {
            "RateLimit-Limit": "100",
            "RateLimit-Remaining": "99",
            "RateLimit-Reset": "40",
        }
        assert call_out(hundred, 99) == [200] * 99
        refused = hundred.get("/regions?parent=110000")
        assert (refused.status_code, refused.json()["code"], refused.json()["retry_after"]) == (429, "rate_limited", 40)
        assert (refused.headers["Retry-After"], refused.headers["RateLimit-Remaining"]) == ("40", "0")
        assert hundred.post("/members", {}).status_code == 429
        clock.shift(40)
        assert call_out(hundred, 1) == [200]


def test_clients_are_counted_by_themselves(hundred: Api) -> None:
    other = client_of(store("S001"), requests_per_minute=1)
    with time_machine.travel(MINUTE, tick=False):
        assert call_out(other, 2) == [200, 429]
        assert call_out(hundred, 1) == [200]


def test_refused_calls_count_too(hundred: Api) -> None:
    narrow = client_of(store("S001"), "orders:read", requests_per_minute=2)
    with time_machine.travel(MINUTE, tick=False):
        assert [narrow.get("/members").status_code for _ in range(3)] == [403, 403, 429]


def test_without_the_cache_the_database_counts(no_cache: None) -> None:
    few = client_of(store("S001"), requests_per_minute=3)
    with time_machine.travel(MINUTE, tick=False) as clock:
        assert call_out(few, 5) == [200, 200, 200, 429, 429]
        assert CallCount.objects.get().used == 5
        clock.shift(60)
        assert call_out(few, 4) == [200, 200, 200, 429]
    assert CallCount.objects.count() == 1


def test_the_demos_clock_does_not_turn_the_limit_back() -> None:
    few = client_of(store("S001"), requests_per_minute=1)
    with time_machine.travel(MINUTE, tick=False):
        answers = [few.get("/regions", X_Clock=f"2024-05-{day:02d}T00:00:00Z").status_code for day in (1, 2)]
    assert answers == [200, 429]
