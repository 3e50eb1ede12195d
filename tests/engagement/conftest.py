"""A store with a programme of its own, where coupons and tags are in use."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from points.services import versions
from stores.models import Programme, Store
from tests import world
from tests.world import NOW


@pytest.fixture(autouse=True)
def words_are_english() -> Iterator[None]:
    """Words are compared as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def shop(db: None) -> Store:
    world.platform()
    return world.store("S001")


@pytest.fixture
def programme(shop: Store) -> Programme:
    """The store's; a point costs 1.00."""
    versions.create_default(programme_id=shop.programme_id, actor="test", at=NOW)
    return shop.programme
