"""Recording after-sales (ruling 15): cumulative, by line or spread, never more than a line still holds."""

from decimal import Decimal

import pytest

from activity.inputs import AfterSaleLineIn
from activity.models import AfterSale, AfterSaleLine, Order, OrderLine
from stores.models import Store
from tests import world
from tests.activity.conftest import Ear, outgoing
from tests.activity.facts import after_sale, line, order, record

pytestmark = pytest.mark.django_db


def refunded() -> list[tuple[int, int, int]]:
    return list(OrderLine.objects.order_by("order_id", "line_no").values_list("line_no", "refunded_minor", "refunded_quantity"))


def back(line_no: int, refund_minor: int, quantity: int = 0) -> AfterSaleLineIn:
    return AfterSaleLineIn(line_no=line_no, refund_minor=refund_minor, quantity=quantity)


def test_a_refund_by_line_comes_off_these_lines(shop: Store, buyer: int, ear: Ear) -> None:
    record(order(shop.pk, buyer, lines=[line(1, 10000, quantity=2), line(2, 5000)]))
    ear.names()
    [answer] = record(after_sale(shop.pk, lines=[back(1, 5000, 1)], postage_minor=800))
    kept = AfterSale.objects.get()
    assert (answer.id, kept.member_id, kept.refund_minor, kept.postage_minor) == (kept.pk, buyer, 5000, 800)
    assert refunded() == [(1, 5000, 1), (2, 0, 0)]
    assert Order.objects.get().refunded_minor == 5000
    assert list(kept.lines.values_list("line_no", "applied_minor", "sku", "name")) == [(1, 5000, "SKU1", "item 1")]
    assert ear.names() == ["AfterSalesRecorded", "AfterSalesSettled"]
    assert outgoing("after_sale.recorded") == [
        {
            "one_id": kept.member and kept.member.one_id,
            "store": "S001",
            "after_sale_no": "AS1",
            "order_no": "O1",
            "status": "refunded",
            "version": 1,
        }
    ]


def test_a_refund_without_lines_is_spread_by_largest_remainder(shop: Store, buyer: int) -> None:
    record(order(shop.pk, buyer, lines=[line(1, 100), line(2, 100), line(3, 100)]))
    record(after_sale(shop.pk, refund_minor=100))
    assert [row[1] for row in refunded()] == [34, 33, 33]
    record(after_sale(shop.pk, "AS2", refund_minor=100))
    assert [row[1] for row in refunded()] == [67, 67, 66]  # 66, 67, 67 were left
    assert list(AfterSaleLine.objects.filter(after_sale__after_sale_no="AS2").values_list("applied_minor", flat=True)) == [33, 34, 33]


def test_no_line_gives_back_more_than_it_holds(shop: Store, buyer: int) -> None:
    record(order(shop.pk, buyer, lines=[line(1, 1000), line(2, 500)]))
    record(after_sale(shop.pk, lines=[back(1, 800, 1)]))
    record(after_sale(shop.pk, "AS2", lines=[back(1, 800, 1)]))
    record(after_sale(shop.pk, "AS3", refund_minor=99999))
    assert refunded() == [(1, 1000, 1), (2, 500, 0)]
    assert Order.objects.get().refunded_minor == 1500
    applied = {row.after_sale_no: sum(each.applied_minor for each in row.lines.all()) for row in AfterSale.objects.all()}
    assert applied == {"AS1": 800, "AS2": 200, "AS3": 500}
    assert AfterSale.objects.get(after_sale_no="AS3").refund_minor == 99999  # what the shop said stays on record


def test_refunded_again_adds_nothing(shop: Store, buyer: int, ear: Ear) -> None:
    record(order(shop.pk, buyer))
    given = after_sale(shop.pk, refund_minor=3000)
    record(given)
    ear.names()
    [again] = record(given)
    assert (again.ok, again.applied) == (True, False)
    record(after_sale(shop.pk, refund_minor=3000, version=2))
    assert refunded() == [(1, 3000, 0)]
    assert Order.objects.get().refunded_minor == 3000


def test_a_higher_version_of_a_refund_replaces_it(shop: Store, buyer: int) -> None:
    record(order(shop.pk, buyer, lines=[line(1, 1000), line(2, 1000)]))
    record(after_sale(shop.pk, "AS1", lines=[back(1, 600)]))
    record(after_sale(shop.pk, "AS2", lines=[back(1, 600)]))
    assert [row[1] for row in refunded()] == [1000, 0]
    record(after_sale(shop.pk, "AS1", version=2, lines=[back(2, 100)]))
    assert [row[1] for row in refunded()] == [600, 100]
    assert Order.objects.get().refunded_minor == 700
    record(after_sale(shop.pk, "AS1", version=3, refund_minor=200))
    assert [row[1] for row in refunded()] == [700, 100]  # AS1 keeps its turn: 100 of each line, then AS2 takes 600 of the first


def test_only_a_refund_settles(shop: Store, buyer: int, ear: Ear) -> None:
    record(order(shop.pk, buyer))
    ear.names()
    for version, status in enumerate(["applied", "reviewing", "approved"], start=1):
        record(after_sale(shop.pk, refund_minor=3000, status=status, version=version))
    assert ear.names() == ["AfterSalesRecorded"] * 3
    assert Order.objects.get().refunded_minor == 0
    record(after_sale(shop.pk, refund_minor=3000, version=4))
    assert ear.names() == ["AfterSalesRecorded", "AfterSalesSettled"]
    assert Order.objects.get().refunded_minor == 3000


def test_an_exchange_takes_no_money_off(shop: Store, buyer: int, ear: Ear) -> None:
    record(order(shop.pk, buyer))
    ear.names()
    record(after_sale(shop.pk, kind="exchange", status="exchanged"))
    assert ear.names() == ["AfterSalesRecorded"]
    assert Order.objects.get().refunded_minor == 0


@pytest.mark.parametrize("ended", ["refunded", "exchanged", "rejected", "withdrawn"])
def test_what_has_ended_does_not_start_again(shop: Store, buyer: int, ended: str) -> None:
    record(order(shop.pk, buyer))
    record(after_sale(shop.pk, status=ended))
    [answer] = record(after_sale(shop.pk, status="reviewing", version=2))
    assert (answer.code, AfterSale.objects.get().status) == ("status_backwards", ended)


def test_versions_are_judged_as_for_orders(shop: Store, buyer: int) -> None:
    record(order(shop.pk, buyer))
    record(after_sale(shop.pk, refund_minor=100, version=3))
    answers = record(after_sale(shop.pk, refund_minor=200, version=3), after_sale(shop.pk, refund_minor=100, version=2))
    assert [answer.code for answer in answers] == ["version_conflict", "stale_version"]
    assert Order.objects.get().refunded_minor == 100


def test_bad_items_are_refused_and_write_nothing(shop: Store, buyer: int) -> None:
    record(order(shop.pk, buyer))
    other = world.enrol(None, "+8613900139000").member_id
    answers = record(
        after_sale(shop.pk, "A", lines=[back(7, 100)]),
        after_sale(shop.pk, "B", lines=[back(1, 100)], refund_minor=100, member_id=other),
        after_sale(shop.pk, "C", currency="GBP"),
        after_sale(shop.pk, "D", status="refunded", settled_at=None),
        after_sale(shop.pk, "E", kind="gift"),
        after_sale(shop.pk, "F", member_id=10**9),
        after_sale(10**9, "G"),
    )
    assert [(answer.code, answer.field) for answer in answers] == [
        ("unknown_line", "lines"),
        ("other_member", "member"),
        ("currency_mismatch", "currency"),
        ("invalid", "settled_at"),
        ("invalid", "kind"),
        ("member_not_found", "member"),
        ("store_not_found", "store"),
    ]
    assert not AfterSale.objects.exists()


def test_an_after_sale_keeps_to_its_order(shop: Store, buyer: int) -> None:
    record(order(shop.pk, buyer), order(shop.pk, buyer, "O2"))
    record(after_sale(shop.pk, status="applied"))
    [answer] = record(after_sale(shop.pk, order_no="O2", version=2))
    assert (answer.code, answer.field) == ("other_order", "order_no")


def test_one_of_another_member_stays_apart_from_the_order_that_arrives(shop: Store, buyer: int) -> None:
    other = world.enrol(None, "+8613900139000").member_id
    record(after_sale(shop.pk, refund_minor=100, member_id=other))
    record(order(shop.pk, buyer))
    assert (AfterSale.objects.get().order_id, Order.objects.get().refunded_minor) == (None, 0)


def test_a_foreign_refund_is_converted_at_the_rate_of_its_order(buyer: int) -> None:
    abroad = world.store("UK", foreign_currency="GBP", foreign_rate=Decimal(10))
    record(order(abroad.pk, buyer, currency="GBP", lines=[line(1, 333), line(2, 667)]))
    Store.objects.filter(pk=abroad.pk).update(foreign_rate=Decimal(8))
    record(after_sale(abroad.pk, currency="GBP", lines=[back(1, 333)]))
    kept = AfterSale.objects.get()
    assert (kept.currency, kept.refund_minor, kept.source_currency, kept.source_refund_minor) == ("CNY", 3330, "GBP", 333)
    assert [row[1] for row in refunded()] == [3330, 0]


def test_a_partly_named_refund_of_an_unknown_line_takes_nothing_when_the_order_comes(shop: Store, buyer: int) -> None:
    record(after_sale(shop.pk, lines=[back(9, 100), back(1, 50)], member_id=buyer))
    record(order(shop.pk, buyer))
    assert refunded() == [(1, 50, 0)]
    assert list(AfterSaleLine.objects.order_by("line_no").values_list("line_no", "applied_minor")) == [(1, 50), (9, 0)]
