"""Reads of facts: paged by keyset, within the caller's scope, the same number of statements for any number of rows."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activity import selectors
from activity.inputs import AfterSaleLineIn
from activity.models import Order
from core.scope import SYSTEM, Scope
from stores.models import Store
from tests import world
from tests.activity.facts import PLACED, after_sale, event, line, order, record
from tests.world import NOW

pytestmark = pytest.mark.django_db


def only(store: Store) -> Scope:
    return Scope(actor="staff:1", store_ids=frozenset({store.pk}), programme_ids=frozenset({store.programme_id}))


def test_pages_join_without_gap_or_repetition_even_at_equal_times(shop: Store, buyer: int) -> None:
    record(*(order(shop.pk, buyer, f"O{number:02d}", placed_at=PLACED + timedelta(minutes=number // 5)) for number in range(23)))
    seen: list[str] = []
    before = None
    while page := selectors.orders_of_member(buyer, SYSTEM, before=before, limit=5):
        seen += [row.order_no for row in page]
        before = (page[-1].placed_at, page[-1].pk)
    assert len(seen) == len(set(seen)) == 23
    assert seen == [row.order_no for row in Order.objects.order_by("-placed_at", "-id")]


@pytest.mark.parametrize("orders", [1, 25])
def test_a_page_of_orders_takes_three_statements(shop: Store, buyer: int, orders: int) -> None:
    record(*(order(shop.pk, buyer, f"O{number}") for number in range(orders)))
    record(after_sale(shop.pk, order_no="O0", refund_minor=100))
    with CaptureQueriesContext(connection) as ran:
        page = selectors.orders_of_member(buyer, SYSTEM, limit=20)
        assert all((len(row.lines.all()), row.store.programme.code, len(row.after_sales.all()) < 2) == (1, "s001", True) for row in page)
    assert len(ran) == 3


def test_a_store_sees_its_own_facts_alone(shop: Store, buyer: int) -> None:
    other = world.store("S002")
    record(order(shop.pk, buyer, "MINE"), order(other.pk, buyer, "THEIRS"))
    record(after_sale(other.pk, "AS1", "THEIRS", refund_minor=1))
    record(event(buyer, "E1", store_id=other.pk), event(buyer, "E2"))
    scope = only(shop)
    assert [row.order_no for row in selectors.orders_of_member(buyer, scope)] == ["MINE"]
    assert [last.order.order_no for last in selectors.last_orders(buyer, scope)] == ["MINE"]
    assert selectors.after_sales_of_member(buyer, scope) == []
    assert selectors.events_of_member(buyer, scope) == []  # neither another store's nor the platform's own
    assert selectors.members_by_order_no("THEIRS", scope, 5) == []
    assert [found.orders for found in selectors.consumption(buyer, scope)] == [1]
    assert len(selectors.events_of_member(buyer, SYSTEM)) == 2


def test_a_member_is_found_by_an_order_or_after_sale_number(shop: Store, buyer: int) -> None:
    record(order(shop.pk, buyer, "O7"))
    record(after_sale(shop.pk, "AS7", "O7"))
    assert selectors.members_by_order_no("O7", SYSTEM, 5) == [buyer]
    assert selectors.members_by_order_no("AS7", SYSTEM, 5) == [buyer]
    assert selectors.members_by_order_no("O70", SYSTEM, 5) == []


def test_the_last_five_orders_come_with_their_items(shop: Store, buyer: int) -> None:
    record(*(order(shop.pk, buyer, f"O{n}", placed_at=PLACED + timedelta(hours=n), lines=[line(2), line(1)]) for n in range(7)))
    last = selectors.last_orders(buyer, SYSTEM)
    assert [each.order.order_no for each in last] == ["O6", "O5", "O4", "O3", "O2"]
    assert [item.name for item in last[0].items] == ["item 1", "item 2"]


def test_three_days_not_shipped(shop: Store, buyer: int) -> None:
    """CS-1: paid on 05-17 at 09:30 in Shanghai, looked at on 05-20 at 10:00."""
    paid_at = datetime(2024, 5, 17, 1, 30, tzinfo=UTC)
    record(order(shop.pk, buyer, "O1001", placed_at=paid_at, paid_at=paid_at), order(shop.pk, buyer, "O2", status="shipped"))
    by_no = {row.order_no: row for row in selectors.orders_of_member(buyer, SYSTEM)}
    assert selectors.days_unshipped(by_no["O1001"], NOW) == 3
    assert selectors.days_unshipped(by_no["O2"], NOW) is None


def test_consumption_counts_what_was_bought_and_kept(shop: Store, buyer: int) -> None:
    record(
        order(shop.pk, buyer, "O1", lines=[line(1, 10000, quantity=2, category="母婴/奶粉", brand="A"), line(2, 500, category="女装")]),
        order(shop.pk, buyer, "O2", status="completed", placed_at=NOW, lines=[line(1, 900, category="母婴/玩具", brand="B")]),
        order(shop.pk, buyer, "O3", status="placed"),
        order(shop.pk, buyer, "O4", status="cancelled"),
    )
    record(after_sale(shop.pk, lines=[AfterSaleLineIn(1, 5000, quantity=1)]))
    [found] = selectors.consumption(buyer, SYSTEM)
    assert (found.currency, found.orders, found.settled_minor, found.refunded_minor, found.pieces) == ("CNY", 2, 11400, 5000, 3)
    assert (found.first_at, found.last_at) == (PLACED, NOW)
    assert found.top_categories == (("母婴", 2), ("女装", 1))
    assert found.top_brands == (("A", 1), ("B", 1))
    assert found.of_newest is None


def test_beyond_so_many_orders_the_newest_say_what_somebody_likes(shop: Store, buyer: int) -> None:
    record(
        order(shop.pk, buyer, "OLD", lines=[line(1, 10000, quantity=9, category="母婴/奶粉", brand="A")]),
        *(order(shop.pk, buyer, f"NEW{n}", placed_at=NOW, lines=[line(1, 500, category="女装", brand="B")]) for n in range(2)),
        order(shop.pk, buyer, "LATEST", status="cancelled", placed_at=NOW, lines=[line(1, 500, category="家居")]),
    )
    [found] = selectors.consumption(buyer, SYSTEM, newest=2)
    assert (found.orders, found.settled_minor, found.first_at) == (3, 11000, PLACED)  # of all
    assert (found.of_newest, found.pieces, found.top_categories, found.top_brands) == (2, 2, (("女装", 2),), (("B", 2),))
    assert selectors.consumption(buyer, SYSTEM, newest=3)[0].of_newest is None
