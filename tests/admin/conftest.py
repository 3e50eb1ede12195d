"""The two shops, and people of the first one in every role."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from core.masking import Role
from stores.enums import StaffRole
from tests import keeping, world
from tests.admin.neighbours import Shop, moment, open_shop

Sit = Callable[[Any], Client]


@dataclass
class Street:
    """Ours and theirs, next door.  staff: people of our shop, by role."""

    ours: Shop
    theirs: Shop
    staff: dict[Role, Any]
    now: datetime


@pytest.fixture
def street(db: None) -> Street:
    return keeping.once("street", build_street)


def build_street() -> Street:
    now = moment()
    owner = world.staff("owner")
    ours, theirs = open_shop("甲", "S001", "2461", "7531", owner, now), open_shop("乙", "S002", "9753", "8846", owner, now)
    staff = {role: world.staff(f"ours-{role}", (StaffRole(role), ours.store)) for role in Role}
    return Street(ours, theirs, staff, now)


@pytest.fixture
def sit() -> Sit:
    """Somebody logs in: a browser without scripts, which shows server errors as answers."""

    def logged_in(user: Any) -> Client:
        client = Client(raise_request_exception=True, headers={"accept-language": "en"})
        client.force_login(user)
        return client

    return logged_in
