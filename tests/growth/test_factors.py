"""Factors in the database and in plain Python say the same, and every entry's stored values give its number again (ruling 28)."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest

from activity.inputs import OrderLineIn
from growth.enums import FactorKind
from growth.models import GrowthEntry, RuleSet
from growth.rules import factors
from growth.rules.behaviour import FactorIn
from growth.rules.factors import Applied
from stores.models import Programme, Store
from tests.activity.facts import line, order, record
from tests.growth import house
from tests.world import NOW

DAY = timedelta(days=1)
CATEGORIES = ("", "母婴", "母婴/奶粉", "母婴用品", "服装/外套")
SOME = [
    FactorIn(FactorKind.LEVEL, "L1", Decimal("1.20")),
    FactorIn(FactorKind.LEVEL, "L2", Decimal("1.50")),
    FactorIn(FactorKind.CATEGORY, "母婴", Decimal("1.50")),
    FactorIn(FactorKind.CATEGORY, "服装", Decimal("0.50")),
    FactorIn(FactorKind.CAMPAIGN, "会员日", Decimal("2.00"), NOW - 4 * DAY, NOW - 3 * DAY),
    FactorIn(FactorKind.CAMPAIGN, "双十一", Decimal("5.00"), NOW - 2 * DAY, NOW - DAY),
]


def choose(category: str = "", level: str = "L0", paid_days_ago: int = 9, base: str = "1.00", cap: str = "3.00") -> Applied:
    return factors.chosen(Decimal(base), SOME, cap=Decimal(cap), level_code=level, category=category, paid_at=NOW - paid_days_ago * DAY)


def test_the_highest_factor_that_applies_is_chosen() -> None:
    """GRW-04, A-09."""
    assert choose() == Applied(Decimal("1.00"), "base", "")
    assert choose(level="L1") == Applied(Decimal("1.20"), "level", "L1")
    assert choose("母婴/奶粉", "L2") == Applied(Decimal("1.50"), "level", "L2")  # of equal ones the level
    assert choose("母婴用品") == choose("服装") == Applied(Decimal("1.00"), "base", "")
    assert choose(level="L2", paid_days_ago=4) == Applied(Decimal("2.00"), "campaign", "会员日")
    assert choose(level="L2", paid_days_ago=3) == Applied(Decimal("1.50"), "level", "L2")  # its last moment is over
    assert choose(paid_days_ago=2) == Applied(Decimal("3.00"), "campaign", "双十一")  # the cap


def test_what_remains_is_rounded_down_once() -> None:
    """GRW-03."""
    assert factors.worth([{"minor": 29990, "factor": "1.50"}]) == 449
    assert factors.worth([{"minor": 150, "factor": "1.00"}, {"minor": 349, "factor": "1.00"}]) == 4
    assert factors.worth([]) == 0


@pytest.mark.django_db
def test_the_database_reckons_the_same(programme: Programme, shop: Store) -> None:
    """STYLE section 6: generated orders, ties and caps among them, against plain Python."""
    rules = RuleSet.objects.get(programme=programme)
    for each in SOME:
        rules.factors.create(kind=each.kind, key=each.key, factor=each.factor, valid_from=each.valid_from, valid_until=each.valid_until)
    rng = random.Random(7)
    wanted: dict[str, tuple[str, list[OrderLineIn], int]] = {}
    facts = []
    for number in range(80):
        level = rng.choice(["L0", "L1", "L2"])
        member = house.membership(programme, level=level)
        lines = [
            line(place, rng.randrange(1, 99999), category=rng.choice(CATEGORIES), is_gift_card=rng.random() < 0.1)
            for place in range(1, rng.randint(2, 5))
        ]
        ago = rng.randint(1, 5)
        wanted[f"O{number}"] = (level, lines, ago)
        paid_at = NOW - ago * DAY
        facts.append(order(shop.pk, member.member_id, f"O{number}", lines=lines, status="completed", placed_at=paid_at, paid_at=paid_at))
    assert all(answer.ok for answer in record(*facts))
    seen: set[str] = set()
    entries = {entry.details["order_no"]: entry for entry in GrowthEntry.objects.filter(reason="purchase")}
    for order_no, (level, lines, ago) in wanted.items():
        picked = [(each.paid_minor, choose(each.category, level, ago)) for each in lines if not each.is_gift_card]
        expected = int(sum(minor * applied.factor for minor, applied in picked) // 100)
        seen |= {applied.kind for _minor, applied in picked}
        if expected:
            details = entries[order_no].details
            assert (entries[order_no].applied, details["level"]) == (expected, level)
            assert factors.worth(details["parts"]) == details["effect"] == expected
            kept = {(part["factor"], part["kind"], part["key"]) for part in details["parts"]}
            assert kept == {(str(applied.factor), applied.kind, applied.key) for _minor, applied in picked}
        else:
            assert order_no not in entries
    assert seen == {"base", "level", "category", "campaign"}
