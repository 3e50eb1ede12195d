"""The callers of the API tests: one of a store, one of another, one of the platform."""

import pytest
from django.core.cache import cache

from tests.api import sweep
from tests.api.callers import Api, client_of
from tests.api.sweep import Stocked
from tests.world import store


@pytest.fixture(autouse=True)
def nobody_has_called_yet() -> None:
    """Calls are counted in the cache, where another test may have left some."""
    cache.clear()


@pytest.fixture
def ours(db: None) -> Stocked:
    """Store S001 with one of everything."""
    return sweep.ours()


@pytest.fixture
def ours_and_theirs(db: None) -> tuple[Stocked, Stocked]:
    """The same, and store S002 beside it."""
    return sweep.ours_and_theirs()


@pytest.fixture
def shop(db: None) -> Api:
    """A client of store S001."""
    return client_of(store("S001"))


@pytest.fixture
def rival(db: None) -> Api:
    """A client of store S002."""
    return client_of(store("S002"))


@pytest.fixture
def platform(db: None) -> Api:
    """A client of the platform."""
    store("S001")
    return client_of(None)
