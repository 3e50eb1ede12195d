"""A cache that may vanish: with Redis down every read misses, every write is lost, and nothing raises."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)
PAUSE = 5.0  # seconds without asking again after a failure, so that a dead host does not slow every request
WHEN_EMPTY = {"add": False, "touch": False, "delete": False, "has_key": False, "clear": False, "get_many": {}}


class TolerantClient:
    """Django's client of Redis, which answers as an empty cache would while Redis cannot be reached."""

    def __init__(self, client: RedisCacheClient) -> None:
        self.client = client
        self.asleep_until = 0.0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            if time.monotonic() >= self.asleep_until:
                try:
                    return getattr(self.client, name)(*args)
                except (RedisError, OSError) as error:
                    self.asleep_until = time.monotonic() + PAUSE
                    logger.warning("cache_unreachable", error=type(error).__name__)
            if name == "incr":
                raise ValueError("Key not found.")  # what Django's own backends say of a missing key
            return args[1] if name == "get" else WHEN_EMPTY.get(name)

        return call


class TolerantRedisCache(RedisCache):
    """Django's Redis cache over a client that does not raise. Nothing may depend on what it holds."""

    @cached_property
    def _cache(self) -> Any:
        return TolerantClient(super()._cache)
