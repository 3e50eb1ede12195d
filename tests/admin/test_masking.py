"""R19: the matrix of core.masking holds on every page of the admin; what is shown whole was asked for, with a reason, by who may."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import masking, registry
from core.backoffice import site
from core.masking import FieldClass, Role, Visibility
from core.scope import Scope
from members import services as members_services
from members.enums import AccessAction
from members.models import AccessLog
from members.rules import AddressIn
from tests.admin.conftest import Sit, Street
from tests.admin.neighbours import Shop

REASON = "客户来电核对"


def pages(shop: Shop, client: Client) -> dict[str, str]:
    """Every list, and every part of the member's page, that this person may open."""
    member = shop.member_id
    addresses = [reverse("admin:index"), reverse("admin:lookup") + "?q=甄", reverse("admin:members_member_change", args=[member])]
    addresses += [reverse("admin:members_member_panel", args=[member, panel.key]) for panel in registry.panels("members.Member")]
    addresses += [
        reverse("admin:members_member_edit", args=[member]),
        reverse("admin:members_mergecase_change", args=[shop.ids["members_mergecase"]]),
    ]
    addresses += [reverse("admin:members_member_address_change", args=[member, shop.ids["address_id"]])]
    for model in site.registered():
        addresses.append(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    answers = {address: client.get(address, follow=True) for address in addresses}
    return {address: answer.content.decode() for address, answer in answers.items() if answer.status_code == 200}


@pytest.mark.parametrize("role", list(Role))
def test_every_page_shows_what_the_matrix_gives_the_role(street: Street, sit: Sit, role: Role) -> None:
    shown = pages(street.ours, sit(street.staff[role]))
    assert len(shown) > 10
    scope = Scope(actor="staff:0", roles=frozenset({role}))
    for field_class, value in street.ours.secrets.items():
        whole = [address for address, text in shown.items() if value in text]
        if masking.visibility(field_class, scope) is Visibility.FULL:
            assert whole, f"{role} should read {field_class} whole"
        else:
            assert whole == [], f"{role} reads {field_class} whole"
    birthday_whole = [address for address, text in shown.items() if "1991-02-03" in text]
    assert bool(birthday_whole) is (masking.visibility(FieldClass.BIRTHDAY, scope) is Visibility.FULL)


def test_an_address_reads_down_to_its_district_and_its_receiver_by_role(street: Street, sit: Sit) -> None:
    """DAT-15, DAT-16: receiver 张三, 广东省深圳市南山区科技园1号: who sees no names reads 张*, and nobody the street unasked."""
    said = AddressIn(
        receiver="张三",
        phone="+8613800138000",
        street="科技园1号",
        province_code="440000",
        city_code="440300",
        district_code="440305",
        is_default=True,
    )
    members_services.add_address(member_id=street.ours.member_id, address=said, actor="test", at=street.now)
    address = reverse("admin:members_member_panel", args=[street.ours.member_id, "profile"])
    shown = {role: sit(street.staff[role]).get(address).content.decode() for role in (Role.CUSTOMER_SERVICE, Role.OPERATOR, Role.AUDITOR)}
    for role, text in shown.items():
        first = re.sub(r"<[^>]+>|\s+", " ", text.split("<h3>")[1].split("</p>")[0])
        receiver = "张*" if role is Role.AUDITOR else "张三"
        assert re.search(rf"{re.escape(receiver)} +138\*{{4}}8000 .*广东省深圳市南山区 +\*{{4}}", first), (role, first)
        assert "科技园" not in text
    assert "张三" not in shown[Role.AUDITOR]


def test_the_phone_is_there_to_be_found(street: Street, sit: Sit) -> None:
    """The pages above do hold the phone's place: it reads 138****7531."""
    shown = pages(street.ours, sit(street.staff[Role.CUSTOMER_SERVICE]))
    masked = [address for address, text in shown.items() if "138****7531" in text]
    assert len(masked) >= 6


KINDS = ("phone", "email", "address", "address_phone", "identity", "order_phone", "order_address", "after_sale_phone", "after_sale_address")


def reference(kind: str, shop: Shop) -> int | str:
    return {
        "address": shop.ids["address_id"],
        "address_phone": shop.ids["address_id"],
        "identity": shop.ids["identity"],
        "order_phone": shop.ids["activity_order"],
        "order_address": shop.ids["activity_order"],
        "after_sale_phone": shop.ids["activity_aftersale"],
        "after_sale_address": shop.ids["activity_aftersale"],
    }.get(kind, "")


def reveal(client: Client, shop: Shop, kind: str, reason: str = REASON, **more: Any) -> Any:
    body = {"kind": kind, "reference": reference(kind, shop), "reason": reason, **more}
    return client.post(reverse("admin:members_member_reveal", args=[shop.member_id]), body)


def test_customer_service_reveals_one_value_for_a_reason(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    for number, kind in enumerate(KINDS, start=1):
        revealable = registry.revealable(kind)
        assert revealable is not None

        answer = reveal(client, street.ours, kind)

        assert answer.status_code == 200, kind
        assert street.ours.secrets[revealable.field_class] in answer.content.decode(), kind
        assert "no-store" in answer["Cache-Control"]
        assert AccessLog.objects.filter(action=AccessAction.REVEAL).count() == number
        line = AccessLog.objects.filter(action=AccessAction.REVEAL).order_by("-id")[0]
        said = str(reference(kind, street.ours))
        assert (line.member_id, line.field, line.reason) == (street.ours.member_id, f"{kind}:{said}" if said else kind, REASON)
        assert (line.user_id, line.ip) == (street.staff[Role.CUSTOMER_SERVICE].pk, "127.0.0.1")
    page = client.get(reverse("admin:members_member_change", args=[street.ours.member_id])).content.decode()
    assert street.ours.secrets[FieldClass.PHONE] not in page  # shown in that answer only


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.TILL_CLERK, Role.AUDITOR])
def test_roles_that_never_reveal_are_refused_and_nothing_is_logged(street: Street, sit: Sit, role: Role) -> None:
    client = sit(street.staff[role])
    for kind in KINDS:
        assert reveal(client, street.ours, kind).status_code == 403
        assert client.get(reverse("admin:members_member_reveal", args=[street.ours.member_id]), {"kind": kind}).status_code == 403
    assert not AccessLog.objects.filter(action=AccessAction.REVEAL).exists()
    page = client.get(reverse("admin:members_member_change", args=[street.ours.member_id])).content.decode()
    assert "gx-reveal" not in page


def test_a_reveal_without_a_reason_shows_and_logs_nothing(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    for reason in ("", "核对", "      "):
        text = reveal(client, street.ours, "phone", reason=reason).content.decode()
        assert street.ours.secrets[FieldClass.PHONE] not in text
        assert "<form" in text
    assert not AccessLog.objects.filter(action=AccessAction.REVEAL).exists()


def test_a_reveal_reaches_this_members_values_only(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    for kind in KINDS:
        foreign = reference(kind, street.theirs)
        if foreign:
            assert reveal(client, street.ours, kind, reference=foreign).status_code == 404, kind
    assert reveal(client, street.ours, "password").status_code == 404
    assert reveal(client, street.ours, "address", reference="1 OR 1=1").status_code == 404
    assert not AccessLog.objects.filter(action=AccessAction.REVEAL).exists()
