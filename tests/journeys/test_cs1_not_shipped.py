"""CS-1: "my order is not shipped yet" (CSL-01, 03, 05, 06; SEC-07)."""

import re

import pytest
from playwright.sync_api import expect

from demo.world.cast import Cast
from members.enums import AccessAction
from members.models import AccessLog
from tests.journeys.conftest import Sit

pytestmark = pytest.mark.browser


def test_customer_service_answers_why_an_order_is_not_shipped(desks: Sit, cast: Cast) -> None:
    cs01 = desks("cs01")
    page = cs01.page
    # 1 the phone number finds exactly one member, and opens it
    cs01.look_up("13800138000")
    expect(page).to_have_url(re.compile(rf"/admin/members/member/{cast.member_ids['M1']}/change/$"))
    page.screenshot(path="/tmp/jr/cs1.png", full_page=True)
