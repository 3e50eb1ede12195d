"""What came of a campaign (PRD-19, DSH-08, MET-06, OP-4.4), with the numbers of docs/rules/campaigns.md."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from activity import services as activity_services
from activity.inputs import AfterSaleLineIn
from core import notices
from coupons.models import Coupon
from engagement.models import Campaign
from engagement.selectors import report
from stores.models import Membership, Programme, Store
from tests.activity import facts
from tests.coupons import house as coupons_house
from tests.engagement import house
from tests.world import NOW

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)


def coupons_of(campaign: Campaign) -> list[Coupon]:
    return list(Coupon.objects.filter(source="campaign", source_id=str(campaign.pk)).order_by("membership_id"))


def buy(shop: Store, some: Iterable[Coupon], *, paid_minor: int, at: datetime = NOW, prefix: str = "O", **values: Any) -> None:
    """An order of each holder that names the coupon: it is paid, and the coupon used."""
    for coupon in some:
        order = facts.order(
            shop.pk,
            coupon.membership.member_id,
            f"{prefix}-{coupon.pk}",
            lines=(facts.line(paid_minor=paid_minor),),
            coupon_codes=(coupon.code,),
            **{"placed_at": at, "paid_at": at, "goods_minor": paid_minor + 30_00, "coupon_minor": 30_00, **values},
        )
        [told] = activity_services.record_orders(orders=[order], actor="test", booked_at=at)
        assert told.ok, told


def test_op_4_4_four_of_ten_used_cost_120(shop: Store, programme: Programme) -> None:
    """OP-4.4: targeted, issued, sent, opened, used, revenue, cost, ROI; 4 used -> cost 120.00."""
    holders = house.members(programme, 14)
    house.wants_marketing(*holders[2:])
    tag = house.tagged(programme, "m", *holders)
    coupon = coupons_house.template(programme, min_spend_minor=299_00)
    campaign = house.carried_out(programme, house.said(tag, coupon, message="满299减30", budget_minor=300_00))
    notices.send_due(now=NOW)
    buy(shop, coupons_of(campaign)[:4], paid_minor=300_00)
    found = report.report(campaign)
    assert (found.targeted, found.issued, found.sent, found.opened, found.opted_out) == (14, 10, 8, None, 2)
    assert (found.used, found.usage, found.orders) == (4, Decimal("40.0"), 4)
    assert (found.cost_minor, found.revenue_minor, found.cost_per_order_minor) == (120_00, 1200_00, 30_00)
    assert found.roi == (Decimal("10.00"), Decimal("9.00"))
    assert (found.budget_minor, found.committed_minor) == (300_00, 300_00)
    assert [(each.gift, each.result, each.members) for each in report.outcomes(campaign.pk)] == [
        ("coupon", "given", 10), ("coupon", "campaign_budget", 4), ("message", "given", 8), ("message", "opted_out", 2),
    ]  # fmt: skip


def test_prd_19_ten_coupons_of_twenty_used_by_four(shop: Store, programme: Programme) -> None:
    """PRD-19: cost 80.00, 20.00 per order. DSH-08: participation of those targeted."""
    holders = house.members(programme, 16)
    tag = house.tagged(programme, "m", *holders)
    coupon = coupons_house.template(programme, face_minor=20_00, cost_minor=20_00, min_spend_minor=0)
    campaign = house.carried_out(programme, house.said(tag, coupon, budget_minor=200_00))
    buy(shop, coupons_of(campaign)[:4], paid_minor=100_00, goods_minor=120_00, coupon_minor=20_00)
    found = report.report(campaign)
    assert (found.targeted, found.issued, found.used) == (16, 10, 4)
    assert (found.cost_minor, found.cost_per_order_minor) == (80_00, 20_00)
    assert (found.participants, found.participation) == (4, Decimal("25.0"))


def test_revenue_is_net_of_refunds(shop: Store, programme: Programme) -> None:
    holders = house.members(programme, 3)
    tag = house.tagged(programme, "m", *holders)
    campaign = house.carried_out(programme, house.said(tag, coupons_house.template(programme)))
    first, second, _third = coupons_of(campaign)
    buy(shop, [first, second], paid_minor=200_00)
    assert report.report(campaign).revenue_minor == 400_00
    refund = facts.after_sale(
        shop.pk, order_no=f"O-{first.pk}", lines=(AfterSaleLineIn(line_no=1, refund_minor=50_00),), status="refunded", settled_at=NOW
    )
    [told] = activity_services.record_after_sales(after_sales=[refund], actor="test", booked_at=NOW)
    assert told.ok, told
    assert (report.report(campaign).revenue_minor, report.report(campaign).orders) == (350_00, 2)


def test_points_given_cost_what_a_point_cost_then(programme: Programme) -> None:
    tag = house.tagged(programme, "m", *house.members(programme, 2))
    campaign = house.carried_out(programme, house.said(tag, points=20))
    found = report.report(campaign)
    assert (found.pointed, found.cost_minor, found.issued, found.participants, found.participation) == (2, 40_00, 0, None, None)
    assert (found.orders, found.cost_per_order_minor, found.usage) == (0, None, None)


def test_the_days_of_a_campaign_are_local(shop: Store, programme: Programme) -> None:
    """NOW is 10:00 on 20 May in Shanghai; 16:30 UTC is the next local day."""
    holders = house.members(programme, 3)
    tag = house.tagged(programme, "m", *holders)
    coupon = coupons_house.template(programme, valid_amount=72)
    campaign = house.carried_out(programme, house.said(tag, coupon))
    first, second, _third = coupons_of(campaign)
    buy(shop, [first], paid_minor=150_00)
    buy(shop, [second], paid_minor=250_00, at=NOW.replace(hour=16, minute=30))
    assert report.days(campaign) == [
        report.Day(date(2024, 5, 20), 3, 1, 30_00, 150_00),
        report.Day(date(2024, 5, 21), 0, 1, 30_00, 250_00),
    ]


def test_a_result_is_told_in_words(programme: Programme) -> None:
    assert str(report.result_words("per_member_exceeded")) == "The member has had as many of these coupons as one may have."
    assert str(report.result_words("campaign_budget")) == "the budget of the campaign was used up"
    assert report.result_words("from_a_later_version") == "from_a_later_version"


def test_a_campaign_that_reached_nobody_has_results_too(programme: Programme) -> None:
    campaign = house.carried_out(programme, house.said(house.tagged(programme, "m"), coupons_house.template(programme)))
    found = report.report(campaign)
    assert (campaign.state, found.targeted, found.issued, found.cost_minor, found.roi) == ("finished", 0, 0, 0, None)
    assert Membership.objects.count() == 0
