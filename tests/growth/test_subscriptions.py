"""Paid membership: what is paid becomes a level for a time (LVL-16..21, LVL-33, OP-3, BEN-17)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.models import Notice, OutboxMessage
from growth.enums import LevelCause, SubscriptionState, Track
from growth.errors import OtherPlanValid, PaymentConflict, PlanNotFound
from growth.models import Level, LevelHistory, MemberLevel, PaidPlan, Subscription
from growth.rules import subscriptions as rules
from growth.rules.benefits import Discount
from growth.selectors import benefits
from growth.services import subscriptions
from growth.services.subscriptions import Bought
from stores.models import Membership, Programme
from tests.growth import house, promising
from tests.world import NOW

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
SHANGHAI = "Asia/Shanghai"


def utc(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


# --- how long ---


@pytest.mark.parametrize(
    ("days", "ends"),
    [(30, utc(2024, 3, 30, 16)), (90, utc(2024, 5, 29, 16)), (365, utc(2025, 2, 28, 16))],
)
def test_a_plan_ends_at_the_local_midnight_after_its_days(days: int, ends: datetime):
    """LVL-16: month 30 d, quarter 90 d, year 365 d; a year bought on 2024-03-01 ends at 2025-03-01 00:00 in Shanghai."""
    bought_at = utc(2024, 3, 1, 2)
    assert rules.term(paid_at=bought_at, held_until=None, days=days, time_zone=SHANGHAI) == (bought_at, ends)


def test_a_renewal_goes_on_where_the_first_one_ends():
    """OP-3: bought ten days early it loses none of them."""
    until = utc(2025, 2, 28, 16)
    found = rules.term(paid_at=until - timedelta(days=10), held_until=until, days=365, time_zone=SHANGHAI)
    assert found == (until, utc(2026, 2, 28, 16))
    assert rules.term(paid_at=until, held_until=until, days=30, time_zone=SHANGHAI).starts_at == until


def test_the_last_day_is_the_one_before_the_midnight():
    assert rules.last_day(utc(2025, 2, 28, 16), SHANGHAI).isoformat() == "2025-02-28"


# --- what it gives ---


@pytest.fixture
def plus(programme: Programme) -> PaidPlan:
    """年卡 of the platform: PLUS with 9.5折 for a year; free members pay 98 %."""
    promising.discounts(programme)
    level = promising.track(programme, Track.PAID, "PLUS", "PLUS会员")
    promising.give(programme, "PLUS", "discount", {"rate": "0.9500"}, track=Track.PAID)
    return promising.plan(programme, level)


def buy(membership: Membership, *, payment_no: str = "P1", paid_at: datetime = NOW, **values: Any) -> Bought:
    said = {"plan_code": "plus-year", "actor": "client:1", "booked_at": paid_at, **values}
    return subscriptions.subscribe(membership_id=membership.pk, payment_no=payment_no, paid_at=paid_at, **said)


def rate(membership: Membership, at: datetime) -> Decimal:
    found = benefits.of_membership(membership.pk, at).of("discount")
    assert found is not None
    assert isinstance(found.value, Discount)
    return found.value.rate


def history(membership: Membership) -> list[tuple[str, str | None, str | None]]:
    rows = LevelHistory.objects.filter(membership=membership, track=Track.PAID).order_by("id")
    return [
        (row.cause, row.level_from.code if row.level_from else None, row.level_to.code if row.level_to else None)
        for row in rows.select_related("level_from", "level_to")
    ]


def test_who_pays_has_the_level_at_once_beside_their_own(plus: PaidPlan, bronze: Membership):
    """OP-3 step 2, A-22: 0.95 is better than 0.98; the free track is still 铜牌 and growth value is untouched."""
    bought = buy(bronze).subscription
    assert (bought.starts_at, bought.ends_at) == (NOW, utc(2025, 5, 19, 16))
    assert (bought.price_minor, bought.state) == (29900, SubscriptionState.ACTIVE)
    assert rate(bronze, NOW) == Decimal("0.95")
    assert MemberLevel.objects.get(membership=bronze, track=Track.FREE).level.code == "L1"
    assert history(bronze) == [(LevelCause.SUBSCRIBED, None, "PLUS")]
    line = LevelHistory.objects.get(membership=bronze, track=Track.PAID)
    assert (line.source, line.occurred_at) == (f"subscription:{bought.pk}", NOW)
    assert OutboxMessage.objects.filter(topic="level.changed").count() == 1


def test_a_bought_level_may_be_one_of_the_free_track(programme: Programme):
    """LVL-33: 365 days of 金牌 for a silver member at 8,100: 0.90, and 0.95 on day 366; growth still 8,100."""
    promising.discounts(programme)
    promising.plan(programme, Level.objects.get(programme=programme, code="L3"))
    silver = house.membership(programme, growth=8100)
    buy(silver)
    day_366 = utc(2025, 5, 19, 16)
    assert rate(silver, NOW) == rate(silver, day_366 - SECOND) == Decimal("0.90")
    assert rate(silver, day_366) == Decimal("0.95")
    assert silver.growth_account.balance == 8100


def test_the_same_payment_again_changes_nothing(plus: PaidPlan, bronze: Membership):
    first = buy(bronze)
    again = buy(bronze, paid_at=NOW + timedelta(minutes=5))
    assert (again.subscription.pk, again.replayed) == (first.subscription.pk, True)
    assert Subscription.objects.count() == 1
    assert len(history(bronze)) == 1


def test_a_payment_pays_once(plus: PaidPlan, bronze: Membership, programme: Programme):
    buy(bronze)
    promising.plan(programme, plus.level, "plus-month", days=30)
    with pytest.raises(PaymentConflict):
        buy(house.membership(programme, level="L0"))
    with pytest.raises(PaymentConflict):
        buy(bronze, plan_code="plus-month")
    assert Subscription.objects.count() == 1


def test_plans_that_are_not_sold_are_not_there(plus: PaidPlan, bronze: Membership):
    with pytest.raises(PlanNotFound):
        buy(bronze, plan_code="nothing")
    PaidPlan.objects.update(is_on_sale=False)
    with pytest.raises(PlanNotFound):
        buy(bronze)
    assert not Subscription.objects.exists()
    assert history(bronze) == []


def test_a_plan_of_another_level_waits_until_the_first_has_ended(plus: PaidPlan, bronze: Membership, programme: Programme):
    """LVL-15: one paid level at a time."""
    promising.plan(programme, Level.objects.get(programme=programme, code="L3"), "gold-year")
    ends_at = buy(bronze).subscription.ends_at
    with pytest.raises(OtherPlanValid) as refused:
        buy(bronze, payment_no="P2", plan_code="gold-year")
    assert refused.value.values == {"plan": "plus-year", "until": ends_at}
    assert Subscription.objects.count() == 1
    buy(bronze, payment_no="P2", plan_code="gold-year", paid_at=ends_at + SECOND)
    assert history(bronze) == [
        (LevelCause.SUBSCRIBED, None, "PLUS"),
        (LevelCause.EXPIRED, "PLUS", None),
        (LevelCause.SUBSCRIBED, None, "L3"),
    ]


# --- how it ends ---


def test_a_renewal_extends_without_a_gap_and_without_a_line(plus: PaidPlan, bronze: Membership):
    """OP-3 step 3: bought ten days early it runs from the old end; the end of the first is no end."""
    first = buy(bronze).subscription
    second = buy(bronze, payment_no="P2", paid_at=first.ends_at - timedelta(days=10)).subscription
    assert (second.starts_at, second.ends_at) == (first.ends_at, utc(2026, 5, 19, 16))
    assert MemberLevel.objects.get(membership=bronze, track=Track.PAID).level_until == second.ends_at
    assert rate(bronze, first.ends_at) == rate(bronze, second.ends_at - SECOND) == Decimal("0.95")
    assert subscriptions.end_subscriptions(now=first.ends_at) == 0
    assert [row.state for row in Subscription.objects.order_by("id")] == [SubscriptionState.ENDED, SubscriptionState.ACTIVE]
    assert history(bronze) == [(LevelCause.SUBSCRIBED, None, "PLUS")]


def test_the_end_is_written_once(plus: PaidPlan, bronze: Membership):
    """OP-3 step 3: past the end 0.98 again; the history says so once, dated at the end, however often and late the job runs."""
    ends_at = buy(bronze).subscription.ends_at
    assert subscriptions.end_subscriptions(now=ends_at - SECOND) == 0
    assert rate(bronze, ends_at) == Decimal("0.98")
    late = ends_at + timedelta(days=3)
    assert subscriptions.end_subscriptions(now=late) == 1
    assert subscriptions.end_subscriptions(now=late) == 0
    assert history(bronze) == [(LevelCause.SUBSCRIBED, None, "PLUS"), (LevelCause.EXPIRED, "PLUS", None)]
    line = LevelHistory.objects.filter(membership=bronze, cause=LevelCause.EXPIRED).get()
    assert (line.occurred_at, line.booked_at) == (ends_at, late)
    assert Track.PAID not in benefits.of_membership(bronze.pk, late).tracks


def test_buying_again_after_the_end_writes_the_end_first(plus: PaidPlan, bronze: Membership):
    """No job ran between: the lines are the same as if it had."""
    ends_at = buy(bronze).subscription.ends_at
    again = buy(bronze, payment_no="P2", paid_at=ends_at + timedelta(days=5)).subscription
    assert again.starts_at == ends_at + timedelta(days=5)
    assert history(bronze) == [
        (LevelCause.SUBSCRIBED, None, "PLUS"),
        (LevelCause.EXPIRED, "PLUS", None),
        (LevelCause.SUBSCRIBED, None, "PLUS"),
    ]
    assert subscriptions.end_subscriptions(now=again.starts_at) == 0


# --- reminders ---


def test_a_member_is_reminded_once_seven_days_before(plus: PaidPlan, bronze: Membership):
    """BEN-17: one reminder for a plan that ends in seven days."""
    bought = buy(bronze).subscription
    Notice.objects.all().delete()
    week_before = bought.ends_at - timedelta(days=7)
    assert subscriptions.remind_of_endings(now=week_before - SECOND) == 0
    assert subscriptions.remind_of_endings(now=week_before) == 1
    assert subscriptions.remind_of_endings(now=week_before + timedelta(days=1)) == 0
    notice = Notice.objects.get()
    assert (notice.template, notice.member_id, notice.cause) == ("subscription_ending", bronze.member_id, f"subscription:{bought.pk}")
    assert notice.values == {"plan": "年卡", "ends_on": "2025-05-19"}


def test_nobody_is_reminded_of_what_goes_on(plus: PaidPlan, bronze: Membership, programme: Programme):
    """BEN-17: none when it renews itself, none when it was renewed."""
    buy(house.membership(programme, level="L0"), payment_no="P9", renews_itself=True)
    first = buy(bronze).subscription
    buy(bronze, payment_no="P2", paid_at=NOW + timedelta(days=1))
    Notice.objects.all().delete()
    assert subscriptions.remind_of_endings(now=first.ends_at - timedelta(days=7)) == 0
    assert subscriptions.remind_of_endings(now=first.ends_at + timedelta(days=1)) == 0
    assert not Notice.objects.exists()
