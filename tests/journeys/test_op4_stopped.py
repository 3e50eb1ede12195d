"""A campaign for whom a rule says is stopped before anything is given (OP-4, ruling 11)."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from demo.world.cast import Cast
from engagement import tasks
from engagement.models import Campaign
from tags.services import facts
from tests.journeys.conftest import Sit

pytestmark = pytest.mark.browser


def test_a_running_campaign_is_stopped_at_once(desks: Sit, cast: Cast, now: datetime) -> None:
    """The rule editor says whom; the stop button ends it, and nothing is given."""
    facts.refresh(now=now)
    op01 = desks("op01")
    page = op01.page
    op01.go("/admin/campaigns/add/?programme=P1")
    page.locator("[name=name]").fill("女性会员关怀")
    page.locator("[name=code]").fill("women")
    page.locator("[name=audience_kind]").select_option("rule")
    page.locator("[name='c:0.0:what']").select_option("var:gender")
    page.locator("[name='c:0.0:v1']").select_option("female")
    page.locator("[name=message]").fill("好久不见")
    members = page.locator("#estimate [data-members]")
    expect(members).to_be_visible()
    assert int(members.get_attribute("data-members") or "0") > 0
    page.locator("button[value=save]").click()
    expect(page.locator("[data-words]")).to_contain_text("女")
    page.locator("form[action$='/submit/'] button").click()
    ap01 = desks("ap01")
    campaign = Campaign.objects.get(code="women")
    ap01.go(f"/admin/campaigns/{campaign.pk}/")
    ap01.page.locator("button[value=approve]").click()
    ap01.page.locator("a[href$='/stop/']").click()
    ap01.page.locator("input[name=reason]").fill("文案有误")
    ap01.page.locator(".gx-form button.gx-danger").click()
    expect(ap01.page.locator("[data-state=stopped]").first).to_have_text("已停止")
    expect(ap01.page.locator(".gx-note", has_text="文案有误")).to_be_visible()
    tasks.run_campaigns(at=now.isoformat())
    campaign.refresh_from_db()
    assert (campaign.state, campaign.targeted) == ("stopped", 0)
