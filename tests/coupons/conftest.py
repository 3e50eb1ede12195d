"""A store with a programme of its own beside the platform's, and somebody in it."""

import pytest

from stores.models import Membership, Programme, Store
from tests import world
from tests.coupons import house


@pytest.fixture
def shop(db: None) -> Store:
    """A store with its own programme."""
    world.platform()
    return world.store("S001")


@pytest.fixture
def programme(shop: Store) -> Programme:
    """The store's programme."""
    return shop.programme


@pytest.fixture
def member(programme: Programme) -> Membership:
    """Somebody without coupons."""
    return house.membership(programme)
