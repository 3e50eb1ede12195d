"""Campaigns as programs of the shop see them: what there is, and what came of it (PRD-19, OP-4.4)."""

from typing import Any

import pytest

from engagement.services import campaigns as services
from stores.models import Programme
from tests.api import bodies, campaigned, tagged
from tests.api.callers import Api, client_of
from tests.api.levelled import membership
from tests.coupons import house as coupons_house
from tests.engagement import house
from tests.world import NOW, store

pytestmark = pytest.mark.django_db
AT = "/programmes/s001/campaigns"
TIME = "2024-05-20T10:00:00+08:00"


@pytest.fixture
def programme(shop: Api) -> Programme:
    """With "picked", which has run for one member, and a draft."""
    made = tagged.tagged(store("S001").programme)
    template = coupons_house.template(made, code="thirty")
    one_id = str(shop.post("/members", bodies.member()).json()["one_id"])
    tagged.give(made, "picky", membership("s001", one_id).pk)
    campaigned.campaigned(made)
    house.draft(made, house.said(house.tagged(made, "m"), template, points=5, starts_at=NOW.replace(hour=3)), code="later")
    return made


def ok(answer: Any) -> Any:
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_campaigns_are_listed_those_that_begin_last_first(shop: Api, programme: Programme) -> None:
    later, picked = ok(shop.get(AT))["data"]
    assert (later["code"], later["state"], later["started_at"]) == ("later", "draft", None)
    assert picked == {
        "code": "picked",
        "name": "请挑剔客户回来",
        "programme": "s001",
        "goal": "retain",
        "state": "finished",
        "audience": "tag",
        "tag": "picky",
        "segment": None,
        "starts_at": TIME,
        "ends_at": None,
        "coupons": [{"tag": None, "coupon_template": "thirty"}],
        "points": None,
        "gives_tag": None,
        "has_message": True,
        "currency": "CNY",
        "budget_minor": 30000,
        "committed_minor": 3000,
        "targeted": 1,
        "settled": 1,
        "started_at": TIME,
        "ended_at": TIME,
    }
    assert ok(shop.get(f"{AT}/picked")) == picked
    assert [each["code"] for each in ok(shop.get(f"{AT}?state=draft"))["data"]] == ["later"]
    assert [each["code"] for each in ok(shop.get(f"{AT}?goal=retain"))["data"]] == ["picked"]


def test_results_say_what_is_known_and_null_for_what_is_not(shop: Api, programme: Programme) -> None:
    """OP-4.4."""
    assert ok(shop.get(f"{AT}/picked/results", HTTP_ACCEPT_LANGUAGE="en")) == {
        "campaign": "picked",
        "state": "finished",
        "currency": "CNY",
        "targeted": 1,
        "settled": 1,
        "given": 1,
        "issued": 1,
        "sent": 0,
        "opened": None,
        "opted_out": 1,
        "used": 0,
        "usage_percent": "0.0",
        "participants": 0,
        "participation_percent": "0.0",
        "orders": 0,
        "revenue_minor": 0,
        "cost_minor": 0,
        "cost_per_order_minor": None,
        "roi": None,
        "roi_net": None,
        "budget_minor": 30000,
        "committed_minor": 3000,
        "days": [{"day": "2024-05-20", "issued": 1, "used": 0, "discount_minor": 0, "revenue_minor": 0}],
        "outcomes": [
            {"gift": "coupon", "result": "given", "words": "given", "members": 1},
            {"gift": "message", "result": "opted_out", "words": "wants no marketing messages", "members": 1},
        ],
    }


def test_another_shop_finds_nothing_and_a_scope_is_needed(shop: Api, programme: Programme) -> None:
    stranger = client_of(store("S002"))
    for path in (AT, f"{AT}/picked", f"{AT}/picked/results"):
        assert stranger.get(path).status_code == 404
    assert shop.get(f"{AT}/nowhere").json()["code"] == "campaign_not_found"
    unscoped = client_of(store("S001"), "tags:read")
    assert unscoped.get(AT).json()["code"] == "missing_scope"


def test_a_stopped_one_says_so(shop: Api, programme: Programme) -> None:
    campaign = house.approved(programme, house.said(house.tagged(programme, "n"), message="x"), code="stopped")
    services.stop_campaign(campaign_id=campaign.pk, reason="发错人群", actor="staff:2", at=NOW)
    assert ok(shop.get(f"{AT}/stopped"))["state"] == "stopped"
