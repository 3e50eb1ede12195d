"""CS-5: "my coupon does not work" (CSL-09, CPN-01, CPN-06)."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from coupons.models import Coupon
from demo.world.cast import Cast
from stores.models import Membership
from tests.admin import coupon_rows
from tests.journeys.conftest import Sit

pytestmark = pytest.mark.browser


def test_service_sees_why_a_coupon_no_longer_works_and_gives_another_once(desks: Sit, cast: Cast, now: datetime) -> None:
    member = cast.member_ids["M1"]
    membership = Membership.objects.get(member_id=member, programme__code="P1")
    received_at = now - timedelta(days=1)
    terms = {"face_minor": 5000, "min_spend_minor": 9900, "staff_may_give": False}
    hidden = coupon_rows.thirty_off(membership.programme, at=received_at, code="CS5", name="新客立减", **terms)
    coupon = coupon_rows.give(hidden, membership, key="cs5", at=received_at)
    coupon_rows.thirty_off(membership.programme, at=received_at, code="CS5-AGAIN", name="补发券")
    path = f"/admin/members/member/{member}/change/"

    # 1 a second before its end it works; a second after it has expired, and says why
    before = desks("cs01", extra_http_headers={"X-Clock": (now - timedelta(seconds=1)).isoformat()})
    before.go(path)
    row = before.open_panel("coupons").locator(f"[data-coupon='{coupon.code}']")
    expect(row).to_have_attribute("data-state", "available")
    for seen in ("¥50.00", "满 ¥99.00 可用", "2024-05-19 10:00", "2024-05-20 10:00", "可用"):
        expect(row).to_contain_text(seen)
    expect(row.locator("[data-used]")).to_contain_text("—")
    expect(row.locator("[data-reason]")).to_have_count(0)

    cs01 = desks("cs01", extra_http_headers={"X-Clock": (now + timedelta(seconds=1)).isoformat()})
    page = cs01.page
    cs01.go(path)
    row = cs01.open_panel("coupons").locator(f"[data-coupon='{coupon.code}']")
    expect(row.locator(".gx-badge").first).to_have_text("已过期")
    expect(row.locator("[data-reason]")).to_contain_text("领取后 24 小时有效")

    # 2 a replacement, only of what customer service may give, with a reason; a second one in the month is refused
    page.locator("section#coupons a[href$='/give/']").click()
    offered = page.locator("select[name=template] option").all_inner_texts()
    assert any("补发券" in each for each in offered)
    assert not any("新客立减" in each for each in offered)
    page.locator("select[name=template]").select_option(label=next(each for each in offered if "补发券" in each))
    page.locator(".gx-form button[type=submit]").click()
    expect(page.locator("[data-field=reason] .gx-error")).to_be_visible()
    page.locator("input[name=reason]").fill("新客券过期补发")
    page.locator(".gx-form button[type=submit]").click()
    given = cs01.open_panel("coupons").locator("[data-template='CS5-AGAIN']")
    expect(given).to_have_attribute("data-state", "available")
    expect(given).to_contain_text("客服发放")
    given.locator("summary").click()
    expect(given.locator("details")).to_contain_text("新客券过期补发")

    page.locator("section#coupons a[href$='/give/']").click()
    page.locator("select[name=template]").select_option(
        index=[each.strip() for each in offered].index(next(e for e in offered if "补发券" in e))
    )
    page.locator("input[name=reason]").fill("客人再要一张")
    page.locator(".gx-form button[type=submit]").click()
    expect(page.locator(".gx-form .gx-error").first).to_be_visible()
    assert Coupon.objects.filter(template__code="CS5-AGAIN").count() == 1
