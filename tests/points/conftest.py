"""A platform programme that gives points, a store, and somebody with points."""

import pytest

from points.models import PointsVersion
from stores.models import Membership, Programme, Store
from tests import world
from tests.points import house


@pytest.fixture
def programme(db: None) -> Programme:
    """The platform's programme with the default points rules, published."""
    platform = world.platform()
    if not PointsVersion.objects.filter(programme=platform).exists():
        house.rules(platform)
    return platform


@pytest.fixture
def shop(programme: Programme) -> Store:
    """A store of the platform."""
    return world.store("S001")


@pytest.fixture
def member(programme: Programme) -> Membership:
    """Somebody without points."""
    return house.membership(programme)
