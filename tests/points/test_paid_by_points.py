"""Points spent on orders: they come back with refunds and cancellations, by no other road (ruling 15, PTS-08, SF-6)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from activity.inputs import AfterSaleLineIn
from core.enums import Origin
from core.models import EffectSkipped
from points.models import PointsAccount, PointsEntry, PointsHold, PointsLot
from points.services import orders
from stores.models import Membership, Programme, Store
from tests import world
from tests.activity.facts import line
from tests.points import house
from tests.points.buying import balance, buy, hold, posted, refund, rules, spend
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def open_lots(member: Membership) -> list[tuple[int, int]]:
    """remaining and days to the end of each lot with points left, soonest first."""
    rows = PointsLot.objects.filter(account=member.pk, is_open=True, ends_at__isnull=False).order_by("ends_at")
    return [(lot.remaining, (lot.ends_at - NOW).days) for lot in rows if lot.ends_at]


@pytest.fixture
def rich(member: Membership) -> Membership:
    """60 points that end in 40 days, 40 that end in 80."""
    house.give(member, 60, ends_at=NOW + 40 * DAY)
    house.give(member, 40, ends_at=NOW + 80 * DAY)
    return member


def test_a_refund_gives_points_back_pro_rata_into_their_lots(shop: Store, rich: Membership) -> None:
    """Ruling 15: 70 points paid of an order of 200.00; 99.99 refunded give 34 back (34.99), the rest the other 36; ends are as before."""
    spend(rich, 70, shop)
    assert open_lots(rich) == [(30, 80)]
    buy(shop, rich, 20000)
    refund(shop, 9999)
    assert posted(rich) == [("redeem", -70, -70), ("earn", 2, 2), ("restore", 34, 34), ("reverse", -1, -1)]
    assert open_lots(rich)[:2] == [(24, 40), (40, 80)]  # the last taken comes back first
    refund(shop, 10001, "AS2")
    assert posted(rich)[4:] == [("restore", 36, 36), ("reverse", -1, -1)]
    assert (balance(rich), open_lots(rich)) == (100, [(60, 40), (40, 80)])
    restored = PointsEntry.objects.filter(kind="restore").order_by("account_version")
    assert [(each.source_type, each.details["after_sale_no"], each.details["spent"], each.details["given_back"]) for each in restored] == [
        ("after_sale", "AS1", 70, 34), ("after_sale", "AS2", 70, 70),
    ]  # fmt: skip


def test_parts_of_a_refund_add_up(shop: Store, rich: Membership) -> None:
    """R07: a quarter each of 70 points: 17, 35, 52 and 70 in all, rounded down together, never each by itself."""
    spend(rich, 70, shop)
    buy(shop, rich, 20000)
    for number in range(4):
        refund(shop, 5000, f"AS{number}")
    back = PointsEntry.objects.filter(kind="restore").order_by("account_version").values_list("requested", flat=True)
    assert (list(back), balance(rich)) == ([17, 18, 17, 18], 100)


def test_a_refund_before_completion_gives_points_back_too(shop: Store, rich: Membership) -> None:
    spend(rich, 70, shop)
    buy(shop, rich, 20000, status="paid")
    refund(shop, 10000)
    assert posted(rich) == [("redeem", -70, -70), ("restore", 35, 35)]


def test_a_refund_told_again_gives_nothing_more(shop: Store, rich: Membership) -> None:
    spend(rich, 70, shop)
    buy(shop, rich, 20000)
    for _again in range(2):
        refund(shop, 20000)
    refund(shop, 20000, version=2)
    refund(shop, 20000, "AS2")
    assert balance(rich) == 100


def test_a_cancelled_order_gives_all_back_and_lets_go_of_what_is_held(shop: Store, rich: Membership) -> None:
    """Ruling 15."""
    spend(rich, 50, shop)
    hold(rich, 30, shop, at=NOW + timedelta(minutes=1))
    other = hold(rich, 5, shop, "O9", at=NOW + timedelta(minutes=2))
    buy(shop, rich, 20000, status="paid")
    buy(shop, rich, 20000, status="cancelled", version=2, at=NOW + timedelta(minutes=5))
    account = PointsAccount.objects.get(pk=rich.pk)
    assert (account.balance, account.held) == (100, 5)
    assert [each.state for each in PointsHold.objects.order_by("id")] == ["captured", "released", "active"]
    assert PointsHold.objects.get(state="active").pk == other
    assert posted(rich) == [("redeem", -50, -50), ("restore", 50, 50)]


def test_an_order_paid_by_points_alone_goes_by_its_pieces(shop: Store, rich: Membership) -> None:
    """Nothing was settled in money: two of three pieces returned give two thirds back, rounded down."""
    spend(rich, 100, shop)
    paid_by_points = [line(1, 0, quantity=3, unit_price_minor=3400)]
    buy(shop, rich, lines=paid_by_points, goods_minor=10200, points_minor=10200, points_used=100)
    refund(shop, lines=[AfterSaleLineIn(line_no=1, quantity=2, refund_minor=0)])
    assert posted(rich) == [("redeem", -100, -100), ("restore", 66, 66)]
    refund(shop, 0, "AS2", lines=[AfterSaleLineIn(line_no=1, quantity=1, refund_minor=0)])
    assert balance(rich) == 100


@pytest.mark.parametrize("grace", [0, 7])
def test_points_of_a_lot_that_has_ended_expire_at_once_or_live_on_by_grace(
    programme: Programme, shop: Store, rich: Membership, grace: int
) -> None:
    """Design section 6: restore_grace_days 0 ends them by an entry, 7 lets them live through seven more local days."""
    rules(programme, restore_grace_days=grace)
    spend(rich, 70, shop)
    buy(shop, rich, 20000)
    refund(shop, 20000, settled_at=NOW + 50 * DAY)
    if grace:
        assert (balance(rich), posted(rich)[2:]) == (100, [("restore", 70, 70), ("reverse", -2, -2)])
        assert PointsLot.objects.filter(remaining=60).get().ends_at == datetime(2024, 7, 17, tzinfo=ZoneInfo("Asia/Shanghai"))
    else:
        assert (balance(rich), posted(rich)[2:]) == (40, [("restore", 70, 70), ("expire", -60, -60), ("reverse", -2, -2)])


def test_a_refund_taken_back_spends_the_points_again(shop: Store, rich: Membership) -> None:
    """Ruling 13: the refund of 200.00 becomes one of 50.00: of the 70 given back 53 are spent again (70 - 17)."""
    spend(rich, 70, shop)
    buy(shop, rich, 20000)
    refund(shop, 20000)
    refund(shop, 5000, version=2)
    assert posted(rich)[4:] == [("redeem", -53, -53), ("earn", 1, 1)]
    refund(shop, 20000, version=3)
    assert posted(rich)[6:] == [("restore", 53, 53), ("reverse", -1, -1)]
    assert balance(rich) == 100


def test_points_that_are_gone_meanwhile_are_noted(shop: Store, rich: Membership) -> None:
    """Ruling 4: a handler never refuses: what cannot be spent again is noted, and given up when the points are there."""
    spend(rich, 70, shop)
    buy(shop, rich, 20000)
    refund(shop, 20000)
    house.spend(rich, 100)
    refund(shop, 1, version=2)
    skipped = EffectSkipped.objects.get(effect_key__startswith="points:", code="insufficient_points")
    assert (skipped.values["points"], skipped.values["available"], skipped.values["order_no"]) == (-70, 0, "O1")
    house.give(rich, 80)
    assert orders.settle_orders(order_ids=[skipped.values["order_id"]], opens=True, booked_at=NOW, origin=Origin.LIVE) == 1
    assert balance(rich) == 11


def test_several_holds_of_an_order_come_back_together(shop: Store, rich: Membership) -> None:
    """7 and 4 points: half of the money gives 5 back, of the last spent first."""
    spend(rich, 7, shop)
    spend(rich, 4, shop, at=NOW + timedelta(minutes=1))
    buy(shop, rich, 10000)
    refund(shop, 5000)
    back = PointsEntry.objects.filter(kind="restore").order_by("account_version").values_list("requested", flat=True)
    assert list(back) == [4, 1]


def test_points_of_the_stores_programme_come_back_too(rich: Membership) -> None:
    """Ruling 1: the order concerns both memberships; each gets its own back."""
    store = world.store("S009")
    rules(store.programme)
    buy(store, rich, 100, "O0")
    in_store = Membership.objects.get(member_id=rich.member_id, programme=store.programme)
    house.give(in_store, 10)
    spend(in_store, 10, store)
    spend(rich, 20, store)
    buy(store, rich, 10000)
    refund(store, 10000)
    assert (balance(in_store), balance(rich)) == (10, 100)
