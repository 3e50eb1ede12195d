from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from demo.customers import Customer, read_customers
from demo.world import crowd
from demo.world.cast import FROZEN
from demo.world.crowd import Crowd


@dataclass
class Told:
    """A report that remembers what it was told."""

    titles: list[str] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)

    def begin(self, title: str, total: int) -> None:
        self.titles.append(title)
        self.totals.append(total)
        self.done.append(0)

    def advance(self, done: int) -> None:
        self.done[-1] += done

    def end(self, summary: str) -> None:
        self.summaries.append(summary)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture(scope="session")
def whole_crowd() -> Crowd:
    return crowd.plan(FROZEN)


@pytest.fixture(scope="session")
def real_customers() -> Iterator[list[Customer]]:
    yield read_customers()
