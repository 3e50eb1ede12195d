"""A platform's programme without tags, and somebody in it."""

import pytest

from stores.models import Membership, Programme
from tests import world
from tests.tags import house


@pytest.fixture
def programme(db: None) -> Programme:
    return world.platform()


@pytest.fixture
def member(programme: Programme) -> Membership:
    return house.member(programme)
