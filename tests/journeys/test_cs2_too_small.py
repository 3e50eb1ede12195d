"""CS-2: "what I just bought is too small" (CSL-02, 07, 08; GRW-07, PTS-22)."""

from typing import Any

import pytest
from playwright.sync_api import expect

from demo.world.cast import Cast
from stores import services as stores_services
from stores.enums import ClientScope
from tests.journeys.conftest import Desk, Sit

pytestmark = pytest.mark.browser


def test_an_after_sale_pushed_by_the_shop_stands_on_the_members_page_and_takes_back_what_the_order_gave(desks: Sit, cast: Cast) -> None:
    cs01 = desks("cs01")
    cs01.look_up("13800138000")

    # 1 what she bought: the jacket, size M
    jacket = cs01.open_panel("orders").locator("[data-order=O1000] .gx-lines tr")
    expect(jacket).to_have_count(1)
    for seen in ("夹克", "尺码", "M", "¥299.90"):
        expect(jacket).to_contain_text(seen)

    changes = cs01.open_panel("level").locator("[data-cause]").count()

    # 2 the shop pushes the after-sale; the page shows it, and where to work on it
    shop = Shop(cs01, cast.house.stores["S001"])
    assert shop.push(after_sale(version=1, status="reviewing")).status == 201
    cs01.page.reload()
    shown = cs01.open_panel("after-sales").locator("[data-after-sale=AS1]")
    for seen in ("审核中", "仅退款", "¥299.90", "2024-04-26 10:00", "2024-05-20 09:00", "尺码小了", "张三", "138****8000"):
        expect(shown).to_contain_text(seen)
    expect(shown).not_to_contain_text("13800138000")
    expect(shown.get_by_role("link", name="AS1")).to_have_attribute("href", "https://oms.example/as/AS1")

    # the shop has paid the money back: the same after-sale in its next version
    refunded = after_sale(version=2, status="refunded", settled_at="2024-05-20T09:30:00+08:00")
    assert shop.push(refunded).status == 201
    again = shop.push(refunded)
    assert again.status == 200
    assert again.json()["applied"] is False
    cs01.page.reload()
    expect(cs01.open_panel("after-sales").locator("[data-after-sale=AS1]")).to_contain_text("已退款")
    expect(cs01.open_panel("orders").locator("[data-order=O1000] .gx-lines tr")).to_contain_text("已退款 ¥299.90")

    # 3 growth value and points went back once, each entry names its cause
    taken = cs01.open_panel("growth").locator("[data-reason=refund]")
    expect(taken).to_have_count(1)
    for seen in ("退款", "−299", "6,901", "AS1"):
        expect(taken).to_contain_text(seen)
    taken = cs01.open_panel("points").locator(".gx-row-points[data-kind=reverse]")
    expect(taken).to_have_count(1)
    for seen in ("−2", "98", "AS1"):
        expect(taken).to_contain_text(seen)

    # 4 the level is what it was: 6,901 is above 3,000
    expect(cs01.page.locator(".gx-tile-level")).to_contain_text("铜牌会员")
    expect(cs01.open_panel("level").locator("[data-cause]")).to_have_count(changes)


def after_sale(**more: Any) -> dict[str, Any]:
    return {
        "after_sale_no": "AS1",
        "order_no": "O1000",
        "kind": "refund",
        "currency": "CNY",
        "refund_minor": 29990,
        "reason": "尺码小了",
        "applied_at": "2024-05-20T09:00:00+08:00",
        "receiver_name": "张三",
        "receiver_phone": "13800138000",
        "receiver_address": "广东省深圳市南山区科技园1号",
        "lines": [{"line_no": 1, "quantity": 1, "refund_minor": 29990}],
        **more,
    }


class Shop:
    """A store's own system, calling the API with a token of its own."""

    def __init__(self, desk: Desk, store_id: int) -> None:
        self.http, self.base, self.calls = desk.context.request, f"{desk.address}/api/v1", 0
        client = stores_services.create_api_client(store_id=store_id, name="shop", scopes=[ClientScope.ORDERS_WRITE])
        answer = self.http.post(
            f"{self.base}/oauth/token",
            form={"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": client.client_secret},
        )
        assert answer.status == 200, answer.text()
        self.token = answer.json()["access_token"]

    def push(self, body: dict[str, Any]) -> Any:
        self.calls += 1
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": f"push-{self.calls}"}
        return self.http.post(f"{self.base}/after-sales", data=body, headers=headers)
