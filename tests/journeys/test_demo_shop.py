"""`/demo/shop/`: each press is a call of the real API, shown word for word, and the member's page in the back office moves with it."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from activity.models import Order
from coupons.models import Coupon
from demo.world import couponing
from demo.world.cast import Cast
from demo.world.house import PASSWORD, client_secret, open_clients, open_house
from demo.world.moments import FROZEN
from growth.selectors import ledger as growth
from stores.models import Membership
from tests.journeys.conftest import Sit

pytestmark = pytest.mark.browser


def press(page: Page, name: str) -> list[tuple[str, int]]:
    """Press a button of the telephone; the calls it made with their answers' numbers, those for the telephone's own figures left out."""
    page.locator(f"[data-press={name}]").click()
    expect(page.locator("[data-press=login]")).to_be_disabled()
    expect(page.locator("[data-press=login]")).to_be_enabled()
    seen = page.locator("[data-call][open]").evaluate_all(
        "(cards) => cards.map((card) => [card.querySelector('code').innerText, Number(card.dataset.status)])"
    )
    return [(what, status) for what, status in reversed(seen)]


def shows(page: Page, **figures: str) -> None:
    """What stands on the telephone, with what has moved."""
    for name, words in figures.items():
        expect(page.locator(f"[data-shows={name}]")).to_have_text(words)


def test_the_telephone_does_what_a_storefront_does_and_the_members_page_moves(
    desks: Sit, cast: Cast, now: datetime, tmp_path: Path
) -> None:
    couponing.set_up_coupons(cast.house, now)
    open_clients(cast.house, tmp_path / "demo.http.env")
    cs01 = desks("cs01")
    page = cs01.page
    page.add_init_script("performance.now = () => 0")  # the site's clock stands still, so the telephone's does
    cs01.go("/demo/shop/")
    assert page.locator("#shop-member option").count() > 5
    page.locator("#shop-member").select_option("FROZEN")
    page.wait_for_url("**/demo/shop/?member=FROZEN")
    page.locator("#shop-member").select_option("M1")
    page.wait_for_url("**/demo/shop/?member=M1")
    shows(page, level="铜牌会员", growth="7,200", points="100", coupons="0", balance="¥88.80", price="¥358.00", next="距银牌会员还差 800")
    expect(page.locator("[data-shows=benefits]")).to_contain_text("会员折扣")
    assert client_secret("demo-s001") not in page.locator("#shop-calls").inner_text()

    # she logs in, claims a coupon, and buys a tin of milk powder: 98 %, then 50.00 off
    assert press(page, "login") == [("POST /api/v1/events", 201)]
    shows(page, growth="7,205 +5")
    assert press(page, "claim") == [("POST /api/v1/programmes/P1/coupon-templates/C1/claims", 201)]
    shows(page, coupons="1 +1")
    expect(page.locator("[data-press=complete]")).to_be_disabled()
    assert press(page, "order") == [("POST /api/v1/programmes/P1/quotes", 200), ("POST /api/v1/orders", 201)]
    shows(page, growth="7,205", coupons="0 −1")
    asked = page.locator("[data-call]", has_text="/api/v1/orders").first.locator("[data-asked]").inner_text()
    sent = json.loads(asked.partition("\n\n")[2])
    order = Order.objects.get(order_no=sent["order_no"])
    assert (sent["paid_minor"], order.paid_minor, order.coupon_minor, order.status) == (300_84, 300_84, 50_00, "paid")
    assert "Idempotency-Key: shop-" in asked
    coupon = Coupon.objects.get(template__code="C1")
    assert (coupon.state, coupon.order_no) == ("used", order.order_no)

    # it arrives, she writes about it and shows it
    assert press(page, "complete") == [("POST /api/v1/orders", 201)]
    shows(page, growth="7,505 +300", points="103 +3")
    assert press(page, "review") == [("POST /api/v1/events", 201)]
    assert press(page, "photo") == [("POST /api/v1/events", 201)]
    earned = growth.balance(Membership.objects.get(member_id=cast.member_ids["M1"], programme__code="P1").pk)
    assert earned > 7505

    # and sends it back: what the order gave is gone, the coupon is hers again
    assert press(page, "refund") == [("POST /api/v1/after-sales", 201)]
    shows(page, growth=f"{earned - 300:,} −300", coupons="1 +1")
    expect(page.locator("[data-press=refund]")).to_be_disabled()

    # her page in the back office says the same
    address = page.get_by_role("link", name="后台里的同一位会员").get_attribute("href") or ""
    cs01.go(address)
    expect(page.locator(".gx-who")).to_contain_text("张三")
    expect(cs01.open_panel("growth")).to_contain_text(order.order_no)
    expect(cs01.open_panel("coupons").locator(f"[data-coupon='{coupon.code}']")).to_have_attribute("data-state", "available")

    # of a frozen member the answer says why not; and in English the telephone speaks English
    english = desks("cs01", locale="en-GB")
    english.go("/demo/shop/?member=FROZEN")
    expect(english.page.locator("[data-press=login]")).to_have_text("Log in")
    assert press(english.page, "claim") == [("POST /api/v1/programmes/P1/coupon-templates/C1/claims", 409)]
    expect(english.page.locator("details[open] [data-answered]").first).to_contain_text("member_not_active")


@pytest.mark.django_db
def test_only_those_who_reach_the_shop_have_the_telephone(client: Client) -> None:
    """It holds the token of the shop's client: nobody without a login, nobody of another shop's."""
    open_house(FROZEN)
    assert client.get("/demo/shop/")["Location"].startswith("/admin/login/")
    client.post("/admin/login/", {"username": "op02", "password": PASSWORD, "next": "/admin/"})
    assert client.get("/demo/shop/").status_code == 404
