"""OP-4, steps 3 and 4: a campaign for holders of a tag, approved by a second person, within its budget, reported (CPN-12, DSH-08)."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from activity import services as activity_services
from core import notices
from coupons.models import Coupon
from demo.world.cast import Cast
from engagement import tasks
from engagement.models import Campaign
from members.models import Preference
from stores.models import Membership, Store
from tags.services import facts, giving
from tests.activity import facts as shop_facts
from tests.admin import coupon_rows
from tests.journeys.conftest import Sit
from tests.tags import house as tags_house

pytestmark = pytest.mark.browser
HOLDERS = 14


def buy(store: Store, coupon: Coupon, at: datetime) -> None:
    """An order of 330.00 that the coupon makes 300.00."""
    order = shop_facts.order(
        store.pk, coupon.membership.member_id, f"OP4-{coupon.pk}", lines=(shop_facts.line(paid_minor=300_00),), goods_minor=330_00,
        coupon_minor=30_00, coupon_codes=(coupon.code,), placed_at=at, paid_at=at,
    )  # fmt: skip
    [told] = activity_services.record_orders(orders=[order], actor="test", booked_at=at)
    assert told.ok, told


def holders(cast: Cast, now: datetime) -> list[Membership]:
    """Fourteen members of the store, 张三 among them, have the tag M; the last two want no marketing messages."""
    of_store = Membership.objects.filter(programme__code="P1", status="active", member__status="active").select_related(
        "member", "programme"
    )
    found = list(of_store.order_by("pk")[:HOLDERS])
    assert len(found) == HOLDERS
    Preference.objects.filter(message_type="marketing").delete()
    Preference.objects.bulk_create(
        Preference(member_id=each.member_id, channel="sms", message_type="marketing", is_on=True, changed_at=now) for each in found[2:]
    )
    tag = tags_house.by_hand(found[0].programme, "OP4", name="奶粉12-36月龄")
    giving.give_tag(membership_ids=[each.pk for each in found], tag_id=tag.pk, source="staff", actor="test", at=now)
    facts.refresh(now=now)
    return found


def test_a_campaign_from_its_draft_to_its_return(desks: Sit, cast: Cast, now: datetime) -> None:
    memberships = holders(cast, now)
    coupon_rows.thirty_off(memberships[0].programme, at=now, code="OP4-30", name="奶粉30元券", face_minor=3000, min_spend_minor=29900)

    # 3 the operator says whom, what and for how much, and sees at once how many they are and whom the budget reaches
    op01 = desks("op01")
    page = op01.page
    op01.go("/admin/campaigns/?programme=P1")
    page.locator("a[href*='/campaigns/add/']").click()
    page.locator("[name=name]").fill("奶粉满299减30")
    page.locator("[name=code]").fill("op4")
    page.locator("[name=goal]").select_option("revenue")
    expect(page.locator(".gx-audience-rule")).to_be_hidden()
    page.locator("[name=audience_kind]").select_option("rule")
    expect(page.locator(".gx-audience-rule [name='g:0']")).to_be_visible()
    expect(page.locator("[data-field=tag]").first).to_be_hidden()
    page.locator("[name=audience_kind]").select_option("tag")
    page.locator(".gx-audience [name=tag]").select_option(label="奶粉12-36月龄")
    page.locator("[name=template]").select_option(label="奶粉30元券")
    page.locator("[name=message]").fill("奶粉满299减30，本周有效")
    page.locator("[name=budget]").fill("300")
    estimate = page.locator("#estimate")
    expect(estimate.locator(f"[data-members='{HOLDERS}']")).to_be_visible()
    expect(estimate.locator("[data-each='3000']")).to_have_text("¥30.00")
    expect(estimate.locator("[data-most='42000']")).to_have_text("¥420.00")
    expect(estimate.locator("[data-affordable='10']")).to_contain_text("预算只够 14 人中的 10 人")
    page.locator("button[value=save]").click()
    expect(page.locator("[data-state=draft]").first).to_have_text("草稿")
    page.locator("form[action$='/submit/'] button").click()
    expect(page.locator("[data-state=draft]").first).to_have_text("待审批")
    expect(page.locator("button[value=approve]")).to_have_count(0)

    # a second person approves it, and beat carries it out: the page of the first shows it without a click
    ap01 = desks("ap01")
    ap01.go("/admin/campaigns/approvals/?programme=P1")
    ap01.page.locator("tr[data-campaign=op4] a").click()
    expect(ap01.page.locator("[data-gives]")).to_contain_text("奶粉30元券")
    ap01.page.locator("button[value=approve]").click()
    expect(ap01.page.locator("[data-state=approved]").first).to_have_text("已批准")
    page.reload()
    expect(page.locator("[data-run-state=approved]")).to_be_visible()
    tasks.run_campaigns(at=now.isoformat())
    expect(page.locator("[data-run-state=finished]")).to_be_visible()
    expect(page.locator("[data-done]")).to_have_text("14 / 14")
    expect(page.locator("[data-committed='30000']")).to_have_text("¥300.00 / ¥300.00")
    notices.send_due(now=now)

    # 4 ten have it, two of them without a message; four use it: 120.00
    coupons = list(Coupon.objects.filter(template__code="OP4-30").select_related("membership").order_by("membership_id"))
    assert [coupon.membership_id for coupon in coupons] == [each.pk for each in memberships[:10]]
    for coupon in coupons[:4]:
        buy(Store.objects.get(code="S001"), coupon, now)
    campaign = Campaign.objects.get(code="op4")
    op01.go(f"/admin/campaigns/{campaign.pk}/report/")
    for figure, value in (
        ("targeted", "14"), ("issued", "10"), ("sent", "8"), ("used", "4"), ("participation", "28.6"), ("orders", "4"),
        ("revenue", "120000"), ("cost", "12000"), ("cost-per-order", "3000"), ("roi", "10.00"), ("roi-net", "9.00"),
    ):  # fmt: skip
        expect(page.locator(f"[data-{figure}]").first).to_have_attribute(f"data-{figure}", value)
    expect(page.locator("[data-cost]").first).to_have_text("¥120.00")
    expect(page.locator("[data-opened]")).to_have_text("—")
    expect(page.locator("tr[data-day='2024-05-20'] svg").first).to_be_visible()
    expect(page.locator("tr[data-outcome='message.opted_out']")).to_contain_text("2")
    page.locator("tr[data-outcome='coupon.campaign_budget'] a").click()
    expect(page.locator("tr[data-recipient]")).to_have_count(4)
    expect(page.locator("[data-result='coupon.campaign_budget']").first).to_have_text("活动预算已用完")
    page.locator("nav a[href='?state=given']").click()
    expect(page.locator("tr[data-recipient]")).to_have_count(10)
    expect(page.locator(f"tr[data-recipient='{memberships[0].pk}']")).to_contain_text("不接收营销消息")


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
