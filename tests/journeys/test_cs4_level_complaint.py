"""CS-4: a complaint about the level (CSL-11, CSL-12, CSL-13, A-23)."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from demo.world.cast import Cast
from growth.enums import OverrideState, Track
from growth.models import GrowthAccount, LevelOverride
from growth.selectors import levels
from growth.services import reviews
from stores.models import Membership
from tests.journeys.conftest import Sit

pytestmark = pytest.mark.browser


def test_service_explains_and_sets_a_level_and_two_people_decide_on_a_leap(desks: Sit, cast: Cast, now: datetime) -> None:
    cs01 = desks("cs01")
    page, member = cs01.page, cast.member_ids["M1"]
    membership = Membership.objects.get(member_id=member, programme__code="P1")
    growth_before = GrowthAccount.objects.get(pk=membership.pk).balance

    # 1 every entry says its reason, its time and why; the history lists the rises
    page.goto(f"{cs01.address}/admin/members/member/{member}/change/")
    expect(page.locator(".gx-tile-level")).to_contain_text("铜牌会员")
    entries = cs01.open_panel("growth").locator(".gx-row-growth[data-reason]")
    expect(entries.first).to_be_visible()
    entries.first.locator("summary").click()
    expect(entries.first.locator("details")).to_contain_text("入账")
    expect(cs01.open_panel("level").locator("[data-cause=joined]")).to_be_visible()

    # 2 one step: in force at once, growth value untouched
    page.locator("section#level .gx-standing a.gx-button").first.click()
    page.locator("select[name=level]").select_option(label="银牌会员")
    page.locator("input[name=valid_until]").fill("2024-08-18")
    page.locator("input[name=reason]").fill("投诉补偿")
    page.locator(".gx-form button[type=submit]").click()
    expect(page.locator(".gx-tile-level")).to_contain_text("银牌会员")
    expect(cs01.open_panel("level").locator("[data-cause=override]")).to_contain_text("投诉补偿")
    assert GrowthAccount.objects.get(pk=membership.pk).balance == growth_before
    override = LevelOverride.objects.get(membership=membership)
    assert (override.state, override.requested_by) == (OverrideState.ACTIVE, f"staff:{cast_staff('cs01')}")
    benefits = cs01.open_panel("benefits")
    expect(benefits.locator("[data-benefit=discount]")).to_contain_text("95")

    # 3 three steps: waits for a second person, and who asked cannot approve
    page.locator("section#level .gx-standing a.gx-button").first.click()
    page.locator("select[name=level]").select_option(label="钻石会员")
    page.locator("input[name=reason]").fill("老客户要求升到最高")
    page.locator(".gx-form button[type=submit]").click()
    expect(cs01.open_panel("level").locator(".gx-note-waiting")).to_contain_text("待审批")
    waiting = LevelOverride.objects.get(membership=membership, state=OverrideState.PENDING)
    page.goto(f"{cs01.address}/admin/levels/overrides/{waiting.pk}/")
    expect(page.locator(".gx-note-waiting")).to_contain_text("第二人")
    expect(page.locator("button[value=approve]")).to_have_count(0)
    ap01 = desks("ap01")
    ap01.go(f"/admin/levels/overrides/{waiting.pk}/")
    ap01.page.locator("button[value=reject]").click()
    expect(ap01.page.locator("[data-state=rejected]")).to_be_visible()

    # 4 the day after: the automatic level again
    later = datetime(2024, 8, 19, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    scheme_id = override.level.terms.filter(version__state="published").get().version.scheme_id
    reviews.run_review(scheme_id=scheme_id, review_on=later.date(), now=lambda: later)
    assert levels.held([membership.pk], later + timedelta(seconds=1))[membership.pk][Track.FREE].code == "L1"
    page.goto(f"{cs01.address}/admin/members/member/{member}/change/")
    expect(cs01.open_panel("level").locator("[data-cause=override_ended]")).to_have_text(re.compile("铜牌会员"))


def cast_staff(username: str) -> int:
    from django.contrib.auth import get_user_model

    return int(get_user_model().objects.get(username=username).pk)
