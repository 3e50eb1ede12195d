"""A store with a programme of its own, where coupons and tags are in use."""

import pytest

from points.services import versions
from stores.models import Programme, Store
from tests import world
from tests.world import NOW


@pytest.fixture
def shop(db: None) -> Store:
    world.platform()
    return world.store("S001")


@pytest.fixture
def programme(shop: Store) -> Programme:
    """The store's; a point costs 1.00."""
    versions.create_default(programme_id=shop.programme_id, actor="test", at=NOW)
    return shop.programme
