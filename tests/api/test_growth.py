"""Levels, growth value, benefits and paid membership as storefronts and tills see them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from growth.enums import Track
from growth.models import Benefit, BenefitUsage, Level, LevelHistory, LevelScheme, Subscription
from growth.services import overrides, reviews, subscriptions
from stores.models import Store
from tests.api import bodies
from tests.api.callers import Api, client_of
from tests.api.levelled import grow, levelled, membership
from tests.growth import house, promising
from tests.world import NOW, store

pytestmark = pytest.mark.django_db
SILVER_GAP = 800


@pytest.fixture
def programme(shop: Api) -> Any:
    """The programme of S001, with levels."""
    return levelled(store("S001").programme)


@pytest.fixture
def one_id(shop: Api, programme: Any) -> str:
    """张三: 铜牌 with 7,200."""
    made = shop.post("/members", bodies.member()).json()["one_id"]
    grow(membership("s001", made), 7200)
    house.hold(membership("s001", made), "L1")
    return str(made)


@pytest.fixture
def at(one_id: str) -> str:
    return f"/programmes/s001/members/{one_id}"


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.json()
    return answer.json()


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def line(unit: int = 10000, *, sku: str = "COAT", quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {"line_no": 1, "sku": sku, "quantity": quantity, "unit_price_minor": unit, **more}


def quote(shop: Api, one_id: str, *lines: dict[str, Any], now: Any = NOW, **more: Any) -> Any:
    body = {"member": {"one_id": one_id}, "currency": "CNY", "lines": list(lines) or [line()], **more}
    return shop.post("/programmes/s001/quotes", body, key="", X_Clock=now.isoformat())


def total(shop: Api, one_id: str, *lines: dict[str, Any], **more: Any) -> int:
    return int(ok(quote(shop, one_id, *lines, **more))["total_minor"])


# --- growth value and level ---


def test_the_growth_value_and_its_entries(shop: Api, at: str, one_id: str):
    """CSL-11: 7,200, and how it came about."""
    for number in range(2, 5):
        grow(membership("s001", one_id), -100, at=NOW + timedelta(minutes=number), key=str(number))
    said = ok(shop.get(f"{at}/growth"))
    assert said == {"programme": "s001", "balance": 6900, "unit_name": "growth value", "entries": 4}
    page = ok(shop.get(f"{at}/growth/entries?limit=3"))
    assert [(row["number"], row["applied"], row["balance_after"]) for row in page["data"]] == [
        (4, -100, 6900),
        (3, -100, 7000),
        (2, -100, 7100),
    ]
    rest = ok(shop.get(f"{at}/growth/entries?limit=3&cursor={page['next_cursor']}"))
    assert ([row["number"] for row in rest["data"]], rest["next_cursor"]) == ([1], None)
    first = rest["data"][0]
    assert (first["reason"], first["source_type"], first["reverses"], first["note"]) == ("adjustment", "test", None, "test")
    assert ok(shop.get(f"{at}/growth/entries?reason=purchase"))["data"] == []
    later = (NOW + timedelta(minutes=3)).isoformat().replace("+", "%2B")
    assert [row["number"] for row in ok(shop.get(f"{at}/growth/entries?occurred_at__gte={later}"))["data"]] == [4, 3]


def test_the_level_says_what_is_missing_and_what_comes_of_it(shop: Api, at: str, programme: Any):
    """LVL-30, SF-2: 铜牌, 800 to 银牌, which gives 9.5折 instead of 9.8折 and next-day delivery."""
    promising.give(programme, "L2", "next_day")
    said = ok(shop.get(f"{at}/level"))
    assert (said["level"]["code"], said["level"]["name"], said["level"]["rank"]) == ("L1", "铜牌会员", 1)
    assert (said["basis"], said["value"], said["unit_name"]) == ("growth", 7200, "growth value")
    assert (said["next"]["code"], said["next"]["threshold"], said["next"]["gap"]) == ("L2", 8000, SILVER_GAP)
    gained = [(benefit["code"], benefit["value"]) for benefit in said["next"]["gained"]]
    assert gained == [("discount", {"rate": "0.9500"}), ("next_day", {})]
    assert said["projected"]["on"] == "2024-06-01"
    assert said["projected"]["level"]["code"] == "L1"
    assert [track["track"] for track in said["tracks"]] == ["free"]


def test_an_entry_explains_itself(shop: Api, at: str, one_id: str):
    """CSL-11, ruling 28: stored values, rule and version in words; what a refund takes back names the entry."""
    order = bodies.order("O2000", of={"one_id": one_id}, status="completed", completed_at=bodies.AT)
    ok(shop.post("/orders", order), 201)
    ok(shop.post("/after-sales", bodies.after_sale("AS1", order_no="O2000")), 201)
    bought = ok(shop.get(f"{at}/growth/entries/2/why"))
    assert (bought["entry"]["reason"], bought["entry"]["applied"]) == ("purchase", 299)
    assert bought["words"] == "Order O2000: what was paid for goods, times the factor, rounded down."
    assert bought["rule"] == "completed order, version 1"
    assert {"label": "paid for goods", "value": "¥299.90 × 1.00"} in bought["values"]
    taken = ok(shop.get(f"{at}/growth/entries/3/why"))
    assert (taken["entry"]["reason"], taken["entry"]["reverses"]) == ("refund", 2)
    assert {"label": "takes back", "value": "entry 2"} in taken["values"]
    by_hand = ok(shop.get(f"{at}/growth/entries/1/why"))
    assert (by_hand["words"], by_hand["rule"]) == ("Adjusted by hand.", "")
    assert {"label": "reason", "value": "test"} in by_hand["values"]
    assert refused(shop.get(f"{at}/growth/entries/9/why")) == (404, "not_found")


def test_at_the_top_nothing_is_missing(shop: Api, at: str, one_id: str):
    house.hold(membership("s001", one_id), "L4")
    assert ok(shop.get(f"{at}/level"))["next"] is None


def test_changes_of_level_and_why(shop: Api, at: str, one_id: str):
    """CS-4 step 1: level history lists what happened, and says why in words."""
    risen, joined = ok(shop.get(f"{at}/level/history"))["data"]
    assert (joined["cause"], joined["level_from"], joined["level_to"]["code"]) == ("joined", None, "L0")
    assert (risen["cause"], risen["level_from"]["code"], risen["level_to"]["name"]) == ("up", "L0", "铜牌会员")
    [why] = ok(shop.get(f"{at}/level/why"))["data"]
    assert why["change"] == risen
    assert why["words"] == "7,200 growth value reached the threshold of 3,000 growth value; levels rise at once."
    assert why["rule"] != ""


def test_the_levels_of_a_programme(shop: Api, programme: Any):
    said = ok(shop.get("/programmes/s001/levels"))["data"]
    assert [(level["code"], level["track"], level["threshold"]) for level in said] == [
        ("L0", "free", 0),
        ("L1", "free", 3000),
        ("L2", "free", 8000),
        ("L3", "free", 20000),
        ("L4", "free", 50000),
        ("PLUS", "paid", 0),
    ]
    bronze = said[1]["benefits"][0]
    assert (bronze["code"], bronze["value"], bronze["words"], bronze["inherited_from"]) == (
        "discount",
        {"rate": "0.9800"},
        "98 % (9.8 out of 10)",
        "普通会员",
    )


def test_levels_may_have_a_unit_of_their_own(shop: Api, at: str, programme: Any):
    """LVL-12: 淘气值."""
    promising.terms(programme, "L0").version.__class__.objects.filter(scheme__track="free").update(unit_name="淘气值")
    assert ok(shop.get(f"{at}/growth"))["unit_name"] == ok(shop.get(f"{at}/level"))["unit_name"] == "淘气值"


def test_the_summary_has_level_growth_and_benefits(shop: Api, one_id: str, programme: Any):
    """SF-2, PRD-05, LVL-30: level, growth 7,200, 800 to 银牌 with at least one benefit gained, identity marks; at most 20 KB."""
    promising.give(programme, "L1", "identity", {"card_style": "bronze", "avatar_frame": "f1", "badge": "b1"})
    answer = shop.get(f"/members/{one_id}/summary")
    said = ok(answer)
    assert said["growth"] == {"balance": 7200, "unit_name": "growth value"}
    assert (said["level"]["level"]["name"], said["level"]["next"]["gap"]) == ("铜牌会员", SILVER_GAP)
    assert len(said["level"]["next"]["gained"]) >= 1
    assert said["level"]["identity"] == {"card_style": "bronze", "avatar_frame": "f1", "badge": "b1"}
    assert said["level"]["service"] == {"tier": "standard", "queue_priority": 1, "adviser_id": None}
    assert [benefit["code"] for benefit in said["benefits"]] == ["discount", "priority_dispatch", "identity"]
    assert len(answer.content) <= 20_000


def test_the_summary_of_a_programme_without_growth_has_none(shop: Api, one_id: str, programme: Any):
    type(programme).objects.filter(pk=programme.pk).update(growth_on=False)
    said = ok(shop.get(f"/members/{one_id}/summary"))
    assert (said["level"], said["growth"], said["benefits"]) == (None, None, None)


# --- benefits ---


def test_benefits_are_the_same_in_every_channel(shop: Api, at: str, programme: Any):
    """BEN-19: byte-identical lists for app and till; one limited to the app, the shop's list has exactly one fewer."""
    promising.give(programme, "L1", "next_day")

    def listed(channel: str) -> bytes:
        answer = shop.get(f"{at}/benefits?channel={channel}")
        ok(answer)
        return bytes(answer.content)

    assert listed("app") == listed("pos")
    Benefit.objects.filter(code="next_day").update(channels=["app"])
    counts = [len(ok(shop.get(f"{at}/benefits?channel={channel}"))["data"]) for channel in ("app", "pos")]
    assert counts == [3, 2]


def test_newcomers_prices_hold_for_seven_days_and_until_an_order_is_completed(shop: Api, at: str, one_id: str):
    """CPN-03, CPN-09: a flag that the shop reads; goods and prices are its own."""

    def holds(after: timedelta) -> bool:
        answer = shop.get(f"{at}/benefits", X_Clock=(membership("s001", one_id).joined_at + after).isoformat())
        return bool(ok(answer)["flags"]["newcomer_price"])

    week = timedelta(days=7)
    assert [holds(after) for after in (timedelta(0), week - timedelta(seconds=1), week)] == [True, True, False]
    body = bodies.order("NEW1", of={"one_id": one_id})
    ok(shop.post("/orders", body), 201)
    assert holds(timedelta(hours=1))
    ok(shop.post("/orders", {**body, "version": 2, "status": "completed", "completed_at": NOW.isoformat()}), 201)
    assert not holds(timedelta(hours=1))


def test_a_benefit_says_where_it_comes_from(shop: Api, at: str):
    discount = ok(shop.get(f"{at}/benefits"))["data"][0]
    assert discount["source"] == {
        "code": "L1",
        "name": "铜牌会员",
        "track": "free",
        "until": None,
        "inherited_from": "普通会员",
        "matched_programme": "",
    }
    assert (discount["value"], discount["quota"], discount["left"], discount["resets_on"]) == ({"rate": "0.9800"}, None, None, None)


def test_the_tier_of_service_has_its_place_in_the_queue(shop: Api, at: str, one_id: str, programme: Any):
    """BEN-08, SVC-07: standard 1, priority 2, one to one 3 with adviser 7."""
    promising.give(programme, "L3", "service_tier", {"tier": "priority", "adviser_id": None})
    promising.give(programme, "L4", "service_tier", {"tier": "one_to_one", "adviser_id": 7})
    found = []
    for level in ("L0", "L3", "L4"):
        house.hold(membership("s001", one_id), level)
        found.append(ok(shop.get(f"{at}/benefits"))["service"])
    assert found == [
        {"tier": "standard", "queue_priority": 1, "adviser_id": None},
        {"tier": "priority", "queue_priority": 2, "adviser_id": None},
        {"tier": "one_to_one", "queue_priority": 3, "adviser_id": 7},
    ]


def test_early_access_is_checked_by_product_and_time(shop: Api, at: str, one_id: str, programme: Any):
    """BEN-09: gold from T-24 h, 普通 from T."""
    promising.give(programme, "L3", "early_access", {"hours": 24})
    sale_at = NOW + timedelta(days=2)
    path = f"{at}/benefits/early_access/check?sku=S1&sale_at={sale_at.isoformat().replace('+', '%2B')}"

    def allowed(moment: Any) -> bool:
        return bool(ok(shop.get(path, X_Clock=moment.isoformat()))["allowed"])

    second = timedelta(seconds=1)
    assert [allowed(sale_at - second), allowed(sale_at)] == [False, True]
    house.hold(membership("s001", one_id), "L3")
    assert [allowed(sale_at - timedelta(days=1) - second), allowed(sale_at - timedelta(days=1))] == [False, True]
    said = ok(shop.get(path))
    assert (said["sku"], said["hours"], said["benefit"], said["allowed_from"]) == ("S1", 24, "early_access", "2024-05-21T10:00:00+08:00")
    assert ok(shop.get(f"{at}/benefits/early_access/check?sku=S1"))["allowed"] is None


def test_a_shop_for_paying_members(shop: Api, at: str, one_id: str):
    """LVL-18: may_purchase is false for a free member, true while the plan is valid; nobody asks without a store."""
    store("S001")
    Store.objects.filter(code="S001").update(require_track="paid")
    assert ok(shop.get(f"{at}/benefits"))["may_purchase"] is None
    assert ok(shop.get(f"{at}/benefits?store=S001"))["may_purchase"] is False
    bought = ok(shop.post("/programmes/s001/subscriptions", paid(one_id)), 201)
    assert ok(shop.get(f"{at}/benefits?store=S001"))["may_purchase"] is True
    assert ok(shop.get(f"{at}/benefits?store=S001", X_Clock=bought["ends_at"]))["may_purchase"] is False


def test_a_store_of_another_programme_is_not_there(platform: Api, shop: Api, at: str):
    store("S002")
    assert refused(platform.get(f"{at}/benefits?store=S002")) == (404, "store_not_found")
    assert refused(shop.get(f"{at}/benefits?store=S002")) == refused(shop.get(f"{at}/benefits?store=NOWHERE"))


def test_uses_are_counted_by_the_month(shop: Api, at: str, programme: Any):
    """BEN-16: quota 2 per month; the third use is 409 quota_exhausted with the day on which the count begins anew."""
    promising.give(programme, "L1", "time_slot", quota=2)
    path = f"{at}/benefits/time_slot/usages"
    first = ok(shop.post(path, {"usage_key": "O1", "channel": "app", "reference": "O1"}), 201)
    assert (first["applied"], first["left"], first["resets_on"]) == (True, 1, "2024-06-01")
    assert ok(shop.post(path, {"usage_key": "O1", "channel": "app", "reference": "O1"}))["applied"] is False
    ok(shop.post(path, {"usage_key": "O2"}), 201)
    third = shop.post(path, {"usage_key": "O3"})
    assert refused(third) == (409, "quota_exhausted")
    assert (third.json()["quota"], third.json()["used"], third.json()["resets_on"]) == (2, 2, "2024-06-01")
    assert BenefitUsage.objects.count() == 2
    assert ok(shop.post(path, {"usage_key": "O3"}, X_Clock="2024-06-01T00:00:00+08:00"), 201)["left"] == 1


def test_nobody_uses_what_they_have_not(shop: Api, at: str, programme: Any):
    promising.give(programme, "L4", "next_day")
    assert refused(shop.post(f"{at}/benefits/next_day/usages", {"usage_key": "O1"})) == (409, "not_entitled")
    assert refused(shop.post(f"{at}/benefits/nothing/usages", {"usage_key": "O1"})) == (404, "benefit_not_found")
    assert not BenefitUsage.objects.exists()


# --- paid membership ---


def paid(one_id: str, payment_no: str = "P1", **more: Any) -> dict[str, Any]:
    return {"member": {"one_id": one_id}, "plan": "plus-year", "payment_no": payment_no, **more}


def test_plans_for_sale(shop: Api, programme: Any):
    """LVL-16, LVL-17: a price for every plan."""
    level = Level.objects.get(programme=programme, code="PLUS")
    for code, price in (("sams", 26000), ("88vip", 8800), ("vip", 28800), ("suning", 19800)):
        promising.plan(programme, level, code, price_minor=price)
    promising.plan(programme, level, "gone", is_on_sale=False)
    said = ok(shop.get("/programmes/s001/plans"))["data"]
    assert [(plan["code"], plan["price_minor"]) for plan in said] == [
        ("88vip", 8800),
        ("suning", 19800),
        ("sams", 26000),
        ("vip", 28800),
        ("plus-year", 29900),
    ]
    assert (said[-1]["days"], said[-1]["currency"], said[-1]["level"]["name"]) == (365, "CNY", "PLUS会员")
    assert said[-1]["benefits"][0]["value"] == {"rate": "0.9500"}


def test_paid_recharged_and_registered(shop: Api, at: str, one_id: str, programme: Any):
    """OP-3 steps 1-3, LVL-21: 年卡 ¥299.00, 365 days, 0.95 + five shipping coupons a month + priority service."""
    promising.give(programme, "PLUS", "shipping_coupons", {"count": 5}, track=Track.PAID)
    promising.give(programme, "PLUS", "service_tier", {"tier": "priority", "adviser_id": None}, track=Track.PAID)
    assert total(shop, one_id) == 9800
    # step 2: effective 0.95, free track still 铜牌, a review does not touch the plan
    bought = ok(shop.post("/programmes/s001/subscriptions", paid(one_id)), 201)
    assert (bought["applied"], bought["price_minor"], bought["ends_at"]) == (True, 29900, "2025-05-20T00:00:00+08:00")
    assert total(shop, one_id) == 9500
    said = ok(shop.get(f"{at}/benefits"))
    assert {benefit["code"] for benefit in said["data"]} >= {"discount", "shipping_coupons", "service_tier"}
    assert said["service"]["tier"] == "priority"
    level = ok(shop.get(f"{at}/level"))
    assert (level["level"]["code"], [held["track"] for held in level["tracks"]]) == ("L1", ["free", "paid"])
    scheme = LevelScheme.objects.get(programme=programme, track=Track.FREE)
    review = reviews.run_review(scheme_id=scheme.pk, review_on=date(2024, 6, 1), now=lambda: NOW + timedelta(days=13))
    assert review is not None
    assert [line.cause for line in LevelHistory.objects.filter(track=Track.PAID)] == ["subscribed"]
    assert total(shop, one_id, now=NOW + timedelta(days=13)) == 9500
    # step 3: renewal ten days early, then past the end of both
    renewal = ok(shop.post("/programmes/s001/subscriptions", paid(one_id, "P2"), X_Clock="2025-05-10T00:00:00+08:00"), 201)
    assert (renewal["starts_at"], renewal["ends_at"]) == ("2025-05-20T00:00:00+08:00", "2026-05-20T00:00:00+08:00")
    end = NOW.replace(year=2026, hour=16, day=19)
    assert total(shop, one_id, now=end - timedelta(seconds=1)) == 9500
    assert total(shop, one_id, now=end) == 9800
    assert subscriptions.end_subscriptions(now=end) == 1
    assert total(shop, one_id, now=end) == 9800


def test_a_recharge_of_a_thousand_makes_a_stored_value_member(shop: Api, at: str, one_id: str, programme: Any):
    """OP-3 step 4, LVL-22: wallet push 999.99 -> no, 1,000.00 -> 充值会员 benefits."""
    promising.track(programme, Track.RECHARGE, "CARD", "充值会员", threshold=100_000, basis="recharge")
    promising.give(programme, "CARD", "discount", {"rate": "0.9700"}, track=Track.RECHARGE)

    def recharge(total_minor: int, as_of: str) -> int:
        body = {"currency": "CNY", "balance_minor": 0, "recharge_total_minor": total_minor, "as_of": as_of}
        ok(shop.put(f"/members/{one_id}/wallet", body))
        return total(shop, one_id)

    assert recharge(99_999, "2024-05-20T09:00:00+08:00") == 9800
    assert recharge(100_000, "2024-05-20T09:30:00+08:00") == 9700
    assert [held["track"] for held in ok(shop.get(f"{at}/level"))["tracks"]] == ["free", "recharge"]


def test_the_same_payment_again_and_for_somebody_else(shop: Api, one_id: str):
    """LVL-16: a payment counts once."""
    ok(shop.post("/programmes/s001/subscriptions", paid(one_id)), 201)
    assert ok(shop.post("/programmes/s001/subscriptions", paid(one_id)))["applied"] is False
    other = shop.post("/members", bodies.member("13800138001")).json()["one_id"]
    assert refused(shop.post("/programmes/s001/subscriptions", paid(other))) == (409, "payment_conflict")
    assert refused(shop.post("/programmes/s001/subscriptions", paid(one_id, "P9", plan="nothing"))) == (404, "plan_not_found")
    future = paid(one_id, "P9", paid_at="2024-05-22T10:00:00+08:00")
    assert refused(shop.post("/programmes/s001/subscriptions", future)) == (400, "invalid")
    assert Subscription.objects.count() == 1


def test_who_has_bought_what(shop: Api, one_id: str):
    ok(shop.post("/programmes/s001/subscriptions", paid(one_id)), 201)
    [found] = ok(shop.get(f"/programmes/s001/subscriptions?member={one_id}&plan=plus-year&state=active"))["data"]
    assert (found["one_id"], found["payment_no"], found["state"]) == (one_id, "P1", "active")
    assert ok(shop.get("/programmes/s001/subscriptions?state=ended"))["data"] == []


# --- prices ---


@pytest.mark.parametrize(("level", "pays"), [("L0", 9800), ("L1", 9800), ("L2", 9500), ("L3", 9000), ("L4", 9000)])
def test_what_a_hundred_yuan_cost_each_level(shop: Api, one_id: str, level: str, pays: int):
    """BEN-02, SF-3 step 1: 普通 98.00, 铜 98.00 (inherited), 银 95.00, 金 90.00, 钻石 90.00 (inherited)."""
    house.hold(membership("s001", one_id), level)
    said = ok(quote(shop, one_id))
    assert said["total_minor"] == pays
    [step] = said["lines"][0]["applied"]
    assert (step["step"], step["saved_minor"], step["giver"]["level"], step["giver"]["benefit"]) == (
        "level_rate",
        10000 - pays,
        level,
        "discount",
    )


def test_an_activity_on_top_of_the_level(shop: Api, one_id: str):
    """BEN-04, BEN-05: gold 0.90 x 0.95 = 85.50, discount 10.00 and double discount 4.50; not stackable 90.00."""
    house.hold(membership("s001", one_id), "L3")
    said = ok(quote(shop, one_id, activity={"name": "会员日", "rate": "0.95", "stackable": True}))
    assert (said["list_minor"], said["discount_minor"], said["double_discount_minor"], said["total_minor"]) == (10000, 1000, 450, 8550)
    assert [(step["step"], step["name"], step["rate"]) for step in said["lines"][0]["applied"]] == [
        ("level_rate", "会员折扣", "0.9000"),
        ("activity", "会员日", "0.95"),
    ]
    assert total(shop, one_id, activity={"rate": "0.95", "stackable": False}) == 9000


def test_member_price_for_plus_level_rate_for_gold(shop: Api, one_id: str, programme: Any):
    """LVL-20: SKU with member price 80 for plan PLUS: PLUS member 80.00, gold member 90.00."""
    promising.give(programme, "PLUS", "member_price", {"prices": {"COAT": 8000}}, track=Track.PAID, code="plus_price", name="会员价")
    house.hold(membership("s001", one_id), "L3")
    assert total(shop, one_id) == 9000
    ok(shop.post("/programmes/s001/subscriptions", paid(one_id)), 201)
    said = ok(quote(shop, one_id))
    assert said["total_minor"] == 8000
    [step] = said["lines"][0]["applied"]
    assert (step["step"], step["name"], step["giver"]["level"]) == ("member_price", "会员价", "PLUS")
    assert total(shop, one_id, line(sku="HAT", member_price_minor=7000)) == 7000


def test_free_shipping_for_gold(shop: Api, one_id: str, programme: Any):
    """BEN-07: ¥9.90 of goods: gold pays no postage, silver 8.00."""
    promising.give(programme, "L3", "free_shipping", {"minimum_minor": 0})
    house.hold(membership("s001", one_id), "L3")
    said = ok(quote(shop, one_id, line(990), postage_minor=800))
    assert (said["postage_minor"], said["postage_saved_minor"], said["shipping"]["giver"]["level"]) == (0, 800, "L3")
    house.hold(membership("s001", one_id), "L2")
    assert ok(quote(shop, one_id, line(990), postage_minor=800))["postage_minor"] == 800


def test_a_level_that_was_bought_for_a_year(shop: Api, one_id: str, programme: Any):
    """LVL-33: silver at 8,100 buys 金牌 for 365 days: 90.00; on day 366 95.00; growth still 8,100."""
    promising.plan(programme, Level.objects.get(programme=programme, code="L3"), "gold-year")
    of = membership("s001", one_id)
    grow(of, 900, key="2")
    house.hold(of, "L2")
    bought = ok(shop.post("/programmes/s001/subscriptions", paid(one_id, plan="gold-year")), 201)
    assert total(shop, one_id) == 9000
    assert (
        ok(
            shop.post(
                "/programmes/s001/quotes",
                {"member": {"one_id": one_id}, "currency": "CNY", "lines": [line()]},
                key="",
                X_Clock=bought["ends_at"],
            )
        )["total_minor"]
        == 9500
    )
    assert ok(shop.get(f"/programmes/s001/members/{one_id}/growth"))["balance"] == 8100


def test_a_level_set_by_hand_counts_at_once(shop: Api, one_id: str):
    """CS-4 steps 2 and 4: 调整等级 to 银牌 until 2024-08-18: 95.00 at once, growth still 7,200, 98.00 when it has ended."""
    until = datetime(2024, 8, 18, 16, tzinfo=UTC)
    silver = Level.objects.get(programme__code="s001", track=Track.FREE, code="L2")
    overrides.set_level(
        membership_id=membership("s001", one_id).pk,
        level_id=silver.pk,
        reason="投诉补偿：升银牌",
        valid_until=until,
        actor="staff:1",
        at=NOW,
    )
    assert total(shop, one_id) == 9500
    assert ok(shop.get(f"/programmes/s001/members/{one_id}/growth"))["balance"] == 7200
    assert ok(shop.get(f"/programmes/s001/members/{one_id}/level"))["by_hand_until"] == "2024-08-19T00:00:00+08:00"
    assert total(shop, one_id, now=until - timedelta(seconds=1)) == 9500
    assert total(shop, one_id, now=until) == 9800


def test_a_quote_names_members_by_what_the_till_knows(shop: Api, one_id: str):
    body = {"member": {"provider": "phone", "external_id": bodies.PHONE}, "currency": "CNY", "lines": [line()]}
    assert ok(shop.post("/programmes/s001/quotes", body, key=""))["total_minor"] == 9800


def test_quotes_that_cannot_be_reckoned(shop: Api, one_id: str):
    assert refused(quote(shop, one_id, currency="GBP")) == (409, "currency_mismatch")
    assert refused(quote(shop, one_id, line(), line())) == (400, "invalid")
    for rate in ("0.95001", "1.1", 0.95, "9.5折", ""):
        assert refused(quote(shop, one_id, activity={"rate": rate})) == (400, "invalid")
    assert refused(quote(shop, "mem_00000000000000000000000000000000")) == (404, "member_not_found")


# --- access ---


def test_another_stores_programme_is_not_there(rival: Api, shop: Api, one_id: str, at: str):
    """R09: foreign and missing answer alike, and nothing is written."""
    missing = "/programmes/nowhere/members/mem_00000000000000000000000000000000"
    for rest in ("growth", "growth/entries", "level", "level/history", "level/why", "benefits"):
        assert refused(rival.get(f"{at}/{rest}")) == refused(rival.get(f"{missing}/{rest}")) == (404, "programme_not_found")
    theirs = "/programmes/s002/members/" + one_id
    assert refused(rival.get(f"{theirs}/level")) == (404, "member_not_found")
    assert refused(rival.post(f"{at}/benefits/priority_dispatch/usages", {"usage_key": "1"})) == (404, "programme_not_found")
    assert refused(rival.post("/programmes/s001/subscriptions", paid(one_id))) == (404, "programme_not_found")
    for path in ("levels", "plans", "subscriptions"):
        assert refused(rival.get(f"/programmes/s001/{path}")) == (404, "programme_not_found")
    body = {"member": {"one_id": one_id}, "currency": "CNY", "lines": [line()]}
    assert refused(rival.post("/programmes/s001/quotes", body, key="")) == (404, "programme_not_found")
    assert refused(rival.post("/programmes/s002/quotes", body, key="")) == (404, "member_not_found")
    assert not BenefitUsage.objects.exists()
    assert not Subscription.objects.exists()


def test_a_member_of_another_programme_is_not_a_member_here(platform: Api, shop: Api, programme: Any):
    store("S002")
    one_id = platform.post("/members", bodies.member("13800138009")).json()["one_id"]
    assert refused(platform.get(f"/programmes/s002/members/{one_id}/level")) == (404, "not_a_member")


def test_every_door_has_its_scope(shop: Api, one_id: str, at: str):
    reader = client_of(store("S001"), "members:read")
    for method, path, scope in (
        ("GET", f"{at}/level", "growth:read"),
        ("GET", f"{at}/benefits", "benefits:read"),
        ("POST", f"{at}/benefits/priority_dispatch/usages", "benefits:write"),
        ("GET", "/programmes/s001/subscriptions", "subscriptions:read"),
        ("POST", "/programmes/s001/subscriptions", "subscriptions:write"),
        ("POST", "/programmes/s001/quotes", "quotes:read"),
    ):
        answer = reader.send(method, path, {} if method == "POST" else None)
        assert (answer.status_code, answer.json()["scope"]) == (403, scope)


def test_reading_a_level_is_written_down(shop: Api, at: str, one_id: str):
    """R21: what a client reads of somebody is in the access log."""
    from members.models import AccessLog

    before = AccessLog.objects.count()
    ok(shop.get(f"{at}/level"))
    assert AccessLog.objects.count() == before + 1
