"""Thresholds from shares, and one member through the months (LVL-31, GRW-08, GRW-10)."""

import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from core.errors import InvalidInput
from growth.enums import Mode
from growth.rules.projection import Rung, through_months
from growth.rules.rfm import DEFAULT_TERMS
from growth.services import planner, presets
from tests import world
from tests.growth import crowd
from tests.world import NOW

LADDER = [Rung("L0", 0, 100), Rung("L1", 3_000, 150), Rung("L2", 8_000, 400), Rung("L3", 20_000, 1_000), Rung("L4", 50_000, 2_500)]


def test_thresholds_are_the_percentiles_of_what_members_have(db):
    """LVL-31: 1,000 members, target 60/25/10/4/1 % -> proposed thresholds = percentiles of growth; actual vs target deviation."""
    programme = world.platform()
    presets.apply_preset(programme_id=programme.pk, preset="jd_five", actor="test", at=NOW)
    values = list(range(0, 100_000, 100))
    random.Random(1).shuffle(values)
    crowd.worth(crowd.people(programme, 1000, joined_at=NOW - timedelta(days=9)), values, at=NOW)
    found = planner.propose(programme_id=programme.pk, at=NOW)
    assert [(each.code, each.threshold) for each in found] == [
        ("L0", 0), ("L1", 60_000), ("L2", 85_000), ("L3", 95_000), ("L4", 99_000),
    ]  # fmt: skip
    assert [each.members for each in found] == [600, 250, 100, 40, 10]
    assert [each.deviation for each in found] == [0, 0, 0, 0, 0]
    assert [each.members_now for each in found] == [30, 50, 120, 300, 500]


def test_equal_values_are_never_parted(db):
    programme = world.platform()
    crowd.worth(crowd.people(programme, 100, joined_at=NOW), [10] * 70 + [500] * 30, at=NOW)
    found = planner.propose(programme_id=programme.pk, shares=[Decimal("0.8"), Decimal("0.2")], at=NOW)
    assert [(each.threshold, each.members, each.deviation) for each in found] == [(0, 70, Decimal("-0.1")), (500, 30, Decimal("0.1"))]
    found = planner.propose(programme_id=programme.pk, shares=list(map(Decimal, ("0.8", "0.1", "0.1"))), at=NOW)
    assert [(each.threshold, each.members) for each in found] == [(0, 70), (500, 30), (501, 0)]


@pytest.mark.parametrize("shares", [[], ["0.5", "0.4"], ["1.1", "-0.1"]])
def test_shares_are_parts_of_the_whole(db, shares):
    with pytest.raises(InvalidInput):
        planner.propose(programme_id=world.platform().pk, shares=list(map(Decimal, shares)), at=NOW)


def test_without_members_there_is_nothing_to_propose(db):
    assert planner.propose(programme_id=world.platform().pk, at=NOW) == []


def test_behaviour_alone_stays_flat_and_hybrid_falls_when_buying_stops():
    """GRW-10: buying 6 months then stopping 12: behaviour flat; hybrid no increase when idle, a strict decrease in every month with R=1."""
    flat = through_months(
        terms=DEFAULT_TERMS, ladder=LADDER, mode=Mode.BEHAVIOUR, first_on=date(2023, 1, 1), buying=6, idle=12, monthly_minor=175_000
    )
    assert {month.balance for month in flat[6:]} == {flat[5].balance} == {10_500}
    hybrid = through_months(
        terms=DEFAULT_TERMS, ladder=LADDER, mode=Mode.HYBRID, first_on=date(2023, 1, 1), buying=6, idle=12, monthly_minor=175_000
    )
    steps = [(month, month.balance - before.balance) for before, month in pairwise(hybrid) if not month.bought]
    assert all(step <= 0 for _month, step in steps)
    asleep = [step for month, step in steps if month.cell[0] == 1]
    assert len(asleep) == 7  # from the end of December, 199 days after 15 June
    assert all(step < 0 for step in asleep)
    assert hybrid[5].level == "L2"
    assert hybrid[-1].level == "L1"
