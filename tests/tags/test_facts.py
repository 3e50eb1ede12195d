"""The rows that rules read: what leaves notes, what changes by time alone; bringing them up to date is as good as reckoning all anew."""

from datetime import date, timedelta
from random import Random
from time import perf_counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activity.models import Order
from core.enums import Origin
from coupons.services import expiry
from growth.models import LevelHistory
from points.enums import EntryKind
from stores.models import Membership, Store
from tags.enums import TagKind
from tags.models import FactClock, FactStale, MemberFact, Segment, TagDue, WatchedFigure
from tags.rules.figures import Basket
from tags.services import facts, stale
from tests import world
from tests.activity.facts import record, wallet
from tests.coupons import house as coupons_house
from tests.growth import house as growth_house
from tests.points import house as points_house
from tests.tags import house, population
from tests.tags.buying import DAY, ON, POWDER, buy, child, fact, refresh, refund, visit
from tests.world import NOW

POWDER_180 = {">=": [{"bought": {"by": "category", "value": POWDER, "days": 180, "figure": "orders"}}, 1]}


@pytest.fixture
def shop(db: None) -> Store:
    return world.store("S001")


@pytest.fixture
def member(shop: Store) -> Membership:
    return house.crowd(shop.programme, 1)[0]


def noted() -> set[int]:
    """Memberships with notes; takes them down."""
    found = set(FactStale.objects.values_list("membership_id", flat=True))
    FactStale.objects.all().delete()
    return found


@pytest.mark.ledgers_may_disagree
def test_bringing_rows_up_to_date_day_by_day_gives_what_reckoning_all_anew_gives(db: None):
    """next_change_on: of 60 members with facts on every edge of every window, a year's refreshes leave nothing for a full pass to do."""
    made = population.make(60, seed=7)
    Segment.objects.create(programme=made.programme, code="s", name="s", rule=POWDER_180)
    viewed = {">": [{"did": {"event": "view", "days": 60, "figure": "days"}}, 0]}
    Segment.objects.create(programme=made.programme, code="v", name="v", rule=viewed)
    facts.refresh(now=NOW, programme_id=made.programme.pk)
    written, random, at = 0, Random(7), NOW
    for step in (1, 1, 5, 24, 1, 29, 30, 60, 31, 150, 60):
        at += step * DAY
        written += facts.refresh(now=at, programme_id=made.programme.pk, limit=random.choice((7, 20, 1000)))
        rows = list(MemberFact.objects.order_by("pk").values())
        assert facts.fill(made.programme.pk, at) == 0
        assert list(MemberFact.objects.order_by("pk").values()) == rows
    assert written > 250


def test_a_second_refresh_writes_nothing(shop: Store, member: Membership):
    buy(shop, member)
    assert refresh(member) == 1
    assert TagDue.objects.filter(membership=member).count() == 1
    assert refresh(member) == 0
    assert (FactStale.objects.filter(membership=member).count(), TagDue.objects.filter(membership=member).count()) == (0, 1)
    house.become(member, nickname="小张")  # noted, but nothing that rules read
    assert refresh(member) == 0
    assert (FactStale.objects.filter(membership=member).count(), TagDue.objects.filter(membership=member).count()) == (0, 1)


def test_the_next_change_is_the_first_day_on_which_a_window_lets_go_of_an_order(shop: Store, member: Membership):
    buy(shop, member, days_ago=40)
    refresh(member)
    assert (fact(member).orders_30, fact(member).orders_90, fact(member).next_change_on) == (0, 1, ON + timedelta(days=50))
    assert refresh(member, NOW + 49 * DAY) == 0
    assert fact(member).orders_90 == 1
    assert refresh(member, NOW + 50 * DAY) == 1
    assert (fact(member).orders_90, fact(member).orders_180) == (0, 1)
    assert refresh(member, NOW + 400 * DAY) == 1
    assert (fact(member).orders_365, fact(member).orders, fact(member).next_change_on) == (0, 1, None)


def test_coupons_begin_and_end_by_themselves(shop: Store, member: Membership):
    """A coupon of 24 hours from 10:00 counts on its two local days and no longer."""
    coupons_house.coupon(coupons_house.template(shop.programme), member)
    refresh(member)
    assert (fact(member).coupons_usable, fact(member).next_change_on) == (1, ON + timedelta(days=2))
    refresh(member, NOW + DAY)
    assert fact(member).coupons_usable == 1
    refresh(member, NOW + 2 * DAY)
    assert fact(member).coupons_usable == 0


def test_a_coupon_set_aside_is_not_usable_until_it_is_let_go(shop: Store, member: Membership):
    """As the member's page counts: reserved 0, released or timed out 1, used 0 again."""
    coupon = coupons_house.coupon(coupons_house.template(shop.programme), member)

    def usable() -> int:
        noted = facts.refresh(now=NOW)
        assert noted == 1, "what becomes of a coupon leaves a note"
        return fact(member).coupons_usable

    assert usable() == 1
    coupons_house.reserve(coupon, shop)
    assert usable() == 0
    coupons_house.release(coupon, shop)
    assert usable() == 1
    coupons_house.reserve(coupon, shop)
    assert usable() == 0
    expiry.expire(now=coupon.received_at + timedelta(minutes=31))
    assert usable() == 1
    coupons_house.reserve(coupon, shop, at=NOW + timedelta(minutes=32))
    coupons_house.use(coupon, shop, at=NOW + timedelta(minutes=33))
    assert usable() == 0


def test_whatever_happens_to_a_member_leaves_a_note(shop: Store, member: Membership):
    growth_house.counting(shop.programme)
    refresh(member)
    noted()
    buy(shop, member)
    assert member.pk in noted()
    order_no = buy(shop, member, status="paid", completed_at=None)
    assert noted() == set()  # not completed: nothing that rules read
    refund(shop, buy(shop, member, 5000), 100)
    assert member.pk in noted()
    visit(shop, member)
    assert member.pk in noted()
    record(wallet(member.member_id, shop.pk))
    assert member.pk in noted()
    child(member, 12)
    assert member.pk in noted()
    coupons_house.coupon(coupons_house.template(shop.programme), member)
    assert noted() == {member.pk}
    points_house.rules(shop.programme)
    points_house.post(points_house.entry(member, 100, kind=EntryKind.GIFT))
    assert noted() == {member.pk}
    [other] = house.crowd(shop.programme, 1)
    noted()
    stale.mark_stale("levels", origin=Origin.LIVE, history_ids=list(LevelHistory.objects.values_list("pk", flat=True)[:1]))
    assert noted() <= {member.pk, other.pk}
    assert order_no


def test_an_order_concerns_the_stores_programme_and_the_platforms(shop: Store):
    other = world.store("S002")
    joined = world.enrol(shop, "+8613900000001")
    memberships = {each.programme.code: each for each in Membership.objects.filter(member_id=joined.member_id).select_related("programme")}
    elsewhere = Membership.objects.create(
        member_id=joined.member_id, programme=other.programme, member_no="E1", joined_at=NOW, source="import"
    )
    noted()
    buy(shop, memberships[shop.programme.code])
    assert noted() == {each.pk for each in memberships.values()}
    assert elsewhere.pk not in {each.pk for each in memberships.values()}
    visit(None, elsewhere)
    assert noted() == {memberships["platform"].pk}


def test_history_leaves_notes_only_where_facts_are_kept_already(shop: Store, member: Membership):
    FactStale.objects.all().delete()
    buy(shop, member, origin=Origin.BACKFILL)
    assert noted() == set()
    refresh(member)
    assert fact(member).orders == 1
    buy(shop, member, days_ago=100, origin=Origin.BACKFILL)
    assert noted() == {member.pk}


def test_a_programme_that_uses_no_tags_gathers_no_notes(shop: Store, member: Membership):
    shop.programme.tags_on = False
    shop.programme.save()
    FactStale.objects.all().delete()
    buy(shop, member)
    assert FactStale.objects.filter(membership=member).count() == 0
    assert facts.refresh(now=NOW, programme_id=shop.programme.pk) == 0
    assert not FactClock.objects.filter(programme=shop.programme).exists()


def test_the_notes_of_five_thousand_orders_are_one_cheap_statement(shop: Store):
    """Under 50 ms on a machine to itself; four times that is let pass on a busy one."""
    members = house.crowd(shop.programme, 500)
    said = {"store": shop, "digest": "test", "status": "completed", "channel": "app", "currency": "CNY"}
    amounts = dict.fromkeys(("goods_minor", "paid_minor", "settled_minor", "net_minor"), 100)
    times = dict.fromkeys(("placed_at", "completed_at", "booked_at"), NOW)
    orders = Order.objects.bulk_create(
        Order(order_no=f"O{number}", member_id=members[number % 500].member_id, **said, **amounts, **times) for number in range(5000)
    )
    taken = []
    for _time in range(3):
        FactStale.objects.all().delete()
        before = perf_counter()
        with CaptureQueriesContext(connection) as queries:
            stale.mark_stale("orders", origin=Origin.LIVE, order_ids=[each.pk for each in orders], after_sale_ids=())
        taken.append(perf_counter() - before)
        assert (len(queries), FactStale.objects.count()) == (1, 500)
    assert min(taken) < 0.2


def test_a_figure_is_watched_as_long_as_a_rule_in_use_asks_for_it(shop: Store, member: Membership):
    buy(shop, member, 30000, days_ago=20, quantity=2, category=POWDER)
    refresh(member)
    assert fact(member).figures == {}
    segment = Segment.objects.create(programme=shop.programme, code="s", name="s", rule=POWDER_180)
    tag = house.by_rule(shop.programme, {"<": [{"bought": {"by": "sku", "value": "SKU1", "days": 7, "figure": "amount"}}, 100]})
    assert tag.kind == TagKind.AUTO
    refresh(member)
    watched = {each.key: each for each in WatchedFigure.objects.filter(programme=shop.programme)}
    powder = Basket(days=180, by="category", value=POWDER)
    assert watched.keys() == {powder.key, Basket(days=7, by="sku", value="SKU1").key}
    assert all(each.filled_at == NOW for each in watched.values())
    epoch_day = (ON - timedelta(days=20) - date(1970, 1, 1)).days
    assert fact(member).figures == {str(watched[powder.key].pk): [30000, 2, 2, 1, epoch_day, epoch_day]}
    # it leaves its window by time alone, and the figure is let go of when nobody asks any more
    assert fact(member).next_change_on == ON + timedelta(days=10)
    refresh(member, NOW + 160 * DAY)
    assert fact(member).figures == {}
    segment.retired_at = NOW
    segment.save()
    refresh(member, NOW + 160 * DAY)
    assert set(WatchedFigure.objects.values_list("key", flat=True)) == {Basket(days=7, by="sku", value="SKU1").key}


def test_another_window_of_the_rfm_model_reckons_all_rows_anew(shop: Store, member: Membership):
    version = growth_house.rfm_version(shop.programme)
    buy(shop, member, days_ago=200)
    refresh(member)
    assert fact(member).rfm_orders == 1
    version.window_days = 180
    version.save()
    assert refresh(member) == 1
    assert (fact(member).rfm_orders, fact(member).orders_365) == (0, 1)
    assert FactClock.objects.get(programme=shop.programme).basis == "rfm:180"
