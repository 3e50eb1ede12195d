"""Facts and who reacts to them (design section 11, rulings 3-5).

A fact is a frozen dataclass that carries a batch of row ids and `occurred_at`. `publish` queues it; the outermost publish drains
the queue first-in-first-out inside the caller's transaction, so all handlers of a fact finish before the facts they raised.
Handlers run in the order of the apps in INSTALLED_APPS, lowest floor first, because each app subscribes in its `ready()`.
"""

from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import transaction

Fact = TypeVar("Fact")
_handlers: dict[type, list[Callable[[Any], None]]] = {}
_queue: ContextVar[deque[object] | None] = ContextVar("events_queue", default=None)


def subscribe(fact_type: type[Fact], handler: Callable[[Fact], None]) -> None:
    """Call `handler` with every fact of this type, in the publisher's transaction. Twice is once."""
    handlers = _handlers.setdefault(fact_type, [])
    if handler not in handlers:
        handlers.append(handler)


def handlers_of(fact_type: type) -> tuple[Callable[[Any], None], ...]:
    """Who reacts to a fact, in order."""
    return tuple(_handlers.get(fact_type, ()))


def publish(fact: object) -> None:
    """Announce a fact. Needs an open transaction: the fact and all its effects are there, or none."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("Facts are published inside a transaction.")
    waiting = _queue.get()
    if waiting is not None:
        waiting.append(fact)
        return
    queue: deque[object] = deque([fact])
    token = _queue.set(queue)
    try:
        while queue:
            current = queue.popleft()
            for handler in handlers_of(type(current)):
                handler(current)
    finally:
        _queue.reset(token)
