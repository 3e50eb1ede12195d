"""Coupons in the back office: templates with what they cost, packs, what is given and revoked, the panel (CS-5, CPN-07, CPN-16)."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from core.masking import Role
from coupons.models import Coupon, CouponPack, CouponTemplate
from stores.models import Membership
from tests import world
from tests.admin.conftest import Sit, Street
from tests.admin.coupon_rows import give, thirty_off
from tests.admin.test_budgets import statements

FIFTY: dict[str, Any] = {
    "name": "新客券",
    "code": "fifty",
    "kind": "amount",
    "face": "50",
    "min_spend": "99",
    "validity": "hours",
    "valid_amount": "24",
    "stock": "1000",
    "cost_bearer": "store",
    "is_on": "on",
}


def address(street: Street, name: str) -> str:
    return reverse(f"admin:{name}") + f"?programme={street.ours.store.programme.code}"


def test_a_template_is_written_as_people_write_money(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.OPERATOR])
    assert client.post(address(street, "coupons_template_add"), FIFTY).status_code == 302
    found = CouponTemplate.objects.get(code="fifty")
    assert (found.face_minor, found.min_spend_minor, found.valid_amount, found.cost_minor, found.stock) == (5000, 9900, 24, 5000, 1000)
    page = client.get(reverse("admin:coupons_template", args=[found.pk]))
    said = {box.name: box.value() for box in page.context["form"]}
    assert (str(said["face"]), said["cost"], said["kind"]) == ("50.00", None, "amount")
    assert client.post(reverse("admin:coupons_template", args=[found.pk]), FIFTY | {"face": "40", "kind": "gift"}).status_code == 302
    found.refresh_from_db()
    assert (found.face_minor, found.cost_minor, found.kind) == (4000, 4000, "amount")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"face": ""}, "face"),
        ({"face": "-5"}, "face"),
        ({"kind": "percent", "face": ""}, "pay_rate"),
        ({"valid_amount": ""}, "valid_amount"),
        ({"validity": "fixed", "valid_amount": ""}, "valid_until"),
        ({"validity": "fixed", "valid_from": "2030-01-02T00:00", "valid_until": "2030-01-01T00:00"}, "valid_until"),
        ({"kind": "percent", "face": "", "pay_rate": "0.9", "budget": "100"}, "cost"),
        ({"code": "of course"}, "code"),
    ],
)
def test_what_is_wrong_stands_beside_its_box_and_nothing_is_kept(street: Street, sit: Sit, said: dict[str, str], field: str) -> None:
    page = sit(street.staff[Role.OPERATOR]).post(address(street, "coupons_template_add"), FIFTY | said)
    assert page.status_code == 400
    assert page.context["form"].errors[field]
    assert not CouponTemplate.objects.filter(name="新客券").exists()


def test_what_all_may_cost_and_a_face_above_half_the_threshold_are_told(street: Street, sit: Sit) -> None:
    """CPN-07: 50 x 1,000 is 50,000; a face of more than half the threshold is worth a thought."""
    client = sit(street.staff[Role.OPERATOR])
    sums = client.post(address(street, "coupons_template_reckon"), FIFTY).content.decode()
    assert "¥50,000.00" in sums
    assert "more than half of the threshold" in sums
    calm = client.post(address(street, "coupons_template_reckon"), FIFTY | {"min_spend": "100", "budget": "300"}).content.decode()
    assert "more than half" not in calm
    assert "¥300.00" in calm
    assert not CouponTemplate.objects.filter(name="新客券").exists()


def test_the_list_says_what_became_of_the_coupons(street: Street, sit: Sit) -> None:
    """CPN-16: by the clock, revoked ones not counted."""
    programme = street.ours.store.programme
    membership = Membership.objects.get(programme=programme, member_id=street.ours.member_id)
    template = thirty_off(programme, at=street.now, code="days", validity="days", valid_amount=1)
    for number, ago in enumerate((0, 0, 5)):
        give(template, membership, key=f"k{number}", at=street.now - timedelta(days=ago))
    gone = give(template, membership, key="gone", at=street.now)
    approver = sit(street.staff[Role.APPROVER])
    assert approver.post(reverse("admin:coupons_revoke", args=[gone.pk]), {"reason": "given by mistake"}).status_code == 302
    page = approver.get(address(street, "coupons_templates"))
    [row] = [row for row in page.context["rows"] if row["template"].pk == template.pk]
    numbers = row["numbers"]
    assert (numbers.issued, numbers.used, numbers.expired, numbers.outstanding) == (3, 0, 1, 2)


def test_a_coupon_is_given_for_a_reason_once_a_month_and_once_a_form(street: Street, sit: Sit) -> None:
    """CS-5."""
    client, ours = sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours
    give_it = reverse("admin:coupons_give", args=[ours.ids["membership_id"]])
    token = "3f0f5e0c-54f0-4f7b-8a55-0d2f3d6a1b11"
    said = {"template": ours.ids["template_id"], "reason": "makes up for it", "token": token}
    before = Coupon.objects.count()
    assert client.post(give_it, said | {"reason": "ok"}).status_code == 400
    for _twice in range(2):
        assert client.post(give_it, said).status_code == 302
    assert Coupon.objects.count() == before + 1
    assert client.post(give_it, said | {"token": "3f0f5e0c-54f0-4f7b-8a55-0d2f3d6a1b12"}).status_code == 400
    assert Coupon.objects.count() == before + 1
    CouponTemplate.objects.filter(pk=ours.ids["template_id"]).update(staff_may_give=False)
    assert client.post(give_it, said | {"token": "3f0f5e0c-54f0-4f7b-8a55-0d2f3d6a1b13"}).status_code == 400


def test_a_pack_needs_what_its_occasion_needs(street: Street, sit: Sit) -> None:
    client, ours = sit(street.staff[Role.OPERATOR]), street.ours
    said = {"name": "每月包邮", "trigger": "monthly", "is_on": "on", "item-0-template": ours.ids["template_id"], "item-0-quantity": "2"}
    page = client.post(address(street, "coupons_pack_add"), said)
    assert set(page.context["form"].errors) == {"level", "day_of_month"}
    assert not CouponPack.objects.filter(name="每月包邮").exists()
    assert client.post(address(street, "coupons_pack_add"), said | {"trigger": "invited"}).status_code == 302
    pack = CouponPack.objects.get(name="每月包邮")
    assert (pack.level, pack.day_of_month) == ("", None)
    assert list(pack.items.values_list("template_id", "quantity")) == [(ours.ids["template_id"], 2)]


def test_a_template_on_two_lines_of_a_pack_is_both_of_them(street: Street, sit: Sit) -> None:
    client, template = sit(street.staff[Role.OPERATOR]), street.ours.ids["template_id"]
    lines = {
        f"item-{place}-{name}": value for place, count in enumerate("23") for name, value in (("template", template), ("quantity", count))
    }
    answer = client.post(
        address(street, "coupons_pack_add"), {"name": "两行", "trigger": "registered", "is_on": "on", **lines}, follow=True
    )
    assert "The coupon pack has been saved." in answer.content.decode()
    assert list(CouponPack.objects.get(name="两行").items.values_list("quantity", flat=True)) == [5]


def test_a_code_finds_its_coupon_at_the_till(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.TILL_CLERK])
    code = Coupon.objects.get(pk=street.ours.ids["coupon_id"]).code
    page = client.get(address(street, "coupons_coupons") + f"&code={code.lower()}")
    assert [row.coupon.code for row, _member in page.context["rows"]] == [code]
    theirs = Coupon.objects.get(pk=street.theirs.ids["coupon_id"]).code
    assert client.get(address(street, "coupons_coupons") + f"&code={theirs}").context["rows"] == []


def test_a_coupon_that_ends_at_midnight_says_its_last_day_wherever_it_stands(street: Street, sit: Sit) -> None:
    """Panel, card and list: 28 May 00:00 would be read a day too late on the telephone."""
    client, programme = sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours.store.programme
    member_id = world.enrol(street.ours.store, name="周末").member_id
    template = thirty_off(programme, at=street.now, code="days", validity="days", valid_amount=3)
    coupon = give(template, Membership.objects.get(programme=programme, member_id=member_id), key="days", at=street.now)
    last = f"{(coupon.valid_until - timedelta(seconds=1)).astimezone(ZoneInfo(programme.time_zone)):%Y-%m-%d}"
    panel = reverse("admin:members_member_panel", args=[member_id, "coupons"])
    for path in (panel, f"{panel}?part=card", address(street, "coupons_coupons")):
        assert f"the end of {last}" in client.get(path, headers={"accept-language": "en"}).content.decode(), path
        assert last in client.get(path, headers={"accept-language": "zh-hans"}).content.decode(), path


@pytest.mark.parametrize("name", ["coupons_templates", "coupons_coupons", "coupons_packs"])
def test_lists_of_coupons_cost_the_same_with_one_row_and_with_many(street: Street, sit: Sit, name: str) -> None:
    """R22."""
    client, programme = sit(street.staff[Role.OPERATOR]), street.ours.store.programme
    membership = Membership.objects.get(programme=programme, member_id=street.ours.member_id)
    few = statements(client, address(street, name))
    for number in range(12):
        template = thirty_off(programme, at=street.now, code=f"more{number}")
        give(template, membership, key=f"more{number}", at=street.now)
        CouponPack.objects.create(programme=programme, name=f"礼包{number}", trigger="registered")
    assert statements(client, address(street, name)) <= few + 1
    assert few <= 16
