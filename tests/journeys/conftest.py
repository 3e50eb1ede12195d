"""Whole stories in a real browser: the cast of the acceptance scripts, a running site, people who log in and look.

Every browser sends X-Clock, so the site stands at the moment of fixture world F1: 2024-05-20 10:00 in Shanghai.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from core import partitions
from demo.world.cast import FROZEN, Cast, build_cast
from demo.world.house import PASSWORD
from tests import keeping
from tests.browser import NO_BROWSER, QUIET, SCROLLED_TO_AND_LOADED, chromium

WAIT_MS = 15_000  # this machine may be busy: how long a thing on the page may take to appear


@pytest.fixture(autouse=True, scope="session")
def patience() -> None:
    expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium, for these tests alone: Playwright keeps an event loop in the test's thread, and as long as it does,
    Django refuses the ORM there without reason. With pytest-playwright's own browser that would go on until the session's end."""
    executable = chromium()
    if executable is None:
        pytest.fail(NO_BROWSER)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        started = playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def now() -> datetime:
    """The moment at which the story plays."""
    return FROZEN


@pytest.fixture
def cast(transactional_db: None, now: datetime) -> Iterator[Cast]:
    """Fixture world F1 and the others of the demo's cast, as they stand at `now`."""
    yield keeping.once(("cast", now), lambda: build_cast(now))
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(partitions.parents())}")  # Django's own flush does not know the tables cut by month


@dataclass
class Desk:
    """The back office of one person: a browser of their own, logged in. Errors on the page fail the test when it ends."""

    context: BrowserContext
    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def watch(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def look_up(self, term: str) -> None:
        """Type into the search box and press Enter, as one does on the telephone."""
        self.go("/admin/lookup/")
        self.page.locator(".gx-search input[name=q]").fill(term)
        self.page.keyboard.press("Enter")

    def open_panel(self, key: str) -> Any:
        """A part of the member page, scrolled to until it has loaded: parts above it may load meanwhile and push it out of sight."""
        self.page.wait_for_function(SCROLLED_TO_AND_LOADED, arg=key, polling=100)
        return self.page.locator(f"section#{key}")


Sit = Callable[..., Desk]


@pytest.fixture
def desks(browser: Browser, live_server: LiveServer, cast: Cast, now: datetime) -> Iterator[Sit]:
    """Somebody sits down and logs in: `desks("cs01")`; further arguments go to the browser (viewport, color_scheme)."""
    opened: list[Desk] = []

    def sit(username: str, **context_args: Any) -> Desk:
        said = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "extra_http_headers": {"X-Clock": now.isoformat()}, **context_args}
        context = browser.new_context(**said)
        desk = Desk(context, context.new_page(), live_server.url)
        desk.page.on("pageerror", lambda error: desk.complaints.append(f"{error}\n{error.stack}"))
        desk.page.on("response", desk.watch)
        opened.append(desk)
        desk.go("/admin/login/")
        desk.page.locator("input[name=username]").fill(username)
        desk.page.locator("input[name=password]").fill(PASSWORD)
        desk.page.locator("#login-form button[type=submit], form button[type=submit]:not([name=language])").last.click()
        expect(desk.page.locator("[data-lookup]").first).to_be_visible()
        return desk

    yield sit
    complaints = [complaint for desk in opened for complaint in desk.complaints]
    for desk in opened:
        desk.context.close()
    assert not complaints
