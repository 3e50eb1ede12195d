from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from demo.customers import Customer, read_customers
from demo.world import crowd
from demo.world.crowd import Crowd
from demo.world.moments import FROZEN


@dataclass
class Told:
    """A watcher that remembers what it was told."""

    phases: list[str] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    reached: list[int] = field(default_factory=list)

    def phase(self, name: str, *, total: int) -> None:
        self.phases.append(name)
        self.totals.append(total)
        self.reached.append(0)

    def at(self, done: int) -> None:
        self.reached[-1] = done


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture(scope="session")
def whole_crowd() -> Crowd:
    return crowd.plan(FROZEN)


@pytest.fixture(scope="session")
def real_customers() -> Iterator[list[Customer]]:
    yield read_customers()
