"""Receivers and clocks for what goes out."""

from collections.abc import Iterator

import pytest

from tests.out.receiver import Clock, Receiver, receiving
from tests.world import NOW


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)
