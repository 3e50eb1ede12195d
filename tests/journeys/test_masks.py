"""Masks, reveals and their log (CSL-17, SEC-07): who may see what, and that nobody sees it unseen."""

import pytest
from playwright.sync_api import expect

from demo.world.cast import Cast
from members.enums import AccessAction
from members.models import AccessLog
from tests.journeys.conftest import Sit

pytestmark = pytest.mark.browser
REASON = "客户来电，核对预留号码"


def test_a_phone_is_revealed_once_for_a_reason_that_is_logged(desks: Sit, cast: Cast) -> None:
    cs01 = desks("cs01")
    cs01.look_up("13800138000")
    phone = cs01.page.locator(".gx-who dd", has_text="138****8000")

    phone.get_by_role("button", name="查看明文").click()
    reason = cs01.page.get_by_role("textbox", name="原因")
    expect(reason).to_be_focused()
    reason.fill("看看")
    reason.press("Enter")  # too short, which is said in the page's language and by the rule for reasons
    expect(cs01.page.get_by_role("alert")).to_have_text("请填写至少三个汉字（或五个字母）的理由。")
    expect(reason).to_be_focused()
    expect(cs01.page.locator("body")).not_to_contain_text("13800138000")
    assert not AccessLog.objects.filter(action=AccessAction.REVEAL).exists()

    reason.fill(REASON)
    reason.press("Enter")
    expect(cs01.page.locator(".gx-who")).to_contain_text("13800138000")
    revealed = AccessLog.objects.get(action=AccessAction.REVEAL)
    assert (revealed.member_id, revealed.field, revealed.reason) == (cast.member_ids["M1"], "phone", REASON)

    cs01.page.reload()
    expect(cs01.page.locator(".gx-who")).to_contain_text("138****8000")
    expect(cs01.page.locator("body")).not_to_contain_text("13800138000")

    auditor = desks("auditor")
    auditor.go("/admin/members/accesslog/?action__exact=reveal")
    expect(auditor.page.locator("main, body")).to_contain_text(REASON)


@pytest.mark.parametrize("username", ["op01", "pos01"])
def test_operators_and_the_till_see_masks_and_no_way_around(desks: Sit, cast: Cast, username: str) -> None:
    desk = desks(username)
    desk.look_up("13800138000")
    expect(desk.page.locator(".gx-who")).to_contain_text("138****8000")
    expect(desk.page.get_by_role("button", name="查看明文")).to_have_count(0)
    answer = desk.page.goto(f"{desk.address}/admin/members/member/{cast.member_ids['M1']}/reveal/?kind=phone")
    assert answer is not None
    assert answer.status == 403
    assert not AccessLog.objects.filter(action=AccessAction.REVEAL).exists()


def test_an_auditor_reads_names_masked(desks: Sit, cast: Cast) -> None:
    auditor = desks("auditor")
    auditor.look_up("13800138000")
    expect(auditor.page.locator(".gx-who h2")).to_have_text("张*")
    expect(auditor.page.locator(".gx-who")).not_to_contain_text("张三")
