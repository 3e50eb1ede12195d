"""CS-1: "my order is not shipped yet" (CSL-01, 03, 05, 06; SEC-07)."""

import re

import pytest
from playwright.sync_api import expect

from demo.world.cast import Cast
from members.enums import AccessAction
from members.models import AccessLog, Member
from tests.journeys.conftest import Sit

pytestmark = pytest.mark.browser


def test_customer_service_answers_why_an_order_is_not_shipped(desks: Sit, cast: Cast) -> None:
    cs01 = desks("cs01")
    page, member = cs01.page, cast.member_ids["M1"]

    # 1 the phone number finds exactly one member and opens it
    cs01.look_up("13800138000")
    expect(page).to_have_url(f"{cs01.address}/admin/members/member/{member}/change/")

    # 2 the head says who she is
    who = page.locator(".gx-who")
    expect(who.locator("h2")).to_have_text("张三")
    expect(who).to_contain_text("138****8000")
    expect(who).not_to_contain_text("13800138000")
    expect(who).to_contain_text("女")
    expect(who).to_contain_text("1992-06-15")
    expect(who).to_contain_text("2023-03-17 · 小程序")
    expect(who).to_contain_text("安禾会员")
    cards = page.locator(".gx-cards")
    expect(cards).to_contain_text("¥88.80")
    expect(cards).to_contain_text("2024-05-20 08:00")  # as of
    level = cards.locator(".gx-tile-level")
    for seen in ("铜牌会员", "7,200", "距银牌会员还差 800"):
        expect(level).to_contain_text(seen)
    expect(cards.locator(".gx-tile-points [data-balance='100']")).to_be_visible()
    expect(cards.locator(".gx-tile", has_text="服务等级")).to_contain_text("标准")
    expect(cards.locator(".gx-tile-tags")).not_to_contain_text("加载")
    bought = cards.locator(".gx-tile", has_text="最近订单")
    expect(bought).to_contain_text("外套")
    expect(bought).to_contain_text("夹克")

    # 3 the orders, the newest on top
    orders = cs01.open_panel("orders").locator("[data-order]")
    expect(orders).to_have_count(2)
    newest = orders.first
    expect(newest).to_have_attribute("data-order", "O1001")
    for seen in ("已付款未发货", "3 天未发货", "¥199.00", "2024-05-17", "张三", "138****8000"):
        expect(newest).to_contain_text(seen)
    expect(newest).not_to_contain_text("13800138000")
    expect(newest).not_to_contain_text("科技园1号")

    # 4 the number leads to the shop's own system; nothing here ships or refunds
    link = newest.get_by_role("link", name="O1001")
    expect(link).to_have_attribute("href", "https://oms.example/o/O1001")
    expect(link).to_have_attribute("target", "_blank")
    for name in ("发货", "退款", "取消订单"):
        expect(newest.get_by_role("button", name=re.compile(name))).to_have_count(0)
        expect(newest.get_by_role("link", name=re.compile(name))).to_have_count(0)

    # 5 the auditor finds one search and one view in the log, with time and address
    auditor = desks("auditor")
    auditor.go("/admin/members/accesslog/")
    rows = auditor.page.locator("#result_list tbody tr, table tbody tr")
    expect(rows).to_have_count(2)
    for row, action in zip(rows.all(), ("查看", "搜索"), strict=True):
        expect(row).to_contain_text(action)
        expect(row).to_contain_text("cs01")
        expect(row).to_contain_text("127.0.0.1")
        expect(row).to_contain_text(re.compile("2024.*10:00|10:00"))
    assert list(AccessLog.objects.order_by("id").values_list("action", "hits")) == [(AccessAction.SEARCH, 1), (AccessAction.VIEW, None)]


def test_another_stores_operator_is_blind_to_the_member(desks: Sit, cast: Cast) -> None:
    op02 = desks("op02")

    for term in ("13800138000", "8000", "8000张", "张三", "O1001", "zhangsan@example.com", cast.one_ids["M1"]):
        op02.look_up(term)
        expect(op02.page.get_by_role("status")).to_contain_text("0 个结果")

    answer = op02.page.goto(f"{op02.address}/admin/members/member/{cast.member_ids['M1']}/change/")
    assert answer is not None
    assert answer.status == 404
    for path in ("panel/orders/", "panel/timeline/", "reveal/?kind=phone", "edit/"):
        answer = op02.page.goto(f"{op02.address}/admin/members/member/{cast.member_ids['M1']}/{path}")
        assert answer is not None
        assert answer.status == 404, path
    for relation in Member._meta.related_objects:  # no box anywhere suggests members
        model = relation.related_model._meta
        said: dict[str, str | float | bool] = {
            "app_label": model.app_label,
            "model_name": str(model.model_name),
            "field_name": relation.field.name,
            "term": "张",
        }
        suggested = op02.context.request.get(f"{op02.address}/admin/autocomplete/", params=said)
        assert suggested.status in (403, 404), said
    for path in (
        "activity/order/",
        "activity/aftersale/",
        "members/member/",
        "stores/store/",
        "members/mergecase/",
    ):  # nor any list or filter
        op02.go(f"/admin/{path}")
        expect(op02.page.locator("body")).not_to_contain_text("安禾")
        expect(op02.page.locator("body")).not_to_contain_text(cast.one_ids["M1"])
    assert not AccessLog.objects.filter(member_id=cast.member_ids["M1"]).exists()
