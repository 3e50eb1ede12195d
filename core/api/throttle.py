"""How often a client may call: a fixed window of a minute, counted in the cache, in the database while the cache is down (R15, API-03).

Windows are of the wall clock, not of X-Clock: who may set the demo's clock may not thereby call without limit.
"""

import time
from dataclasses import dataclass

from django.core.cache import cache

from core import sql

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class Rate:
    """limit: calls a window.  used: calls of this window, this one included.  reset_seconds: until the next window, at least 1."""

    limit: int
    used: int
    reset_seconds: int

    @property
    def exceeded(self) -> bool:
        return self.used > self.limit

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(self.limit - self.used, 0)),
            "RateLimit-Reset": str(self.reset_seconds),
        }


def spend(key: str, *, limit: int) -> Rate:
    """Count one call of `key` ("client:7") in the running window."""
    moment = time.time()
    window = int(moment // WINDOW_SECONDS)
    used = _count(key, window)
    return Rate(limit, used, max(1, int((window + 1) * WINDOW_SECONDS - moment)))


def _count(key: str, window: int) -> int:
    name = f"rate:{key}:{window}"
    try:
        return int(cache.incr(name))
    except ValueError:  # the first call of the window, or the cache is down
        pass
    if cache.add(name, 1, timeout=2 * WINDOW_SECONDS):
        return 1
    try:
        return int(cache.incr(name))  # somebody else was first at the same moment
    except ValueError:
        row = sql.one("core/count_call", key=key, window=window)
        assert row is not None
        return int(row["used"])
