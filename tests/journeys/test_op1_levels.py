"""OP-1 and OP-2: an operator drafts levels, looks what they would do, publishes; looks at RFM (LVL-05..08, LVL-24, RFM-04)."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from core import jobs
from demo.world.cast import Cast
from growth.models import LevelTerms, RfmRun, RfmSnapshot, SchemeVersion
from stores.models import Membership
from tests.journeys.conftest import Sit

pytestmark = pytest.mark.browser


def test_an_operator_lowers_a_threshold_sees_who_would_rise_and_publishes(desks: Sit, cast: Cast, now: datetime) -> None:
    op01 = desks("op01")
    page = op01.page
    membership = Membership.objects.get(member_id=cast.member_ids["M1"], programme__code="P1")

    # 1 five sections per level
    op01.go("/admin/levels/schemes/?programme=P1")
    page.locator("section[data-track=free] form button").first.click()
    silver = page.locator("section[data-level=L2]")
    expect(silver.locator("h3")).to_have_text(["基本信息", "升级规则", "升级礼包", "降级规则", "会员权益"])

    # 2 silver at 7,000: saved, and still there when looked at again; no warning about gaps
    page.locator("input[name=L2-threshold]").fill("7000")
    page.locator("button[value=save]").click()
    expect(page.locator("input[name=L2-threshold]")).to_have_value("7000")
    page.wait_for_timeout(10_000)  # OP-1: nothing is lost ten seconds after saving
    page.reload()
    expect(page.locator("input[name=L2-threshold]")).to_have_value("7000")
    expect(page.locator(".gx-findings .gx-error")).to_have_count(0)
    expect(page.locator(".gx-findings")).not_to_contain_text("倍")

    # the simulation names her
    draft_url = page.url
    page.locator("a[href*=simulate]").click()
    page.locator(".gx-form button[type=submit]").click()
    expect(page.locator("[data-job-state=queued]")).to_be_visible()
    jobs.run_unfinished(now=lambda: now)
    expect(page.locator("[data-changes]")).to_be_visible()
    expect(page.locator(f"[data-sample='{membership.member_no}']")).to_contain_text("银牌会员")
    expect(page.locator("tr[data-level=L2] [data-after]")).not_to_have_text(page.locator("tr[data-level=L2] [data-before]").inner_text())

    # 4 a discount worse than the one below is refused with both names
    page.goto(draft_url)
    page.locator("input[name=L2-benefit-discount-rate]").fill("0.99")
    page.locator("button[value=save]").click()
    expect(page.locator(".gx-findings .gx-error")).to_contain_text("银牌会员")
    page.locator("input[name=L2-benefit-discount-rate]").fill("0.95")
    page.locator("button[value=save]").click()
    expect(page.locator(".gx-findings .gx-error")).to_have_count(0)

    # 5 published: she is silver
    page.locator("a[href$='/publish/']").click()
    page.locator(".gx-form button[type=submit]").click()
    expect(page.locator(".gx-badge.gx-success").first).to_have_text("已发布")
    version = SchemeVersion.objects.get(scheme__programme__code="P1", scheme__track="free", state="published")
    assert version.number == 2
    assert LevelTerms.objects.get(version=version, level__code="L2").threshold == 7000
    page.goto(f"{op01.address}/admin/members/member/{cast.member_ids['M1']}/change/")
    expect(page.locator(".gx-tile-level")).to_contain_text("银牌会员")

    # 6 another programme's scheme is out of reach
    foreign = SchemeVersion.objects.filter(scheme__programme__code="P2").first()
    assert foreign is not None
    answer = page.goto(f"{op01.address}/admin/levels/versions/{foreign.pk}/publish/")
    assert answer is not None
    assert answer.status == 404


def test_op_2_the_rfm_page_counts_everybody_and_previews_one(desks: Sit, cast: Cast) -> None:
    """OP-2.1, 2.2, 2.4: weights sum to 1.000, counts sum to the members; 李四 at the end of May; 0.5/0.2/0.2 is refused."""
    op01 = desks("op01")
    page = op01.page
    op01.go("/admin/levels/rfm/?programme=P1")
    expect(page.locator("[data-weight-sum]")).to_have_text("1.000")
    runs, snapshots = RfmRun.objects.count(), RfmSnapshot.objects.count()
    number = Membership.objects.get(member_id=cast.member_ids["M2"], programme__code="P1").member_no
    page.locator("input[name=on]").fill("2024-05-31")
    page.locator("input[name=member_no]").fill(number)
    page.locator("form[action$='/preview/'] button").click()
    row = page.locator("table.gx-table tbody tr").first
    expect(row).to_contain_text("181")
    expect(row).to_contain_text("¥300.00")
    expect(row).to_contain_text("1-1-1")
    expect(row).to_contain_text("−2,000")

    page.locator("input[name=member_no]").fill("")
    page.locator(".gx-inline button").click()
    members = page.locator("[data-members]")
    total = members.get_attribute("data-members")
    for kind in ("class", "group", "layer"):
        counted = page.locator(f"[data-counts={kind}] tbody td.gx-num:nth-child(3)").all_inner_texts()
        assert sum(int(text.replace(",", "")) for text in counted) == int(total or 0)
    assert (RfmRun.objects.count(), RfmSnapshot.objects.count()) == (runs, snapshots)

    op01.go("/admin/levels/rfm/?programme=P1")
    page.locator("form[action*='/rfm/draft/'] button").click()
    page.locator("input[name=weight_r]").fill("0.5")
    page.locator("form.gx-editor button[type=submit]").click()
    expect(page.locator(".gx-findings .gx-error")).to_contain_text("0.900")
    page.locator("a[href$='/publish/']").click()
    expect(page.locator(".gx-findings .gx-error")).to_contain_text("0.900")
    expect(page.get_by_role("button", name="发布")).to_have_count(0)


def test_op_3_plans_are_kept_and_the_holder_is_seen(desks: Sit, cast: Cast) -> None:
    """OP-3.1 and its view: a year card is added; the paid member's card and days stand on her page."""
    op01 = desks("op01")
    page = op01.page
    op01.go("/admin/levels/plans/add/?programme=P1")
    page.locator("input[name=code]").fill("year-2")
    page.locator("input[name=name]").fill("年卡二")
    page.locator("input[name=price]").fill("299")
    page.locator("input[name=days]").fill("365")
    page.locator("select[name=level]").select_option(index=0)
    page.locator(".gx-form button[type=submit]").click()
    expect(page.locator("tr", has_text="年卡二")).to_contain_text("¥299.00")

    page.goto(f"{op01.address}/admin/members/member/{cast.member_ids['PLUS']}/change/")
    panel = op01.open_panel("benefits")
    expect(panel.locator("[data-subscription]").first).to_contain_text("有效")


BROKEN_LINES = """boxes => boxes.map(box => [box.dataset.benefit, new Set([...box.children]
    .filter(each => each.offsetParent && !each.querySelector("textarea"))
    .map(each => Math.round((each.getBoundingClientRect().top + each.getBoundingClientRect().bottom) / 20))).size])
    .filter(([_name, lines]) => lines > 1).map(([name]) => name)"""


def test_the_boxes_of_a_benefit_stand_on_one_line(desks: Sit) -> None:
    """How often a month stands beside the value it belongs to, on the screen most people have."""
    op01 = desks("op01")
    page = op01.page
    page.set_viewport_size({"width": 1440, "height": 900})
    op01.go("/admin/levels/schemes/?programme=P1")
    page.locator("section[data-track=free] form button").first.click()
    boxes = page.locator("section[data-level=L3] .gx-benefit-box")
    expect(boxes.first).to_be_visible()
    assert boxes.evaluate_all(BROKEN_LINES) == []
