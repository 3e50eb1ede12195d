"""A platform programme that counts growth, a store, and somebody who buys."""

import pytest

from stores.models import Membership, Programme, Store
from tests import world
from tests.growth import house


@pytest.fixture
def programme(db: None) -> Programme:
    """The platform's programme with levels L0..L4, the default rules and the default RFM model, all published."""
    return house.counting(world.platform())


@pytest.fixture
def shop(programme: Programme) -> Store:
    """A store whose own programme has no rules of growth: its orders count for the platform's alone."""
    return world.store("S001")


@pytest.fixture
def bronze(programme: Programme) -> Membership:
    """A member of the platform with 7,200 growth value, 铜牌."""
    return house.membership(programme, growth=7200)
