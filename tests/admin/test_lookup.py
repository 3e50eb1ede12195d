"""The lookup: one box, any way a caller names somebody, and the one hit opens by itself (CSL-01, CSL-02, design section 9)."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from activity import services as activity_services
from core.masking import Role
from coupons.models import Coupon
from members import services as members_services
from members.models import AccessLog, Member
from members.rules import IdentityClaim
from stores.enums import StaffRole
from stores.models import Membership
from tests import world
from tests.admin.conftest import Sit, Street
from tests.admin.neighbours import many_orders, order_in


def look_up(client: Client, term: str) -> Any:
    return client.get(reverse("admin:lookup"), {"q": term})


def ways(street: Street) -> dict[str, str]:
    """What somebody may say of our member, by the key that finds it."""
    member = Member.objects.get(pk=street.ours.member_id)
    numbers = Membership.objects.filter(member=member, programme=street.ours.store.programme)
    return {
        "phone": "13824617531",
        "phone with country code": "+86 138 2461 7531",
        "phone in pieces": "138-2461-7531",
        "last four": "7531",
        "last four and surname": "7531甄",
        "surname and last four": "甄 7531",
        "name": "甄甲人",
        "part of the name": "甲人",
        "nickname": "新昵称甲",
        "one_id": member.one_id,
        "e-mail": "甲-Only@Example.com",
        "card": "CARD甲246199",
        "member number": numbers.get().member_no,
        "order number": "O-甲-1",
        "order number in small letters": "o-甲-1",
        "after-sale number": "AS-甲-1",
        "coupon code": Coupon.objects.get(pk=street.ours.ids["coupon_id"]).code,
        "coupon code as it is read out": " ".join(re.findall("..", Coupon.objects.get(pk=street.ours.ids["coupon_id"]).code.lower())),
    }


def test_every_way_of_naming_somebody_opens_the_only_hit(street: Street, sit: Sit) -> None:
    client = sit(world.staff("cs09", (StaffRole.CUSTOMER_SERVICE, street.ours.store)))
    for way, term in ways(street).items():
        answer = look_up(client, term)
        assert answer.status_code == 302, way
        page, _question, query = answer["Location"].partition("?")
        assert page == reverse("admin:members_member_change", args=[street.ours.member_id]), way
        assert query == (f"{urlencode({'at': 'orders', 'sought': term})}#orders" if way.startswith(("order", "after-sale")) else ""), way


def test_an_order_number_opens_the_page_with_that_order_first(street: Street, sit: Sit) -> None:
    """However many orders there are: the oldest of 62 stands first, marked, with all its lines, and once."""
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    many_orders(street.ours.store, street.ours.member_id, 60, until=street.now - timedelta(days=10), prefix="LATE-")
    old = order_in(street.ours.store, street.ours.member_id, "OLD-1", street.now - timedelta(days=300))
    old = replace(
        old,
        lines=tuple(
            replace(old.lines[0], line_no=number, name=f"第{number}件", unit_price_minor=796, paid_minor=796) for number in range(1, 26)
        ),
    )
    activity_services.record_orders(orders=[old], actor="test", booked_at=street.now)

    page = client.get(look_up(client, "old-1")["Location"]).content.decode()
    [panel] = re.findall(r'hx-get="([^"]*/panel/orders/[^"]*)"', page)
    assert panel.endswith("?sought=old-1")
    shown: list[str] = []
    address = panel
    while address:
        text = client.get(address).content.decode()
        shown += re.findall(r'data-order="([^"]+)"', text)
        if address == panel:
            assert '<article class="gx-record gx-sought" aria-current="true" data-order="OLD-1">' in text
            assert '<details class="gx-further" open>' in text
        address = "".join(re.findall(r'hx-get="([^"]*cursor=[^"]*)"', text)).replace("&amp;", "&")
    assert shown[0] == "OLD-1"
    assert len(shown) == len(set(shown)) == 62

    by_after_sale = client.get(
        look_up(client, "AS-甲-1")["Location"].replace("/change/", "/panel/orders/").partition("#")[0]
    ).content.decode()
    assert re.findall(r'gx-sought" aria-current="true" data-order="([^"]+)"', by_after_sale) == ["O-甲-1"]
    theirs = reverse("admin:members_member_panel", args=[street.ours.member_id, "orders"]) + "?sought=O-乙-1"
    assert "gx-sought" not in client.get(theirs).content.decode()


def test_another_shops_people_find_nobody_by_any_way(street: Street, sit: Sit) -> None:
    client = sit(world.staff("op02", (StaffRole.OPERATOR, street.theirs.store)))
    for way, term in ways(street).items():
        text = look_up(client, term).content.decode()
        assert "0 results" in text, way
    assert set(AccessLog.objects.values_list("hits", flat=True)) == {0}


def test_the_name_a_member_chats_under_finds_the_one_member(street: Street, sit: Sit) -> None:
    """DAT-08: identity im_wangwang zhangsan88: customer service finds one member."""
    for external_id, member_id in (("zhangsan88", street.ours.member_id), ("zhangsan8", street.ours.twin_id)):
        claim = IdentityClaim("im_wangwang", external_id, verified_at=street.now)
        members_services.link_identity(member_id=member_id, claim=claim, actor="test", at=street.now)
    answer = look_up(sit(street.staff[Role.CUSTOMER_SERVICE]), "zhangsan88")
    assert answer["Location"] == reverse("admin:members_member_change", args=[street.ours.member_id])
    assert AccessLog.objects.get(action="search").hits == 1


def test_several_hits_make_a_list_with_masked_phones(street: Street, sit: Sit) -> None:
    world.enrol(street.ours.store, "+8613900007531", name="甄乙")
    text = look_up(sit(street.staff[Role.CUSTOMER_SERVICE]), "7531").content.decode()

    assert "2 members" in text
    for seen in ("甄甲人", "甄乙", "138****7531", "139****7531", street.ours.store.name):
        assert seen in text
    assert "13900007531" not in text


def test_more_hits_than_fit_are_said_to_be_more(street: Street, sit: Sit) -> None:
    for number in range(25):
        world.enrol(street.ours.store, name=f"众人{number}")
    text = look_up(sit(street.staff[Role.CUSTOMER_SERVICE]), "众人").content.decode()
    assert text.count('class="gx-badge gx-active"') == 20
    assert "There are more" in text


def test_an_unverified_number_finds_whoever_gave_it(street: Street, sit: Sit) -> None:
    found = world.enrol(street.ours.store, "+8613700001111", verified=False, name="未验证").member_id
    answer = look_up(sit(street.staff[Role.CUSTOMER_SERVICE]), "13700001111")
    assert answer["Location"].endswith(f"/{found}/change/")


def test_a_merged_member_leads_to_the_survivor(street: Street, sit: Sit) -> None:
    gone, survivor = Member.objects.get(pk=street.ours.twin_id), street.ours.member_id
    Member.objects.filter(pk=gone.pk).update(status="merged", merged_into_id=survivor)
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    assert look_up(client, gone.one_id)["Location"].endswith(f"/{survivor}/change/")
    assert "0 results" in look_up(client, "双甲子").content.decode()


def test_the_thirty_first_search_in_a_minute_waits(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    for _number in range(30):
        assert look_up(client, "0000").status_code == 200
    refused = look_up(client, "7531")
    assert refused.status_code == 429
    assert "More than 30 searches" in refused.content.decode()
    assert AccessLog.objects.count() == 30
    assert look_up(sit(street.staff[Role.OPERATOR]), "0000").status_code == 200  # the next desk searches on


def test_after_a_minute_one_searches_again(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    for _number in range(30):
        client.get(reverse("admin:lookup"), {"q": "0000"}, headers={"X-Clock": street.now.isoformat()})
    at = {"X-Clock": (street.now + timedelta(seconds=59)).isoformat()}
    assert client.get(reverse("admin:lookup"), {"q": "0000"}, headers=at).status_code == 429
    at = {"X-Clock": (street.now + timedelta(seconds=61)).isoformat()}
    assert client.get(reverse("admin:lookup"), {"q": "0000"}, headers=at).status_code == 200


def test_the_first_page_lists_the_last_ten_i_viewed(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    members = [world.enrol(street.ours.store, name=f"近者{number:02d}").member_id for number in range(12)]
    for member_id in (*members, members[3]):
        client.get(reverse("admin:members_member_change", args=[member_id]))
    sit(street.staff[Role.OPERATOR]).get(reverse("admin:members_member_change", args=[street.ours.member_id]))

    text = client.get(reverse("admin:index")).content.decode()
    ten = [members[3], *members[:3:-1], members[2]]
    places = [text.find(f"/member/{member_id}/change/") for member_id in ten]
    assert len(ten) == 10
    assert -1 not in places
    assert places == sorted(places)
    assert [name for name in ("近者00", "近者01") if name in text] == []
    assert "甄甲人" not in text  # another's views are another's


def test_the_first_page_is_the_lookup_with_its_box_in_focus(street: Street, sit: Sit) -> None:
    text = sit(street.staff[Role.CUSTOMER_SERVICE]).get("/admin/").content.decode()
    assert 'name="q"' in text
    assert "autofocus" in text


STRANGE = ["%", "_", "'", "\x00", "a" * 500, "１３８", "🙂", "0", "+", "@", "张" * 60, "\\", "1 OR 1=1"]


def test_strange_searches_find_nobody_and_break_nothing(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    for term in STRANGE:
        answer = look_up(client, term)
        assert answer.status_code == 200, term
        assert "gx-hits" not in answer.content.decode() or term == "\x00", term  # nothing but NUL is nothing asked


def test_an_identity_bound_to_another_shop_is_not_shown_or_found(street: Street, sit: Sit) -> None:
    """A member of both shops: the other shop's card is the other shop's business."""
    from stores import services as stores_services

    member = street.theirs.member_id
    stores_services.open_memberships(contacts=[(member, street.ours.store.pk, street.now)], source="first_contact", booked_at=street.now)
    members_services.link_identity(
        member_id=member, claim=IdentityClaim("im_wangwang", "旺旺人", verified_at=street.now), actor="test", at=street.now
    )
    client = sit(street.staff[Role.CUSTOMER_SERVICE])

    panel = client.get(reverse("admin:members_member_panel", args=[member, "profile"])).content.decode()
    assert "Wangwang" in panel
    assert "S002" not in panel
    assert "0 results" in look_up(client, "CARD乙975399").content.decode()
    assert look_up(client, "旺旺人").status_code == 302
