"""The API's own page: somebody with a client's id and secret tries a call without leaving it (API, issue item 8)."""

import re

import pytest
from playwright.sync_api import expect

from demo.world.cast import Cast
from stores import services as stores_services
from stores.enums import ClientScope
from tests.journeys.conftest import Sit

pytestmark = pytest.mark.browser


def test_swagger_authorizes_and_runs_a_call(desks: Sit, cast: Cast) -> None:
    client = stores_services.create_api_client(store_id=cast.house.stores["S001"], name="try", scopes=[ClientScope.MEMBERS_READ])
    desk = desks("cs01")
    page = desk.page
    desk.go("/api/v1/docs/")

    page.get_by_role("button", name="Authorize").first.click()
    dialog = page.locator(".dialog-ux")
    dialog.locator("#client_id, input[name=clientId]").first.fill(client.client_id)
    dialog.locator("#client_secret, input[name=clientSecret]").first.fill(client.client_secret)
    dialog.get_by_text("members:read", exact=False).first.click()
    dialog.get_by_role("button", name="Apply given OAuth2 credentials").first.click()
    expect(dialog).to_contain_text("Authorized")
    dialog.get_by_role("button", name="Close").first.click()

    operation = page.locator(".opblock", has=page.locator("[data-path='/api/v1/members/{one_id}']")).filter(has_text=re.compile("^GET"))
    operation.locator(".opblock-summary").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.locator("tr[data-param-name=one_id] input").fill(cast.one_ids["M1"])
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    expect(answer).to_contain_text(cast.one_ids["M1"])
    expect(answer).to_contain_text("138****8000")
