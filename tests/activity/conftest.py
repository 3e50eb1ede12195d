"""A store, a member of it, and an ear for the facts announced."""

from collections.abc import Iterator
from typing import Any

import pytest

from activity import events as activity_events
from core import events
from core.models import OutboxMessage
from stores.models import Store
from tests import world

FACTS = (
    activity_events.OrdersRecorded,
    activity_events.OrdersCompleted,
    activity_events.OrdersAmended,
    activity_events.OrdersCancelled,
    activity_events.AfterSalesRecorded,
    activity_events.AfterSalesSettled,
    activity_events.BehaviourRecorded,
    activity_events.WalletsChanged,
)


@pytest.fixture
def shop(db: None) -> Store:
    return world.store("S001")


@pytest.fixture
def buyer(shop: Store) -> int:
    """The id of a member of the platform alone."""
    return world.enrol(None, "+8613800138000", name="张三").member_id


class Ear:
    """What was announced since last asked, as (fact's name, ids)."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, tuple[int, ...]]] = []

    def hear(self, fact: Any) -> None:
        ids = next(getattr(fact, name) for name in ("order_ids", "after_sale_ids", "event_ids", "membership_ids") if hasattr(fact, name))
        self.heard.append((type(fact).__name__, ids))

    def names(self) -> list[str]:
        said, self.heard = [name for name, _ids in self.heard], []
        return said


@pytest.fixture
def ear() -> Iterator[Ear]:
    listener = Ear()
    for fact in FACTS:
        events.subscribe(fact, listener.hear)
    yield listener
    for fact in FACTS:
        events._handlers[fact].remove(listener.hear)


def outgoing(topic: str) -> list[dict[str, Any]]:
    """Payloads of a topic that wait to leave the house, oldest first."""
    return list(OutboxMessage.objects.filter(topic=topic).order_by("id").values_list("payload", flat=True))
