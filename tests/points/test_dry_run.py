"""What an order would earn and why: the same statements, taken back (issue item 2, ruling 28)."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from activity.errors import OtherMember
from activity.models import Order
from points.enums import LeftOut, MultiplierKind
from points.models import PointsEntry
from points.rules.versions import DEFAULT_TERMS
from points.services import dry_run, versions
from points.services.dry_run import Multiplied
from stores.models import Membership, Programme, Store
from tests import world
from tests.activity.facts import line, order
from tests.points import house
from tests.points.buying import buy, refund, rules
from tests.world import NOW

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
MEMBER_DAY = datetime(2024, 4, 28, 12, tzinfo=SHANGHAI)


def test_an_order_nobody_has_told_is_explained_and_not_kept(shop: Store, member: Membership) -> None:
    """250.00 and a gift card, paid on member day: 2 points and 2 more, until the end of 20 May 2026."""
    basket = order(shop.pk, member.member_id, "X1", lines=[line(1, 25000), line(2, 10000, is_gift_card=True)], placed_at=MEMBER_DAY)
    [found] = dry_run.explain_basket(order=basket, at=NOW)
    assert (found.membership_id, found.version, found.points, found.purchase, found.bonus) == (member.pk, 1, 4, 2, 2)
    assert (found.counted_minor, found.points_per_unit, found.left_out) == (25000, Decimal("0.01"), ((2, LeftOut.GIFT_CARD),))
    assert found.multiplier == Multiplied(MultiplierKind.MEMBER_DAY, "", Decimal("2.00"))
    assert (found.available_from, found.ends_at, found.skipped) == (NOW, datetime(2026, 5, 21, tzinfo=SHANGHAI), "")
    assert not Order.objects.exists()
    assert not PointsEntry.objects.exists()


def test_what_is_explained_is_what_is_given(programme: Programme, shop: Store, member: Membership) -> None:
    """With a least amount, a cap and a level's rules, an order before its completion and after it, also when it was refunded in part."""
    rules(programme, points_per_unit=Decimal("0.0500"), order_cap=20, order_minimum_minor=5000)
    for number, paid_minor in enumerate((4999, 5000, 30000, 50000), start=1):
        buy(shop, member, paid_minor, f"O{number}", status="paid", placed_at=MEMBER_DAY)
        order_id = Order.objects.get(order_no=f"O{number}").pk
        [before] = dry_run.explain_order(order_id=order_id, at=NOW)
        buy(shop, member, paid_minor, f"O{number}", version=2, placed_at=MEMBER_DAY)
        [after] = dry_run.explain_order(order_id=order_id, at=NOW + timedelta(days=3))
        given = {each.kind: each.requested for each in PointsEntry.objects.filter(source_type="order", source_id=str(order_id))}
        assert (before.purchase, before.bonus) == (given.get("earn", 0), given.get("bonus", 0)) == (after.purchase, after.bonus)
        assert before.below_minimum_minor == (5000 if paid_minor == 4999 else None)
        assert before.cap == (20 if paid_minor >= 30000 else None)
    refund(shop, 20000, order_no="O3")
    [left] = dry_run.explain_order(order_id=Order.objects.get(order_no="O3").pk, at=NOW)
    assert (left.counted_minor, left.points) == (10000, 10)


def test_a_draft_is_tried_before_it_holds(programme: Programme, shop: Store, member: Membership) -> None:
    """By the rules of one programme: the other's is not asked."""
    draft = versions.create_draft(programme_id=programme.pk, actor="staff:1", at=NOW)
    versions.change_draft(version_id=draft.pk, terms=replace(DEFAULT_TERMS, points_per_unit=Decimal(1)), actor="staff:1", at=NOW)
    basket = order(shop.pk, member.member_id, "X1", lines=[line(1, 10050)])
    assert [(each.version, each.points) for each in dry_run.explain_basket(order=basket, at=NOW, version_id=draft.pk)] == [(2, 100)]
    assert [(each.version, each.points) for each in dry_run.explain_basket(order=basket, at=NOW)] == [(1, 1)]


def test_each_membership_is_explained(member: Membership) -> None:
    store = world.store("S009")
    rules(store.programme, points_per_unit=Decimal(1))
    found = dry_run.explain_basket(order=order(store.pk, member.member_id, "X1"), at=NOW)
    assert {each.programme_id: each.points for each in found} == {member.programme_id: 1, store.programme_id: 100}


def test_why_nothing_would_be_given(shop: Store, member: Membership) -> None:
    Membership.objects.filter(pk=member.pk).update(status="frozen")
    [found] = dry_run.explain_basket(order=order(shop.pk, member.member_id, "X1"), at=NOW)
    assert (found.skipped, found.points, found.purchase) == ("member_frozen", 0, 1)


def test_an_order_that_could_not_be_recorded_is_refused(programme: Programme, shop: Store, member: Membership) -> None:
    buy(shop, member, order_no="O1")
    other = house.membership(programme)
    with pytest.raises(OtherMember):
        dry_run.explain_basket(order=order(shop.pk, other.member_id, "O1", version=2), at=NOW)
    assert Order.objects.count() == 1
