"""OP-4, steps 1, 2 and 5: a tag by rule is written, previewed and published; one by hand survives (TAG-01, TAG-02, TAG-07, TAG-16)."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from demo.world.cast import Cast
from stores.models import Membership
from tags.models import MemberTag, Tag, TagRun
from tags.services import facts, runs
from tests.journeys.conftest import Sit

pytestmark = pytest.mark.browser
IN, OUT = ("沈晴", "魏然", "邵阳", "顾云"), ("何苗", "姜岚", "傅宁")  # 12 and 36 months, 240.00 and 360.00; 11, 37 months, 239.99


def choose(page: Page, path: str, what: str) -> None:
    """Say what the condition at a place of the rule asks."""
    page.locator(f"[name='c:{path}:what']").select_option(what)
    expect(page.locator(f"[name='c:{path}:op']")).to_be_visible()


def test_an_operator_writes_the_tag_sees_who_has_it_and_publishes(desks: Sit, cast: Cast, now: datetime) -> None:
    facts.refresh(now=now)
    op01 = desks("op01")
    page = op01.page

    # 1 a new tag by rule: the count moves while it is written, the preview names members with the values that matched
    op01.go("/admin/tags/tags/?programme=P1")
    page.locator("a[href*='/tags/add/']").click()
    page.locator("[name=name]").fill("奶粉人群")
    page.locator("[name=code]").fill("OP4")
    page.locator("[name=kind]").select_option("auto")
    page.locator("[name=group]").select_option("consumption")
    page.locator(".gx-form button[type=submit]").first.click()
    choose(page, "0.0", "child")
    expect(page.locator("#says [data-unread='1']")).to_be_visible()
    page.locator("[name='c:0.0:low']").fill("12")
    page.locator("[name='c:0.0:high']").fill("36")
    expect(page.locator("#says [data-sentence]")).to_contain_text("12–36")
    expect(page.locator("#says [data-members]")).to_be_visible()
    parents = int(page.locator("#says [data-members]").get_attribute("data-members") or "0")
    page.locator("button[value='condition:0']").click()
    choose(page, "0.1", "bought")
    page.locator("[name='c:0.1:goods']").fill("母婴/奶粉")
    page.locator("[name='c:0.1:days']").fill("180")
    page.locator("[name='c:0.1:figure']").select_option("average_price")
    page.locator("[name='c:0.1:op']").select_option("between")
    page.locator("[name='c:0.1:v2']").fill("360")
    page.locator("[name='c:0.1:v1']").fill("240")
    expect(page.locator("#says [data-sentence]")).to_contain_text("¥240.00–¥360.00")
    buyers = page.locator("#says [data-members]")
    expect(buyers).not_to_have_attribute("data-members", str(parents))
    members = int(buyers.get_attribute("data-members") or "0")
    assert len(IN) <= members < parents
    page.locator("[data-preview]").click()
    preview = page.locator("#preview")
    expect(preview.locator(f"[data-previewed='{members}']")).to_be_visible()
    assert preview.locator("[data-sample]").count() == min(members, 20)
    for name in IN:
        expect(preview).to_contain_text(name)
    for name in OUT:
        expect(preview).not_to_contain_text(name)
    expect(preview.locator("[data-sample]", has_text="邵阳")).to_contain_text("¥240.00")
    assert not MemberTag.objects.filter(tag__code="OP4").exists()

    # 2 published, those who are there already are tagged; a second run changes nothing
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


def test_a_tag_by_hand_survives_the_night_and_what_is_never_given_stays_away(desks: Sit, cast: Cast, now: datetime) -> None:
    """OP-4.5, CSL-15, A-34."""
    member = cast.member_ids["M1"]
    programme = Membership.objects.get(member_id=member, programme__code="P1").programme
    picky = Tag.objects.create(programme=programme, code="PICKY5", name="挑剔客户", group="service", kind="manual")
    cs01 = desks("cs01")
    page = cs01.page
    path = f"/admin/members/member/{member}/change/"
    cs01.go(path)
    cs01.open_panel("tags").locator("a[href$='/give/']").click()
    page.locator("select[name=tag]").select_option(str(picky.pk))
    page.locator("input[name=reason]").fill("退换货多，先电话沟通")
    page.locator(".gx-form button[type=submit]").click()
    expect(page.locator(".gx-cloud [data-tag=PICKY5]")).to_be_visible()
    runs.judge_night(now=lambda: now)
    cs01.go(path)
    row = cs01.open_panel("tags").locator("[data-tag=PICKY5].gx-row-tags")
    for seen in ("挑剔客户", "客服小安", "退换货多，先电话沟通", "2024-05-20 10:00"):
        expect(row).to_contain_text(seen)

    # never again: it ends, and cannot be given as long as that stands
    row.locator("a[href*='/exclude/']").click()
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
