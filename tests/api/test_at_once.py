"""R04 and R06 side by side: real threads, real transactions."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from core.models import IdempotencyRecord
from members.models import Identity, Member
from stores.models import Membership
from tests.api import bodies, sweep
from tests.api.callers import Api, client_of
from tests.api.sweep import body_for
from tests.world import store

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(times: int, call: Callable[[int], Any]) -> list[Any]:
    """What `call` answers in so many threads that begin together."""
    barrier = threading.Barrier(times)

    def run(number: int) -> Any:
        barrier.wait()
        try:
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


@pytest.fixture
def two_shops(db: None) -> list[Api]:
    return [client_of(store("S001")), client_of(store("S002"))]


def test_fifty_registrations_of_one_phone_make_one_member(two_shops: list[Api]) -> None:
    answers = at_once(50, lambda number: Api(None, two_shops[number % 2].token).post("/members", bodies.member(), key=f"k-{number}"))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 49}
    assert len({answer.json()["one_id"] for answer in answers}) == 1
    assert (Member.objects.count(), Identity.objects.count(), Membership.objects.count()) == (1, 1, 3)


@pytest.mark.slow
def test_ten_calls_with_one_key_have_one_effect(subtests: pytest.Subtests, two_shops: list[Api]) -> None:
    of = sweep.stock(two_shops[0], store="S001", phone="13800138000", prefix="a")
    for operation in sweep.creations():
        with subtests.test(operation=str(operation)):
            body, path, key = body_for(operation, of), of.at(operation), f"once-{operation}"
            answers = at_once(10, lambda _number: Api(None, of.api.token).post(path, body, key=key))  # noqa: B023
            assert {answer.status_code for answer in answers} <= {201, 409}
            done = [answer for answer in answers if answer.status_code == 201]
            assert len({answer.content for answer in done}) == 1
            assert sum("Idempotency-Replayed" not in answer.headers for answer in done) == 1
            assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_in_progress"}
            assert IdempotencyRecord.objects.filter(key=key).count() == 1
            settled = of.api.post(path, body, key=key)
            assert (settled.status_code, settled.content) == (201, done[0].content)


def test_the_same_order_by_twenty_calls_is_recorded_once(two_shops: list[Api]) -> None:
    shop = two_shops[0]
    shop.post("/members", bodies.member())
    answers = at_once(20, lambda number: Api(None, shop.token).post("/orders", bodies.order(), key=f"k-{number}"))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 19}
    assert sum(answer.json()["applied"] for answer in answers) == 1


@pytest.mark.slow
def test_batches_in_opposite_order_do_not_stand_in_each_others_way(two_shops: list[Api]) -> None:
    shop = two_shops[0]
    phones = [f"1370013{number:04d}" for number in range(20)]
    for phone in phones:
        shop.post("/members", bodies.member(phone))

    def push(number: int) -> Any:
        ordered = phones if number % 2 else list(reversed(phones))
        items = [bodies.order(f"O-{number}-{phone}", of={"provider": "phone", "external_id": phone}) for phone in ordered]
        return Api(None, shop.token).post("/orders", {"items": items}, key=f"k-{number}")

    answers = at_once(8, push)
    assert [(answer.status_code, answer.json()["refused"]) for answer in answers] == [(200, 0)] * 8
