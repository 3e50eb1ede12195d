"""The callers of the API tests: one of a store, one of another, one of the platform."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection

from core import partitions
from tests.api.callers import Api, client_of
from tests.world import store


@pytest.fixture(autouse=True)
def nobody_has_called_yet() -> None:
    """Calls are counted in the cache, where another test may have left some."""
    cache.clear()


@pytest.fixture(autouse=True)
def tables_cut_by_month_are_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """After tests whose transactions are real: Django's own flush does not know those tables."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(partitions.parents())}")


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
