"""Work done side by side, each part on a connection of its own: while one waits for Postgres, the other reckons in Python.

The parts must not need each other: they are different transactions, and commit in any order.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import copy_context
from typing import Any, TypeVar

from django.db import connection

Part = TypeVar("Part")
Answer = TypeVar("Answer")


class Lanes:
    """A fixed number of threads; the n-th part always goes to the n-th of them."""

    def __init__(self, threads: Sequence[ThreadPoolExecutor]) -> None:
        self._threads = threads

    def __len__(self) -> int:
        return max(len(self._threads), 1)

    def run(self, work: Callable[[Part], Answer], parts: Sequence[Part]) -> list[Answer]:
        """Do the parts, at most as many as there are lanes. What the first of them raises is raised when all have ended."""
        if not self._threads:
            return [work(part) for part in parts]
        under_way = [thread.submit(copy_context().run, work, part) for thread, part in zip(self._threads, parts, strict=False)]
        problems = [each.exception() for each in under_way]
        for problem in problems:
            if problem is not None:
                raise problem
        return [each.result() for each in under_way]


@contextmanager
def lanes(count: int, inside: Callable[[], AbstractContextManager[Any]] = nullcontext) -> Iterator[Lanes]:
    """count: how many; one works in the caller's own thread and transaction.  inside: what each lane holds open on its connection."""
    if count <= 1:
        with inside():
            yield Lanes(())
        return
    with ExitStack() as threads:
        each = [threads.enter_context(ThreadPoolExecutor(1, thread_name_prefix=f"lane-{number}")) for number in range(count)]
        held = [(thread, thread.submit(_enter, inside).result()) for thread in each]
        try:
            yield Lanes(each)
        finally:
            for thread, stack in held:
                thread.submit(_leave, stack).result()


def _enter(inside: Callable[[], AbstractContextManager[Any]]) -> ExitStack:
    stack = ExitStack()
    stack.callback(connection.close)
    stack.enter_context(inside())
    return stack


def _leave(stack: ExitStack) -> None:
    stack.close()
