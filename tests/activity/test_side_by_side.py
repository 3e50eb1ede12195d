"""Calls that overlap: each order once, no deadlock reaches a caller."""

import random
from collections.abc import Sequence
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from activity.models import AfterSale, BehaviourEvent, Order, OrderLine
from activity.services import Recorded
from stores.models import Membership
from tests import world
from tests.activity.facts import after_sale, event, order, record

THREADS = 4


def at_once(*calls: Sequence[Any]) -> list[list[Recorded]]:
    """Record each list of facts in a thread of its own, all starting together."""
    gate = Barrier(len(calls))
    answers: list[list[Recorded] | BaseException] = [[] for _call in calls]

    def run(place: int, facts: Sequence[Any]) -> None:
        gate.wait()
        try:
            answers[place] = record(*facts)
        except BaseException as problem:
            answers[place] = problem
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, facts)) for place, facts in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return answers  # type: ignore[return-value]


@pytest.mark.django_db(transaction=True)
def test_the_same_orders_from_many_sides_are_recorded_once() -> None:
    shop = world.store("S001")
    people = [world.enrol(None, f"+861380013{number:04d}").member_id for number in range(20)]
    facts = [order(shop.pk, people[number % 20], f"O{number}", status="completed") for number in range(100)]
    shuffled = [random.Random(seed).sample(facts, len(facts)) for seed in range(THREADS)]
    answers = at_once(*shuffled)
    assert all(answer.ok for answers_of in answers for answer in answers_of)
    assert sum(answer.applied for answers_of in answers for answer in answers_of) == 100
    assert (Order.objects.count(), OrderLine.objects.count()) == (100, 100)
    assert Membership.objects.filter(programme=shop.programme).count() == 20


@pytest.mark.django_db(transaction=True)
def test_refunds_and_orders_that_cross_settle_once() -> None:
    shop = world.store("S001")
    people = [world.enrol(None, f"+861380013{number:04d}").member_id for number in range(5)]
    orders = [order(shop.pk, people[number % 5], f"O{number}") for number in range(40)]
    refunds = [after_sale(shop.pk, f"AS{number}", f"O{number}", refund_minor=1000) for number in range(40)]
    named = [after_sale(shop.pk, f"AS{number}", f"O{number}", refund_minor=1000, member_id=people[number % 5]) for number in range(40)]
    at_once(orders, refunds[::2] + named[1::2], list(reversed(refunds[::2] + named[1::2])), list(reversed(orders)))
    assert AfterSale.objects.filter(order=None).count() == 0
    assert AfterSale.objects.filter(effects_at=None).count() == 0
    assert set(Order.objects.values_list("refunded_minor", flat=True)) == {1000}


@pytest.mark.django_db(transaction=True)
def test_the_same_events_from_many_sides_are_recorded_once() -> None:
    shop = world.store("S001")
    member = world.enrol(None, "+8613800138000").member_id
    facts = [event(member, f"E{number}", store_id=shop.pk) for number in range(200)]
    at_once(*(random.Random(seed).sample(facts, len(facts)) for seed in range(THREADS)))
    assert BehaviourEvent.objects.count() == 200
