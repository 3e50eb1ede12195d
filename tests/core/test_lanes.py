"""Work side by side on connections of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import pytest
from django.db import connection, transaction

from core.lanes import lanes

_said: ContextVar[str] = ContextVar("said", default="")


def backend(_part: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def open_backends(pids: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)", [pids])
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_each_lane_keeps_its_connection_and_gives_it_back():
    held: list[int] = []

    @contextmanager
    def inside() -> Iterator[None]:
        held.append(backend(0))
        yield
        held.remove(backend(0))

    with lanes(2, inside) as side_by_side:
        first, second = side_by_side.run(backend, [1, 2]), side_by_side.run(backend, [3, 4])
        assert first == second == held
        assert len({*first, backend(0)}) == 3
        assert side_by_side.run(backend, [5]) == first[:1]
    assert held == []
    for _tick in range(200):  # a backend ends a moment after its connection
        if not open_backends(first):
            break
    assert open_backends(first) == 0


@pytest.mark.django_db
def test_one_lane_is_the_callers_own_transaction():
    with lanes(1) as alone:
        assert len(alone) == 1
        assert alone.run(lambda part: (part, backend(part), transaction.get_connection().in_atomic_block), [1, 2]) == [
            (1, backend(0), True),
            (2, backend(0), True),
        ]


@pytest.mark.django_db(transaction=True)
def test_what_a_part_raises_is_raised_when_all_have_ended():
    ended = []

    def work(part: int) -> None:
        if part == 1:
            raise ValueError("the first")
        ended.append((part, _said.get()))

    token = _said.set("hello")
    try:
        with lanes(2) as side_by_side, pytest.raises(ValueError, match="the first"):
            side_by_side.run(work, [1, 2])
    finally:
        _said.reset(token)
    assert ended == [(2, "hello")]


@pytest.mark.django_db(transaction=True)
def test_a_lane_begins_nothing_after_a_part_that_failed():
    ended = []

    def work(part: str) -> str:
        if part == "bad":
            raise ValueError("bad")
        ended.append(part)
        return part

    with lanes(2) as side_by_side:
        waiting = [side_by_side.start(work, parts) for parts in (["a1", "b1"], ["bad", "b2"], ["a3", "b3"])]
        assert waiting[0]() == ["a1", "b1"]
        for answers in waiting[1:]:
            with pytest.raises(ValueError, match="bad"):
                answers()
    assert sorted(ended) == ["a1", "b1", "b2", "b3"]
