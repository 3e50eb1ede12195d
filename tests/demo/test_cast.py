"""The cast at the frozen clock is fixture world F1, as far as this issue has it."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth import get_user_model

from activity.models import AfterSale, BehaviourEvent, Order, WalletBalance
from core.scope import of_user
from demo.world.cast import Cast, build_cast
from demo.world.moments import FROZEN
from demo.world.parts import EVERYBODY, UNREGISTERED_PHONE
from members import selectors as members_selectors
from members.enums import MemberStatus, MergeReason
from members.models import Address, Child, Identity, Member, MergeCase
from stores import selectors as stores_selectors
from stores.models import Membership, ServiceNote, StaffAssignment, Store

pytestmark = pytest.mark.django_db


def utc(month: int, day: int, hour: int, minute: int = 0, *, year: int = 2024) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_zhang_san_is_who_the_scripts_say(cast: Cast) -> None:
    member = Member.objects.get(pk=cast.member_ids["M1"])
    assert (member.name, member.phone, member.gender, member.birthday) == ("张三", "+8613800138000", "female", date(1992, 6, 15))
    assert member.registered_at.year == 2023
    assert members_selectors.resolve_identity("phone", "", "+8613800138000") == member
    assert members_selectors.resolve_identity("taobao", "", "u1") == member
    assert list(Child.objects.filter(member=member).values_list("birth_month", flat=True)) == [date(2022, 11, 1)]
    assert [address.street for address in Address.objects.filter(member=member, is_default=True)] == ["科技园1号"]


def test_zhang_san_has_the_coat_that_is_not_shipped_and_the_jacket_of_size_m(cast: Cast) -> None:
    jacket, coat = Order.objects.filter(member_id=cast.member_ids["M1"]).order_by("order_no")
    assert (jacket.order_no, jacket.status, jacket.settled_minor, jacket.completed_at) == ("O1000", "completed", 29990, utc(5, 1, 2))
    assert jacket.lines.get().attributes == {"size": "M"}
    assert (coat.order_no, coat.status, coat.settled_minor, coat.paid_at, coat.shipped_at) == (
        "O1001",
        "paid",
        19900,
        utc(5, 17, 1, 30),
        None,
    )
    assert {jacket.store.code, coat.store.code} == {"S001"}
    assert not AfterSale.objects.filter(member_id=cast.member_ids["M1"]).exists()  # AS1 is the script's to push


def test_zhang_sans_wallet_adds_up(cast: Cast) -> None:
    wallet = WalletBalance.objects.get(membership__member_id=cast.member_ids["M1"])
    assert (wallet.balance_minor, wallet.recharge_total_minor, wallet.spent_total_minor) == (8880, 50000, 41120)


def test_li_si_bought_once_in_the_last_year(cast: Cast) -> None:
    order = Order.objects.get(member_id=cast.member_ids["M2"])
    assert (order.settled_minor, order.completed_at) == (30000, utc(12, 2, 2, year=2023))


def test_nobody_has_the_third_phone_and_the_scripts_numbers_are_free(cast: Cast) -> None:
    assert not Identity.objects.filter(external_id=UNREGISTERED_PHONE).exists()
    assert not Member.objects.filter(phone=UNREGISTERED_PHONE).exists()
    assert not Order.objects.filter(order_no__startswith="O2").exists()
    assert not AfterSale.objects.filter(after_sale_no__startswith="AS").exists()


def test_the_card_with_an_unverified_phone_is_a_merge_case(cast: Cast) -> None:
    case = MergeCase.objects.get()
    assert (case.first_id, case.second_id) == (cast.member_ids["M1"], cast.member_ids["CARD6001"])
    assert case.reason == MergeReason.UNVERIFIED_PHONE
    assert members_selectors.resolve_identity("pos_card", "S101", "6001") == Member.objects.get(pk=cast.member_ids["CARD6001"])


def test_stores_programmes_and_staff_are_f1s(cast: Cast) -> None:
    programme_of = dict(Store.objects.values_list("code", "programme__code"))
    assert {code: programme_of[code] for code in ("S001", "S101", "S002")} == {"S001": "P1", "S101": "P1", "S002": "P2"}
    assert stores_selectors.platform_programme().code == "platform"
    stores_of: dict[str, set[tuple[str | None, str]]] = {}
    for username, code, role in StaffAssignment.objects.values_list("user__username", "store__code", "role"):
        stores_of.setdefault(username, set()).add((code, role))
    assert stores_of["cs01"] == {("S001", "customer_service"), ("S101", "customer_service")}
    assert stores_of["op01"] == {("S001", "operator"), ("S101", "operator")}
    assert stores_of["op02"] == {("S002", "operator")}
    assert stores_of["pos01"] == {("S101", "till_clerk")}
    assert stores_of["ap01"] == stores_of["ap02"] == {("S001", "approver"), ("S101", "approver")}
    assert stores_of["auditor"] == {(None, "auditor")}
    assert get_user_model().objects.get(username="admin").is_superuser


def test_the_order_page_of_each_shop_is_its_own(cast: Cast) -> None:
    templates = dict(Store.objects.values_list("code", "order_url_template"))
    assert templates["S001"] == "https://oms.example/o/{order_no}"
    assert templates["S002"] == "https://beixiang.example/o/{order_no}"


def test_the_other_programme_does_not_know_zhang_san(cast: Cast) -> None:
    programmes = set(Membership.objects.filter(member_id=cast.member_ids["M1"]).values_list("programme__code", flat=True))
    assert programmes == {"platform", "P1"}
    op02 = of_user(get_user_model().objects.get(username="op02"))
    assert op02.programme_ids == {cast.house.programmes["P2"]}


def test_each_of_the_others_shows_its_scene(cast: Cast) -> None:
    ids = cast.member_ids
    assert Membership.objects.filter(member_id=ids["TWO_STORES"]).count() == 3
    assert set(Order.objects.filter(member_id=ids["TWO_STORES"]).values_list("channel", flat=True)) == {"app", "pos", "web"}
    returns = AfterSale.objects.filter(member_id=ids["REFUND_REVIEWING"]).order_by("after_sale_no")
    assert list(returns.values_list("status", flat=True)) == ["reviewing", "refunded", "rejected"]
    exchange = AfterSale.objects.get(member_id=ids["EXCHANGE"])
    assert (exchange.kind, exchange.status, exchange.receiver_name) == ("exchange", "exchanged", "王秀兰")
    assert set(Order.objects.filter(member_id=ids["TILL_ONLY"]).values_list("channel", "receiver_name")) == {("pos", "")}
    assert Member.objects.get(pk=ids["FROZEN"]).status == MemberStatus.FROZEN
    assert list(Order.objects.filter(member_id=ids["FROZEN"]).values_list("settled_minor", "refunded_minor").order_by("order_no")) == [
        (159900, 159900),
        (39900, 39900),
    ]
    assert members_selectors.preferences(ids["QUIET"])[("sms", "member")] is False
    assert set(Order.objects.filter(member_id=ids["QUIET"]).values_list("status", flat=True)) == {"placed", "cancelled"}
    odd = WalletBalance.objects.get(membership__member_id=ids["WALLET"])
    assert odd.balance_minor != odd.recharge_total_minor - odd.spent_total_minor + odd.gift_total_minor
    paid = Order.objects.get(order_no="O1090")
    assert (paid.goods_minor, paid.coupon_minor, paid.points_minor, paid.postage_minor, paid.paid_minor) == (
        71600,
        5000,
        1600,
        1000,
        66000,
    )


def test_the_cast_twice_changes_nothing(cast: Cast) -> None:
    def counts() -> list[int]:
        tables = (
            Member,
            Membership,
            Identity,
            Address,
            Child,
            MergeCase,
            ServiceNote,
            Order,
            AfterSale,
            BehaviourEvent,
            WalletBalance,
            Store,
        )
        return [table.objects.count() for table in tables]

    before = counts()
    again = build_cast(FROZEN)
    assert counts() == before
    assert again.one_ids == cast.one_ids
    assert len(again.one_ids) == len(EVERYBODY)


def test_elsewhen_the_same_things_have_happened_as_long_ago() -> None:
    now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    cast = build_cast(now)
    coat = Order.objects.get(order_no="O1001")
    assert coat.paid_at is not None
    assert (now - coat.paid_at).days == 3
    child = Child.objects.get(member_id=cast.member_ids["M1"])
    assert child.birth_month == date(2024, 9, 1)  # eighteen months old, as at the frozen clock
