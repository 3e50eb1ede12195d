"""CS-3: "my points are missing" (CSL-14, PTS-07, PTS-28)."""

import pytest
from playwright.sync_api import expect

from demo.world.cast import Cast
from points.enums import AdjustmentState
from points.models import PointsAccount, PointsAdjustment
from stores.models import Membership
from tests.journeys.conftest import Sit

pytestmark = pytest.mark.browser
PRESSED_AS_SOON_AS_IT_IS_THERE = """(selector) => new MutationObserver((_changes, watch) => {
    const button = document.querySelector(selector);
    if (button) {
        watch.disconnect();
        button.click();
    }
}).observe(document.querySelector("section#points"), {childList: true, subtree: true})"""


def test_service_explains_an_expired_lot_adds_points_and_two_people_decide_on_many(desks: Sit, cast: Cast) -> None:
    cs01 = desks("cs01")
    page, member = cs01.page, cast.member_ids["M1"]
    account = Membership.objects.get(member_id=member, programme__code="P1").pk

    def balance() -> int:
        return PointsAccount.objects.get(pk=account).balance

    # 1 every row says time, kind, amount, balance after, source and end; 过期 shows -10 of 2024-05-11 00:10, earned 2022-05-10
    page.goto(f"{cs01.address}/admin/members/member/{member}/change/")
    expect(page.locator(".gx-tile-points [data-balance='100']")).to_be_visible()
    page.evaluate(PRESSED_AS_SOON_AS_IT_IS_THERE, "button[data-kind=expire]")
    panel = cs01.open_panel("points")
    expect(panel.locator("[data-lot]")).to_have_count(2)
    assert panel.locator("[data-lot]").evaluate_all("rows => rows.map(row => row.dataset.end)") == ["2024-06-30", "2025-11-02"]
    rows = panel.locator(".gx-row-points[data-kind]")
    expect(rows).to_have_count(1)
    for seen in ("2024-05-11 00:10", "过期", "−10", "2024-05-10"):
        expect(rows).to_contain_text(seen)
    rows.locator("summary").click()
    expect(rows.locator("details")).to_contain_text("2022-05-10")

    # 2 twenty more, for a reason; without one it is refused
    panel.locator("a[href$='/adjust/']").click()
    page.locator("input[name=delta]").fill("20")
    page.locator(".gx-form button[type=submit]").click()
    expect(page.locator("[data-field=reason] .gx-error")).to_be_visible()
    assert balance() == 100
    page.locator("input[name=reason]").fill("活动补发")
    page.locator(".gx-form button[type=submit]").click()
    expect(page.locator(".gx-tile-points [data-balance='120']")).to_be_visible()
    adjusted = cs01.open_panel("points").locator(".gx-row-points[data-kind=adjust]").first
    for seen in ("调整", "+20", "120", "活动补发", "客服小安"):
        expect(adjusted).to_contain_text(seen)

    # 3 a hundred and one wait; who asked cannot approve, ap01 does
    page.locator("section#points a[href$='/adjust/']").click()
    page.locator("input[name=delta]").fill("101")
    page.locator("input[name=reason]").fill("双十一漏发")
    page.locator(".gx-form button[type=submit]").click()
    expect(cs01.open_panel("points").locator("[data-adjustment]")).to_contain_text("待审批")
    assert balance() == 120
    waiting = PointsAdjustment.objects.get(account_id=account, state=AdjustmentState.PENDING)
    cs01.go(f"/admin/points/adjustments/{waiting.pk}/")
    expect(page.locator(".gx-note-waiting")).to_contain_text("第二人")
    expect(page.locator("button[value=approve]")).to_have_count(0)
    ap01 = desks("ap01")
    ap01.go("/admin/points/adjustments/?programme=P1")
    ap01.page.locator("[data-waiting] tr", has_text="双十一漏发").locator("td a").first.click()
    ap01.page.locator("button[value=approve]").click()
    expect(ap01.page.locator("[data-state=posted]")).to_be_visible()
    assert balance() == 221
    page.goto(f"{cs01.address}/admin/members/member/{member}/change/")
    expect(page.locator(".gx-tile-points [data-balance='221']")).to_be_visible()
