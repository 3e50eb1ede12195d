"""The doors' clock. Only doors (API, admin, commands, tasks) read it; services take time as an argument.

Demo and test settings may say what "now" is (`settings.CLOCK_OVERRIDE`): the header X-Clock and the option --now. Production cannot.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

_said: ContextVar[datetime | None] = ContextVar("clock_said", default=None)


def now() -> datetime:
    """The instant at which the door opened: aware, UTC."""
    return _said.get() or timezone.now()


def reader(said: str | None = None) -> Callable[[], datetime]:
    """A clock for work that takes a while: the door's own, or one that stands at the ISO time (with offset) a task was given."""
    if said is None:
        return now
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        raise ValueError("The clock needs a time with an offset.")
    return lambda: moment


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let `now()` answer `moment` (aware) inside the block. Raises ImproperlyConfigured where settings forbid it."""
    if not settings.CLOCK_OVERRIDE:
        raise ImproperlyConfigured("The clock may only be set where CLOCK_OVERRIDE is on (demo and test).")
    if moment.tzinfo is None:
        raise ValueError("The clock needs a time with an offset.")
    token = _said.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _said.reset(token)
