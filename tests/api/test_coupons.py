"""Coupons at the API: SF-5, SF-1 step 3, claims, codes at tills, quotes with coupons, results (CPN-01, CPN-16, CPN-18)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from coupons.enums import CouponSource
from coupons.models import Coupon, CouponTemplate
from coupons.services import issuing
from stores.models import Membership, Programme
from tests.api import bodies
from tests.api.callers import Api, client_of
from tests.api.couponed import claim, couponed, goods
from tests.api.levelled import levelled
from tests.world import NOW, store
from tests.world import platform as platform_programme

pytestmark = pytest.mark.django_db
WITHIN = "/programmes/s001"
LATER = (NOW + timedelta(hours=24)).isoformat()


@pytest.fixture
def programme(shop: Api) -> Programme:
    """The programme of S001, with levels and a coupon of 30.00 from 299.00 on."""
    found = levelled(store("S001").programme)
    couponed(found)
    return found


@pytest.fixture
def one_id(shop: Api, programme: Programme) -> str:
    return str(shop.post("/members", bodies.member()).json()["one_id"])


@pytest.fixture
def at(one_id: str) -> str:
    return f"{WITHIN}/members/{one_id}/coupons"


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.json()
    return answer.json()


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_sf_5_coupon_at_checkout(shop: Api, rival: Api, one_id: str, at: str) -> None:
    """SF-5: reserve for ¥299.00; a second reserve 409; ¥298.99 409 min_spend; use sets used_at; release; S002 409 wrong_store."""
    c1 = claim(shop, WITHIN, {"one_id": one_id}, "K1")
    other = claim(shop, WITHIN, {"one_id": one_id}, "K2")
    low = shop.post(f"{at}/{c1['id']}/reserve", goods(amount=29899))
    assert refused(low) == (409, "min_spend")
    assert (low.json()["min_spend_minor"], low.json()["spend_minor"]) == (29900, 29899)
    reserved = ok(shop.post(f"{at}/{c1['id']}/reserve", goods()), 201)
    assert (reserved["state"], reserved["order"], reserved["discount_minor"]) == ("reserved", {"store": "S001", "order_no": "O2001"}, 3000)
    assert reserved["reserved_until"] == "2024-05-20T10:30:00+08:00"
    assert refused(shop.post(f"{at}/{c1['id']}/reserve", goods("O2002"))) == (409, "held_by_other_session")
    used = ok(shop.post(f"{at}/{c1['id']}/use", {"order_no": "O2001"}), 201)
    assert (used["state"], used["used_at"], used["problem"]) == ("used", "2024-05-20T10:00:00+08:00", "already_used")
    ok(shop.post(f"{at}/{other['id']}/reserve", goods("O2003")), 201)
    released = ok(shop.post(f"{at}/{other['id']}/release", {"order_no": "O2003"}), 201)
    assert (released["state"], released["usable"], released["order"]) == ("available", True, None)
    platform_client = client_of(None)
    store("S002")
    assert refused(platform_client.post(f"{at}/{other['id']}/reserve", goods("O9", store="S002"))) == (409, "wrong_store")


def test_cpn_01_a_row_has_its_six_fields(shop: Api, one_id: str, at: str) -> None:
    """CPN-01: amount, condition, receipt, use, validity, state; used_at null until used; three coupons, three rows."""
    made = [claim(shop, WITHIN, {"one_id": one_id}, f"K{number}") for number in range(3)]
    rows = ok(shop.get(at))["data"]
    assert [row["id"] for row in rows] == [each["id"] for each in reversed(made)]
    row = rows[0]
    assert (row["face_minor"], row["min_spend_minor"], row["received_at"], row["used_at"], row["valid_until"], row["state"]) == (
        3000,
        29900,
        "2024-05-20T10:00:00+08:00",
        None,
        "2024-05-21T10:00:00+08:00",
        "available",
    )
    assert row["words"] == {
        "value": "¥30.00 off",
        "condition": "from ¥299.00 on; not with other coupons",
        "validity": "Valid for 24 hours after receipt.",
    }
    later = ok(shop.get(f"{at}/{row['id']}", X_Clock=LATER))
    assert (later["state"], later["problem"]) == ("expired", "expired")
    assert later["reason"] == "Expired at 2024-05-21 10:00. Valid for 24 hours after receipt."


def test_the_list_is_filtered_by_the_clock(shop: Api, one_id: str, at: str) -> None:
    first, second = [claim(shop, WITHIN, {"one_id": one_id}, f"K{number}")["id"] for number in range(2)]
    ok(shop.post(f"{at}/{first}/reserve", goods(minutes=60)), 201)

    def found(state: str, when: str = NOW.isoformat()) -> list[int]:
        return [row["id"] for row in ok(shop.get(f"{at}?state={state}", X_Clock=when))["data"]]

    assert (found("available"), found("reserved"), found("expired")) == ([second], [first], [])
    hour = (NOW + timedelta(hours=1)).isoformat()
    assert (found("available", hour), found("reserved", hour)) == ([second, first], [])
    assert (found("available", LATER), found("expired", LATER), found("used", LATER)) == ([], [second, first], [])


def test_claims_are_made_once_and_stop_at_the_stock(shop: Api, one_id: str, programme: Programme) -> None:
    couponed(programme, "scarce", stock=1, per_member=1)
    path = f"{WITHIN}/coupon-templates/scarce/claims"
    first = ok(shop.post(path, {"member": {"one_id": one_id}, "reference": "A"}), 201)
    again = ok(shop.post(path, {"member": {"one_id": one_id}, "reference": "A"}))
    assert (again["id"], first["applied"], again["applied"]) == (first["id"], True, False)
    assert refused(shop.post(path, {"member": {"one_id": one_id}, "reference": "B"})) == (409, "per_member_exceeded")
    other = shop.post("/members", bodies.member("13900139000")).json()["one_id"]
    assert refused(shop.post(path, {"member": {"one_id": other}, "reference": "B"})) == (409, "quantity_exceeded")
    assert [(row["code"], row["left"]) for row in ok(shop.get(f"{WITHIN}/coupon-templates"))["data"]] == [("thirty", None), ("scarce", 0)]


def test_what_cannot_be_claimed_says_why(shop: Api, one_id: str, programme: Programme) -> None:
    couponed(programme, "silver", min_level="L2")
    couponed(programme, "hidden", is_claimable=False)
    couponed(programme, "soon", claim_from=NOW + timedelta(hours=1))
    codes = {}
    for template in ("silver", "hidden", "soon", "nothing"):
        answer = shop.post(f"{WITHIN}/coupon-templates/{template}/claims", {"member": {"one_id": one_id}, "reference": "A"})
        codes[template] = refused(answer)
    assert codes == {
        "silver": (409, "level_required"),
        "hidden": (409, "template_not_active"),
        "soon": (409, "template_not_active"),
        "nothing": (404, "template_not_found"),
    }
    assert not Coupon.objects.exists()


def test_a_till_reads_and_uses_a_code(shop: Api, rival: Api, one_id: str, at: str) -> None:
    """However it is typed; of another store it is not found."""
    made = claim(shop, WITHIN, {"one_id": one_id}, "K1")
    typed = f"{made['code'][:6].lower()}-{made['code'][6:]}"
    assert ok(shop.get(f"/coupon-codes/{typed}"))["id"] == made["id"]
    assert refused(rival.get(f"/coupon-codes/{typed}")) == (404, "coupon_not_found")
    used = ok(shop.post(f"/coupon-codes/{typed}/use", goods("S101", discount_minor=2900)), 201)
    assert (used["state"], used["discount_minor"]) == ("used", 2900)
    assert refused(shop.post(f"/coupon-codes/{typed}/use", goods("S102"))) == (409, "already_used")


def test_cpn_18_a_platform_coupon_is_accepted_in_both_stores(shop: Api, rival: Api, one_id: str) -> None:
    """CPN-18, by code: the member buys in both."""
    template = couponed(platform_programme(), min_spend_minor=0)
    ok(rival.post("/members", bodies.member()), 200)
    membership = Membership.objects.get(programme=platform_programme(), member__one_id=one_id)
    issued = issuing.issue_coupons(
        template_id=template.pk,
        membership_ids=[membership.pk],
        source=CouponSource.CAMPAIGN,
        effect_key="1",
        actor="test",
        at=NOW,
        quantity=2,
    )
    codes = list(Coupon.objects.filter(pk__in=issued.coupon_ids[membership.pk]).order_by("pk").values_list("code", flat=True))
    for client, code in zip((shop, rival), codes, strict=True):
        assert ok(client.post(f"/coupon-codes/{code}/use", goods()), 201)["state"] == "used"


def test_a_quote_says_what_coupons_take_off_and_why_not(shop: Api, one_id: str, programme: Programme) -> None:
    """Ruling 25: 0.98 of 400.00 is 392.00; 10 % of it 39.20; then 30.00 of the rest; a third says why not."""
    couponed(programme, "stack", min_spend_minor=0, stackable=True)
    couponed(programme, "tenth", kind="percent", face_minor=None, pay_rate=Decimal("0.9000"), min_spend_minor=0, stackable=True)
    couponed(programme, "dear", min_spend_minor=50000, stackable=True)
    codes = {name: claim(shop, WITHIN, {"one_id": one_id}, name, name)["code"] for name in ("stack", "tenth", "dear")}
    body = {
        "member": {"one_id": one_id},
        "currency": "CNY",
        "lines": [{"line_no": 1, "sku": "A", "quantity": 1, "unit_price_minor": 40000}],
        "coupons": [codes["stack"], codes["tenth"], codes["dear"], "NOSUCHCODE12"],
    }
    found = ok(shop.post(f"{WITHIN}/quotes", body))
    assert [(each["discount_minor"], each["problem"]) for each in found["coupons"]] == [
        (3000, ""),
        (3920, ""),
        (0, "min_spend"),
        (0, "coupon_not_found"),
    ]
    assert found["coupons"][2]["words"] == "The goods it holds for cost ¥392.00, it asks for ¥500.00."
    assert (found["goods_minor"], found["coupon_minor"], found["total_minor"], found["to_pay_minor"]) == (39200, 6920, 32280, 32280)
    assert (found["lines"][0]["pay_minor"], found["lines"][0]["coupon_minor"]) == (39200, 6920)
    assert Coupon.objects.filter(state="available").count() == 3


def test_cpn_16_results_of_a_template(shop: Api, one_id: str, at: str, programme: Programme) -> None:
    """CPN-16: issued, used with its share, expired, outstanding."""
    coupons = [claim(shop, WITHIN, {"one_id": one_id}, f"K{number}") for number in range(4)]
    ok(shop.post(f"{at}/{coupons[0]['id']}/use", goods()), 201)
    found = ok(shop.get(f"{WITHIN}/coupon-templates/thirty/results"))
    assert (found["issued"], found["used"], found["used_rate"], found["expired"], found["outstanding"]) == (4, 1, "0.2500", 0, 3)
    assert (found["discount_minor"], found["members"]) == (3000, 1)
    later = ok(shop.get(f"{WITHIN}/coupon-templates/thirty/results", X_Clock=LATER))
    assert (later["used"], later["expired"], later["outstanding"]) == (1, 3, 0)


def test_the_summary_counts_what_can_be_used(shop: Api, one_id: str) -> None:
    """SF-2: coupons usable 1."""
    claim(shop, WITHIN, {"one_id": one_id}, "K1")
    assert ok(shop.get(f"/members/{one_id}/summary"))["coupons"] == {
        "programme": "s001",
        "usable": 1,
        "reserved": 0,
        "next_end_at": "2024-05-21T10:00:00+08:00",
    }
    assert ok(shop.get(f"/members/{one_id}/summary", X_Clock=LATER))["coupons"]["usable"] == 0


def test_a_programme_without_coupons_has_no_such_address(shop: Api, one_id: str, at: str, programme: Programme) -> None:
    """STO-10."""
    made = claim(shop, WITHIN, {"one_id": one_id}, "K1")
    Programme.objects.filter(pk=programme.pk).update(coupons_on=False)
    for path in (at, f"{at}/{made['id']}", f"{WITHIN}/coupon-templates"):
        assert refused(shop.get(path)) == (404, "not_found")
    assert refused(shop.get(f"/coupon-codes/{made['code']}")) == (404, "coupon_not_found")
    assert ok(shop.get(f"/members/{one_id}/summary"))["coupons"] is None
    assert CouponTemplate.objects.count() == 1
