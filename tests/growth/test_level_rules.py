"""The rules of levels in plain Python, and the SQL held against them on generated members (ruling 28)."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from growth.enums import Basis, Demotion
from growth.models import Level, MemberLevel, SchemeVersion
from growth.rules.levels import measured, rank_reached
from stores.models import Membership, Programme
from tests import world
from tests.activity import facts
from tests.growth import house
from tests.world import NOW

THRESHOLDS = [threshold for _code, _name, threshold, _unit in house.LEVELS]
AT = datetime(2024, 6, 1, 2, 0, tzinfo=UTC)
TODAY = date(2024, 6, 1)
SEED = 7
MEMBERS = 120


@pytest.mark.parametrize(
    ("basis", "value", "words"),
    [
        (Basis.GROWTH, 8000, "8,000 growth value"),
        (Basis.SPEND, 300000, "¥3,000.00"),
        (Basis.RECHARGE, 99999, "¥999.99"),
        (Basis.ORDER_COUNT, 1, "1 order"),
        (Basis.ORDER_COUNT, 10, "10 orders"),
        (Basis.POINTS_EARNED, 10, "10 points earned"),
    ],
)
def test_a_measure_reads_in_the_unit_of_its_basis(basis, value, words):
    with translation.override("en"):
        assert measured(basis, value, "", "CNY") == words


def test_the_brands_name_of_the_growth_value_is_used():
    """LVL-12."""
    assert measured(Basis.GROWTH, 8000, "淘气值", "CNY") == "8,000 淘气值"


@dataclass(frozen=True)
class Case:
    """A member as a review finds them. protected, falls: days from the review; idle: buys nothing for long."""

    value: int
    rank: int
    protected: int | None
    falls: int | None
    idle: bool


def judged(case: Case, demotion: Demotion, grace: int, idleness: bool) -> tuple[str, int]:
    """The rule of docs/rules/levels.md: what happens, and the rank afterwards."""
    reached = rank_reached(THRESHOLDS, case.value)
    is_idle = idleness and case.idle
    wanted = []
    if reached < case.rank and demotion == Demotion.DIRECT:
        wanted.append(reached)
    if reached < case.rank and demotion == Demotion.ONE_STEP:
        wanted.append(case.rank - 1)
    if is_idle and case.rank > 0:
        wanted.append(case.rank - 1)
    if not wanted:
        if reached > case.rank and not is_idle:
            return "up", reached
        return ("recovered" if case.falls is not None else "same"), case.rank
    if case.protected is not None and case.protected > 0:
        return "protected", case.rank
    if grace and (case.falls is None or case.falls > 0):
        return "waits", case.rank
    below = reached < case.rank and demotion != Demotion.NONE
    return ("down" if below else "inactive"), min(wanted)


def generated(seed: int) -> list[Case]:
    """Members of every kind, many of them exactly on a threshold or one below."""
    choose = random.Random(seed)
    cases = []
    for _number in range(MEMBERS):
        threshold = choose.choice(THRESHOLDS)
        cases.append(
            Case(
                value=max(0, threshold + choose.choice([-1, 0, 1, choose.randrange(-3000, 3000)])),
                rank=choose.randrange(5),
                protected=choose.choice([None, None, -1, 0, 1]),
                falls=choose.choice([None, None, -1, 0, 1]),
                idle=choose.random() < 0.5,
            )
        )
    return cases


@pytest.fixture
def members(programme: Programme) -> list[tuple[int, Case]]:
    """The generated members in the database, by membership."""
    levels = dict(Level.objects.values_list("code", "pk"))
    found = []
    for case in generated(SEED):
        membership = house.membership(programme, growth=case.value)
        Membership.objects.filter(pk=membership.pk).update(joined_at=AT - timedelta(days=900 if case.idle else 1))
        MemberLevel.objects.filter(membership=membership).update(
            level=levels[f"L{case.rank}"],
            automatic_level=levels[f"L{case.rank}"],
            protected_until=None if case.protected is None else AT + timedelta(days=case.protected),
            falls_on=None if case.falls is None else TODAY + timedelta(days=case.falls),
        )
        found.append((membership.pk, case))
    return found


def test_the_database_judges_as_the_rule_does(members, capsys):
    """LVL-25, LVL-09, A-14, A-19: every policy, with and without grace and the switch for long inactivity."""
    version = SchemeVersion.objects.get()
    met: Counter[str] = Counter()
    for demotion in Demotion:
        for grace in (0, 10):
            for idleness in (None, 180):
                SchemeVersion.objects.update(demotion=demotion, grace_days=grace, inactivity_demote_days=idleness)
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT membership_id, happening, rank_next FROM growth_judged(%s, 0, 9223372036854775807, %s)", [version.pk, AT]
                    )
                    said = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
                wanted = {pk: judged(case, demotion, grace, idleness is not None) for pk, case in members}
                assert said == wanted, (demotion, grace, idleness)
                met.update(happening for happening, _rank in said.values())
    on_threshold = sum(case.value in THRESHOLDS for _pk, case in members)
    with capsys.disabled():
        print(f"\n{dict(met)}; {on_threshold} of {MEMBERS} exactly on a threshold")
    assert set(met) == {"up", "down", "inactive", "protected", "waits", "recovered", "same"}
    assert on_threshold > MEMBERS // 6


def spent(membership: Membership, basis: Basis) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT growth_measured(%s, 365, %s, %s)", [basis.value, membership.pk, NOW + timedelta(days=1)])
        return int(cursor.fetchone()[0])


@given(
    amounts=st.lists(st.integers(min_value=2, max_value=99999), min_size=1, max_size=4),
    parts=st.integers(min_value=1, max_value=3),
    order=st.randoms(use_true_random=False),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_refunded_whole_leaves_the_measures_as_before(db, amounts, parts, order):
    """Any orders and partial refunds, in any order, ending in full refund: spend and number of orders are as before."""
    shop = world.store("S001")
    membership = Membership.objects.get(member_id=house.enrol().member_id, programme=world.platform())
    kept = facts.order(shop.pk, membership.member_id, f"K{membership.pk}", status="completed")
    facts.record(kept)
    before = (spent(membership, Basis.SPEND), spent(membership, Basis.ORDER_COUNT))
    assert before == (10000, 1)
    refunds = []
    for number, amount in enumerate(amounts):
        order_no = f"O{membership.pk}-{number}"
        facts.record(facts.order(shop.pk, membership.member_id, order_no, lines=[facts.line(paid_minor=amount)], status="completed"))
        cuts = sorted({0, amount, *(order.randrange(amount) for _part in range(parts - 1))})
        refunds += [facts.after_sale(shop.pk, f"A{order_no}-{low}", order_no, refund_minor=high - low) for low, high in pairwise(cuts)]
    assert spent(membership, Basis.SPEND) == 10000 + sum(amounts)
    assert spent(membership, Basis.ORDER_COUNT) == 1 + len(amounts)
    order.shuffle(refunds)
    for refund in refunds:
        facts.record(refund)
    assert (spent(membership, Basis.SPEND), spent(membership, Basis.ORDER_COUNT)) == before
