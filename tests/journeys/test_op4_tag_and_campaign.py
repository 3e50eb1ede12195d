"""OP-4 from end to end: a tag by rule, the campaign for those who have it, what came of it, and a tag by hand that no night takes away
(TAG-01, TAG-02, TAG-07, TAG-16, CPN-12, DSH-08)."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from activity import services as activity_services
from core import notices
from coupons.models import Coupon
from demo.world.cast import Cast
from engagement import tasks
from engagement.models import Campaign
from members.models import Preference
from stores.models import Membership, Store
from tags.models import MemberTag, Tag, TagRun
from tags.services import facts, runs
from tests.activity import facts as shop_facts
from tests.admin import coupon_rows
from tests.journeys.conftest import Desk, Sit
from tests.tags import buying
from tests.tags import house as tags_house

pytestmark = pytest.mark.browser
IN, OUT = ("张三", "沈晴", "魏然", "邵阳", "顾云"), ("何苗", "姜岚", "傅宁")  # 12 and 36 months, 240.00 and 360.00; 11, 37 months, 239.99
HOLDERS = 14


def choose(page: Page, box: str, what: str) -> None:
    """Choose in a box of a condition, and wait until the rule has been drawn anew for it: other boxes may stand there then."""
    page.evaluate("document.getElementById('rule').firstElementChild.dataset.old = 'yes'")
    page.locator(f"[name='c:{box}']").select_option(what)
    expect(page.locator("#rule [data-old]")).to_have_count(0)


def parents(cast: Cast, now: datetime) -> None:
    """张三, whose child is 18 months old, buys tins at 300.00 on average, and so do others, fourteen in all. Nobody wants marketing yet."""
    store = Store.objects.get(code="S001")
    zhang = Membership.objects.get(member_id=cast.member_ids["M1"], programme__code="P1")
    for days_ago, paid_minor in ((50, 290_00), (20, 310_00)):
        buying.buy(store, zhang, paid_minor, days_ago=days_ago, category=buying.POWDER)
    for other in tags_house.crowd(store.programme, HOLDERS - len(IN) - 2):  # two more of the cast have it
        buying.child(other, 20)
        buying.buy(store, other, 300_00, days_ago=30, category=buying.POWDER)
    Preference.objects.filter(message_type="marketing").delete()
    facts.refresh(now=now)


def write_the_rule(op01: Desk) -> int:
    """A new tag by rule: the count moves while it is written, the preview names members with the values that matched. Answers how many."""
    page = op01.page
    op01.go("/admin/tags/tags/?programme=P1")
    page.locator("a[href*='/tags/add/']").click()
    page.locator("[name=name]").fill("奶粉人群")
    page.locator("[name=code]").fill("OP4")
    page.locator("[name=kind]").select_option("auto")
    page.locator("[name=group]").select_option("consumption")
    page.locator(".gx-form button[type=submit]").first.click()
    choose(page, "0.0:what", "child")
    expect(page.locator("#says [data-missing='1']")).to_be_visible()
    page.locator("[name='c:0.0:low']").fill("12")
    page.locator("[name='c:0.0:high']").fill("36")
    expect(page.locator("#says [data-sentence]")).to_contain_text("12–36")
    expect(page.locator("#says [data-members]")).to_be_visible()
    with_child = int(page.locator("#says [data-members]").get_attribute("data-members") or "0")
    page.locator("button[value='condition:0']").click()
    choose(page, "0.1:what", "bought")
    page.locator("[name='c:0.1:goods']").fill("母婴/奶粉")
    page.locator("[name='c:0.1:days']").fill("180")
    choose(page, "0.1:figure", "average_price")
    choose(page, "0.1:op", "between")
    page.locator("[name='c:0.1:v2']").fill("360")
    page.locator("[name='c:0.1:v1']").fill("240")
    expect(page.locator("#says [data-sentence]")).to_contain_text("¥240.00–¥360.00")
    buyers = page.locator("#says [data-members]")
    expect(buyers).not_to_have_attribute("data-members", str(with_child))
    members = int(buyers.get_attribute("data-members") or "0")
    page.locator("[data-preview]").click()
    preview = page.locator("#preview")
    expect(preview.locator(f"[data-previewed='{members}']")).to_be_visible()
    assert preview.locator("[data-sample]").count() == min(members, 20)
    for name in IN:
        expect(preview).to_contain_text(name)
    for name in OUT:
        expect(preview).not_to_contain_text(name)
    expect(preview.locator("[data-sample]", has_text="邵阳")).to_contain_text("¥240.00")
    expect(preview.locator("[data-sample]", has_text="张三")).to_contain_text("¥300.00")
    assert not MemberTag.objects.filter(tag__code="OP4").exists()
    return members


def publish_it(op01: Desk, members: int, now: datetime) -> Tag:
    """Those who are there already are tagged; a second run changes nothing."""
    page = op01.page
    page.locator("button[value=publish]").click()
    expect(page.locator(f"[data-members='{members}']")).to_be_visible()
    page.locator(".gx-form button.gx-primary").click()
    tag = Tag.objects.get(code="OP4")
    line = page.locator("[data-reason=published]")
    expect(line).to_have_attribute("data-run-state", "due")
    runs.run_waiting(now=lambda: now)
    expect(line).to_have_attribute("data-run-state", "done")  # without another click
    expect(line.locator("[data-moved=OP4]")).to_contain_text(f"+{members}")
    assert MemberTag.objects.filter(tag=tag, ended_at=None).count() == members
    op01.go(f"/admin/tags/tags/{tag.pk}/")
    expect(page.locator(f"[data-holders='{members}']")).to_be_visible()
    for name in IN:
        expect(page.locator("#holders")).to_contain_text(name)
    op01.go("/admin/tags/runs/?programme=P1")
    page.locator("form[action*='/runs/start/'] button").click()
    runs.run_waiting(now=lambda: now)
    newest = page.locator(".gx-run").first
    expect(newest).to_have_attribute("data-run-state", "done")
    expect(newest.locator("[data-added='0'][data-removed='0']")).to_be_visible()
    assert TagRun.objects.filter(reason="by_hand").count() == 1
    return tag


def plan_the_campaign(op01: Desk) -> None:
    """Whom, what and for how much: the page says at once how many they are and whom the budget reaches."""
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
    page.locator(".gx-audience [name=tag]").select_option(label="奶粉人群")
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


def carry_it_out(op01: Desk, ap01: Desk, now: datetime) -> None:
    """A second person approves it, and beat carries it out: the page of the first shows it without a click."""
    ap01.go("/admin/campaigns/approvals/?programme=P1")
    ap01.page.locator("tr[data-campaign=op4] a").click()
    expect(ap01.page.locator("[data-gives]")).to_contain_text("奶粉30元券")
    ap01.page.locator("button[value=approve]").click()
    expect(ap01.page.locator("[data-state=approved]").first).to_have_text("已批准")
    page = op01.page
    page.reload()
    expect(page.locator("[data-run-state=approved]")).to_be_visible()
    tasks.run_campaigns(at=now.isoformat())
    expect(page.locator("[data-run-state=finished]")).to_be_visible()
    expect(page.locator("[data-done]")).to_have_text(f"{HOLDERS} / {HOLDERS}")
    expect(page.locator("[data-committed='30000']")).to_have_text("¥300.00 / ¥300.00")
    notices.send_due(now=now)


def use(coupon: Coupon, at: datetime) -> None:
    """An order of 330.00 that the coupon makes 300.00."""
    order = shop_facts.order(
        Store.objects.get(code="S001").pk, coupon.membership.member_id, f"OP4-{coupon.pk}", lines=(shop_facts.line(paid_minor=300_00),),
        goods_minor=330_00, coupon_minor=30_00, coupon_codes=(coupon.code,), placed_at=at, paid_at=at,
    )  # fmt: skip
    [told] = activity_services.record_orders(orders=[order], actor="test", booked_at=at)
    assert told.ok, told


def read_the_report(op01: Desk, unwilling: Membership) -> None:
    """Ten have it, two of them without a message; four have used it: 120.00."""
    page = op01.page
    op01.go(f"/admin/campaigns/{Campaign.objects.get(code='op4').pk}/report/")
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
    expect(page.locator(f"tr[data-recipient='{unwilling.pk}']")).to_contain_text("不接收营销消息")


def note_by_hand(cs01: Desk, member_id: int, tag: Tag) -> None:
    """Customer service gives a tag, with a reason."""
    cs01.go(f"/admin/members/member/{member_id}/change/")
    cs01.open_panel("tags").locator("a[href$='/give/']").click()
    cs01.page.locator("select[name=tag]").select_option(str(tag.pk))
    cs01.page.locator("input[name=reason]").fill("退换货多，先电话沟通")
    cs01.page.locator(".gx-form button[type=submit]").click()
    expect(cs01.page.locator(f".gx-cloud [data-tag={tag.code}]")).to_be_visible()


def test_from_the_rule_to_the_return(desks: Sit, cast: Cast, now: datetime) -> None:
    parents(cast, now)
    programme = Membership.objects.get(member_id=cast.member_ids["M1"], programme__code="P1").programme
    picky = Tag.objects.create(programme=programme, code="PICKY5", name="挑剔客户", group="service", kind="manual")
    op01 = desks("op01")

    # 1 and 2
    tag = publish_it(op01, write_the_rule(op01), now)
    held = MemberTag.objects.filter(tag=tag, ended_at=None).order_by("membership_id").select_related("membership")
    members = [each.membership for each in held]
    assert len(members) == HOLDERS

    # 3
    coupon_rows.thirty_off(programme, at=now, code="OP4-30", name="奶粉30元券", face_minor=3000, min_spend_minor=29900)
    Preference.objects.bulk_create(
        Preference(member_id=each.member_id, channel="sms", message_type="marketing", is_on=True, changed_at=now) for each in members[2:]
    )
    plan_the_campaign(op01)
    carry_it_out(op01, desks("ap01"), now)

    # 4
    coupons = list(Coupon.objects.filter(template__code="OP4-30").select_related("membership").order_by("membership_id"))
    assert [coupon.membership_id for coupon in coupons] == [each.pk for each in members[:10]]
    for coupon in coupons[:4]:
        use(coupon, now)
    read_the_report(op01, members[0])

    # 5
    cs01 = desks("cs01")
    note_by_hand(cs01, cast.member_ids["M1"], picky)
    runs.judge_night(now=lambda: now)
    cs01.go(f"/admin/members/member/{cast.member_ids['M1']}/change/")
    panel = cs01.open_panel("tags")
    for seen in ("挑剔客户", "客服小安", "退换货多，先电话沟通", "2024-05-20 10:00"):
        expect(panel.locator("[data-tag=PICKY5].gx-row-tags")).to_contain_text(seen)
    expect(panel.locator("[data-tag=OP4].gx-row-tags")).to_be_visible()


def test_what_is_never_to_be_given_stays_away(desks: Sit, cast: Cast, now: datetime) -> None:
    """CSL-15, A-34: taken from the list of tags for good, it ends, and cannot be given as long as that stands."""
    member = cast.member_ids["M1"]
    programme = Membership.objects.get(member_id=member, programme__code="P1").programme
    picky = Tag.objects.create(programme=programme, code="PICKY5", name="挑剔客户", group="service", kind="manual")
    cs01 = desks("cs01")
    page = cs01.page
    note_by_hand(cs01, member, picky)
    cs01.open_panel("tags").locator("[data-tag=PICKY5].gx-row-tags a[href*='/exclude/']").click()
    page.locator("input[name=reason]").fill("客户投诉标签")
    page.locator(".gx-form button[type=submit]").click()
    panel = cs01.open_panel("tags")
    expect(panel.locator("[data-never=PICKY5]")).to_contain_text("客户投诉标签")
    expect(panel.locator("[data-had=PICKY5][data-ended='2024-05-20']")).to_be_visible()
    panel.locator("a[href$='/give/']").click()
    page.locator("select[name=tag]").select_option(str(picky.pk))
    page.locator("input[name=reason]").fill("还是要打上")
    page.locator(".gx-form button[type=submit]").click()
    expect(page.locator(".gx-form .gx-error").first).to_be_visible()
    assert not MemberTag.objects.filter(tag=picky, ended_at=None).exists()
