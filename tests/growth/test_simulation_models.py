"""Drafts of the RFM model and of behaviour rules in thought: the same counts as when they are published (ruling 23, GRW-12, RFM-05)."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from growth.enums import BandMethod, FactorKind, LevelCause, RuleCode, Track
from growth.errors import SchemeInvalid, SchemeNotFound
from growth.models import GrowthAccount, GrowthEntry, LevelHistory, LevelTerms, MemberLevel, RfmState, RuleSet
from growth.rules import rfm
from growth.rules.behaviour import FactorIn
from growth.rules.simulation import Simulation, Subject
from growth.selectors import schemes as selectors
from growth.services import presets, reviews, rfm_cycles, rfm_models, rule_sets, simulation
from stores.models import Membership, Programme, Store
from tests import world
from tests.activity.facts import event, line, order, record
from tests.growth import crowd, house
from tests.growth.rfm_world import at, bring
from tests.world import NOW

BY: dict[str, Any] = {"actor": "staff:1", "at": NOW}
PERIOD_ON = date(2024, 4, 1)
MONTH_ENDS = at("2024-05-01", "00:00")
REVIEW_AT = at("2024-05-01", "02:00")
CODES = ["L0", "L1", "L2", "L3", "L4"]


@pytest.fixture
def programme(db: None) -> Programme:
    """The platform with the preset of five levels."""
    made = world.platform()
    presets.apply_preset(programme_id=made.pk, preset="jd_five", actor="staff:1", at=at("2024-01-10"))
    return made


def populate(programme: Programme, rng: random.Random, number: int = 150) -> list[Membership]:
    """Buyers of the last year and a half, from often to never, with values near the thresholds."""
    some = crowd.people(programme, number, joined_at=MONTH_ENDS - timedelta(days=700))
    marks = [0, 150, 3_000, 8_000, 20_000, 50_000]
    values = [max(0, rng.choice(marks) + rng.randint(-250, 250)) for _ in some]
    crowd.worth(some, values, at=MONTH_ENDS - timedelta(days=300))
    ranks = [sum(value >= mark for mark in (3_000, 8_000, 20_000, 50_000)) for value in values]
    crowd.hold(some, [CODES[rank] for rank in ranks], since=MONTH_ENDS - timedelta(days=200), rng=rng, at=REVIEW_AT)
    bought = []
    for each in some:
        for _ in range(rng.choice([0, 1, 2, 4, 9, 14])):
            ago = rng.choice([0, 10, 29, 30, 31, 60, 90, 91, 180, 181, 364, 365, 366, 500])
            bought.append((each, MONTH_ENDS - timedelta(days=ago, hours=rng.randint(1, 23)), rng.choice([100_000, 400_000, 1_500_000])))
    crowd.orders(world.store("S001"), bought)
    return some


def held(programme: Programme) -> Counter[str]:
    rows = MemberLevel.objects.filter(track=Track.FREE, membership__programme=programme)
    return Counter(code or "" for code in rows.values_list("automatic_level__code", flat=True))


def in_thought(found: Simulation, place: str) -> Counter[str]:
    return Counter({level.code: getattr(level, place) for level in found.levels if getattr(level, place)})


def balances() -> int:
    return sum(GrowthAccount.objects.values_list("balance", flat=True))


RFM_CHANGES: list[dict[str, Any]] = [
    {},
    {"weight_r": Decimal("0.4"), "weight_f": Decimal("0.3"), "weight_m": Decimal("0.3")},
    {"window_days": 180, "f_cuts": (6, 4, 3, 2)},
    {"method": BandMethod.QUINTILE, "m_mode": "average"},
]


@pytest.mark.parametrize("place", range(len(RFM_CHANGES)))
def test_the_cycle_and_the_review_do_what_was_simulated(programme, place):
    """Ruling 23 for RFM: after publishing the draft, the month's cycle and the review move as many members, to the unit."""
    populate(programme, random.Random(place))
    draft = rfm_models.create_draft(programme_id=programme.pk, **BY)
    terms = rfm.terms_of(draft)
    rfm_models.change_draft(version_id=draft.pk, terms=replace(terms, **RFM_CHANGES[place]), **BY)
    found = simulation.simulate_rfm(version_id=draft.pk, period_on=PERIOD_ON, review_at=REVIEW_AT, at=NOW)
    assert (found.period_from, found.period_to) == ("2024-04-01", "2024-04-30")
    assert found.growth is not None
    assert found.growth.before == balances()
    rfm_models.publish_draft(version_id=draft.pk, **BY)
    run = rfm_cycles.run_cycle(programme_id=programme.pk, period_on=PERIOD_ON, now=lambda: REVIEW_AT)
    assert run is not None
    assert balances() == found.growth.after
    assert GrowthEntry.objects.filter(rfm_run=run).exclude(applied=0).count() == found.growth.members > 50
    assert LevelHistory.objects.filter(cause=LevelCause.UP).count() == found.publishing.ups
    assert held(programme) == in_thought(found, "after")
    review = reviews.run_review(scheme_id=scheme_of(programme), review_on=date(2024, 5, 1), now=lambda: REVIEW_AT)
    assert review is not None
    assert found.review is not None
    assert review.result.get("down", 0) == found.review.downs > 0
    assert review.result.get("protected", 0) == found.review.protected
    assert held(programme) == in_thought(found, "after_review")


def scheme_of(programme: Programme) -> int:
    published = selectors.published(programme.pk)
    assert published is not None
    return published.scheme_id


def test_states_stand_for_the_orders_where_the_draft_counts_the_same(programme):
    """Performance: windows unchanged -> from the states, without reading orders; the answer is the same."""
    populate(programme, random.Random(3))
    published = rfm_cycles._published(programme.pk)
    draft = rfm_models.create_draft(programme_id=programme.pk, **BY)
    from_orders = simulation.simulate_rfm(version_id=draft.pk, period_on=PERIOD_ON, review_at=REVIEW_AT, at=NOW)
    bring(published, date(2024, 4, 30))
    from_states = simulation.simulate_rfm(version_id=draft.pk, review_at=REVIEW_AT, at=NOW)
    assert from_states == from_orders
    assert from_states.samples[0].scores.count("-") == 2
    RfmState.objects.filter(version=published).update(orders=0, amount_minor=0)
    assert simulation.simulate_rfm(version_id=draft.pk, review_at=REVIEW_AT, at=NOW) != from_orders  # they were read


def test_weights_that_do_not_sum_to_1_are_not_simulated(programme):
    """OP-2.4: 0.5/0.2/0.2 -> refused (sum 0.900)."""
    draft = rfm_models.create_draft(programme_id=programme.pk, **BY)
    terms = rfm.terms_of(draft)
    rfm_models.change_draft(version_id=draft.pk, terms=replace(terms, weight_r=Decimal("0.5")), **BY)
    with pytest.raises(SchemeInvalid, match=r"0\.900"):
        simulation.simulate_rfm(version_id=draft.pk, period_on=PERIOD_ON, at=NOW)


def test_a_programme_without_levels_has_nothing_to_simulate(db):
    made = world.platform()
    rfm_models.create_default(programme_id=made.pk, **BY)
    draft = rfm_models.create_draft(programme_id=made.pk, **BY)
    with pytest.raises(SchemeNotFound):
        simulation.simulate_rfm(version_id=draft.pk, period_on=PERIOD_ON, at=NOW)


# --- behaviour rules ---


def draft_rules(programme: Programme, *factors: FactorIn, **changes: dict[str, Any]) -> RuleSet:
    draft = rule_sets.create_draft(programme_id=programme.pk, **BY)
    terms = rule_sets.terms_of(draft)
    rules = tuple(replace(rule, **changes.get(rule.code.value, {})) for rule in terms.rules)
    return rule_sets.change_draft(rule_set_id=draft.pk, terms=replace(terms, rules=rules, factors=factors), **BY)


def live(shop: Store, members: list[Membership], rng: random.Random, name: str) -> None:
    """A week in May: logins, check-ins, orders, reviews, photos."""
    for number, member in enumerate(members):
        for day in range(1, 8, rng.choice([1, 2, 5])):
            moment, which, member_id = at(f"2024-05-{day:02}", "09:30"), f"{name}-{number}-{day}", member.member_id
            for again in range(rng.choice([0, 1, 2])):
                login = event(
                    member_id, f"L{which}-{again}", kind="login", occurred_at=moment + timedelta(hours=again), attributes={"manual": True}
                )
                record(login, at=moment + timedelta(hours=3))
            record(event(member_id, f"C{which}", kind="check_in", occurred_at=moment), at=moment + timedelta(hours=3))
            paid, category = rng.choice([1_999, 29_990, 120_050]), rng.choice(["母婴/奶粉", "女装"])
            bought = order(
                shop.pk,
                member_id,
                which,
                lines=[line(paid_minor=paid, category=category), line(line_no=2, paid_minor=2_000)],
                status="completed",
                placed_at=moment,
                paid_at=moment,
                completed_at=moment + timedelta(hours=4),
            )
            record(bought, at=moment + timedelta(hours=4))
            said: dict[str, Any] = {"occurred_at": moment + timedelta(hours=5), "order_no": which, "store_id": shop.pk}
            told = [
                event(member_id, f"{kind}-{which}-{line_no}", kind=kind, line_no=line_no, **said)
                for line_no, kind in ((1, "review.approved"), (2, "review.approved"), (1, "photo_review.approved"))
            ]
            record(*told, at=moment + timedelta(hours=5))


BEHAVIOUR_CHANGES: list[tuple[tuple[FactorIn, ...], dict[str, dict[str, Any]]]] = [
    ((), {}),
    ((), {"purchase": {"base_factor": Decimal("1.5")}, "login": {"is_on": False}}),
    (
        (FactorIn(FactorKind.LEVEL, "L1", Decimal("2")), FactorIn(FactorKind.CATEGORY, "母婴", Decimal("1.2"))),
        {"check_in": {"is_on": True}},
    ),
    ((), {"review": {"amount": 50, "daily_cap": 1}, "login": {"amount": 10, "excludes_lowest": False}, "photo_review": {"amount": 0}}),
]


@pytest.mark.parametrize("place", range(len(BEHAVIOUR_CHANGES)))
def test_the_past_by_other_rules_is_what_those_rules_give_to_the_same_facts(programme, place):
    """What the draft is said to give for a week it gives, once it is published, to others who do the same."""
    factors, changes = BEHAVIOUR_CHANGES[place]
    LevelTerms.objects.filter(level__programme=programme, rank__gt=0).update(threshold=10**9)  # nobody rises within the week
    shop = world.store("S001")
    draft = draft_rules(programme, *factors, **changes)

    def people(name: str) -> int:
        members = [house.membership(programme, growth=growth) for growth in (0, 2_900, 3_100, 9_000)]
        live(shop, members, random.Random(place), name)
        return sum(GrowthAccount.objects.filter(membership__in=members).values_list("balance", flat=True))

    by_published = people("A")
    found = simulation.simulate_behaviour(
        rule_set_id=draft.pk, period_from=date(2024, 5, 1), period_to=date(2024, 5, 31), at=at("2024-06-01")
    )
    assert found.subject == Subject.BEHAVIOUR
    assert found.growth is not None
    assert found.growth.before == by_published
    assert (found.growth.members == 0) is (place == 0)
    assert by_published > 15_000 + 500
    rule_sets.publish_draft(rule_set_id=draft.pk, **BY)
    assert people("B") == found.growth.after


def test_a_review_can_be_looked_ahead_to_by_other_rules(programme):
    house.membership(programme, growth=2_900)
    draft = draft_rules(programme)
    found = simulation.simulate_behaviour(
        rule_set_id=draft.pk, period_from=date(2024, 5, 1), period_to=date(2024, 5, 31), review_at=at("2024-06-01", "02:00"), at=NOW
    )
    assert found.review is not None
    assert (found.members, found.changes, found.review.downs) == (1, 0, 0)
    assert RuleCode.PURCHASE in {rule.code for rule in rule_sets.terms_of(draft).rules}
