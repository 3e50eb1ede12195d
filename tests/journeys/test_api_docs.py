"""The API's own page: somebody with a client's id and secret tries a call without leaving it (API, issue item 8)."""

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
    dialog.locator("input[data-name=clientId]").fill(client.client_id)
    dialog.locator("input[data-name=clientSecret]").fill(client.client_secret)
    dialog.locator("label", has_text="members:read").click()
    dialog.get_by_role("button", name="Apply given OAuth2 credentials").first.click()
    expect(dialog).to_contain_text("Authorized")
    dialog.get_by_role("button", name="Close").first.click()

    page.locator(".opblock-tag[data-tag=members]").click()
    operation = page.locator("#operations-members-get_member")
    operation.locator(".opblock-summary").click()
    operation.locator("tr[data-param-name=one_id] input").fill(cast.one_ids["M1"])
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    expect(answer).to_contain_text(cast.one_ids["M1"])
    expect(answer).to_contain_text("138****8000")
