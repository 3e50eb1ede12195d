"""That the pages are good to work with: by keyboard alone, on a phone, in the dark, in both languages (design section 9, issue item 6)."""

import re
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, Route, expect

from core.scope import Scope
from demo.world.cast import FROZEN, Cast
from members import services
from members.enums import AccessAction
from tests.journeys.conftest import Desk, Sit

pytestmark = pytest.mark.browser
CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
READABLE = 4.5  # WCAG 2.2, 1.4.3: the least contrast of text; 3 for large text
TWO_FRAMES = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
OUTSIDE = """() => [...document.querySelectorAll(".gx-panel")].flatMap((part) => [...part.querySelectorAll("*")].filter(
    (each) => each.getBoundingClientRect().right > part.getBoundingClientRect().right + 1
).map((each) => [part.id, each.className, each.textContent.trim().slice(0, 60)]))"""  # what sticks out of its part of the page
OVERFULL = """() => [...document.querySelectorAll(".gx-lines td")].filter(
    (cell) => cell.scrollWidth > cell.clientWidth + 1
).map((cell) => cell.textContent.trim())"""  # figures that run into the next one
PANELS = (
    *("profile", "orders", "after-sales", "coupons", "level", "benefits", "growth", "points", "assets", "tags", "timeline", "portrait"),
    *("behaviour", "notes", "changes"),
)


def all_of(desk: Desk) -> Page:
    """The member page of 张三 with every part loaded."""
    desk.look_up("13800138000")
    for key in PANELS:
        desk.open_panel(key)
    return desk.page


def test_a_member_is_found_and_read_by_keyboard_alone(desks: Sit, cast: Cast) -> None:
    desk = desks("cs01")
    page, keys = desk.page, desk.page.keyboard
    desk.go("/admin/lookup/")
    expect(page.locator(".gx-search input")).to_be_focused()
    keys.type("13800138000")
    keys.press("Enter")
    expect(page.locator(".gx-who h2")).to_have_text("张三")
    expect(page.locator(".gx-who h2")).to_be_visible()  # until its scripts run, the page is there and hidden: no key does anything

    # reveal the phone number without a mouse
    for _press in range(80):
        keys.press("Tab")
        if page.evaluate("document.activeElement.matches('.gx-who .gx-reveal')"):
            break
    expect(page.locator(".gx-who .gx-reveal:focus")).to_have_count(1)
    assert page.evaluate(
        "getComputedStyle(document.activeElement).outlineStyle !== 'none' || getComputedStyle(document.activeElement).boxShadow !== 'none'"
    )
    keys.press("Enter")
    expect(page.get_by_role("textbox", name="原因")).to_be_focused()
    keys.type("客户来电核对号码")
    keys.press("Enter")
    expect(page.locator(".gx-who")).to_contain_text("13800138000")

    # and look up the next one from here
    page.evaluate("document.activeElement.blur()")
    keys.press("/")
    expect(page.locator("input[data-lookup]:focus")).to_have_count(1)
    keys.type("13800138001")
    keys.press("Enter")
    expect(page.locator(".gx-who h2")).to_have_text("李四")


def test_the_menu_is_skipped_by_two_keys(desks: Sit, cast: Cast) -> None:
    """Forty links stand before the page."""
    desk = desks("cs01")
    page, keys = desk.page, desk.page.keyboard
    desk.look_up("13800138000")
    expect(page.locator(".gx-who h2")).to_be_visible()
    keys.press("Tab")
    expect(page.get_by_role("link", name="跳过菜单")).to_be_focused()
    expect(page.get_by_role("link", name="跳过菜单")).to_be_in_viewport()
    keys.press("Enter")
    keys.press("Tab")
    expect(page.locator("#content .gx-who a:focus")).to_have_text(re.compile("修改资料"))


def test_the_menu_folds_by_mouse_and_by_keys_and_nothing_jumps(desks: Sit, cast: Cast) -> None:
    desk = desks("cs01")
    page, keys = desk.page, desk.page.keyboard
    desk.go("/admin/coupons/coupons/")
    part = page.locator(".gx-menu-group")
    assets, levels = (
        part.filter(has=page.get_by_role("heading", name="会员资产")),
        part.filter(has=page.get_by_role("heading", name="会员等级")),
    )
    expect(assets).to_have_attribute("open", "")
    expect(assets.locator("[aria-current=page]")).to_have_text(re.compile("优惠券"))
    expect(levels.get_by_role("link")).to_have_count(0)  # folded: neither seen nor reached by Tab
    top = "document.querySelector('#content').getBoundingClientRect().top"
    before = page.evaluate(top)
    levels.locator("summary").focus()
    keys.press("Enter")
    expect(levels.get_by_role("link").first).to_be_visible()
    keys.press("Tab")
    expect(levels.get_by_role("link").first).to_be_focused()
    levels.locator("summary").click()
    expect(levels.get_by_role("link")).to_have_count(0)
    assert page.evaluate(top) == before

    phone = desks("cs01", viewport={"width": 390, "height": 844})
    phone.go("/admin/coupons/coupons/")
    phone.page.get_by_role("button", name="菜单").locator(".xl\\:hidden\\!").click()
    group = phone.page.locator(".gx-menu-group").filter(has=phone.page.get_by_role("heading", name="会员标签"))
    group.locator("summary").click()
    expect(group.get_by_role("link").first).to_be_in_viewport()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_order_number_leads_to_its_order(desks: Sit, cast: Cast) -> None:
    desk = desks("cs01")
    desk.look_up("o1001")
    expect(desk.page.locator("#orders .gx-sought")).to_have_attribute("data-order", "O1001")
    expect(desk.page.locator("#orders .gx-sought")).to_be_in_viewport()
    expect(desk.page.locator(".gx-jumps a[href='#who']")).to_be_in_viewport()  # whose order it is
    expect(desk.page.locator("#orders .gx-sought")).to_contain_text("查询的订单")


def test_the_search_box_has_the_focus_however_late_the_scripts_come(desks: Sit, cast: Cast) -> None:
    """The theme hides the page until its script has started; a browser gives up on a hidden box that asks for the focus."""
    desk = desks("cs01")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.page.route("**/alpine.js*", hold)
    desk.page.goto(f"{desk.address}/admin/lookup/", wait_until="commit")
    desk.page.wait_for_function("document.readyState === 'interactive'")
    desk.page.evaluate(TWO_FRAMES)
    assert desk.page.evaluate("document.activeElement === document.body")
    held[0].continue_()
    expect(desk.page.locator(".gx-search input")).to_be_focused()


def test_a_jump_arrives_however_late_the_parts_above_come(desks: Sit, cast: Cast) -> None:
    desk = desks("cs01")
    page = desk.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/panel/growth/**", hold)
    desk.look_up("13800138000")
    page.locator(".gx-jumps").get_by_role("link", name="积分", exact=True).click()
    expect(page.locator("#points [data-purse]")).to_be_visible()
    held[0].continue_()
    expect(page.locator("#growth .gx-row").first).to_be_attached()
    page.evaluate(TWO_FRAMES)
    assert 0 <= page.evaluate("document.querySelector('#points').getBoundingClientRect().top") < 150

    # what is done from a part comes back to it
    desk.open_panel("notes").get_by_role("link", name="新增备注").click()
    page.locator("textarea").fill("周末送货")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#notes")).to_contain_text("周末送货")
    expect(page.locator("#notes .gx-messages")).to_have_text("备注已新增。")
    expect(page.locator("#notes .gx-messages")).to_be_in_viewport()


def test_a_list_of_hits_is_walked_by_keyboard(desks: Sit, cast: Cast) -> None:
    desk = desks("admin")
    desk.look_up("张三")
    rows = desk.page.locator(".gx-hits tbody tr, table tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_be_visible()
    for _press in range(60):
        desk.page.keyboard.press("Tab")
        if desk.page.evaluate("document.activeElement.matches('table tbody a')"):
            break
    expect(desk.page.locator("table tbody a:focus")).to_have_count(1)
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".gx-who h2")).to_have_text("张三")


def test_the_lookup_works_at_phone_width(desks: Sit, cast: Cast) -> None:
    desk = desks("cs01", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = all_of(desk)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    desk.look_up("13800138006")  # lines of which money was given back have a figure more
    expect(desk.open_panel("orders").locator("[data-order=O1070]")).to_contain_text("已退款 ¥1,599.00")
    assert page.evaluate(OVERFULL) == []
    desk.look_up("8000")
    expect(page.locator("[data-member-hit], table tbody tr")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="菜单").click()
    expect(page.get_by_role("link", name="查会员")).to_be_visible()


def test_nothing_runs_out_of_its_part_on_a_small_screen(desks: Sit, cast: Cast) -> None:
    for number in range(3):
        scope = Scope(actor=f"client:{number}", platform=True)
        services.log_access(
            scope=scope, user_id=None, action=AccessAction.API_READ, at=FROZEN, member_id=cast.member_ids["M1"],
            reason="a-reason-in-one-long-word-" * 6, field="order_address:1234567890", ip="2001:db8:85a3:8d3:1319:8a2e:370:7348",
        )  # fmt: skip
    desk = desks("admin", viewport={"width": 1280, "height": 800})
    page = all_of(desk)
    desk.open_panel("access")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert page.evaluate(OUTSIDE) == []
    assert not cut_off(page, ".gx-jumps")
    desk.go("/admin/members/accesslog/")
    expect(page.locator("#result_list tbody tr").first).to_be_visible()
    assert not cut_off(page, "#result_list")


def cut_off(page: Page, selector: str) -> bool:
    """Whether it is wider than what lies around it."""
    cut: bool = page.evaluate(
        "(box) => [box, box.parentElement].some((each) => each.scrollWidth > each.clientWidth + 1)", page.query_selector(selector)
    )
    return cut


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_of_the_member_page_is_readable(desks: Sit, cast: Cast, scheme: Literal["light", "dark"]) -> None:
    desk = desks("cs01", color_scheme=scheme)
    page = all_of(desk)
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is (scheme == "dark")
    assert faint(page) == []
    for path in ("lookup/", "lookup/?q=8000", "activity/order/", "members/mergecase/", "points/rules/", "points/entries/"):
        desk.go(f"/admin/{path}")
        assert faint(page) == [], path


def faint(page: Page) -> list[Any]:
    """Texts with too little contrast to what lies behind them: [text, ratio, colours]."""
    found: list[Any] = page.evaluate(CONTRAST, READABLE)
    return found


def test_the_programme_one_looks_at_stays_from_page_to_page(desks: Sit, cast: Cast) -> None:
    desk = desks("admin")
    page, chosen = desk.page, desk.page.locator(".gx-programmes [aria-current]")
    desk.go("/admin/points/rules/")
    expect(chosen).to_have_text("平台会员")
    page.locator(".gx-programmes").get_by_role("link", name="北巷会员").click()
    expect(chosen).to_have_text("北巷会员")
    for address in ("coupons/templates/", "levels/schemes/", "campaigns/"):
        desk.go(f"/admin/{address}")
        expect(chosen).to_have_text("北巷会员")
        expect(page).to_have_url(f"{desk.address}/admin/{address}?programme=P2")
    page.locator(".gx-programmes").get_by_role("link", name="平台会员").click()
    expect(chosen).to_have_text("平台会员")
    desk.go("/admin/points/rules/")
    expect(chosen).to_have_text("平台会员")
    desk.go("/admin/levels/reviews/?programme=P1")  # an address that says which is obeyed
    expect(chosen).to_have_text("安禾会员")


def test_the_language_is_switched_and_stays(desks: Sit, cast: Cast) -> None:
    desk = desks("cs01")
    page = desk.page
    desk.look_up("13800138000")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.get_by_role("heading", name="基本信息")).to_be_visible()

    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(f"{desk.address}/admin/members/member/{cast.member_ids['M1']}/change/")  # the same page
    expect(page.get_by_role("heading", name="Basic information")).to_be_visible()
    expect(desk.open_panel("orders").locator("[data-order=O1001]")).to_contain_text("3 days not shipped")
    desk.go("/admin/lookup/")
    expect(page.get_by_role("button", name="Search")).to_be_visible()

    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("button", name="搜索")).to_be_visible()
