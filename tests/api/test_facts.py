"""Facts through the API: orders, after-sales, events, balances (ruling 13, API-07, MEM-06)."""

from typing import Any

import pytest

from activity.models import BehaviourEvent, Order
from stores.models import Membership
from tests.api import bodies
from tests.api.callers import Api, client_of
from tests.world import store

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_id(shop: Api) -> str:
    return str(shop.post("/members", bodies.member()).json()["one_id"])


def test_versions_are_taken_once_and_in_order(shop: Api, one_id: str) -> None:
    completed = bodies.order(version=3, status="completed", completed_at="2024-05-10T10:00:00+08:00")
    assert shop.post("/orders", bodies.order()).json()["applied"] is True
    assert shop.post("/orders", completed).status_code == 201
    again = shop.post("/orders", completed)
    assert (again.status_code, again.json()["applied"]) == (200, False)
    stale = shop.post("/orders", bodies.order(version=2, status="shipped"))
    assert (stale.status_code, stale.json()["code"], stale.json()["recorded_version"]) == (409, "stale_version", 3)
    other = shop.post("/orders", {**completed, "receiver_address": "别处"})
    assert (other.status_code, other.json()["code"]) == (409, "version_conflict")
    back = shop.post("/orders", bodies.order(version=4, status="shipped"))
    assert (back.status_code, back.json()["code"]) == (409, "status_backwards")
    assert shop.get("/orders/S001/O1").json()["status"] == "completed"


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        ({"paid_minor": 29991}, 400, "amount_mismatch", "/paid_minor"),
        ({"currency": "USD"}, 409, "currency_mismatch", "/currency"),
        ({"currency": "XXX"}, 400, "invalid", "/currency"),
        ({"paid_minor": -1}, 400, "invalid", "/paid_minor"),
        ({"paid_minor": "29990"}, 400, "invalid", "/paid_minor"),
        ({"paid_minor": 29990.0}, 400, "invalid", "/paid_minor"),
        ({"paid_minor": 10**30}, 400, "invalid", "/paid_minor"),
        ({"placed_at": "2024-05-01T10:00:00"}, 400, "invalid", "/placed_at"),
        ({"placed_at": "2024-05-01"}, 400, "invalid", "/placed_at"),
        ({"status": "completed"}, 400, "invalid", "/completed_at"),
        ({"lines": []}, 400, "invalid", "/lines"),
        ({"member": {}}, 400, "invalid", "/member"),
        ({"member": {"one_id": "x", "provider": "phone", "external_id": "13800138000"}}, 400, "invalid", "/member"),
        ({"member": {"provider": "phone", "external_id": "13911112222"}}, 404, "member_not_found", "/member"),
        ({"member": {"provider": "phone", "external_id": "12"}}, 400, "invalid", "/member/external_id"),
        ({"settled_minor": 1}, 400, "amount_mismatch", "/settled_minor"),
        ({"points": 5}, 400, "invalid", "/points"),
    ],
)
def test_an_unsound_order_is_refused_whole(shop: Api, one_id: str, change: dict[str, Any], status: int, code: str, pointer: str) -> None:
    answer = shop.post("/orders", bodies.order(**change))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.json()
    assert [said["pointer"] for said in answer.json()["errors"]] == [pointer]
    assert Order.objects.count() == 0


def test_a_batch_answers_item_by_item_and_keeps_the_good_ones(shop: Api, one_id: str) -> None:
    shop.post("/orders", bodies.order("O1"))
    items = [
        bodies.order("O2"),
        bodies.order("O1"),
        bodies.order("O3", currency="XXX"),
        bodies.order("O4", paid_minor=1),
        "no object",
        bodies.order("O5", of={"one_id": "mem_0"}),
        bodies.order("O6", of={"one_id": one_id}),
    ]
    answer = shop.post("/orders", {"items": items})
    assert answer.status_code == 200, answer.json()
    said = answer.json()
    assert (said["accepted"], said["refused"]) == (3, 4)
    assert [item["status"] for item in said["items"]] == [201, 200, 400, 400, 400, 404, 201]
    assert [item["index"] for item in said["items"]] == list(range(7))
    assert [item["problem"] and item["problem"]["code"] for item in said["items"]] == [
        None, None, "invalid", "amount_mismatch", "invalid", "member_not_found", None,
    ]  # fmt: skip
    pointers = {item["index"]: item["problem"]["errors"][0]["pointer"] for item in said["items"] if item["problem"]}
    assert pointers == {2: "/items/2/currency", 3: "/items/3/paid_minor", 4: "/items/4", 5: "/items/5/member"}
    assert said["items"][0]["result"] == {"store": "S001", "order_no": "O2", "version": 1, "applied": True}
    assert sorted(Order.objects.values_list("order_no", flat=True)) == ["O1", "O2", "O6"]


@pytest.mark.parametrize("items", [[], [bodies.event()] * 501, {"a": 1}, "x", None])
def test_a_batch_is_1_to_500_items(shop: Api, one_id: str, items: Any) -> None:
    answer = shop.post("/events", {"items": items})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/items")
    assert BehaviourEvent.objects.count() == 0


def test_five_hundred_events_at_once_and_again(shop: Api, one_id: str) -> None:
    items = [bodies.event(f"e{number}", of={"one_id": one_id}) for number in range(500)]
    first, again = shop.post("/events", {"items": items}).json(), shop.post("/events", {"items": items}).json()
    assert (first["accepted"], again["accepted"]) == (500, 500)
    assert {item["status"] for item in first["items"]} == {201}
    assert {(item["status"], item["result"]["applied"]) for item in again["items"]} == {(200, False)}
    assert BehaviourEvent.objects.count() == 500


def test_first_contact_opens_the_membership_for_who_may_assert_identities(shop: Api, rival: Api, one_id: str) -> None:
    humble = client_of(store("S002"), "orders:write", "members:read")
    refused = humble.post("/orders", bodies.order("R1"))
    assert (refused.status_code, refused.json()["code"]) == (404, "member_not_found")
    by_id = rival.post("/orders", bodies.order("R1", of={"one_id": one_id}))
    assert by_id.status_code == 404  # an id alone proves no contact
    assert Membership.objects.filter(programme__code="s002").count() == 0
    assert rival.post("/orders", bodies.order("R1")).status_code == 201
    assert Membership.objects.get(programme__code="s002").member.one_id == one_id
    assert humble.post("/orders", bodies.order("R2")).status_code == 201


def test_the_stores_own_customer_number_names_the_member(shop: Api, rival: Api) -> None:
    number = {"provider": "store_customer", "external_id": "C1"}
    one_id = shop.post("/members", bodies.member(identities=[number])).json()["one_id"]
    assert shop.post("/orders", bodies.order(of=number)).status_code == 201
    assert [row["order_no"] for row in shop.get(f"/members/{one_id}/orders").json()["data"]] == ["O1"]
    elsewhere = rival.post("/orders", bodies.order(of=number))
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "member_not_found")


def test_a_number_with_a_slash_is_read_as_it_was_pushed(shop: Api, one_id: str) -> None:
    assert shop.post("/orders", bodies.order("2024/05-1")).status_code == 201
    assert shop.post("/after-sales", bodies.after_sale("R/1", order_no="2024/05-1")).status_code == 201
    assert shop.get("/orders/S001/2024%2F05-1").json()["order_no"] == "2024/05-1"
    assert shop.get("/after-sales/S001/R%2F1").json()["after_sale_no"] == "R/1"


def test_the_platform_names_the_store(platform: Api, shop: Api, one_id: str) -> None:
    nameless = platform.post("/orders", bodies.order())
    assert (nameless.status_code, nameless.json()["code"]) == (404, "store_not_found")
    assert nameless.json()["errors"][0]["pointer"] == "/store"
    assert platform.post("/orders", bodies.order(store="S001")).status_code == 201
    event = platform.post("/events", bodies.event())
    assert (event.status_code, event.json()["store"]) == (201, None)


def test_orders_are_listed_newest_first_by_filters_and_pages(shop: Api, one_id: str) -> None:
    orders = [bodies.order(f"O{day}", placed_at=f"2024-05-{day:02d}T10:00:00+08:00", paid_at=None) for day in range(1, 8)]
    assert shop.post("/orders", {"items": orders}).json()["accepted"] == 7
    numbers, cursor = [], None
    while True:
        page = shop.get("/orders?limit=3" + (f"&cursor={cursor}" if cursor else "")).json()
        numbers += [row["order_no"] for row in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert numbers == ["O7", "O6", "O5", "O4", "O3", "O2", "O1"]

    def found(query: str) -> list[str]:
        return [row["order_no"] for row in shop.get(f"/orders?{query}").json()["data"]]

    assert found("order_no=O3") == ["O3"]
    assert found("status=completed") == []
    assert found(f"member={one_id}&placed_at__gte=2024-05-03T10:00:00%2B08:00&placed_at__lt=2024-05-05T10:00:00%2B08:00") == ["O4", "O3"]
    assert [row["order_no"] for row in shop.get(f"/members/{one_id}/orders?limit=2").json()["data"]] == ["O7", "O6"]


def test_receivers_are_masked(shop: Api, one_id: str) -> None:
    shop.post("/orders", bodies.order())
    shop.post("/after-sales", bodies.after_sale(receiver_phone="13800138000", receiver_address="科技园1号"))
    order, after_sale = shop.get("/orders/S001/O1").json(), shop.get("/after-sales/S001/AS1").json()
    assert (order["receiver_name"], order["receiver_phone"], order["receiver_address"]) == ("张三", "138****8000", "****")
    assert (after_sale["receiver_phone"], after_sale["receiver_address"]) == ("138****8000", "****")


def warned(answer: Any) -> list[tuple[str, str]]:
    return [(said["pointer"], said["code"]) for said in answer["warnings"]]


def test_a_refund_beyond_the_line_is_taken_with_a_warning(shop: Api, one_id: str) -> None:
    shop.post("/orders", bodies.order())
    first = bodies.after_sale("AS1", refund_minor=10000, lines=[{"line_no": 1, "refund_minor": 10000, "quantity": 1}])
    beyond = bodies.after_sale("AS2", refund_minor=25000, lines=[{"line_no": 1, "refund_minor": 25000, "quantity": 9}])
    assert warned(shop.post("/after-sales", first).json()) == []
    answer = shop.post("/after-sales", {"items": [{**beyond, "status": "applied"}, beyond]}).json()
    assert [entry["status"] for entry in answer["items"]] == [201, 409]
    answer = shop.post("/after-sales", {"items": [{**first}, {**beyond, "version": 2}]}).json()
    assert warned(answer["items"][0]["result"]) == []
    assert warned(answer["items"][1]["result"]) == [
        ("/items/1/lines/0/refund_minor", "beyond_line"),
        ("/items/1/lines/0/quantity", "beyond_line"),
    ]
    message = "More than the line still holds: ¥199.90 of ¥250.00 has been taken off."
    assert answer["items"][1]["result"]["warnings"][0]["message"] == message
    assert shop.get("/orders/S001/O1").json()["refunded_minor"] == 29990
    spread = bodies.after_sale("AS3", refund_minor=100)
    del spread["lines"]
    assert warned(shop.post("/after-sales", spread).json()) == [("/refund_minor", "beyond_order")]


def test_an_after_sale_waits_for_its_order(shop: Api, one_id: str) -> None:
    answer = shop.post("/after-sales", bodies.after_sale(refund_minor=99900, lines=[{"line_no": 1, "refund_minor": 99900}]))
    assert (answer.status_code, warned(answer.json())) == (201, [])  # nothing is known of how much it holds
    assert shop.post("/after-sales", bodies.after_sale(version=2)).status_code == 201
    waiting = shop.get("/after-sales/S001/AS1").json()
    assert (waiting["one_id"], waiting["effects_at"]) == (None, None)
    shop.post("/orders", bodies.order())
    settled = shop.get("/after-sales/S001/AS1").json()
    assert (settled["one_id"], settled["lines"][0]["applied_minor"]) == (one_id, 5900)
    assert shop.get("/orders/S001/O1").json()["refunded_minor"] == 5900
    assert [row["after_sale_no"] for row in shop.get(f"/members/{one_id}/after-sales").json()["data"]] == ["AS1"]


def test_a_store_reads_its_own_behaviour_without_phones(shop: Api, rival: Api, one_id: str) -> None:
    shop.post("/events", {"items": [bodies.event(f"a{number}") for number in range(10)]})
    rival.post("/events", {"items": [bodies.event(f"b{number}") for number in range(5)]})
    answer = shop.get("/events")
    assert len(answer.json()["data"]) == 10
    assert "phone" not in answer.content.decode()
    assert "13800138000" not in answer.content.decode()
    assert "138****8000" not in answer.content.decode()
    assert shop.get("/events?store=S002").status_code == 404
    assert len(rival.get(f"/members/{one_id}/events").json()["data"]) == 5


def test_a_visit_comes_back_in_order(shop: Api, one_id: str) -> None:
    steps = ["enter", "view", "click", "favourite", "cart_add"]
    items = [bodies.event(f"s{n}", kind=kind, occurred_at=f"2024-05-20T09:0{n}:00+08:00") for n, kind in enumerate(steps)]
    shop.post("/events", {"items": items})
    assert [row["kind"] for row in reversed(shop.get("/events").json()["data"])] == steps


@pytest.mark.parametrize("moment", ["1999-12-31T23:59:59Z", "2024-05-22T10:00:00+08:00", "2100-01-01T00:00:00Z"])
def test_events_far_from_now_are_refused(shop: Api, one_id: str, moment: str) -> None:
    answer = shop.post("/events", bodies.event(occurred_at=moment))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/occurred_at")


def test_a_balance_is_mirrored_and_an_older_one_refused(shop: Api, one_id: str) -> None:
    path = f"/members/{one_id}/wallet"
    assert shop.get(path).status_code == 404
    assert shop.put(path, bodies.wallet()).json()["applied"] is True
    assert shop.put(path, bodies.wallet()).json()["applied"] is False
    older = shop.put(path, bodies.wallet(balance_minor=1, as_of="2024-05-19T10:00:00+08:00"))
    assert (older.status_code, older.json()["code"]) == (409, "stale_version")
    assert older.json()["recorded_as_of"] == "2024-05-20T10:00:00+08:00"
    other = shop.put(path, bodies.wallet(balance_minor=1))
    assert (other.status_code, other.json()["code"]) == (409, "version_conflict")
    told = shop.get(path).json()
    assert (told["balance_minor"], told["red_packet_minor"], told["programme"]) == (8880, 880, "s001")
