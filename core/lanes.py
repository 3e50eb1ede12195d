"""Work done side by side, each part on a connection of its own: while one waits for Postgres, the other reckons in Python.

The parts must not need each other: they are different transactions, and commit in any order.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import copy_context
from typing import Any, TypeVar

from django.db import connection

Part = TypeVar("Part")
Answer = TypeVar("Answer")


class Lane:
    """A thread with a connection. After a part that failed it begins no other: what comes later may build on what came before."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread = thread
        self._problem: BaseException | None = None

    def start(self, work: Callable[[Part], Answer], part: Part) -> "Future[Answer]":
        return self._thread.submit(copy_context().run, self._do, work, part)

    def _do(self, work: Callable[[Part], Answer], part: Part) -> Answer:
        if self._problem is not None:
            raise self._problem
        try:
            return work(part)
        except BaseException as problem:
            self._problem = problem
            raise


class Lanes:
    """A fixed number of lanes; the n-th part always goes to the n-th of them, behind what was given to it before."""

    def __init__(self, side_by_side: Sequence[Lane]) -> None:
        self._lanes = side_by_side

    def __len__(self) -> int:
        return max(len(self._lanes), 1)

    def start(self, work: Callable[[Part], Answer], parts: Sequence[Part]) -> Callable[[], list[Answer]]:
        """Begin the parts, at most as many as there are lanes; the answer waits for what they answer.

        It raises what the first of the parts raised, once all have ended. Without lanes the work is done at once.
        """
        if not self._lanes:
            answers = [work(part) for part in parts]
            return lambda: answers
        under_way = [lane.start(work, part) for lane, part in zip(self._lanes, parts, strict=False)]
        return lambda: _ended(under_way)

    def run(self, work: Callable[[Part], Answer], parts: Sequence[Part]) -> list[Answer]:
        """Begin the parts and wait for them. Raises as the answer of `start`."""
        return self.start(work, parts)()


def _ended(under_way: "Sequence[Future[Answer]]") -> list[Answer]:
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
            yield Lanes([Lane(thread) for thread in each])
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
