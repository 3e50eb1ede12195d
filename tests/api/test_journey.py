"""The afternoon of docs/quickstart.md: register, order, refund, summary."""

import pytest

from tests.api import bodies
from tests.api.callers import Api

pytestmark = pytest.mark.django_db


def test_somebody_registers_buys_returns_and_sees_their_balance(shop: Api) -> None:
    # given a shop that has proved a phone
    registered = shop.post("/members", bodies.member())
    assert registered.status_code == 201, registered.json()
    one_id = registered.json()["one_id"]
    assert [row["programme"] for row in registered.json()["memberships"]] == ["s001"]
    assert registered.json()["summary"]["balance"] is None
    # when they buy, complete, and send part of it back
    assert shop.post("/orders", bodies.order()).status_code == 201
    done = shop.post("/orders", bodies.order(version=2, status="completed", completed_at="2024-05-10T10:00:00+08:00"))
    assert (done.status_code, done.json()) == (201, {"store": "S001", "order_no": "O1", "version": 2, "applied": True})
    refunded = shop.post("/after-sales", bodies.after_sale())
    assert refunded.status_code == 201, refunded.json()
    told = shop.put(f"/members/{one_id}/wallet", bodies.wallet())
    assert told.status_code == 200, told.json()
    # then
    [order] = shop.get(f"/members/{one_id}/orders").json()["data"]
    assert (order["status"], order["settled_minor"], order["refunded_minor"]) == ("completed", 29990, 5900)
    assert order["lines"][0]["refunded_minor"] == 5900
    summary = shop.get(f"/members/{one_id}/summary").json()
    assert (summary["balance"]["balance_minor"], summary["balance"]["as_of"]) == (8880, "2024-05-20T10:00:00+08:00")
    assert summary["level"]["level"] is None  # the programme has no levels, and none is made up
