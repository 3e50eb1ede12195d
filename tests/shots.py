"""`make shots`: take the pictures of README and the handbook again, from the demo that runs (`make demo` in another terminal).

Each picture is a story of a few steps: who logs in, in which language, what they do, which part of the page is kept.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from config.embedded import keeper
from config.embedded.places import data_folder
from tests.browser import NO_BROWSER, QUIET, SCROLLED_TO_AND_LOADED, chromium

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "images"
PASSWORD = "demo-2024"
DESKTOP = {"width": 1280, "height": 860}
TALL = {"width": 1280, "height": 1120}
PHONE = {"width": 390, "height": 844}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
Steps = Callable[[Page], Any]


@dataclass(frozen=True)
class Shot:
    """name: of the file, before `.zh.png` or `.en.png`.  steps: what is done after the login; a locator they answer is what is kept.

    user: "" for nobody.  more: further arguments of the browser's context.
    """

    name: str
    user: str
    steps: Steps
    languages: tuple[str, ...] = ("zh", "en")
    more: dict[str, Any] = field(default_factory=dict)


def open_member(page: Page, term: str = "13800138000") -> None:
    page.goto("/admin/lookup/")
    page.locator(".gx-search input[name=q]").fill(term)
    page.keyboard.press("Enter")
    expect(page.locator(".gx-who")).to_be_visible()


def panel(page: Page, key: str) -> Any:
    """A part of the member page, after all above it: loading later, they would push it out of the picture."""
    keys: list[str] = page.locator(".gx-panel").evaluate_all("parts => parts.map(part => part.id)")
    for each in keys[: keys.index(key) + 1]:
        page.wait_for_function(SCROLLED_TO_AND_LOADED, arg=each, polling=50)
    return page.locator(f"section#{key}")


def head(page: Page) -> None:
    open_member(page)
    panel(page, "profile")
    panel(page, "orders")
    page.evaluate("window.scrollTo(0, 0); document.querySelectorAll('main, #main, .overflow-auto').forEach(box => box.scrollTo(0, 0))")


def orders(page: Page) -> Any:
    open_member(page)
    return panel(page, "orders")


def after_sales(page: Page) -> Any:
    open_member(page, "13800138004")
    return panel(page, "after-sales")


def timeline(page: Page) -> Any:
    open_member(page, "13800138002")
    return panel(page, "timeline")


def asking_why(page: Page) -> Any:
    open_member(page)
    page.locator(".gx-who .gx-reveal").first.click()
    page.locator(".gx-reveal-form input[name=reason]").fill(
        "来电核对预留号码" if page.locator("html[lang^=zh]").count() else "Caller checks the number"
    )
    return page.locator(".gx-who")


def merge_case(page: Page) -> None:
    page.goto("/admin/members/mergecase/")
    page.locator("#result_list tbody a, table tbody a").first.click()
    page.wait_for_load_state()


def note(page: Page) -> None:
    open_member(page)
    page.locator(".gx-actions a[href$='/notes/']").click()
    page.wait_for_load_state()


def why(page: Page, term: str, key: str, row: str) -> Any:
    """A panel of somebody's page with the explanation of one of its lines unfolded."""
    open_member(page, term)
    found = panel(page, key)
    found.locator(f"{row} summary").first.click()
    return found


def benefits(page: Page) -> Any:
    open_member(page, "13800138012")
    return panel(page, "benefits")


def set_level(page: Page) -> None:
    open_member(page)
    panel(page, "level").locator("a[href$='/level/']").first.click()
    page.wait_for_load_state()
    page.locator("select[name=level]").select_option(index=2)
    page.locator("[name=reason]").fill("投诉补偿" if page.locator("html[lang^=zh]").count() else "Makes up for a complaint")


def points(page: Page) -> Any:
    """What has ended stands among the entries, unfolded."""
    open_member(page)
    found = panel(page, "points")
    found.locator("[data-kind=expire].gx-row summary").first.click()
    return found


def adjust_points(page: Page) -> None:
    open_member(page)
    panel(page, "points").locator("a[href$='/adjust/']").click()
    page.wait_for_load_state()
    page.locator("[name=delta]").fill("20")
    page.locator("[name=reason]").fill("活动补发" if page.locator("html[lang^=zh]").count() else "Campaign made good")


def points_rules(page: Page) -> None:
    """The draft, begun where there is none."""
    page.goto("/admin/points/rules/")
    page.locator("form[action*='/rules/draft/'] button").first.click()
    page.wait_for_load_state()


def tags(page: Page) -> Any:
    """Those by rules with what matched, the one by hand with who gave it."""
    open_member(page)
    return panel(page, "tags")


def coupons(page: Page) -> Any:
    """One that has ended: the words say why it can no longer be used."""
    open_member(page)
    return panel(page, "coupons")


def tag_rule(page: Page) -> None:
    """The draft of tag M, begun where there is none, with those it holds for."""
    page.goto("/admin/tags/tags/?programme=P1")
    page.locator("[data-tag=M] a").first.click()
    page.locator("form[action$='/draft/'] button").first.click()
    expect(page.locator("#says [data-members]")).to_be_visible()
    page.locator("[data-preview]").click()
    expect(page.locator("#preview [data-previewed]")).to_be_visible()


def campaign_results(page: Page) -> None:
    page.goto("/admin/campaigns/?programme=P1")
    page.locator("[data-campaign] a").first.click()
    page.locator("a[href$='/report/']").click()
    expect(page.locator("[data-issued]").first).to_be_visible()


def draft(page: Page) -> None:
    """The draft of the registered levels, begun where there is none, with a threshold of 7,000 for the third."""
    page.goto("/admin/levels/schemes/")
    track = page.locator("[data-track=free]")
    begun = track.locator(".gx-warning").locator("xpath=ancestor::tr").locator("a").first
    (begun if begun.count() else track.locator("header form button")).click()
    page.locator("[name=L2-threshold]").fill("7000")
    page.locator("button[value=save]").click()
    page.wait_for_load_state()
    expect(page.locator("[name=L2-threshold]")).to_have_value("7000")


def editor(page: Page) -> Any:
    draft(page)
    page.locator("#L2").evaluate("level => level.scrollIntoView()")
    return None


def simulation(page: Page) -> None:
    draft(page)
    page.locator("a[href*='/simulate/']").click()
    page.locator("main form button[type=submit], form.gx-form button[type=submit]").first.click()
    expect(page.locator("[data-changes]")).to_be_visible()


def heat_map(page: Page) -> Any:
    page.goto("/admin/levels/rfm/?programme=UKGIFT")
    return page.locator("section[data-members]")


def levels(name: str) -> Steps:
    return lambda page: page.goto(f"/admin/levels/{name}/")


def api(page: Page) -> None:
    page.goto("/api/v1/docs/")
    page.locator(".opblock-tag[data-tag=members]").click()
    expect(page.locator(".opblock").first).to_be_visible()


SHOTS = (
    Shot("login", "", lambda page: page.goto("/admin/login/")),
    Shot("guide", "cs01", lambda page: page.goto("/admin/")),
    Shot("member", "cs01", head),
    Shot("member-dark", "cs01", head, ("zh",), {"color_scheme": "dark"}),
    Shot("member-phone", "cs01", head, ("zh",), {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}),
    Shot("orders", "cs01", orders),
    Shot("after-sales", "cs01", after_sales),
    Shot("timeline", "admin", timeline, more={"viewport": TALL}),
    Shot("reveal", "cs01", asking_why),
    Shot("note", "cs01", note),
    Shot("merge-case", "cs01", merge_case),
    Shot("level", "cs01", lambda page: why(page, "6004", "level", "[data-cause=down]")),
    Shot("growth", "cs01", lambda page: why(page, "6004", "growth", "[data-reason=rfm]")),
    Shot("benefits", "cs01", benefits),
    Shot("set-level", "cs01", set_level),
    Shot("points", "cs01", points, more={"viewport": TALL}),
    Shot("points-adjust", "cs01", adjust_points),
    Shot("points-rules", "op01", points_rules, more={"viewport": TALL}),
    Shot("points-liability", "op01", lambda page: page.goto("/admin/points/liability/")),
    Shot("tags", "cs01", tags),
    Shot("coupons", "cs01", coupons),
    Shot("tag-rule", "op01", tag_rule, more={"viewport": TALL}),
    Shot("coupon-templates", "op01", lambda page: page.goto("/admin/coupons/templates/?programme=P1")),
    Shot("campaign-results", "op01", campaign_results, more={"viewport": TALL}),
    Shot("distribution", "op01", levels("distribution")),
    Shot("scheme-editor", "op01", editor, more={"viewport": TALL}),
    Shot("simulation", "op01", simulation, more={"viewport": TALL}),
    Shot("rfm", "admin", heat_map),
    Shot("reviews", "op01", levels("reviews")),
    Shot("planner", "op01", levels("planner")),
    Shot("access-log", "auditor", lambda page: page.goto("/admin/members/accesslog/")),
    Shot("upload", "op01", lambda page: page.goto("/admin/imports/orders/")),
    Shot("api", "", api, ("en",)),
)


@contextmanager
def sitting(browser: Browser, address: str, shot: Shot, language: str) -> Iterator[Page]:
    context = browser.new_context(
        **{"base_url": address, "locale": LANGUAGES[language], "timezone_id": "Asia/Shanghai", "viewport": DESKTOP, **shot.more}
    )
    page = context.new_page()
    if shot.user:
        page.goto("/admin/login/")
        page.locator("input[name=username]").fill(shot.user)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        expect(page.locator("[data-lookup]").first).to_be_attached()
    yield page
    context.close()


def take(browser: Browser, address: str, shot: Shot, language: str, folder: Path) -> Path:
    file = folder / f"{shot.name}.{language}.png"
    with sitting(browser, address, shot, language) as page:
        kept = shot.steps(page)
        page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready")
        if hasattr(kept, "screenshot") and hasattr(kept, "bounding_box"):
            kept.screenshot(path=file, animations="disabled")
        else:
            page.screenshot(path=file, animations="disabled", caret="hide")
    return file


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.shots")
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--url", help="where the demo runs; else the one of this folder")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    said = parser.parse_args()
    running = keeper.running(data_folder())
    address = said.url or (running.address if running else "")
    if not address:
        sys.exit("No demo runs here. Start `make demo` in another terminal, then `make shots`.")
    executable = chromium()
    if executable is None:
        sys.exit(NO_BROWSER)
    expect.set_options(timeout=20_000)
    said.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*QUIET, "--hide-scrollbars"])
        for shot in SHOTS:
            for language in shot.languages:
                if not said.names or shot.name in said.names:
                    print(take(browser, address, shot, language, said.folder), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
