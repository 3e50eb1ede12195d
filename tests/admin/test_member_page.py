"""The member page: who is this, what did they buy, and what may be done about it (CSL-04..08, MEM-24..31)."""

import re
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activity import services as activity_services
from activity.inputs import OrderIn, OrderLineIn
from core import notices, registry
from core.masking import Role
from core.notices import NoticeIn
from members.models import Address, Child, Consent, Member
from stores.enums import StaffRole
from stores.models import ServiceNote, Store
from tests import world
from tests.admin.conftest import Sit, Street
from tests.admin.neighbours import many_orders, order_in

HEADINGS = ["Basic information", "Orders", "After-sales", "Coupons", "Level", "Benefits", "Growth value", "Points", "Balance (assets)"]
HEADINGS += ["Tags", "Timeline"]
HEADINGS_ZH = ["基本信息", "订单", "售后", "优惠券", "等级", "会员权益", "成长值明细", "积分", "余额（资产）", "标签", "时间线"]


def page(client: Any, member_id: int, **headers: str) -> str:
    return str(client.get(reverse("admin:members_member_change", args=[member_id]), headers=headers).content.decode())


def panel(client: Any, member_id: int, key: str, **query: str) -> str:
    answer = client.get(reverse("admin:members_member_panel", args=[member_id, key]), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize(("language", "headings"), [("en", HEADINGS), ("zh-hans", HEADINGS_ZH)])
def test_the_headings_stand_in_their_order(street: Street, sit: Sit, language: str, headings: list[str]) -> None:
    text = page(sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours.member_id, **{"accept-language": language})
    found = re.findall(r'<h2 id="heading-[a-z-]+">([^<]+)</h2>', text)
    assert found[: len(headings)] == headings
    assert len(found) > len(headings)


def test_the_last_five_orders_are_named_without_a_click(street: Street, sit: Sit) -> None:
    for number in range(6):
        order = order_in(
            street.ours.store, street.ours.member_id, f"B{number}", street.now - timedelta(hours=10 - number), name=f"货品{number}号"
        )
        activity_services.record_orders(orders=[order], actor="test", booked_at=street.now)
    text = page(sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours.member_id)
    assert [f"货品{number}号" in text for number in range(6)] == [False, True, True, True, True, True]
    assert "¥88.80" in text  # the balance, with its moment
    assert "as of" in text


def test_a_message_that_waits_says_when_it_goes_out(street: Street, sit: Sit) -> None:
    programme, member_id = street.ours.store.programme_id, street.ours.member_id
    for key, due_at in (("now", None), ("later", street.now + timedelta(hours=24))):
        said = NoticeIn(programme, member_id, "level_up", f"level_history:{key}", key, {"level": "银牌会员", "level_before": ""}, due_at)
        with transaction.atomic():
            notices.queue([said], created_at=street.now)
    text = panel(sit(street.staff[Role.CUSTOMER_SERVICE]), member_id, "timeline")
    tomorrow = timezone.localtime(street.now + timedelta(hours=24))
    assert f"(to be sent from {tomorrow:%Y-%m-%d %H:%M})" in text
    assert text.count("to be sent from") == 1
    assert "(queued)" in text


def test_the_balance_names_its_programme_and_the_portrait_rounds_half_up(street: Street, sit: Sit) -> None:
    client, shop = sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours
    assert f"<dd>{shop.store.programme.name}</dd>" in panel(client, shop.member_id, "assets")
    buyer = world.enrol(shop.store, name="三分之二").member_id
    for number, minor in enumerate((100, 101, 101)):
        order = order_in(shop.store, buyer, f"H{number}", street.now, goods_minor=minor, paid_minor=minor)
        order = replace(order, lines=tuple(replace(line, unit_price_minor=minor, paid_minor=minor) for line in order.lines))
        activity_services.record_orders(orders=[order], actor="test", booked_at=street.now)
    assert "<dt>an order on average</dt><dd>¥1.01</dd>" in panel(client, buyer, "portrait")  # 3.02 by three


def test_where_there_are_two_clocks_each_part_says_its_own_and_else_none(street: Street, sit: Sit) -> None:
    client, store = sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours.store
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    address = reverse("admin:members_member_change", args=[street.ours.member_id])
    assert "gx-clock" not in client.get(address).content.decode()
    Store.objects.filter(pk=store.pk).update(time_zone="Europe/London")
    parts = re.findall(r'id="heading-([\w-]+)">.*?</h2>\s*<p class="gx-soft gx-clock">([^<]+)</p>', client.get(address).content.decode())
    said = dict(parts)
    assert said["orders"] == "Times by the clock of each store: Europe/London"
    assert said["growth"] == f"Times by the clock of the programme: {store.programme.name} (Asia/Shanghai)"
    assert said["timeline"] == "Times by the clock of Asia/Shanghai"


def test_an_order_shows_what_a_caller_asks_for(street: Street, sit: Sit) -> None:
    text = panel(sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours.member_id, "orders")
    for seen in (
        "O-甲-1",
        "paid, not shipped",
        "3 days not shipped",
        "¥199.00",
        "138****7531",
        "大衣甲",
        "M",
        "app",
        street.ours.store.name,
    ):
        assert seen in text, seen
    assert 'href="https://甲.example/o/O-%E7%94%B2-1"' in text
    assert 'target="_blank" rel="noopener noreferrer"' in text
    assert not re.search(r"<(button|a)[^>]*>\s*(Ship|Refund)", text)


def test_a_stores_template_makes_no_dangerous_link(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    for template in ("javascript:alert('{order_no}')", "data:text/html,{order_no}", "https://x/{secret}", "//x/{order_no}", "{order_no"):
        Store.objects.filter(pk=street.ours.store.pk).update(order_url_template=template)
        text = panel(client, street.ours.member_id, "orders")
        assert "O-甲-1" in text
        assert "href=" not in text.split("gx-record-no")[1].split("</header>")[0], template


def test_both_times_of_an_after_sale_are_shown(street: Street, sit: Sit) -> None:
    text = panel(sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours.member_id, "after-sales")
    for seen in ("AS-甲-1", "in review", "order placed", "applied", "¥199.00", "尺码甲", "138****7531"):
        assert seen in text, seen


def test_a_fixed_rate_order_shows_both_amounts_and_the_rate(street: Street, sit: Sit) -> None:
    Store.objects.filter(pk=street.ours.store.pk).update(foreign_currency="GBP", foreign_rate=10)
    foreign: OrderIn = order_in(street.ours.store, street.ours.member_id, "GB1", street.now - timedelta(days=5), currency="GBP")
    assert activity_services.record_orders(orders=[foreign], actor="test", booked_at=street.now)[0].ok
    text = panel(sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours.member_id, "orders")
    assert "¥1,990.00" in text
    assert "£199.00 × 10<" in text


def test_an_order_of_many_lines_shows_twenty_and_unfolds_the_others(street: Street, sit: Sit) -> None:
    lines = tuple(
        OrderLineIn(line_no=number, sku=f"G{number}", name=f"货品{number}号", quantity=1, unit_price_minor=100, paid_minor=100)
        for number in range(1, 24)
    )
    at = street.now - timedelta(days=1)
    large = order_in(street.ours.store, street.ours.member_id, "WHOLESALE", at, lines=lines, goods_minor=2300, paid_minor=2300)
    assert activity_services.record_orders(orders=[large], actor="test", booked_at=street.now)[0].ok
    order = panel(sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours.member_id, "orders").split('data-order="WHOLESALE"')[1]
    shown, folded = order.split("</article>")[0].split("<details")
    assert re.findall(r"货品(\d+)号", shown) == [str(number) for number in range(1, 21)]
    assert "Show 3 more lines" in folded
    assert re.findall(r"货品(\d+)号", folded) == ["21", "22", "23"]


def all_rows(client: Any, member_id: int, key: str, pattern: str) -> list[str]:
    """Every row of a panel, page by page."""
    rows: list[str] = []
    address: str | None = reverse("admin:members_member_panel", args=[member_id, key])
    while address:
        text = client.get(address).content.decode()
        found = re.findall(pattern, text)
        assert len(found) <= 20
        rows += found
        more = re.search(r'gx-more">\s*<button[^>]*hx-get="([^"]+)"', text)
        address = more.group(1).replace("&amp;", "&") if more else None
        assert len(rows) < 1000
    return rows


def test_orders_page_without_gaps_or_repeats(street: Street, sit: Sit) -> None:
    many_orders(street.ours.store, street.ours.member_id, 47, until=street.now - timedelta(days=4))
    same = [order_in(street.ours.store, street.ours.member_id, f"SAME{number:02d}", street.now - timedelta(days=9)) for number in range(30)]
    activity_services.record_orders(orders=same, actor="test", booked_at=street.now)  # thirty at one instant

    rows = all_rows(sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours.member_id, "orders", r'data-order="([^"]+)"')
    assert len(rows) == len(set(rows)) == 1 + 47 + 30
    assert rows[0] == "O-甲-1"


def test_the_timeline_holds_everything_once_newest_first(street: Street, sit: Sit) -> None:
    same = [order_in(street.ours.store, street.ours.member_id, f"SAME{number:02d}", street.now - timedelta(days=9)) for number in range(50)]
    activity_services.record_orders(orders=same, actor="test", booked_at=street.now)

    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    moments = all_rows(client, street.ours.member_id, "timeline", r'<time class="gx-mono" datetime="([^"]+)"')
    assert moments == sorted(moments, reverse=True)
    titles = all_rows(client, street.ours.member_id, "timeline", r"<span>([^<]*SAME\d\d)")
    assert len(titles) == len(set(titles)) == 50
    kinds = set(all_rows(client, street.ours.member_id, "timeline", r'<span class="gx-badge">([^<]+)</span>'))
    assert kinds == {
        "Order",
        "After-sale",
        "Behaviour",
        "Service note",
        "Membership",
        "Registration",
        "Consent",
        "Level",
        "Points",
        "Message",
        "Coupon",
        "Tag",
        "Campaign",
    }


def test_a_place_nobody_wrote_is_not_found(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    address = reverse("admin:members_member_panel", args=[street.ours.member_id, "orders"])
    for cursor in ("x", "2024-05-20T10:00:00~1", "2024-05-20T10:00:00+00:00", "2024-05-20T10:00:00+00:00~x", "~", "9~9~9"):
        assert client.get(address, {"cursor": cursor}).status_code == 404, cursor


def test_a_member_of_two_shops_shows_each_its_own_half(street: Street, sit: Sit) -> None:
    order = order_in(street.theirs.store, street.ours.member_id, "THEIRS-9", street.now, name="他店货品")
    activity_services.record_orders(orders=[order], actor="test", booked_at=street.now)
    client = sit(street.staff[Role.ADMIN])
    for key in [panel.key for panel in registry.panels("members.Member")]:
        text = panel(client, street.ours.member_id, key)
        assert "THEIRS-9" not in text, key
        assert street.theirs.store.name not in text, key
    text = page(client, street.ours.member_id)
    assert "他店货品" not in text
    assert street.theirs.store.name not in text


def edit(client: Any, member: Member, **changes: object) -> Any:
    body = {
        "version": member.version,
        "gender": member.gender,
        "marital_status": member.marital_status,
        "name": member.name,
        "reason": "客户来电更正",
        **changes,
    }
    return client.post(reverse("admin:members_member_edit", args=[member.pk]), body)


def test_customer_service_corrects_a_name_and_the_history_says_who_and_why(street: Street, sit: Sit) -> None:
    client, member = sit(street.staff[Role.CUSTOMER_SERVICE]), Member.objects.get(pk=street.ours.member_id)
    assert edit(client, member, name="甄新名", birthday="1991-02-03").status_code == 302

    member.refresh_from_db()
    assert (member.name, member.phone) == ("甄新名", "+8613824617531")  # the masked phone was left empty and stays
    changes = panel(client, member.pk, "changes")
    for seen in ("甄新名", "甄甲人", "客户来电更正", "ours-customer_service"):
        assert seen in changes


def test_a_profile_somebody_else_changed_meanwhile_is_not_overwritten(street: Street, sit: Sit) -> None:
    client, stale = sit(street.staff[Role.CUSTOMER_SERVICE]), Member.objects.get(pk=street.ours.member_id)
    edit(client, stale, name="先到者")
    answer = edit(client, stale, name="后到者")
    assert answer.status_code == 400
    assert "has changed since you read it" in answer.content.decode()
    assert Member.objects.get(pk=stale.pk).name == "先到者"


@pytest.mark.parametrize(
    "changes", [{"reason": "短"}, {"new_phone": "123"}, {"birthday": "1991-13-40"}, {"province_code": "440000", "city_code": "110100"}]
)
def test_a_profile_form_that_is_wrong_changes_nothing(street: Street, sit: Sit, changes: dict[str, str]) -> None:
    member = Member.objects.get(pk=street.ours.member_id)
    answer = edit(sit(street.staff[Role.CUSTOMER_SERVICE]), member, **{"name": "不该有", **changes})
    assert answer.status_code == 400
    assert Member.objects.get(pk=member.pk).name == member.name


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.TILL_CLERK])
def test_who_may_not_change_is_refused_at_every_form(street: Street, sit: Sit, role: Role) -> None:
    client, shop = sit(street.staff[role]), street.ours
    before = Member.objects.get(pk=shop.member_id).version
    for name, extra in (
        ("edit", []), ("freeze", []), ("unfreeze", []), ("address_add", []), ("address_change", [shop.ids["address_id"]]),
        ("address_default", [shop.ids["address_id"]]), ("address_remove", [shop.ids["address_id"]]), ("child_add", []),
        ("child_remove", [shop.ids["child_id"]]), ("consent_give", []), ("consent_withdraw", [shop.ids["consent_id"]]), ("preferences", []),
    ):  # fmt: skip
        address = reverse(f"admin:members_member_{name}", args=[shop.member_id, *extra])
        assert client.get(address).status_code == 403, name
        assert client.post(address, {"reason": "因为我想要"}).status_code == 403, name
    assert Member.objects.get(pk=shop.member_id).version == before
    assert "Edit profile" not in page(client, shop.member_id)


def test_the_list_of_members_is_a_calling_list(street: Street, sit: Sit) -> None:
    """DAT-17: the home number and its hours are kept on the page; at 18:59 the member is not on the list, at 19:00 they are."""
    client, member = sit(street.staff[Role.CUSTOMER_SERVICE]), Member.objects.get(pk=street.ours.member_id)
    edit = reverse("admin:members_member_edit", args=[member.pk])
    said = {"version": member.version, "gender": "unknown", "marital_status": "unknown", "reason": "客户来电更正"}
    hours = {"new_landline": "0755-26001234", "callable_from": "19:00", "callable_until": "21:00"}
    assert client.post(edit, {**said, **hours}).status_code == 302
    member.refresh_from_db()
    assert (member.landline, member.callable_from) == ("0755-26001234", time(19))

    def calling_list(clock: str) -> str:
        moment = {"X-Clock": f"2024-05-20T{clock}:00+08:00"}
        return str(client.get(reverse("admin:members_member_changelist"), {"callable": "now"}, headers=moment).content.decode())

    assert [member.one_id in calling_list(clock) for clock in ("18:59", "19:00", "20:59", "21:00")] == [False, True, True, False]


def test_only_the_platform_freezes_a_person(street: Street, sit: Sit) -> None:
    address = reverse("admin:members_member_freeze", args=[street.ours.member_id])
    assert sit(street.staff[Role.ADMIN]).post(address, {"reason": "账号被盗了"}).status_code == 403

    platform = sit(world.staff("platform-cs", (StaffRole.CUSTOMER_SERVICE, None)))
    assert platform.post(address, {"reason": "短"}).status_code == 400
    assert Member.objects.get(pk=street.ours.member_id).status == "active"
    assert platform.post(address, {"reason": "账号被盗了"}).status_code == 302
    assert Member.objects.get(pk=street.ours.member_id).status == "frozen"
    back = reverse("admin:members_member_unfreeze", args=[street.ours.member_id])
    assert platform.post(back, {"reason": "已经找回了"}).status_code == 302
    assert Member.objects.get(pk=street.ours.member_id).status == "active"
    assert platform.post(back, {"reason": "已经找回了"}).status_code == 400  # a refusal is shown on the form


def test_four_chinese_characters_are_a_reason_on_every_form(street: Street, sit: Sit) -> None:
    """As core.reasons has it: three say enough."""
    member = Member.objects.get(pk=street.ours.member_id)
    assert edit(sit(street.staff[Role.CUSTOMER_SERVICE]), member, name="甄新名", reason="来电更正").status_code == 302
    platform = sit(world.staff("platform-cs", (StaffRole.CUSTOMER_SERVICE, None)))
    assert platform.post(reverse("admin:members_member_freeze", args=[member.pk]), {"reason": "盗号调查"}).status_code == 302
    assert platform.post(reverse("admin:members_member_unfreeze", args=[member.pk]), {"reason": "已经找回"}).status_code == 302


def test_a_form_says_whom_it_is_about(street: Street, sit: Sit) -> None:
    client, shop = sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours
    for name in ("edit", "note", "address_add", "child_add", "consent_give", "preferences"):
        form = client.get(reverse(f"admin:members_member_{name}", args=[shop.member_id])).content.decode()
        assert '<p class="gx-whose">甄甲人</p>' in form, name


def test_who_left_no_name_is_said_to_have_none(street: Street, sit: Sit) -> None:
    Member.objects.filter(pk=street.ours.member_id).update(name="", nickname="")
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    assert "<h2>no name given</h2>" in page(client, street.ours.member_id)
    client.get(reverse("admin:members_member_change", args=[street.ours.member_id]))
    assert "no name given</a>" in client.get(reverse("admin:lookup")).content.decode()
    Member.objects.filter(pk=street.ours.member_id).update(nickname="小甄")
    assert "<h2>小甄</h2>" in page(client, street.ours.member_id)


def test_addresses_children_consents_and_preferences_are_kept_from_the_page(street: Street, sit: Sit) -> None:
    client, member = sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours.member_id

    def post(name: str, *extra: int, **body: object) -> int:
        return int(client.post(reverse(f"admin:members_member_{name}", args=[member, *extra]), body).status_code)

    regions = {"province_code": "440000", "city_code": "440300", "district_code": "440305"}
    assert post("address_add", receiver="收件人", phone="13700002222", street="新街1号", **regions) == 302
    added = Address.objects.get(member_id=member, street="新街1号")
    assert (added.phone, added.district_code, added.is_default) == ("+8613700002222", "440305", False)
    assert post("address_add", receiver="收件人", phone="13700002222", street="错街", **{**regions, "city_code": "110100"}) == 400
    assert post("address_default", added.pk) == 302
    assert Address.objects.get(member_id=member, is_default=True) == added
    assert post("address_change", added.pk, receiver="新收件人", phone="", street="", is_default="on", **regions) == 302
    added.refresh_from_db()
    assert (added.receiver, added.phone, added.street) == ("新收件人", "+8613700002222", "新街1号")
    assert post("address_remove", added.pk) == 302
    assert not Address.objects.filter(pk=added.pk).exists()

    assert post("child_add", birth_month="2023-05", gender="male") == 400  # the guardian has not agreed
    assert Child.objects.filter(member_id=member).count() == 1
    assert post("child_add", birth_month="2023-05", gender="male", guardian_agrees="on") == 302
    assert Child.objects.filter(member_id=member).count() == 2

    assert post("consent_give", purpose="marketing", policy_version="2024-05", channel="admin") == 302
    marketing = Consent.objects.get(member_id=member, purpose="marketing")
    assert post("consent_withdraw", marketing.pk) == 302
    marketing.refresh_from_db()
    assert marketing.withdrawn_at is not None

    assert post("preferences", sms=["trade"]) == 302
    shown = panel(client, member, "profile")
    assert shown.count('<span class="gx-on">') == 1


def test_notes_are_written_for_ones_own_programme_only(street: Street, sit: Sit) -> None:
    client, member = sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours.member_id
    address = reverse("admin:members_member_note", args=[member])
    assert client.post(address, {"programme": street.theirs.store.programme_id, "body": "越界"}).status_code == 400
    assert client.post(address, {"programme": street.ours.store.programme_id, "body": "  "}).status_code == 400
    assert client.post(address, {"programme": street.ours.store.programme_id, "body": "客户要发票"}).status_code == 302
    assert list(ServiceNote.objects.filter(member_id=member).order_by("id").values_list("body", flat=True)) == ["备注甲", "客户要发票"]
    assert "客户要发票" in panel(client, member, "notes")
    assert sit(street.staff[Role.TILL_CLERK]).post(address, {"programme": street.ours.store.programme_id, "body": "x"}).status_code == 403


def test_regions_are_fetched_step_by_step(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    assert "深圳市" in client.get(reverse("admin:regions"), {"province_code": "440000"}).content.decode()
    assert "南山区" in client.get(reverse("admin:regions"), {"city_code": "440300"}).content.decode()
    assert client.get(reverse("admin:regions"), {"province_code": "999999"}).content.decode().count("<option") == 1


def test_nothing_is_posted_to_the_page_itself(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    answer = client.post(reverse("admin:members_member_change", args=[street.ours.member_id]), {"name": "偷改"})
    assert answer.status_code == 403
    assert Member.objects.get(pk=street.ours.member_id).name == "甄甲人"
