"""What orders earn, by plain arithmetic that shares no code with the SQL, on generated orders at and around every boundary (ruling 28)."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from activity.inputs import AfterSaleLineIn, OrderLineIn
from activity.models import Order
from points.enums import MultiplierKind
from points.models import PointsEntry, PointsLot
from points.rules.versions import MultiplierIn, PointsTerms
from points.selectors import versions
from stores.models import Membership, Programme, Store
from tests.activity.facts import after_sale, line, order, record
from tests.growth import house as growth_house
from tests.points.buying import rules
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SHANGHAI = ZoneInfo("Asia/Shanghai")
RULE_SETS = 8
BUYERS = 15  # of each
CATEGORIES = ("", "母婴", "母婴/奶粉", "母婴用品", "服装/女装")
SEED = 28


@dataclass(frozen=True)
class Bought:
    member: Membership
    level: str
    order_no: str
    lines: tuple[OrderLineIn, ...]
    paid_at: datetime
    completed_at: datetime


def some_rules(dice: random.Random) -> dict[str, Any]:
    begin = datetime(2024, 4, dice.randint(1, 28), dice.choice([0, 10]), tzinfo=SHANGHAI)
    times = [
        MultiplierIn(MultiplierKind.MEMBER_DAY, Decimal("2.00"), day_of_month=dice.choice([1, 28, 31])),
        MultiplierIn(
            MultiplierKind.CAMPAIGN,
            Decimal(dice.choice(["1.25", "2.00", "3.33"])),
            "c",
            valid_from=begin,
            valid_until=begin + timedelta(days=3),
        ),
        MultiplierIn(MultiplierKind.LEVEL, Decimal("1.50"), "L1"),
        MultiplierIn(MultiplierKind.LEVEL, Decimal("2.50"), "L3"),
    ]
    return {
        "points_per_unit": Decimal(dice.choice(["0.01", "0.0333", "0.5", "1"])),
        "order_minimum_minor": dice.choice([0, 10000]),
        "order_cap": dice.choice([None, 3, 100]),
        "excludes_virtual": dice.random() < 0.5,
        "only_categories": dice.choice([(), (), ("母婴",)]),
        "only_skus": dice.choice([(), (), ("SKU1",)]),
        "not_categories": dice.choice([(), ("母婴/奶粉",)]),
        "not_skus": dice.choice([(), ("SKU2",)]),
        "lifetime_months": dice.choice([None, 1, 24]),
        "pending_days": dice.choice([0, 7]),
        "multipliers": tuple(dice.sample(times, dice.randint(0, 4))),
    }


def some_lines(dice: random.Random) -> tuple[OrderLineIn, ...]:
    def paid() -> int:
        return dice.choice([0, 1, 9999, 10000, 10001, dice.randint(0, 30000), dice.randint(1, 200) * 100])

    return tuple(
        line(
            number, paid(), category=dice.choice(CATEGORIES), is_virtual=dice.random() < 0.2, is_gift_card=dice.random() < 0.1,
        )
        for number in range(1, dice.randint(2, 5))
    )  # fmt: skip


def some_moment(dice: random.Random, terms: PointsTerms) -> datetime:
    """Any moment of the spring, or one at an edge: of a campaign, of a month."""
    edges = [each for times in terms.multipliers for each in (times.valid_from, times.valid_until) if each]
    edges += [datetime(2024, month, day, tzinfo=SHANGHAI) for month, day in ((4, 1), (4, 28), (4, 29), (3, 31), (5, 1))]
    any_time = datetime(2024, 3, 20, tzinfo=SHANGHAI) + timedelta(seconds=dice.randint(0, 50 * 86400))
    return dice.choice([any_time, dice.choice(edges) + timedelta(seconds=dice.choice([-1, 0, 1]))])


def below(category: str, path: str) -> bool:
    return category.split("/")[: len(path.split("/"))] == path.split("/")


def expected(bought: Bought, gone: dict[int, int], terms: PointsTerms, met: Counter[str]) -> tuple[int, int]:
    """Base and bonus, by the words of docs/rules/points.md."""
    goods = [each for each in bought.lines if not each.is_gift_card]
    left = {each.line_no: each.paid_minor - gone.get(each.line_no, 0) for each in goods}
    if sum(left.values()) < terms.order_minimum_minor:
        met["below minimum"] += 1
        return 0, 0
    met["at minimum"] += sum(left.values()) == terms.order_minimum_minor
    counted = 0
    for each in goods:
        let_in = not terms.only_categories and not terms.only_skus
        let_in = let_in or each.sku in terms.only_skus or any(below(each.category, path) for path in terms.only_categories)
        if terms.excludes_virtual and each.is_virtual:
            let_in = False
        if each.sku in terms.not_skus or any(below(each.category, path) for path in terms.not_categories):
            let_in = False
        met["left out"] += not let_in
        counted += left[each.line_no] if let_in else 0
    exact = Fraction(counted, 100) * Fraction(terms.points_per_unit)
    met["whole points"] += counted > 0 and exact.denominator == 1
    met["just below a point"] += counted > 0 and floor(exact) < floor(Fraction(counted + 1, 100) * Fraction(terms.points_per_unit))
    base = floor(exact)
    factors = [Fraction(1)]
    for times in terms.multipliers:
        if times.kind == MultiplierKind.MEMBER_DAY:
            holds = bought.paid_at.astimezone(SHANGHAI).day == times.day_of_month
        elif times.kind == MultiplierKind.CAMPAIGN:
            assert times.valid_from and times.valid_until
            holds = times.valid_from <= bought.paid_at < times.valid_until
            met["campaign edge"] += bought.paid_at in (times.valid_from, times.valid_until)
        else:
            holds = bought.level == times.key
        if holds:
            met[times.kind] += 1
            factors.append(Fraction(times.factor))
    met["several multipliers"] += len(factors) > 2
    bonus = floor(base * (max(factors) - 1))
    if terms.order_cap is not None and base + bonus > terms.order_cap:
        met["capped"] += 1
        base = min(base, terms.order_cap)
        bonus = min(bonus, terms.order_cap - base)
    return base, bonus


def months_later(day: datetime, months: int) -> datetime:
    """The next local midnight after the same day of a later month, or after that month's last day."""
    local = day.astimezone(SHANGHAI)
    month = local.month - 1 + months
    first_of_next = datetime(local.year + (month + 1) // 12, (month + 1) % 12 + 1, 1, tzinfo=SHANGHAI)
    last = (first_of_next - timedelta(hours=1)).day
    return (first_of_next - timedelta(days=last)) + timedelta(days=min(local.day, last))


def given(number: int) -> dict[str, tuple[int, int]]:
    """What the ledger holds of the orders of a set of rules, base and bonus, by order number."""
    numbers = {str(pk): order_no for pk, order_no in Order.objects.filter(order_no__startswith=f"O{number}.").values_list("pk", "order_no")}
    sums = {order_no: Counter({"earn": 0, "bonus": 0}) for order_no in numbers.values()}
    for root in PointsEntry.objects.filter(source_type="order", source_id__in=numbers).prefetch_related("reversals"):
        sums[numbers[root.source_id]][root.kind] += root.requested
        sums[numbers[root.source_id]][root.kind] += sum(each.requested for each in root.reversals.all() if each.kind == "reverse")
    return {order_no: (found["earn"], found["bonus"]) for order_no, found in sums.items()}


def test_orders_earn_what_plain_arithmetic_says(programme: Programme, shop: Store) -> None:
    """PTS-02, PTS-20, PTS-22, A-24, A-31, ruling 14: each order when completed and after every refund; ends and pending with it."""
    dice = random.Random(SEED)
    met: Counter[str] = Counter()
    growth_house.counting(programme)
    for number in range(RULE_SETS):
        rules(programme, **some_rules(dice))
        published = versions.published(programme.pk)
        assert published is not None
        terms = versions.as_terms(published)
        deals = []
        for nth in range(BUYERS):
            member = Membership.objects.get(member_id=growth_house.enrol(at=NOW - timedelta(days=200)).member_id, programme=programme)
            level = dice.choice(["L0", "L1", "L3"])
            growth_house.hold(member, level, since=NOW - timedelta(days=200))
            paid_at = some_moment(dice, terms)
            completed_at = dice.choice([paid_at, paid_at + timedelta(seconds=dice.randint(0, 9 * 86400))])
            deals.append(Bought(member, level, f"O{number}.{nth}", some_lines(dice), paid_at, completed_at))
        told = [
            order(
                shop.pk, deal.member.member_id, deal.order_no, lines=deal.lines, status="completed", placed_at=deal.paid_at,
                paid_at=deal.paid_at, completed_at=deal.completed_at,
            )
            for deal in deals
        ]  # fmt: skip
        assert all(answer.ok for answer in record(*told))
        gone: dict[str, dict[int, int]] = {deal.order_no: {} for deal in deals}
        assert given(number) == {deal.order_no: expected(deal, {}, terms, met) for deal in deals}
        for deal in deals:
            for lot in PointsLot.objects.filter(account=deal.member.pk):
                assert lot.ends_at == (None if terms.lifetime_months is None else months_later(deal.completed_at, terms.lifetime_months))
        for turn in range(2):
            refunds = []
            for deal in deals:
                taken = {each.line_no: dice.choice([0, each.paid_minor, dice.randint(0, each.paid_minor)]) for each in deal.lines}
                refunds.append(
                    after_sale(
                        shop.pk, f"R{deal.order_no}.{turn}", deal.order_no,
                        lines=[AfterSaleLineIn(line_no=each, refund_minor=minor) for each, minor in taken.items()],
                    )
                )  # fmt: skip
                for each in deal.lines:
                    so_far = gone[deal.order_no].get(each.line_no, 0)
                    gone[deal.order_no][each.line_no] = min(each.paid_minor, so_far + taken[each.line_no])
            assert all(answer.ok for answer in record(*refunds))
            assert given(number) == {deal.order_no: expected(deal, gone[deal.order_no], terms, met) for deal in deals}
    hit = {
        "below minimum",
        "at minimum",
        "left out",
        "whole points",
        "just below a point",
        "campaign edge",
        "member_day",
        "campaign",
        "level",
    }
    assert {name for name in hit | {"several multipliers", "capped"} if met[name] < 3} == set(), met
