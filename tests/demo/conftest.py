from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from demo import months, stages
from demo.customers import Customer, read_customers
from demo.world import crowd
from demo.world.cast import Cast, build_cast
from demo.world.crowd import Crowd
from demo.world.moments import FROZEN
from tests import keeping


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
def cast(db: None) -> Cast:
    """The cast of the story as it stands at FROZEN."""
    return keeping.once(("cast", FROZEN), lambda: build_cast(FROZEN))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def small_world(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[None]:
    """The same stages over a crowd of fifteen and two judged months, with the credentials in a folder of the test."""
    plan = crowd.plan
    monkeypatch.setattr(months, "JUDGED", 2)
    monkeypatch.setattr(crowd, "plan", lambda now: plan(now, members=15))
    settings.DATA_DIR = tmp_path
    yield


@pytest.fixture
def only_the_cast(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """One person beside the cast: all twelve months are judged in seconds."""
    plan = crowd.plan
    monkeypatch.setattr(crowd, "plan", lambda now: plan(now, members=1))
    settings.DATA_DIR = tmp_path


@pytest.fixture
def loaded_year(db: None, only_the_cast: None) -> tuple[Told, list[str]]:
    """The cast's twelve months, loaded."""
    return keeping.once("loaded year", load)


@pytest.fixture
def loaded(db: None, small_world: None) -> tuple[Told, list[str]]:
    """The small world, loaded: what the watcher was told, and what was said."""
    return keeping.once("small world", load)


def load() -> tuple[Told, list[str]]:
    told = Told()
    said = stages.load(now=FROZEN, with_real=False, watcher=told)
    return told, [str(line) for line in said]


@pytest.fixture(scope="session")
def whole_crowd() -> Crowd:
    return crowd.plan(FROZEN)


@pytest.fixture(scope="session")
def real_customers() -> Iterator[list[Customer]]:
    yield read_customers()
