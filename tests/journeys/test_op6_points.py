"""OP-6: points rules, the liability, the consumption rate, rewards with codes (PTS-02, PTS-13, PTS-15, PTS-16)."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from demo.world.cast import Cast
from points.models import PointsEntry, PointsVersion, Reward
from points.services import books
from stores.models import Membership
from tests.journeys.conftest import Sit

pytestmark = pytest.mark.browser


def test_an_operator_changes_the_rules_tries_them_and_publishes(desks: Sit, cast: Cast) -> None:
    """OP-6.1: 0.01 points a yuan, 24 months, a point costs 1.00; a change makes version 2, old entries keep 1."""
    op01 = desks("op01")
    page = op01.page
    number = Membership.objects.get(member_id=cast.member_ids["M1"], programme__code="P1").member_no
    op01.go("/admin/points/rules/?programme=P1")
    for seen in ("0.01", "24", "¥1.00", "每月 28 日"):
        expect(page.locator(".gx-levels")).to_contain_text(seen)
    page.locator("form[action*='/rules/draft/'] button").click()
    page.locator("input[name=points_per_unit]").fill("0.02")
    page.locator("select[name=multiplier-1-kind]").select_option("level")
    page.locator("input[name=multiplier-1-factor]").fill("1.5")
    page.locator("form.gx-editor button[type=submit]").click()
    expect(page.locator(".gx-multiplier .gx-error")).to_contain_text("请选择等级。")
    page.locator("select[name=multiplier-1-level]").select_option("L3")
    page.locator("form.gx-editor button[type=submit]").click()
    expect(page.locator(".gx-findings .gx-error")).to_have_count(0)

    # what would an order earn: 250.00 on a member day is 5, and 5 more
    page.locator("a[href$='/try/']").click()
    page.locator("input[name=member_no]").fill(number)
    page.locator("input[name=amount]").fill("250")
    page.locator("input[name=paid_on]").fill("2024-05-28")
    page.locator(".gx-form button[type=submit]").click()
    expect(page.locator("[data-points='10']")).to_contain_text("会员日")
    page.locator(".gx-form .gx-buttons a").click()

    page.locator("a[href$='/publish/']").click()
    page.locator(".gx-form button[type=submit]").click()
    expect(page.locator(".gx-badge.gx-success").first).to_have_text("已发布")
    assert PointsVersion.objects.get(programme__code="P1", state="published").number == 2
    earned = PointsEntry.objects.filter(account__membership__programme__code="P1", kind="earn", rules__isnull=False)
    assert set(earned.values_list("rules__number", flat=True)) == {1}
    op01.go("/admin/points/entries/?programme=P1&kind=earn")
    expect(page.locator("tr[data-entry]").first).to_contain_text("第 1 版")


def test_the_books_add_up_and_go_into_a_file(desks: Sit, cast: Cast, now: datetime, tmp_path: Path) -> None:
    """OP-6.2, 6.3: every month difference 0, the value is the closing balance x 1.00; the rate has its band."""
    books.close_days(now=now)
    op01 = desks("op01")
    page = op01.page
    op01.go("/admin/points/liability/?programme=P1")
    expect(op01.page.locator("[data-expiring] tr[data-month]")).to_have_count(12)
    months = page.locator("tr[data-period]")
    assert months.count() > 3
    assert set(page.locator("[data-difference]").evaluate_all("cells => cells.map(cell => cell.dataset.difference)")) == {"0"}
    closing = int(page.locator("[data-closing]").first.inner_text().replace(",", ""))
    expect(page.locator("[data-value]")).to_have_text(f"¥{closing:,}.00")
    rate = Decimal(page.locator("[data-rate]").inner_text().removesuffix(" %"))
    expect(page.locator("[data-band] .gx-badge")).to_have_text("偏低" if rate < 60 else "健康" if rate <= 80 else "偏高")
    page.locator("nav a", has_text="按日").click()
    expect(page.locator("tr[data-period='2024-05-19']")).to_be_visible()
    with page.expect_download() as download:
        page.locator("form[action*='/csv/'] button").click()
    file = tmp_path / "books.csv"
    download.value.save_as(file)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert lines[-1].startswith("2024-05-19,")
    assert f",{closing}," in lines[-1]


def test_a_reward_gets_its_codes_and_bad_lines_are_named(desks: Sit, cast: Cast, tmp_path: Path) -> None:
    """PTS-10, PTS-12."""
    op01 = desks("op01")
    page = op01.page
    op01.go("/admin/points/rewards/?programme=P1")
    page.locator("a[href*='/rewards/add/']").click()
    page.locator("input[name=code]").fill("tea")
    page.locator("input[name=name]").fill("奶茶券")
    page.locator("select[name=kind]").select_option("virtual_code")
    page.locator("input[name=points]").fill("20")
    page.locator(".gx-form button[type=submit]").click()
    row = page.locator("tr[data-reward=tea]")
    expect(row).to_contain_text("已兑完")
    codes = tmp_path / "codes.csv"
    codes.write_text("code\nTEA-1\nTEA 2\nTEA-1\n", encoding="utf-8")
    row.locator("a[href$='/codes/']").click()
    page.locator("input[type=file]").set_input_files(codes)
    page.locator(".gx-form button[type=submit]").click()
    expect(page.locator("[data-field=upload] .gx-error")).to_have_text(["第 3 行：码中不能有空格。", "第 4 行：与第 2 行的码相同。"])
    codes.write_text("code\nTEA-1\nTEA-2\n", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(codes)
    page.locator(".gx-form button[type=submit]").click()
    expect(row.locator("[data-left='2']")).to_be_visible()
    assert Reward.objects.get(code="tea").stock == 2
