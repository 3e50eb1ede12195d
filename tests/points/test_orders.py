"""Points by purchases: what has been given follows what remains paid (PTS-02, PTS-20, PTS-22, PTS-24, A-24, A-31)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activity.models import AfterSale, Order
from core.enums import Origin
from core.models import EffectSkipped
from members.models import Member
from points.enums import ReversalPolicy
from points.models import PointsAccount, PointsEntry, PointsLot, PointsVersion
from points.selectors import entry_history
from points.services import orders
from stores.models import Membership, Programme, Store
from tests import world
from tests.activity.facts import after_sale, line, order, record
from tests.points import house
from tests.points.buying import balance, buy, campaign, lots, posted, refund, rules
from tests.world import NOW

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


# --- what an order gives ---


@pytest.mark.parametrize(("paid_minor", "points"), [(9999, 0), (10000, 1), (25000, 2), (29999, 2)])
def test_a_completed_order_gives_a_point_for_every_hundred_yuan(shop: Store, member: Membership, paid_minor: int, points: int) -> None:
    """PTS-02: settled 99.99 gives 0, 100.00 gives 1, 250.00 and 299.99 give 2; only paid it gives nothing, told again nothing."""
    buy(shop, member, paid_minor, status="paid")
    assert posted(member) == []
    buy(shop, member, paid_minor, version=2)
    buy(shop, member, paid_minor, version=2)
    assert posted(member) == ([("earn", points, points)] if points else [])
    assert balance(member) == points


def test_an_entry_says_what_it_was_reckoned_from_and_when_it_ends(programme: Programme, shop: Store, member: Membership) -> None:
    """PTS-07, PTS-21, A-26: two years from the local day of completion, through the end of that day."""
    buy(shop, member, 85050, "O2000")
    entry = PointsEntry.objects.get()
    order_id = Order.objects.get().pk
    assert (entry.source_type, entry.source_id, entry.rule, entry.effect_key, entry.occurred_at, entry.actor) == (
        "order", str(order_id), "purchase", f"order:{order_id}:purchase:1", NOW, "system",
    )  # fmt: skip
    assert entry.rules is not None and entry.rules.number == 1
    assert entry.details == {
        "store": shop.code, "order_no": "O2000", "counted_minor": 85050, "points_per_unit": "0.0100", "purchase": 8, "bonus": 0,
        "multiplier": None,
    }  # fmt: skip
    lot = PointsLot.objects.get()
    assert (lot.amount, lot.remaining, lot.earned_at, lot.available_from) == (8, 8, NOW, NOW)
    assert lot.ends_at == datetime(2026, 5, 21, tzinfo=SHANGHAI)


def test_the_rate_is_a_field_and_holds_for_what_happens_after_it_was_changed(programme: Programme, shop: Store, member: Membership) -> None:
    """PTS-02, OP-6 step 1: a change makes version 2; entries keep the version they were posted by, also when their order is refunded."""
    buy(shop, member, 25000)
    rules(programme, points_per_unit=Decimal("0.1000"))
    buy(shop, member, 25000, "O2")
    refund(shop, 10000)
    rows = PointsEntry.objects.order_by("account_version").values_list("requested", "rules__number")
    assert list(rows) == [(2, 1), (25, 2), (-1, 1)]


def test_lines_are_added_up_before_rounding(shop: Store, member: Membership) -> None:
    """A-24, ruling 14: rounded down once an order, not once a line, and nothing is carried to the next order."""
    buy(shop, member, lines=[line(1, 5000), line(2, 5000), line(3, 9999)])
    buy(shop, member, 9999, "O2")
    assert posted(member) == [("earn", 1, 1)]


@pytest.mark.parametrize(("points_per_unit", "points"), [("0.29", 29), ("1.15", 115)])
def test_no_point_is_lost_to_binary_fractions(
    programme: Programme, shop: Store, member: Membership, points_per_unit: str, points: int
) -> None:
    """A-24, reliability 3.4: 100 x 0.29 is 29; in floating point numbers it is 28.999999999999996."""
    rules(programme, points_per_unit=Decimal(points_per_unit))
    buy(shop, member, 10000)
    assert posted(member) == [("earn", points, points)]


def test_postage_gift_cards_and_what_points_have_paid_give_nothing(shop: Store, member: Membership) -> None:
    """A-06, ruling 14: of 300.00 with 100.00 by points and a gift card of 500.00 beside it, 200.00 count."""
    buy(
        shop, member, lines=[line(1, 20000), line(2, 50000, is_gift_card=True)], goods_minor=80000, points_minor=10000, points_used=100,
        postage_minor=1000,
    )  # fmt: skip
    assert posted(member) == [("earn", 2, 2)]
    assert PointsEntry.objects.get().details["left_out"] == [{"line_no": 2, "why": "gift_card"}]


@pytest.mark.parametrize(
    ("changes", "counted_minor", "left_out"),
    [
        ({}, 100000, []),
        ({"excludes_virtual": True}, 90000, [(4, "virtual")]),
        ({"only_categories": ("母婴",)}, 30000, [(3, "not_included"), (4, "not_included")]),
        ({"only_categories": ("母婴/奶粉",), "only_skus": ("SKU3",)}, 70000, [(2, "not_included"), (4, "not_included")]),
        ({"not_categories": ("母婴",)}, 70000, [(1, "category_excluded"), (2, "category_excluded")]),
        ({"only_categories": ("母婴",), "not_skus": ("SKU1",)}, 20000, [(1, "sku_excluded"), (3, "not_included"), (4, "not_included")]),
    ],
    ids=["all", "virtual", "category", "category or sku", "but category", "exclusion first"],
)
def test_categories_and_skus_are_let_in_or_left_out(
    programme: Programme, shop: Store, member: Membership, changes: dict[str, Any], counted_minor: int, left_out: list[tuple[int, str]]
) -> None:
    """A category stands for everything below it, and for nothing that only begins like it; what is left out wins."""
    rules(programme, **changes)
    lines = [
        line(1, 10000, category="母婴/奶粉"), line(2, 20000, category="母婴"), line(3, 60000, category="母婴用品"),
        line(4, 10000, is_virtual=True),
    ]  # fmt: skip
    buy(shop, member, lines=lines)
    entry = PointsEntry.objects.get()
    assert (entry.requested, entry.details["counted_minor"]) == (counted_minor // 10000, counted_minor)
    assert [(each["line_no"], each["why"]) for each in entry.details.get("left_out", [])] == left_out


@pytest.mark.parametrize(("paid_minor", "points"), [(19999, 0), (20000, 2), (50000, 5), (60000, 5)])
def test_small_orders_give_nothing_and_large_ones_no_more_than_the_cap(
    programme: Programme, shop: Store, member: Membership, paid_minor: int, points: int
) -> None:
    rules(programme, order_minimum_minor=20000, order_cap=5)
    buy(shop, member, paid_minor)
    assert balance(member) == points


def test_the_cap_holds_for_base_and_bonus_together(programme: Programme, shop: Store, member: Membership) -> None:
    rules(programme, order_cap=5, multipliers=(campaign("3.00"),))
    buy(shop, member, 30000)
    assert posted(member) == [("earn", 3, 3), ("bonus", 2, 2)]
    assert PointsEntry.objects.filter(kind="bonus").get().details["cap"] == 5


def test_points_wait_before_they_can_be_spent(programme: Programme, shop: Store, member: Membership) -> None:
    """Design section 6: pending_days after completion, from a local midnight on."""
    rules(programme, pending_days=7)
    buy(shop, member)
    assert PointsLot.objects.get().available_from == datetime(2024, 5, 27, tzinfo=SHANGHAI)


def test_a_purchase_in_a_shop_counts_in_the_same_account(programme: Programme, shop: Store, member: Membership) -> None:
    """PTS-24, SF-7: POS order S101 of 200.00 gives 2 points to the account that online orders fill."""
    buy(shop, member, 10000)
    buy(shop, member, 20000, "S101", channel="pos")
    assert balance(member) == 3


def test_an_order_counts_in_the_programme_of_its_store_and_in_the_platforms(programme: Programme, member: Membership) -> None:
    """Ruling 1: one order, two memberships, each by its own rules."""
    store = world.store("S009")
    rules(store.programme, points_per_unit=Decimal("1.0000"), multipliers=())
    buy(store, member)
    in_store = Membership.objects.get(member_id=member.member_id, programme=store.programme)
    assert (balance(member), balance(in_store)) == (1, 100)


def test_a_programme_without_rules_gives_nothing(programme: Programme, shop: Store, member: Membership) -> None:
    PointsVersion.objects.update(state="retired")
    buy(shop, member)
    assert posted(member) == []
    assert not EffectSkipped.objects.filter(effect_key__startswith="points:").exists()


# --- what comes back ---


def test_a_refund_takes_back_its_part(shop: Store, member: Membership) -> None:
    """PTS-22: of 300.00 (3 points) 150.00 are refunded: 150.00 remain, 1 point, so -2; told again nothing more."""
    buy(shop, member, 30000)
    refund(shop, 15000)
    assert posted(member) == [("earn", 3, 3), ("reverse", -2, -2)]
    refund(shop, 15000)
    refund(shop, 15000, version=2)
    assert posted(member)[2:] == []
    refund(shop, 99999, "AS2")
    assert posted(member)[2:] == [("reverse", -1, -1)]
    assert (balance(member), lots(member)) == (0, [])
    earned, *reversals = PointsEntry.objects.order_by("account_version")
    assert [each.reverses_id for each in reversals] == [earned.pk, earned.pk]
    first = AfterSale.objects.get(after_sale_no="AS1")
    assert (reversals[0].source_type, reversals[0].source_id, reversals[0].details["after_sale_no"]) == ("after_sale", str(first.pk), "AS1")
    assert reversals[0].rule == "purchase"


def test_points_spent_meanwhile_are_owed_and_repaid_first(shop: Store, member: Membership) -> None:
    """PTS-22: spent already, the balance goes to a debt of 2, and the next earning repays it."""
    buy(shop, member, 30000)
    house.spend(member, 3)
    refund(shop, 15000)
    account = PointsAccount.objects.get(pk=member.pk)
    assert (account.balance, account.debt) == (0, 2)
    buy(shop, member, 50000, "O2")
    account.refresh_from_db()
    assert (account.balance, account.debt) == (3, 0)
    assert posted(member) == [("earn", 3, 3), ("reverse", -2, 0), ("earn", 5, 5), ("repay", -2, -2)]
    told = list(PointsEntry.objects.filter(account=member.pk, source_type="order").order_by("account_version"))
    assert [(entry.kind, *entry_history.order_of(entry)) for entry in told] == [
        ("earn", shop.code, "O1"), ("earn", shop.code, "O2"), ("repay", shop.code, "O2"),
    ]  # fmt: skip
    assert told[-1].details == {"store": shop.code, "order_no": "O2"}


def test_sf3_and_sf4_order_and_refund(shop: Store, member: Membership) -> None:
    """SF-3, SF-4: 850.50 gives nothing when paid and 8 points when completed, once; 100.50 refunded leave 750.00 and 7 points."""
    buy(shop, member, 85050, "O2000", status="paid")
    assert balance(member) == 0
    buy(shop, member, 85050, "O2000", version=2)
    buy(shop, member, 85050, "O2000", version=2)
    assert balance(member) == 8
    refund(shop, 10050, order_no="O2000")
    assert posted(member) == [("earn", 8, 8), ("reverse", -1, -1)]


def test_cs2_the_refunded_jacket(shop: Store, member: Membership) -> None:
    """CS-2: the jacket of 299.90 gave 2 points; its refund AS1 takes 2 back and says so; told again nothing more."""
    house.give(member, 100)
    buy(shop, member, 29990, "O1000")
    for _twice in range(2):
        refund(shop, 29990, "AS1", "O1000")
        last = PointsEntry.objects.order_by("-account_version")[0]
        assert (last.kind, last.delta, last.source_type, last.details["after_sale_no"]) == ("reverse", -2, "after_sale", "AS1")
    assert balance(member) == 100


def test_a_bonus_comes_back_with_its_base(programme: Programme, shop: Store, member: Membership) -> None:
    """A-31: by the multiplier remembered, whatever the rules say by now."""
    rules(programme, multipliers=(campaign("2.00"),))
    buy(shop, member, 50000)
    rules(programme, multipliers=())
    refund(shop, 20000)
    assert posted(member) == [("earn", 5, 5), ("bonus", 5, 5), ("reverse", -2, -2), ("reverse", -2, -2)]
    refund(shop, 30000, "AS2")
    assert balance(member) == 0


def test_a_refund_before_completion_reduces_what_the_order_gives(shop: Store, member: Membership) -> None:
    """Ruling 15."""
    buy(shop, member, 50000, status="paid")
    refund(shop, 20001)
    buy(shop, member, 50000, version=2)
    assert posted(member) == [("earn", 2, 2)]


def test_a_refund_told_before_its_order_counts_when_the_order_arrives(shop: Store, member: Membership) -> None:
    """Ruling 15."""
    refund(shop, 20000)
    buy(shop, member, 50000)
    assert posted(member) == [("earn", 3, 3)]


def test_a_newer_version_posts_the_difference(shop: Store, member: Membership) -> None:
    """Ruling 13: 500.00 become 700.00, then 400.00: the latest earning goes first. The second lot ends as the first does."""
    buy(shop, member, 50000)
    buy(shop, member, 70000, version=2)
    assert posted(member) == [("earn", 5, 5), ("earn", 2, 2)]
    assert len({lot.ends_at for lot in PointsLot.objects.all()}) == 1
    buy(shop, member, 40000, version=3)
    assert posted(member)[2:] == [("reverse", -2, -2), ("reverse", -1, -1)]
    roots = list(PointsEntry.objects.filter(kind="earn").order_by("-account_version"))
    assert [each.reverses_id for each in PointsEntry.objects.filter(kind="reverse").order_by("account_version")] == [
        each.pk for each in roots
    ]


def test_a_refund_that_shrinks_gives_points_again(shop: Store, member: Membership) -> None:
    """Ruling 13: a newer version of the refund says less, then nothing."""
    buy(shop, member, 50000)
    refund(shop, 50000)
    refund(shop, 20000, version=2)
    assert (balance(member), posted(member)[1:]) == (3, [("reverse", -5, -5), ("earn", 3, 3)])
    assert PointsLot.objects.filter(is_open=True).get().ends_at == PointsLot.objects.order_by("id")[0].ends_at


def test_what_was_written_off_is_not_given_twice(programme: Programme, shop: Store, member: Membership) -> None:
    """Policy within_balance: 5 spent, the refund writes 5 off; it shrinks to 200.00: 3 are due, and were never taken."""
    rules(programme, reversal_policy=ReversalPolicy.WITHIN_BALANCE)
    buy(shop, member, 50000)
    house.spend(member, 5)
    refund(shop, 50000)
    assert posted(member) == [("earn", 5, 5), ("reverse", -5, 0)]
    assert PointsAccount.objects.get(pk=member.pk).debt == 0
    refund(shop, 20000, version=2)
    assert posted(member)[2:] == []
    buy(shop, member, 90000, version=2)  # of which 700.00 remain: 2 more than the 5 the member has had
    assert posted(member)[2:] == [("earn", 2, 2)]


@pytest.mark.parametrize(("days", "taken"), [(6, -2), (7, 0)])
def test_only_points_that_wait_are_taken(programme: Programme, shop: Store, member: Membership, days: int, taken: int) -> None:
    """Policy only_pending, seven days: refunded on 26 May two points go; from 27 May on they stay, and the entry says so."""
    rules(programme, pending_days=7, reversal_policy=ReversalPolicy.ONLY_PENDING)
    buy(shop, member, 30000)
    refund(shop, 15000, settled_at=NOW + days * DAY)
    assert posted(member) == [("earn", 3, 3), ("reverse", -2, taken)]
    assert PointsEntry.objects.get(kind="reverse").forgiven == 2 + taken
    assert PointsAccount.objects.get(pk=member.pk).debt == 0


# --- what cannot be given ---


@pytest.mark.parametrize("reason", ["member_frozen", "points_off"])
def test_what_cannot_be_given_is_noted(programme: Programme, shop: Store, member: Membership, reason: str) -> None:
    """Ruling 4: the fact is kept, the effect noted with its reason and values; nothing is posted."""
    if reason == "points_off":
        Programme.objects.filter(pk=programme.pk).update(points_on=False)
    else:
        Member.objects.filter(pk=member.member_id).update(status="frozen")
    buy(shop, member, 50000)
    assert not PointsEntry.objects.exists()
    skipped = EffectSkipped.objects.get(effect_key__startswith="points:")
    assert (skipped.effect_key, skipped.code, skipped.member_id) == (
        f"points:{member.pk}:order:{Order.objects.get().pk}", reason, member.member_id,
    )  # fmt: skip
    assert (skipped.values["points"], skipped.values["order_no"], skipped.settled_at) == (5, "O1", None)


def test_history_is_dated_as_it_happened(shop: Store, member: Membership) -> None:
    """Rulings 5, 6: the order as it stood when completed, the refund on its day; lots end two years after the day they were earned."""
    long_ago = datetime(2023, 3, 4, 12, tzinfo=UTC)
    # the refund is known before the order counts, as in a file that is loaded later
    record(order(shop.pk, member.member_id, "O1", lines=[line(1, 50000)], placed_at=long_ago - DAY), origin=Origin.BACKFILL)
    record(
        after_sale(shop.pk, "AS1", "O1", refund_minor=20000, applied_at=long_ago + DAY, settled_at=long_ago + 2 * DAY),
        origin=Origin.BACKFILL,
    )
    buy(shop, member, 50000, placed_at=long_ago - DAY, completed_at=long_ago, version=2, origin=Origin.BACKFILL, at=NOW)
    entries = PointsEntry.objects.order_by("account_version")
    assert [(each.requested, each.occurred_at, each.booked_at) for each in entries] == [
        (5, long_ago, long_ago), (-2, long_ago + 2 * DAY, long_ago + 2 * DAY),
    ]  # fmt: skip
    assert PointsLot.objects.get().ends_at == datetime(2025, 3, 5, tzinfo=SHANGHAI)
    assert not PointsAccount.objects.get().is_live


def test_history_for_an_account_that_lives_is_noted_and_left_out(shop: Store, member: Membership) -> None:
    """Ruling 6."""
    buy(shop, member, 10000)
    buy(shop, member, 10000, "O2", completed_at=NOW - DAY, origin=Origin.BACKFILL)
    assert posted(member) == [("earn", 1, 1)]
    assert EffectSkipped.objects.get(effect_key__startswith="points:").code == "history_closed"


# --- many at once ---


def test_as_many_statements_for_many_orders_as_for_two(programme: Programme, shop: Store) -> None:
    """The number of statements does not grow with the batch."""

    def counted(number: int, prefix: str) -> int:
        people = [house.membership(programme) for _each in range(number)]
        some = [order(shop.pk, each.member_id, f"{prefix}{each.pk}", status="completed") for each in people]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert all(answer.ok for answer in record(*some))
        with CaptureQueriesContext(connection) as back:
            refunds = [after_sale(shop.pk, f"R{each.order_no}", each.order_no, refund_minor=10000) for each in some]
            assert all(answer.ok for answer in record(*refunds))
        assert PointsAccount.objects.filter(membership__in=[each.pk for each in people], balance=0, version=2).count() == number
        return len(queries) + len(back)

    counted(2, "W")  # what is asked once
    assert counted(2, "A") == counted(40, "B")


def test_a_second_run_posts_nothing(shop: Store, member: Membership) -> None:
    buy(shop, member, 50000)
    refund(shop, 20000)
    [order_id] = Order.objects.values_list("pk", flat=True)
    for _twice in range(2):
        assert orders.settle_orders(order_ids=[order_id], opens=True, booked_at=NOW, origin=Origin.LIVE) == 0
    assert balance(member) == 3
