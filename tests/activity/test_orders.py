"""Recording orders (rulings 2-5, 13-15): what is applied, what is refused, and that a refusal writes nothing."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from activity.models import AfterSale, Order, OrderLine
from stores.models import Membership, Store
from tests import world
from tests.activity.conftest import Ear, outgoing
from tests.activity.facts import PLACED, after_sale, line, order, record
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_a_new_order_is_kept_with_its_lines_and_both_memberships_open(shop: Store, buyer: int, ear: Ear) -> None:
    lines = [line(1, 19900, attributes={"size": "M"}, category="女装/外套", brand="A品牌", spu="P1"), line(2, 500, is_gift_card=True)]
    [answer] = record(order(shop.pk, buyer, lines=lines, postage_minor=800, receiver_name="张三", coupon_codes=("C1",)))

    kept = Order.objects.get()
    assert (answer.ok, answer.applied, answer.id) == (True, True, kept.pk)
    assert (kept.paid_minor, kept.settled_minor, kept.refunded_minor, kept.postage_minor) == (21200, 19900, 0, 800)
    assert (kept.order_no, kept.status, kept.version, kept.origin, kept.coupon_codes) == ("O1", "paid", 1, "live", ["C1"])
    assert (kept.source_currency, kept.source_rate, kept.booked_at) == ("", None, NOW)
    first = kept.lines.get(line_no=1)
    assert (first.sku, first.attributes, first.category, first.brand, first.spu) == ("SKU1", {"size": "M"}, "女装/外套", "A品牌", "P1")
    opened = Membership.objects.filter(member_id=buyer).order_by("programme__kind")
    assert [(row.programme.kind, row.joined_at, row.source) for row in opened] == [
        ("platform", NOW, "registration"),
        ("store", PLACED, "first_contact"),
    ]
    assert ear.names() == ["OrdersRecorded"]
    assert outgoing("order.recorded") == [{"one_id": kept.member.one_id, "store": "S001", "order_no": "O1", "status": "paid", "version": 1}]


def test_the_same_version_again_changes_nothing(shop: Store, buyer: int, ear: Ear) -> None:
    first = order(shop.pk, buyer)
    [applied] = record(first)
    ear.names()
    [again] = record(first, at=NOW + timedelta(hours=1))
    assert (again.ok, again.applied, again.id) == (True, False, applied.id)
    assert Order.objects.get().booked_at == NOW
    assert ear.names() == []
    assert len(outgoing("order.recorded")) == 1


def test_the_same_version_with_other_content_is_a_conflict(shop: Store, buyer: int, ear: Ear) -> None:
    record(order(shop.pk, buyer))
    ear.names()
    [answer] = record(order(shop.pk, buyer, receiver_name="别人"))
    assert (answer.ok, answer.code) == (False, "version_conflict")
    assert Order.objects.get().receiver_name == ""
    assert ear.names() == []


def test_a_lower_version_is_stale(shop: Store, buyer: int) -> None:
    record(order(shop.pk, buyer, version=5, status="completed"))
    [answer] = record(order(shop.pk, buyer, version=4, status="shipped"))
    assert (answer.code, answer.problem and answer.problem.values) == ("stale_version", {"recorded_version": 5})
    assert Order.objects.get().status == "completed"  # CSL-18


def test_a_higher_version_replaces_header_and_lines(shop: Store, buyer: int, ear: Ear) -> None:
    record(order(shop.pk, buyer, lines=[line(1, 10000), line(2, 5000)]))
    kept = OrderLine.objects.get(line_no=1).pk
    ear.names()
    [answer] = record(order(shop.pk, buyer, version=2, status="completed", lines=[line(1, 9000), line(3, 700)]))
    assert answer.applied
    now = Order.objects.get()
    assert (now.version, now.status, now.settled_minor) == (2, "completed", 9700)
    assert list(now.lines.order_by("line_no").values_list("line_no", "paid_minor")) == [(1, 9000), (3, 700)]
    assert OrderLine.objects.get(line_no=1).pk == kept
    assert ear.names() == ["OrdersRecorded", "OrdersCompleted"]
    assert [message["version"] for message in outgoing("order.recorded")] == [1, 2]


def test_completed_is_announced_once(shop: Store, buyer: int, ear: Ear) -> None:
    record(order(shop.pk, buyer, status="completed"))
    assert ear.names() == ["OrdersRecorded", "OrdersCompleted"]
    record(order(shop.pk, buyer, status="completed", version=2, receiver_name="新"))
    assert ear.names() == ["OrdersRecorded", "OrdersAmended"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("shipped", "paid"), ("completed", "received"), ("shipped", "cancelled"), ("completed", "cancelled"), ("cancelled", "paid")],
)
def test_a_status_never_goes_back(shop: Store, buyer: int, ear: Ear, before: str, after: str) -> None:
    record(order(shop.pk, buyer, status=before))
    ear.names()
    [answer] = record(order(shop.pk, buyer, status=after, version=2))
    assert (answer.code, answer.field) == ("status_backwards", "status")
    assert Order.objects.get().status == before
    assert ear.names() == []


@pytest.mark.parametrize("before", ["placed", "paid"])
def test_an_order_not_yet_shipped_may_be_cancelled(shop: Store, buyer: int, ear: Ear, before: str) -> None:
    record(order(shop.pk, buyer, status=before))
    ear.names()
    record(order(shop.pk, buyer, status="cancelled", version=2))
    assert Order.objects.get().status == "cancelled"
    assert ear.names() == ["OrdersRecorded", "OrdersCancelled"]


def test_one_bad_item_does_not_hold_up_the_others(shop: Store, buyer: int) -> None:
    stranger = world.enrol(None, "+8613900139000").member_id
    good, bad = order(shop.pk, buyer, "GOOD"), order(shop.pk, stranger, "BAD")
    answers = record(
        replace(bad, paid_minor=1),
        good,
        replace(bad, store_id=10**9),
        replace(bad, member_id=10**9),
        replace(bad, currency="GBP"),
        replace(bad, order_no=""),
        replace(bad, lines=()),
        replace(bad, lines=(line(1), line(1)), paid_minor=20000),
        replace(bad, status="lost"),
        replace(bad, status="completed"),
        replace(bad, order_no="x" * 65),
        replace(bad, receiver_name="a\0b"),
        replace(bad, receiver_name="\ud800"),
        replace(bad, paid_at=PLACED - timedelta(seconds=1)),
        replace(bad, settled_minor=1),
        replace(bad, lines=(line(1, 10**15 + 1),), paid_minor=10**15 + 1),
    )
    assert [answer.index for answer in answers] == list(range(16))
    assert [(answer.code, answer.field) for answer in answers] == [
        ("amount_mismatch", "paid_minor"),
        ("", ""),
        ("store_not_found", "store"),
        ("member_not_found", "member"),
        ("currency_mismatch", "currency"),
        ("invalid", "order_no"),
        ("invalid", "lines"),
        ("invalid", "lines"),
        ("invalid", "status"),
        ("invalid", "completed_at"),
        ("invalid", "order_no"),
        ("invalid", "receiver_name"),
        ("invalid", "receiver_name"),
        ("invalid", "paid_at"),
        ("amount_mismatch", "settled_minor"),
        ("invalid", "paid_minor"),
    ]
    assert list(Order.objects.values_list("order_no", flat=True)) == ["GOOD"]
    assert not Membership.objects.filter(member_id=stranger, programme__kind="store").exists()  # a refused fact opens nothing


def test_an_order_does_not_change_hands(shop: Store, buyer: int) -> None:
    record(order(shop.pk, buyer))
    other = world.enrol(None, "+8613900139000").member_id
    [answer] = record(order(shop.pk, other, version=2))
    assert (answer.code, Order.objects.get().member_id) == ("other_member", buyer)
    assert not Membership.objects.filter(member_id=other, programme__kind="store").exists()


def test_two_versions_in_one_batch_are_taken_one_after_the_other(shop: Store, buyer: int) -> None:
    answers = record(
        order(shop.pk, buyer, status="paid"),
        order(shop.pk, buyer, status="shipped", version=2),
        order(shop.pk, buyer, status="shipped", version=2),
        order(shop.pk, buyer, status="paid"),
    )
    assert [(answer.applied, answer.code) for answer in answers] == [(True, ""), (True, ""), (False, ""), (False, "stale_version")]
    assert (Order.objects.get().status, OrderLine.objects.count()) == ("shipped", 1)


def test_the_same_number_in_two_stores_is_two_orders(shop: Store, buyer: int) -> None:
    other = world.store("S002")
    answers = record(order(shop.pk, buyer), order(other.pk, buyer))
    assert [answer.applied for answer in answers] == [True, True]
    assert Order.objects.count() == 2
    assert Membership.objects.filter(member_id=buyer).count() == 3


def test_a_declared_foreign_currency_is_converted_and_both_amounts_are_kept(buyer: int) -> None:
    abroad = world.store("UK", foreign_currency="GBP", foreign_rate=Decimal("9.1234"))
    lines = [line(1, 333), line(2, 333), line(3, 334)]
    record(order(abroad.pk, buyer, currency="GBP", lines=lines, postage_minor=100))
    kept = Order.objects.get()
    assert (kept.currency, kept.settled_minor, kept.postage_minor, kept.paid_minor) == ("CNY", 9123, 912, 10035)  # 10.00 x 9.1234
    assert (kept.source_currency, kept.source_rate, kept.source_settled_minor) == ("GBP", Decimal("9.1234"), 1000)
    assert list(kept.lines.order_by("line_no").values_list("paid_minor", "source_paid_minor")) == [(3038, 333), (3038, 333), (3047, 334)]


def test_an_order_keeps_the_rate_it_was_first_converted_at(buyer: int) -> None:
    abroad = world.store("UK", foreign_currency="GBP", foreign_rate=Decimal(10))
    record(order(abroad.pk, buyer, currency="GBP"))
    Store.objects.filter(pk=abroad.pk).update(foreign_rate=Decimal(8))
    record(order(abroad.pk, buyer, currency="GBP", version=2, status="completed"), order(abroad.pk, buyer, "O2", currency="GBP"))
    assert dict(Order.objects.values_list("order_no", "settled_minor")) == {"O1": 100000, "O2": 80000}


def test_backfill_sends_nothing_out(shop: Store, buyer: int, ear: Ear) -> None:
    record(order(shop.pk, buyer, status="completed"), origin="backfill")
    assert ear.names() == ["OrdersRecorded", "OrdersCompleted"]
    assert outgoing("order.recorded") == []
    assert Order.objects.get().origin == "backfill"


def test_the_facts_name_orders_in_time_order(shop: Store, buyer: int, ear: Ear) -> None:
    answers = record(
        order(shop.pk, buyer, "B", placed_at=PLACED),
        order(shop.pk, buyer, "C", placed_at=PLACED - timedelta(days=1)),
        order(shop.pk, buyer, "A", placed_at=PLACED),
    )
    assert ear.heard == [("OrdersRecorded", (answers[1].id, answers[2].id, answers[0].id))]


def test_a_refund_that_came_before_its_order_is_taken_off_when_it_arrives(shop: Store, buyer: int, ear: Ear) -> None:
    [early] = record(after_sale(shop.pk, refund_minor=3000))
    assert (AfterSale.objects.get().order_id, ear.names()) == (None, ["AfterSalesRecorded"])
    [bought] = record(order(shop.pk, buyer, lines=[line(1, 10000), line(2, 5000)]))
    kept = AfterSale.objects.get()
    assert (kept.pk, kept.order_id, kept.member_id, kept.effects_at) == (early.id, bought.id, buyer, NOW)
    assert Order.objects.get().refunded_minor == 3000
    assert list(OrderLine.objects.order_by("line_no").values_list("refunded_minor", flat=True)) == [2000, 1000]
    assert ear.names() == ["OrdersRecorded", "AfterSalesSettled"]


def test_a_new_version_keeps_what_was_refunded_within_its_lines(shop: Store, buyer: int) -> None:
    record(order(shop.pk, buyer, lines=[line(1, 10000), line(2, 5000)]))
    record(after_sale(shop.pk, refund_minor=6000))
    record(order(shop.pk, buyer, version=2, lines=[line(1, 2000), line(3, 1000)]))
    assert Order.objects.get().refunded_minor == 3000  # all that the new lines hold
    assert list(OrderLine.objects.order_by("line_no").values_list("line_no", "refunded_minor")) == [(1, 2000), (3, 1000)]
    record(order(shop.pk, buyer, version=3, lines=[line(1, 10000), line(2, 5000)]))
    assert Order.objects.get().refunded_minor == 6000
