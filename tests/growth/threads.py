"""Calls that meet at a barrier, each on a connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connection


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Start all calls together; answers what each returned, or the exception it raised."""
    gate = Barrier(len(calls))
    answers: list[object] = [None] * len(calls)

    def run(place: int) -> None:
        gate.wait()
        try:
            answers[place] = calls[place]()
        except Exception as problem:
            answers[place] = problem
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers
