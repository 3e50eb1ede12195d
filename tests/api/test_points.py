"""Points as storefronts and tills see them: the acceptance scripts SF-6, SF-7 and SF-12, and what each address refuses."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from points.models import PointsEntry, PointsHold, Redemption
from points.rules.versions import DEFAULT_TERMS, MinimumIn
from points.services import versions
from stores.models import Programme
from tests.api import bodies
from tests.api.callers import Api, client_of
from tests.api.levelled import levelled, membership
from tests.api.pointed import BY, pointed
from tests.growth import house
from tests.points import spending_world
from tests.points.spending_world import JUNE, SEPTEMBER
from tests.world import NOW, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme(shop: Api) -> Programme:
    """The programme of S001, with levels and points."""
    return pointed(levelled(store("S001").programme))


@pytest.fixture
def one_id(shop: Api, programme: Programme) -> str:
    """张三, with 100 points: 60 that end with June, 40 that end with September."""
    made = str(shop.post("/members", bodies.member()).json()["one_id"])
    for points, ends_at in ((60, JUNE), (40, SEPTEMBER)):
        spending_world.give(membership("s001", made), points, ends_at)
    return made


@pytest.fixture
def at(one_id: str) -> str:
    return f"/programmes/s001/members/{one_id}/points"


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.json()
    return answer.json()


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def rules(programme: Programme, **changes: Any) -> None:
    draft = versions.create_draft(programme_id=programme.pk, **BY)
    versions.change_draft(version_id=draft.pk, terms=replace(DEFAULT_TERMS, **changes), **BY)
    versions.publish_draft(version_id=draft.pk, **BY)


def moved() -> tuple[int, int, int]:
    return PointsEntry.objects.count(), PointsHold.objects.count(), Redemption.objects.count()


# --- reading ---


def test_the_balance_and_what_ends_next(shop: Api, at: str) -> None:
    """SF-2: 100 points, 60 of them end with June; worth ¥1.00 each at checkout."""
    assert ok(shop.get(at)) == {
        "programme": "s001",
        "currency": "CNY",
        "balance": 100,
        "available": 100,
        "held": 0,
        "pending": 0,
        "debt": 0,
        "value_minor": 100,
        "next_end": {"at": "2024-07-01T00:00:00+08:00", "points": 60},
    }
    assert ok(shop.get(at, X_Clock=JUNE.isoformat()))["available"] == 40


def test_the_summary_and_the_answer_to_registering_have_points(shop: Api, at: str, one_id: str, programme: Programme) -> None:
    """PRD-05, SF-2."""
    expected = ok(shop.get(at))
    assert ok(shop.get(f"/members/{one_id}/summary"))["points"] == expected
    assert ok(shop.get(f"/members/{one_id}/portrait"))["assets"]["points"] == expected
    newcomer = ok(shop.post("/members", bodies.member("13900139000")), 201)
    assert newcomer["summary"]["points"]["balance"] == 0
    Programme.objects.filter(pk=programme.pk).update(points_on=False)
    assert ok(shop.get(f"/members/{one_id}/summary"))["points"] is None


def test_a_programme_without_points_has_no_such_address(shop: Api, at: str, programme: Programme) -> None:
    """STO-10: points off → 404 for that store."""
    Programme.objects.filter(pk=programme.pk).update(points_on=False)
    for path in (
        at,
        f"{at}/entries",
        f"{at}/lots",
        f"{at}/holds",
        f"{at}/forecast",
        "/programmes/s001/points/rules",
        "/programmes/s001/rewards",
    ):
        assert refused(shop.get(path)) == (404, "not_found")
    assert refused(shop.post(f"{at}/debits", {"points": 1, "reference": "D1"})) == (404, "not_found")


def test_entries_say_which_lots_they_moved(shop: Api, at: str) -> None:
    """PTS-09: by cursor, by kind; each names the lot it made, the lots it took, the order, and why."""
    hold = ok(shop.post(f"{at}/holds", {"points": 70, "reference": "O1", "order_no": "O1"}), 201)
    ok(shop.post(f"{at}/holds/{hold['id']}/capture", {}), 201)
    page = ok(shop.get(f"{at}/entries?limit=2"))
    taken, second = page["data"]
    assert (taken["number"], taken["kind"], taken["delta"], taken["balance_after"]) == (3, "redeem", -70, 30)
    lots = {lot["entry"]: lot["id"] for lot in ok(shop.get(f"{at}/lots"))["data"]}
    assert [(move["lot"], move["points"], move["ends_at"]) for move in taken["lots"]] == [
        (lots[1], -60, "2024-07-01T00:00:00+08:00"),
        (lots[2], -10, "2024-10-01T00:00:00+08:00"),
    ]
    assert (taken["order"], taken["made"], taken["words"]) == ({"store": "S001", "order_no": "O1"}, None, "Order O1 was paid with points.")
    assert (second["made"]["lot"], second["made"]["points"], second["lots"], second["order"]) == (lots[2], 40, [], None)
    rest = ok(shop.get(f"{at}/entries?limit=2&cursor={page['next_cursor']}"))
    assert ([row["number"] for row in rest["data"]], rest["next_cursor"]) == ([1], None)
    assert [row["number"] for row in ok(shop.get(f"{at}/entries?kind=redeem"))["data"]] == [3]
    assert ok(shop.get(f"{at}/entries?kind=expire"))["data"] == []
    assert refused(shop.get(f"{at}/entries?kind=nothing")) == (400, "invalid")


def test_an_order_gives_points_and_says_how(shop: Api, at: str, one_id: str, programme: Programme) -> None:
    """PTS-02, PTS-09: ¥299.90 completed gives 2; the entry names its order, the rule in its version, and the lot it made."""
    order = bodies.order("O2000", of={"one_id": one_id}, status="completed", completed_at=bodies.AT)
    ok(shop.post("/orders", order), 201)
    why = ok(shop.get(f"{at}/entries/3/why"))
    row = why["entry"]
    order_of = {"store": "S001", "order_no": "O2000"}
    assert (row["kind"], row["delta"], row["source_type"], row["order"]) == ("earn", 2, "order", order_of)
    assert (row["rule"], row["made"]["points"], row["made"]["ends_at"]) == (
        {"code": "purchase", "version": 1}, 2, "2026-05-21T00:00:00+08:00",
    )  # fmt: skip
    assert why["words"] == "Order O2000: points for what was paid for goods, rounded down."
    assert why["rule"] == "purchase, version 1"
    assert {"label": "paid for goods that count", "value": "¥299.90"} in why["values"]
    assert refused(shop.get(f"{at}/entries/9/why")) == (404, "entry_not_found")


def test_lots_open_and_used(shop: Api, at: str) -> None:
    ok(shop.post(f"{at}/debits", {"points": 60, "reference": "D1"}), 201)
    assert [(lot["amount"], lot["remaining"]) for lot in ok(shop.get(f"{at}/lots"))["data"]] == [(40, 40), (60, 0)]
    assert [lot["amount"] for lot in ok(shop.get(f"{at}/lots?is_open=true"))["data"]] == [40]
    assert [lot["amount"] for lot in ok(shop.get(f"{at}/lots?is_open=false"))["data"]] == [60]


def test_points_as_they_were(shop: Api, at: str) -> None:
    """What a statement of that moment said, lots included; a future moment is now."""
    before = (NOW - timedelta(hours=1)).isoformat().replace("+", "%2B")
    ok(shop.post(f"{at}/debits", {"points": 70, "reference": "D1"}), 201)
    was, now = ok(shop.get(f"{at}/as-of?at={before}")), ok(shop.get(f"{at}/as-of"))
    assert (was["balance"], [lot["remaining"] for lot in was["lots"]]) == (100, [60, 40])
    assert (now["balance"], now["available"], [lot["remaining"] for lot in now["lots"]]) == (30, 30, [30])
    assert ok(shop.get(f"{at}/as-of?at=2030-01-01T00:00:00Z")) == now
    assert ok(shop.get(f"{at}/as-of?at=2020-01-01T00:00:00Z"))["balance"] == 0


def test_the_forecast(shop: Api, at: str) -> None:
    assert ok(shop.get(f"{at}/forecast")) == {
        "programme": "s001",
        "data": [
            {"month": "2024-06", "points": 60, "last_on": "2024-06-30", "value_minor": 6000},
            {"month": "2024-09", "points": 40, "last_on": "2024-09-30", "value_minor": 4000},
        ],
        "endless": 0,
    }


# --- SF-6: set aside, take, give back ---


def test_redemption_at_checkout(shop: Api, at: str) -> None:
    """SF-6 step 1: 70 of 100 held leave 30; captured, the lots are 0 and 30 (earliest end first); released, both are restored."""
    held = ok(shop.post(f"{at}/holds", {"points": 70, "reference": "O1"}), 201)
    assert (held["state"], held["purse"]["available"], held["expires_at"]) == ("active", 30, "2024-05-20T10:30:00+08:00")
    assert ok(shop.post(f"{at}/holds", {"points": 70, "reference": "O1"}))["applied"] is False
    released = ok(shop.post(f"{at}/holds/{held['id']}/release"), 201)
    assert (released["state"], released["purse"]["available"]) == ("released", 100)
    assert [lot["remaining"] for lot in ok(shop.get(f"{at}/lots"))["data"]] == [40, 60]
    again = ok(shop.post(f"{at}/holds", {"points": 70, "reference": "O2"}), 201)
    taken = ok(shop.post(f"{at}/holds/{again['id']}/capture", {}), 201)
    assert (taken["state"], taken["captured"], taken["entry"], taken["purse"]["balance"]) == ("captured", 70, 3, 30)
    assert [(lot["ends_at"], lot["remaining"]) for lot in ok(shop.get(f"{at}/lots"))["data"]] == [
        ("2024-10-01T00:00:00+08:00", 30),
        ("2024-07-01T00:00:00+08:00", 0),
    ]


def test_too_few_points_are_refused_with_what_is_there(shop: Api, at: str) -> None:
    """409 with available and wanted; nothing is taken."""
    before = moved()
    for path, body in ((f"{at}/holds", {"points": 101, "reference": "R"}), (f"{at}/debits", {"points": 101, "reference": "R"})):
        answer = shop.post(path, body)
        assert refused(answer) == (409, "insufficient_points")
        assert (answer.json()["available"], answer.json()["wanted"]) == (100, 101)
    assert moved() == before


def test_a_hold_is_void_when_its_time_is_over(shop: Api, at: str) -> None:
    """Half an hour by the rules, whether or not a job has run; it can no longer be captured, and its points are free."""
    held = ok(shop.post(f"{at}/holds", {"points": 70, "reference": "O1"}), 201)
    late = (NOW + timedelta(minutes=30)).isoformat()
    answer = shop.post(f"{at}/holds/{held['id']}/capture", {}, X_Clock=late)
    assert refused(answer) == (409, "hold_timed_out")
    said = ok(shop.get(f"{at}/holds/{held['id']}", X_Clock=late))
    assert (said["state"], said["closed_at"]) == ("timed_out", held["expires_at"])
    assert [row["id"] for row in ok(shop.get(f"{at}/holds?state=timed_out", X_Clock=late))["data"]] == [held["id"]]
    assert ok(shop.get(f"{at}/holds?state=active", X_Clock=late))["data"] == []
    assert ok(shop.get(at, X_Clock=late))["available"] == 100
    assert ok(shop.post(f"{at}/debits", {"points": 100, "reference": "D1"}, X_Clock=late), 201)["purse"]["balance"] == 0


def test_a_hold_ends_once(shop: Api, at: str) -> None:
    held = ok(shop.post(f"{at}/holds", {"points": 20, "reference": "O1", "order_no": "O1", "minutes": 5}), 201)
    assert held["expires_at"] == "2024-05-20T10:05:00+08:00"
    part = ok(shop.post(f"{at}/holds/{held['id']}/capture", {"points": 15}), 201)
    assert (part["captured"], part["purse"]["available"]) == (15, 85)
    assert refused(shop.post(f"{at}/holds/{held['id']}/release")) == (409, "hold_closed")
    assert refused(shop.post(f"{at}/holds/{held['id']}/capture", {"points": 5})) == (409, "effect_conflict")
    other = ok(shop.post(f"{at}/holds", {"points": 20, "reference": "O2"}), 201)
    too_much = shop.post(f"{at}/holds/{other['id']}/capture", {"points": 21})
    assert (refused(too_much), too_much.json()["available"]) == ((409, "insufficient_points"), 20)
    ok(shop.post(f"{at}/holds/{other['id']}/release"), 201)
    assert refused(shop.post(f"{at}/holds/{other['id']}/capture", {})) == (409, "hold_closed")
    assert [row["reference"] for row in ok(shop.get(f"{at}/holds?order_no=O1"))["data"]] == ["O1"]
    assert refused(shop.post(f"{at}/holds/999/capture", {})) == (404, "hold_not_found")


def test_an_order_has_a_store_of_the_programme(platform: Api, at: str, one_id: str) -> None:
    """Otherwise its refunds would not find the points; the platform's clients name it, and for the platform's points any store will do."""
    store("S002")
    body = {"points": 5, "reference": "O1", "order_no": "O1"}
    for wrong in ({}, {"store": "S002"}, {"store": "NOWHERE"}):
        assert refused(platform.post(f"{at}/holds", {**body, **wrong})) == (404, "store_not_found")
    assert PointsHold.objects.count() == 0
    assert ok(platform.post(f"{at}/holds", {**body, "store": "S001"}), 201)["order"] == {"store": "S001", "order_no": "O1"}
    assert ok(platform.post(f"{at}/holds", {"points": 5, "reference": "O2"}), 201)["order"] is None
    spending_world.give(membership("platform", one_id), 5)
    there = f"/programmes/platform/members/{one_id}/points"
    assert ok(platform.post(f"{there}/holds", {**body, "store": "S002"}), 201)["order"]["store"] == "S002"


def test_a_refund_gives_back_what_points_paid(shop: Api, at: str, one_id: str) -> None:
    """Ruling 15: points spent on an order come back by its refund, pro rata, and never by a call."""
    held = ok(shop.post(f"{at}/holds", {"points": 70, "reference": "O1", "order_no": "O1"}), 201)
    taken = ok(shop.post(f"{at}/holds/{held['id']}/capture", {}), 201)
    body = {"points": 1, "reference": "V1", "reason": "客户要求"}
    assert refused(shop.post(f"{at}/entries/{taken['entry']}/reversals", body)) == (409, "bound_to_order")
    ok(shop.post("/orders", bodies.order("O1", of={"one_id": one_id}, status="completed", completed_at=bodies.AT)), 201)
    whole = bodies.after_sale("AS1", order_no="O1", refund_minor=29990, lines=[{"line_no": 1, "refund_minor": 29990}])
    ok(shop.post("/after-sales", whole), 201)
    [back] = ok(shop.get(f"{at}/entries?kind=restore"))["data"]
    assert (back["delta"], back["reverses"], [move["points"] for move in back["lots"]]) == (70, taken["entry"], [10, 60])
    assert ok(shop.get(at))["balance"] == 100


# --- credits, debits, reversals ---


def test_the_four_old_cards_are_one_member(shop: Api, at: str, one_id: str) -> None:
    """PTS-27: the member card 6001 is an identity, the points card an account of 100, the discount card 0.98, stored value the wallet."""
    card = {"provider": "pos_card", "scope": "S001", "external_id": "6001"}
    ok(shop.post(f"/members/{one_id}/identities", {**card, "verified_at": bodies.AT}), 201)
    ok(shop.put(f"/members/{one_id}/wallet", bodies.wallet()))
    assert ok(shop.post("/identities/resolve", card)) == {"one_id": one_id}
    assert ok(shop.get(at))["balance"] == 100
    [discount] = [each for each in ok(shop.get(f"/programmes/s001/members/{one_id}/benefits"))["data"] if each["code"] == "discount"]
    assert discount["value"] == {"rate": "0.9800"}
    assert ok(shop.get(f"/members/{one_id}/wallet"))["balance_minor"] == 8880


def test_points_are_given_and_taken_by_reference(shop: Api, at: str) -> None:
    given = ok(shop.post(f"{at}/credits", {"points": 20, "reference": "C1", "note": "问卷"}), 201)
    assert (given["entry"]["delta"], given["entry"]["note"], given["purse"]["balance"], given["applied"]) == (20, "问卷", 120, True)
    assert ok(shop.post(f"{at}/credits", {"points": 20, "reference": "C1", "note": "问卷"}))["applied"] is False
    other = shop.post(f"{at}/credits", {"points": 21, "reference": "C1", "note": "问卷"})
    assert refused(other) == (409, "effect_conflict")
    assert "membership" not in other.json()  # the number of a row of ours
    taken = ok(shop.post(f"{at}/debits", {"points": 70, "reference": "D1"}), 201)
    assert (taken["entry"]["delta"], taken["purse"]["balance"]) == (-70, 50)
    part = ok(shop.post(f"{at}/entries/{taken['entry']['number']}/reversals", {"points": 15, "reference": "V1", "reason": "录入错误"}), 201)
    assert (part["entry"]["kind"], part["entry"]["reverses"], part["purse"]["balance"]) == ("restore", taken["entry"]["number"], 65)
    beyond = shop.post(f"{at}/entries/{taken['entry']['number']}/reversals", {"points": 56, "reference": "V2", "reason": "录入错误"})
    assert (refused(beyond), beyond.json()["left"]) == ((409, "nothing_left_to_reverse"), 55)
    assert refused(shop.post(f"{at}/entries/99/reversals", {"reference": "V3", "reason": "录入错误"})) == (404, "entry_not_found")


def test_a_store_reaches_its_own_points_only(rival: Api, shop: Api, at: str) -> None:
    """Another store's client gets 404, for everything alike; one without the scope 403."""
    before = moved()
    held = ok(shop.post(f"{at}/holds", {"points": 5, "reference": "O1"}), 201)
    for path in (at, f"{at}/entries", f"{at}/lots", f"{at}/holds/{held['id']}", "/programmes/s001/rewards", "/programmes/s001/redemptions"):
        assert refused(rival.get(path)) == (404, "programme_not_found")
    for path, body in ((f"{at}/debits", {"points": 1, "reference": "D"}), (f"{at}/holds/{held['id']}/capture", {})):
        assert refused(rival.post(path, body)) == (404, "programme_not_found")
    reader = client_of(store("S001"), "points:read")
    assert ok(reader.get(at))["held"] == 5
    assert refused(reader.post(f"{at}/debits", {"points": 1, "reference": "D"})) == (403, "missing_scope")
    assert moved() == (before[0], 1, before[2])


# --- SF-7: the till ---


def test_the_till_gives_and_takes_in_the_same_account(shop: Api, at: str, one_id: str) -> None:
    """SF-7 step 2, PTS-24: shop order S101 over ¥200.00 gives 2; a hold of 2 captured at the till is -2 within that one call."""
    line = {"line_no": 1, "sku": "SCF-1", "name": "围巾", "quantity": 1, "unit_price_minor": 20000, "paid_minor": 20000}
    order = bodies.order(
        "S101", of={"one_id": one_id}, status="completed", completed_at=bodies.AT, channel="pos", paid_minor=20000, lines=[line]
    )
    ok(shop.post("/orders", order), 201)
    assert ok(shop.get(at))["balance"] == 102
    held = ok(shop.post(f"{at}/holds", {"points": 2, "reference": "S102", "order_no": "S102"}), 201)
    taken = ok(shop.post(f"{at}/holds/{held['id']}/capture", {}), 201)
    assert (taken["purse"]["balance"], ok(shop.get(at))["balance"]) == (100, 100)


# --- rules and quotes ---


def test_what_points_are_in_words(shop: Api, programme: Programme) -> None:
    """PTS-05: human-readable rules, and what a point is worth."""
    said = ok(shop.get("/programmes/s001/points/rules"))
    assert (said["version"], said["value_minor"], said["value"]) == (1, 100, "1 point = ¥1.00")
    assert [row["words"] for row in said["earn"]] == [
        "1 point for every ¥100.00 paid for goods, rounded down per order",
        "review: 5 points",
        "photo review: 5 points",
        "share: 1 point, 3 times a day at most",
        "task completed profile_completed: 10 points, once",
    ]
    assert [row["words"] for row in said["multipliers"]] == ["2 times the points for what is paid on day 28 of the month"]
    assert (said["lifetime"], said["spend"]["words"]) == (
        "Points end 2 years after they were earned.", "From 1 point on, up to 100 % of what is to pay.",
    )  # fmt: skip
    assert ok(shop.get("/programmes/s001/points/rules", Accept_Language="zh-hans"))["value"] == "1 积分 = ¥1.00"


def test_what_an_order_would_give(shop: Api, one_id: str) -> None:
    """Issue 4 item 2, PTS-20: ¥250.00 paid on the 28th gives 2 and 2 for the member day; nothing is kept. Gift cards do not count."""
    lines = [
        {"line_no": 1, "sku": "JKT-M", "name": "外套", "quantity": 1, "unit_price_minor": 25000, "paid_minor": 25000},
        {"line_no": 2, "sku": "CARD", "name": "礼品卡", "quantity": 1, "unit_price_minor": 9900, "paid_minor": 9900, "is_gift_card": True},
    ]
    body = bodies.order("B1", of={"one_id": one_id}, paid_minor=34900, lines=lines, paid_at="2024-05-28T10:00:00+08:00")
    before = moved()
    said = ok(shop.post("/programmes/s001/points/dry-run", body, key="", X_Clock="2024-05-28T12:00:00+08:00"))
    assert (said["points"], said["purchase"], said["bonus"], said["counted_minor"]) == (4, 2, 2, 25000)
    assert said["multiplier"] == {"kind": "member_day", "key": "", "factor": "2.00"}
    assert said["left_out"] == [{"line_no": 2, "why": "gift_card", "words": "gift card"}]
    assert (said["ends_at"], said["skipped"]) == ("2026-05-29T00:00:00+08:00", "")
    assert (moved(), ok(shop.get("/orders"))["data"]) == (before, [])


def test_what_a_recorded_order_gives_and_why(shop: Api, rival: Api, platform: Api, one_id: str) -> None:
    """Issue 4 item 2, ruling 28: before its completion as much as it then gives; after a refund, of what remains; nothing is kept."""
    order = bodies.order("O2000", of={"one_id": one_id}, status="paid")  # 299.90
    ok(shop.post("/orders", order), 201)
    at = "/programmes/s001/points/orders/S001/O2000"
    before = moved()
    said = ok(shop.get(at))
    assert (said["points"], said["purchase"], said["counted_minor"], said["version"], said["left_out"]) == (2, 2, 29990, 1, [])
    assert moved() == before
    ok(shop.post("/orders", {**order, "version": 2, "status": "completed", "completed_at": bodies.AT}), 201)
    [earned] = ok(shop.get(f"/programmes/s001/members/{one_id}/points/entries?kind=earn&limit=1"))["data"]
    assert earned["delta"] == 2
    half: dict[str, Any] = {"refund_minor": 15000, "lines": [{"line_no": 1, "refund_minor": 15000}]}
    ok(shop.post("/after-sales", bodies.after_sale(order_no="O2000", **half)), 201)
    assert (ok(shop.get(at))["points"], ok(shop.get(at))["counted_minor"]) == (1, 14990)
    assert ok(platform.get("/programmes/platform/points/orders/S001/O2000"))["programme"] == "platform"
    assert refused(shop.get("/programmes/s001/points/orders/S001/O9")) == (404, "not_found")
    assert refused(rival.get(at)) == (404, "programme_not_found")


def test_the_timeline_tells_of_points(shop: Api, one_id: str, at: str) -> None:
    """CSL-16: what came and went, among all else that happened."""
    ok(shop.post(f"{at}/debits", {"points": 30, "reference": "D1"}), 201)
    told = [(row["title"], row["detail"]) for row in ok(shop.get(f"/members/{one_id}/timeline"))["data"] if row["kind"] == "Points"]
    assert told[0] == ("redeemed −30", "Points were redeemed.")
    assert len(told) == len(ok(shop.get(f"{at}/entries"))["data"])


def test_a_programme_without_rules_has_none_to_read(rival: Api) -> None:
    store("S002")
    assert refused(rival.get("/programmes/s002/points/rules")) == (409, "points_off")


def quote(shop: Api, one_id: str, points: int, **more: Any) -> Any:
    line = {"line_no": 1, "sku": "COAT", "quantity": 1, "unit_price_minor": 10000}
    body = {"member": {"one_id": one_id}, "currency": "CNY", "lines": [line], "postage_minor": 1000, "points": points, **more}
    return ok(shop.post("/programmes/s001/quotes", body, key=""))


def test_points_are_the_last_step_of_a_price(shop: Api, one_id: str, programme: Programme) -> None:
    """Ruling 25: member price 98.00, postage 10.00, then points: at most half of 108.00, for 普通 at least 20."""
    rules(programme, redeem_minimum=20, minimums=(MinimumIn("L3", 10),), redeem_share=Decimal("0.500"))
    asked = quote(shop, one_id, 0)
    assert (asked["total_minor"], asked["to_pay_minor"]) == (10800, 10800)
    assert asked["points"] == {
        "wanted": 0, "points": 0, "pays_minor": 0, "at_most": 54, "available": 100, "minimum": 20, "value_minor": 100, "problem": None,
    }  # fmt: skip
    paid = quote(shop, one_id, 30)
    assert (paid["points"]["points"], paid["points"]["pays_minor"], paid["to_pay_minor"]) == (30, 3000, 7800)
    much = quote(shop, one_id, 60)
    assert (much["points"]["points"], much["points"]["problem"], much["to_pay_minor"]) == (54, "above_share", 5400)
    few = quote(shop, one_id, 15)
    assert (few["points"]["points"], few["points"]["problem"], few["to_pay_minor"]) == (0, "below_minimum", 10800)
    house.hold(membership("s001", one_id), "L3")  # 金: 90.00, and ten points are enough
    gold = quote(shop, one_id, 15)
    assert (gold["points"]["points"], gold["points"]["problem"], gold["to_pay_minor"]) == (15, None, 8500)
    assert moved() == (2, 0, 0)


def test_a_level_has_its_own_minimum_at_the_till(shop: Api, at: str, one_id: str, programme: Programme) -> None:
    """PTS-17: min 20 points for 普通, 10 for 金: 15 points → 409 for 普通, ok for 金. More than the share: 409 with what may pay."""
    rules(programme, redeem_minimum=20, minimums=(MinimumIn("L3", 10),), redeem_share=Decimal("0.500"))
    few = shop.post(f"{at}/holds", {"points": 15, "reference": "O1"})
    assert (refused(few), few.json()["minimum"], few.json()["wanted"]) == ((409, "below_minimum"), 20, 15)
    many = shop.post(f"{at}/holds", {"points": 50, "reference": "O1", "total_minor": 9999})
    assert (refused(many), many.json()["at_most"]) == ((409, "above_share"), 49)
    house.hold(membership("s001", one_id), "L3")
    ok(shop.post(f"{at}/holds", {"points": 15, "reference": "O1"}), 201)


def test_without_points_a_quote_has_no_points_part(shop: Api, one_id: str, programme: Programme) -> None:
    Programme.objects.filter(pk=programme.pk).update(points_on=False)
    said = quote(shop, one_id, 30)
    assert (said["points"], said["to_pay_minor"]) == (None, 10800)


# --- rewards ---


def test_the_points_mall(shop: Api, one_id: str, at: str, programme: Programme) -> None:
    """PTS-10, PTS-12: what there is, what it costs, how many are left; redeemed, found, cancelled."""
    spending_world.reward(programme, "last", points=50, codes=1, per_member=1)
    offered = ok(shop.get("/programmes/s001/rewards"))["data"]
    assert [(each["code"], each["points"], each["left"], each["per_member"]) for each in offered] == [
        ("film", 5, 300, None), ("last", 50, 1, 1),
    ]  # fmt: skip
    body = {"member": {"one_id": one_id}, "reward": "last", "reference": "APP-1"}
    made = ok(shop.post("/programmes/s001/redemptions", body), 201)
    assert (made["one_id"], made["reward"], made["points"], made["state"], made["result"]) == (
        one_id, "last", 50, "fulfilled", {"code": "last-001"},
    )  # fmt: skip
    assert (made["purse"]["balance"], made["applied"]) == (50, True)
    assert ok(shop.post("/programmes/s001/redemptions", body))["applied"] is False
    limit = shop.post("/programmes/s001/redemptions", {**body, "reference": "APP-2"})
    assert (refused(limit), limit.json()["at_most"]) == ((409, "member_limit"), 1)
    assert [row["id"] for row in ok(shop.get(f"/programmes/s001/redemptions?member={one_id}&state=fulfilled"))["data"]] == [made["id"]]
    assert ok(shop.get("/programmes/s001/redemptions?reward=film"))["data"] == []
    done = ok(shop.post(f"/programmes/s001/redemptions/{made['id']}/cancel", {"reason": "不想要了"}), 201)
    read = ok(shop.get(f"/programmes/s001/redemptions/{made['id']}"))
    assert (read["state"], read["result"], read["cancel_reason"]) == ("cancelled", made["result"], "不想要了")
    assert (done["state"], done["cancel_reason"], done["purse"]["balance"]) == ("cancelled", "不想要了", 100)
    assert ok(shop.post(f"/programmes/s001/redemptions/{made['id']}/cancel", {}))["applied"] is False
    [row, *_rest] = ok(shop.get(f"{at}/entries"))["data"]
    assert row["words"] == "The redemption was cancelled: its points came back into the lots they came from."


def test_what_is_gone_is_gone(shop: Api, one_id: str, programme: Programme) -> None:
    """PTS-10: 409, and nothing is deducted."""
    spending_world.reward(programme, "last", points=5, codes=0)
    before = moved()
    body = {"member": {"one_id": one_id}, "reward": "last", "reference": "APP-1"}
    assert refused(shop.post("/programmes/s001/redemptions", body)) == (409, "out_of_stock")
    assert refused(shop.post("/programmes/s001/redemptions", {**body, "reward": "nothing"})) == (404, "reward_not_found")
    assert refused(shop.post("/programmes/s001/redemptions/999/cancel", {})) == (404, "redemption_not_found")
    assert refused(shop.get("/programmes/s001/redemptions/999")) == (404, "redemption_not_found")
    assert moved() == before


# --- SF-12: exchange ---


def exchange_body(one_id: str, points: int, **more: Any) -> dict[str, Any]:
    said = {"member": {"one_id": one_id}, "from_programme": "s001", "to_programme": "platform", "points": points, "reference": "X1"}
    return {**said, **more}


def test_exchange_into_another_programme(shop: Api, platform: Api, at: str, one_id: str) -> None:
    """SF-12, PTS-23: 50 at 10 : 8 are 40 on the platform; both ledgers are linked; 5 → 400; the cap exceeded → 409."""
    made = ok(shop.post("/points/exchanges", exchange_body(one_id, 50)), 201)
    assert (made["given"]["points"], made["received"]["points"], made["purse"]["balance"]) == (50, 40, 50)
    there = f"/programmes/platform/members/{one_id}/points"
    assert ok(platform.get(there))["balance"] == 40
    for path, client, number in ((at, shop, made["given"]["entry"]), (there, platform, made["received"]["entry"])):
        row = ok(client.get(f"{path}/entries/{number}/why"))["entry"]
        assert (row["source_type"], row["source_id"]) == ("exchange", str(made["id"]))
    assert ok(shop.post("/points/exchanges", exchange_body(one_id, 50)))["applied"] is False
    few = shop.post("/points/exchanges", exchange_body(one_id, 5, reference="X2"))
    assert (refused(few), few.json()["step"], few.json()["errors"][0]["pointer"]) == ((400, "below_step"), 10, "/points")
    many = shop.post("/points/exchanges", exchange_body(one_id, 60, reference="X2"))
    assert (refused(many), many.json()["available"]) == ((409, "insufficient_points"), 50)
    from points.models import ExchangePair

    ExchangePair.objects.update(daily_cap=60)
    capped = shop.post("/points/exchanges", exchange_body(one_id, 20, reference="X2"))
    assert (refused(capped), capped.json()["left"]) == ((409, "daily_cap"), 10)
    assert refused(shop.post("/points/exchanges", exchange_body(one_id, 10, to_programme="nowhere"))) == (404, "pair_not_found")
    assert ok(shop.get(at))["balance"] == 50


def test_exchanges_are_read_by_who_gave(shop: Api, platform: Api, rival: Api, one_id: str) -> None:
    """SF-12, PTS-23: each exchange once, the latest first, alone by its number; a store sees what its programme gave."""
    made = [ok(shop.post("/points/exchanges", exchange_body(one_id, points, reference=f"X{points}")), 201) for points in (20, 30)]
    rows = ok(shop.get("/points/exchanges"))["data"]
    assert [(row["id"], row["one_id"], row["reference"]) for row in rows] == [
        (made[1]["id"], one_id, "X30"),
        (made[0]["id"], one_id, "X20"),
    ]
    assert (rows[1]["given"]["points"], rows[1]["received"]["points"], rows[1]["ratio_from"], rows[1]["ratio_to"]) == (20, 16, 10, 8)
    assert ok(shop.get(f"/points/exchanges/{made[0]['id']}")) == rows[1]
    of_both = f"/points/exchanges?member={one_id}&from_programme=s001&to_programme=platform"
    assert [row["id"] for row in ok(shop.get(of_both))["data"]] == [made[1]["id"], made[0]["id"]]
    assert ok(shop.get("/points/exchanges?from_programme=platform"))["data"] == []
    assert len(ok(platform.get("/points/exchanges"))["data"]) == 2
    assert ok(rival.get("/points/exchanges"))["data"] == []
    assert refused(rival.get(f"/points/exchanges/{made[0]['id']}")) == (404, "exchange_not_found")


def test_nobody_exchanges_points_of_another_store(rival: Api, one_id: str) -> None:
    before = moved()
    assert refused(rival.post("/points/exchanges", exchange_body(one_id, 50))) == (404, "programme_not_found")
    assert moved() == before
