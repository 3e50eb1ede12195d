"""Recording behaviour events: each (source, event_id) once."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from activity import selectors
from activity.models import BehaviourEvent, BehaviourEventKey
from core.scope import SYSTEM
from stores.models import Membership, Store
from tests import world
from tests.activity.conftest import Ear
from tests.activity.facts import event, record
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_a_visit_comes_back_in_order(shop: Store, buyer: int, ear: Ear) -> None:
    """DAT-02: the five steps of a visit."""
    kinds = ["enter", "view", "click", "favourite", "cart_add"]
    visit = [
        event(
            buyer, f"E{step}", store_id=shop.pk, kind=kind, occurred_at=NOW + timedelta(seconds=step), path=f"/p/{step}", dwell_seconds=step
        )
        for step, kind in enumerate(kinds)
    ]
    answers = record(*visit, at=NOW + timedelta(minutes=1))
    assert all(answer.applied for answer in answers)
    seen = selectors.events_of_member(buyer, SYSTEM)
    assert [(each.kind, each.path, each.dwell_seconds) for each in reversed(seen)] == [(kind, f"/p/{i}", i) for i, kind in enumerate(kinds)]
    assert ear.heard == [("BehaviourRecorded", tuple(answer.id for answer in answers))]
    assert Membership.objects.filter(member_id=buyer, programme_id=shop.programme_id).exists()


def test_an_event_is_recorded_once(shop: Store, buyer: int, ear: Ear) -> None:
    [first] = record(event(buyer))
    ear.names()
    answers = record(event(buyer), event(buyer, kind="click"), event(buyer, source="S002"))
    assert [(answer.applied, answer.code) for answer in answers] == [(False, ""), (False, "version_conflict"), (True, "")]
    assert answers[0].id == first.id
    assert (BehaviourEvent.objects.count(), BehaviourEventKey.objects.count()) == (2, 2)
    assert ear.names() == ["BehaviourRecorded"]


def test_an_event_twice_in_a_batch_is_recorded_once(shop: Store, buyer: int) -> None:
    answers = record(event(buyer), event(buyer), event(buyer, kind="click"))
    assert [(answer.applied, answer.code) for answer in answers] == [(True, ""), (False, ""), (False, "version_conflict")]


def test_bad_events_are_refused_and_write_nothing(shop: Store, buyer: int) -> None:
    answers = record(
        event(buyer, occurred_at=datetime(1, 1, 2, tzinfo=UTC)),
        event(buyer, occurred_at=NOW + timedelta(days=1, seconds=1)),
        event(buyer, kind="dance"),
        event(10**9),
        event(buyer, store_id=10**9),
        event(buyer, event_id=""),
        event(buyer, attributes={"text": "a\0b"}),
        event(buyer, attributes={"number": float("nan")}),
    )
    assert [(answer.code, answer.field) for answer in answers] == [
        ("invalid", "occurred_at"),
        ("invalid", "occurred_at"),
        ("invalid", "kind"),
        ("member_not_found", "member"),
        ("store_not_found", "store"),
        ("invalid", "event_id"),
        ("invalid", "attributes"),
        ("invalid", "attributes"),
    ]
    assert not BehaviourEvent.objects.exists()
    assert not BehaviourEventKey.objects.exists()


def test_a_thousand_events_take_less_than_two_seconds(shop: Store, buyer: int) -> None:
    people = [world.enrol(None, f"+86138{number:08d}").member_id for number in range(20)]
    batch = [
        event(people[n % 20], f"E{n}", store_id=shop.pk, occurred_at=NOW - timedelta(hours=n), attributes={"n": n}) for n in range(1000)
    ]
    began = time.perf_counter()
    answers = record(*batch)
    assert time.perf_counter() - began <= 2
    assert sum(answer.applied for answer in answers) == 1000
