"""Growth value by purchases: what has been given follows what remains paid (GRW-03, GRW-04, GRW-07, GRW-09)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from activity.inputs import OrderLineIn
from activity.models import AfterSale, Order
from core.enums import Origin
from core.models import EffectSkipped
from growth.enums import FactorKind, Mode
from growth.models import GrowthEntry, GrowthRule, RuleSet, SchemeVersion
from growth.rules.behaviour import FactorIn
from growth.selectors import ledger as ledger_selectors
from growth.services import ledger, orders
from members.models import Member
from stores.models import Membership, Programme, Store
from tests import world
from tests.activity.facts import after_sale, line, order, record
from tests.growth import house
from tests.world import NOW

pytestmark = pytest.mark.django_db


def buy(
    shop: Store, member: Membership, paid_minor: int = 10000, order_no: str = "O1", *, lines: Sequence[OrderLineIn] = (), **values: Any
) -> None:
    said = {"status": "completed", "lines": lines or [line(1, paid_minor)], **values}
    origin = said.pop("origin", Origin.LIVE)
    [answer] = record(order(shop.pk, member.member_id, order_no, **said), at=said.get("completed_at", NOW), origin=origin)
    assert answer.ok, answer.problem


def refund(
    shop: Store, refund_minor: int, after_sale_no: str = "AS1", order_no: str = "O1", *, origin: Origin = Origin.LIVE, **values: Any
) -> None:
    [answer] = record(after_sale(shop.pk, after_sale_no, order_no, refund_minor=refund_minor, **values), origin=origin)
    assert answer.ok, answer.problem


def posted(member: Membership) -> list[tuple[str, int, int]]:
    """reason, requested, applied, in posting order; without the opening."""
    rows = GrowthEntry.objects.filter(account=member.pk).exclude(reason="opening").order_by("account_version")
    return list(rows.values_list("reason", "requested", "applied"))


def balance(member: Membership) -> int:
    return ledger_selectors.balance(member.pk)


@pytest.fixture
def member(programme: Programme) -> Membership:
    return house.membership(programme)


def factors(programme: Programme, *wanted: FactorIn, cap: str = "3.00") -> None:
    rules = RuleSet.objects.get(programme=programme, state="published")
    rules.factors.all().delete()
    for each in wanted:
        rules.factors.create(kind=each.kind, key=each.key, factor=each.factor, valid_from=each.valid_from, valid_until=each.valid_until)
    RuleSet.objects.filter(pk=rules.pk).update(factor_cap=cap)


def base_factor(programme: Programme, factor: str) -> None:
    GrowthRule.objects.filter(rule_set__programme=programme, code="purchase").update(base_factor=Decimal(factor))


# --- what an order gives ---


@pytest.mark.parametrize(("factor", "growth"), [("1.00", 299), ("1.50", 449)])
def test_a_completed_order_gives_its_settled_amount_times_the_factor(
    programme: Programme, shop: Store, member: Membership, factor: str, growth: int
) -> None:
    """GRW-03: 299.90 x 1.0 = 299; x 1.5 = 449.85 -> 449. An order only paid gives 0, completed told again nothing more."""
    base_factor(programme, factor)
    buy(shop, member, 29990, status="paid")
    assert posted(member) == []
    buy(shop, member, 29990, version=2)
    assert posted(member) == [("purchase", growth, growth)]
    buy(shop, member, 29990, version=2)
    assert posted(member) == [("purchase", growth, growth)]
    kept = GrowthEntry.objects.get()
    assert kept.rule is not None
    assert (kept.source_type, kept.source_id, kept.rule.code, kept.effect_key, kept.occurred_at) == (
        "order", str(Order.objects.get().pk), "purchase", f"order:{Order.objects.get().pk}:purchase:1", NOW,
    )  # fmt: skip
    part = {"minor": 29990, "factor": factor, "kind": "base", "key": ""}
    assert kept.details == {"order_no": "O1", "level": "", "parts": [part], "effect": growth, "before": 0}


def test_lines_are_added_up_before_rounding(shop: Store, member: Membership) -> None:
    """Ruling 14: once an order, not once a line."""
    buy(shop, member, lines=[line(1, 150), line(2, 150), line(3, 199)])
    assert posted(member) == [("purchase", 4, 4)]


def test_postage_and_gift_cards_give_nothing(shop: Store, member: Membership) -> None:
    """A-06."""
    buy(shop, member, lines=[line(1, 19900), line(2, 500, is_gift_card=True)], postage_minor=800)
    assert posted(member) == [("purchase", 199, 199)]


def test_an_order_worth_nothing_leaves_no_entry(shop: Store, member: Membership) -> None:
    buy(shop, member, 99)
    assert posted(member) == []


def test_the_highest_factor_counts_alone(programme: Programme, shop: Store) -> None:
    """GRW-04, A-09: gold 1.2, member day 2.0 -> 2.0, never 2.4: 100.00 -> 200. The factor and its kind are kept."""
    gold = house.membership(programme, growth=20000)
    factors(
        programme,
        FactorIn(FactorKind.LEVEL, "L3", Decimal("1.20")),
        FactorIn(FactorKind.CAMPAIGN, "会员日", Decimal("2.00"), NOW - timedelta(days=4), NOW - timedelta(days=2)),
    )
    buy(shop, gold)  # paid three days ago, on member day
    assert posted(gold) == [("purchase", 200, 200)]
    details = GrowthEntry.objects.exclude(reason="opening").get().details
    assert details["parts"] == [{"minor": 10000, "factor": "2.00", "kind": "campaign", "key": "会员日"}]
    buy(shop, gold, order_no="O2", paid_at=NOW - timedelta(days=2))  # its last moment is over
    assert posted(gold)[1] == ("purchase", 120, 120)


@pytest.mark.parametrize(
    ("category", "growth"), [("母婴/奶粉", 150), ("母婴", 150), ("母婴用品", 100), ("", 100)], ids=["below", "itself", "another", "none"]
)
def test_a_factor_of_a_category_holds_for_everything_below_it(
    programme: Programme, shop: Store, member: Membership, category: str, growth: int
) -> None:
    """GRW-04."""
    factors(programme, FactorIn(FactorKind.CATEGORY, "母婴", Decimal("1.50")))
    buy(shop, member, lines=[line(1, 10000, category=category)])
    assert posted(member) == [("purchase", growth, growth)]


def test_no_factor_goes_beyond_the_cap(programme: Programme, shop: Store, member: Membership) -> None:
    """A-09."""
    factors(programme, FactorIn(FactorKind.CATEGORY, "母婴", Decimal("5.00")))
    buy(shop, member, lines=[line(1, 10000, category="母婴"), line(2, 10000)])
    assert posted(member) == [("purchase", 400, 400)]


def test_an_order_counts_in_the_programme_of_its_store_and_in_the_platforms(programme: Programme) -> None:
    """Ruling 1: one order, two memberships, each by its own rules."""
    own = house.counting(world.store("S009").programme, purchase={"base_factor": Decimal(2)})
    member = house.membership(programme)
    in_store = house.membership(own, member_id=member.member_id)
    buy(world.store("S009"), member)
    assert (posted(member), posted(in_store)) == ([("purchase", 100, 100)], [("purchase", 200, 200)])


@pytest.mark.parametrize(
    ("mode", "count_purchase", "growth"),
    [(Mode.BEHAVIOUR, True, 1000), (Mode.HYBRID, True, 1000), (Mode.RFM, True, 0), (Mode.HYBRID, False, 0), (Mode.BEHAVIOUR, False, 0)],
)
def test_the_mode_says_whether_purchases_count(
    programme: Programme, shop: Store, member: Membership, mode: Mode, count_purchase: bool, growth: int
) -> None:
    """GRW-09, A-17."""
    SchemeVersion.objects.filter(scheme__programme=programme).update(mode=mode, count_purchase=count_purchase)
    buy(shop, member, 100000)
    assert balance(member) == growth


def test_a_programme_without_rules_counts_nothing(programme: Programme, member: Membership, shop: Store) -> None:
    RuleSet.objects.update(state="retired")
    buy(shop, member)
    assert posted(member) == []
    assert not EffectSkipped.objects.exists()


# --- what comes back ---


def test_refunds_take_back_their_part_once(shop: Store, member: Membership) -> None:
    """GRW-07: an order of 500 growth; refund 200.00 -> -200; told again nothing; all refunds together never more than the order."""
    buy(shop, member, 50000)
    refund(shop, 20000)
    assert posted(member) == [("purchase", 500, 500), ("refund", -200, -200)]
    refund(shop, 20000)
    refund(shop, 20000, version=2)
    assert posted(member)[2:] == []
    refund(shop, 99999, "AS2")
    assert posted(member)[2:] == [("refund", -300, -300)]
    refund(shop, 99999, "AS3")
    assert posted(member)[3:] == []
    assert balance(member) == 0
    purchase, *reversals = GrowthEntry.objects.order_by("account_version")
    assert [each.reverses_id for each in reversals] == [purchase.pk, purchase.pk]
    first = AfterSale.objects.get(after_sale_no="AS1")
    assert (reversals[0].source_type, reversals[0].source_id, reversals[0].details["after_sale_no"]) == ("after_sale", str(first.pk), "AS1")


def test_the_rest_is_rounded_not_the_refund(shop: Store, bronze: Membership) -> None:
    """SF-3, SF-4: 7,200 + 850 (of 850.50) = 8,050, silver at once; refund 100.50 leaves 750.00, so -100. No fall before a review."""
    buy(shop, bronze, 85050, "O2000", status="paid")
    assert balance(bronze) == 7200
    buy(shop, bronze, 85050, "O2000", version=2)
    assert (balance(bronze), bronze.levels.get().level.code) == (8050, "L2")
    refund(shop, 10050, order_no="O2000")
    assert posted(bronze) == [("purchase", 850, 850), ("refund", -100, -100)]
    assert (balance(bronze), bronze.levels.get().level.code) == (7950, "L2")


def test_cs2_the_refunded_jacket(shop: Store, bronze: Membership) -> None:
    """CS-2: 7,200, of which 299 by the jacket; its refund leaves 6,901 and the level as it was; told again nothing more."""
    ledger.adjust_growth(
        membership_id=bronze.pk, delta=-299, reason_text="so that the jacket makes 7,200", actor="test", occurred_at=NOW, booked_at=NOW,
        effect_key="adjust:1",
    )  # fmt: skip
    buy(shop, bronze, 29990, "O1000")
    assert balance(bronze) == 7200
    for _twice in range(2):
        refund(shop, 29990, order_no="O1000")
        last = GrowthEntry.objects.order_by("-account_version").first()
        assert last is not None
        assert (last.requested, last.reason, last.details["after_sale_no"], last.balance_after) == (-299, "refund", "AS1", 6901)
        assert last.account_version == 4
    assert bronze.levels.get().level.code == "L1"


def test_a_refund_before_completion_reduces_what_the_order_gives(shop: Store, member: Membership) -> None:
    """Ruling 15."""
    buy(shop, member, 50000, status="paid")
    refund(shop, 20050)
    assert posted(member) == []
    buy(shop, member, 50000, version=2)
    assert posted(member) == [("purchase", 299, 299)]


def test_a_refund_that_waited_for_its_order_counts(shop: Store, member: Membership) -> None:
    refund(shop, 20000)
    buy(shop, member, 50000)
    assert balance(member) == 300


def test_a_reversal_at_the_floor_is_given_back_as_far_as_it_was_taken(programme: Programme, shop: Store, member: Membership) -> None:
    """Ruling 20, docs/rules/growth.md: 500, -400, refund -300 takes 100; the refund shrinks to 150, which takes 100 too; then to 50."""
    buy(shop, member, 50000)
    ledger.adjust_growth(
        membership_id=member.pk, delta=-400, reason_text="cycle", actor="test", occurred_at=NOW, booked_at=NOW, effect_key="adjust:1"
    )
    refund(shop, 30000)
    assert posted(member)[-1] == ("refund", -300, -100)
    refund(shop, 15000, version=2)
    assert posted(member)[-1] == ("refund_cancelled", 150, 0)
    refund(shop, 5000, version=3)
    assert posted(member)[-1] == ("refund_cancelled", 100, 50)
    assert balance(member) == 50
    refund(shop, 0, version=4)
    assert posted(member)[-1] == ("refund_cancelled", 50, 50)
    assert balance(member) == 100


def test_a_newer_version_of_a_completed_order_posts_the_difference(shop: Store, member: Membership) -> None:
    """Ruling 13."""
    buy(shop, member, 50000)
    buy(shop, member, 40000, version=2)
    assert posted(member)[1:] == [("correction", -100, -100)]
    buy(shop, member, 70000, version=3)
    assert posted(member)[2:] == [("correction", 100, 100), ("purchase", 200, 200)]
    refund(shop, 60000)
    assert posted(member)[4:] == [("refund", -200, -200), ("refund", -400, -400)]  # the latest purchase first, none beyond itself
    assert balance(member) == 100
    reversed_by = {
        each.pk: each.requested + sum(back.requested for back in each.reversals.all())
        for each in GrowthEntry.objects.filter(reason="purchase")
    }
    assert sorted(reversed_by.values()) == [0, 0]
    assert balance(member) == 100


def test_what_an_order_gave_first_decides_by_which_rules_it_is_reckoned_again(programme: Programme, shop: Store) -> None:
    """GRW-01: old entries keep their rule; a level reached since changes nothing."""
    factors(programme, FactorIn(FactorKind.LEVEL, "L1", Decimal("1.50")), FactorIn(FactorKind.LEVEL, "L2", Decimal("2.00")))
    bronze = house.membership(programme, growth=7900)
    buy(shop, bronze, 100000)
    assert posted(bronze) == [("purchase", 1500, 1500)]
    assert bronze.levels.get().level.code == "L2"
    RuleSet.objects.filter(programme=programme).update(state="retired")
    house_rules = RuleSet.objects.create(programme=programme, **{**house.PUBLISHED, "number": 2})
    GrowthRule.objects.create(rule_set=house_rules, code="purchase", base_factor=Decimal(3))
    refund(shop, 50000)
    assert posted(bronze)[1:] == [("refund", -750, -750)]
    buy(shop, bronze, 10000, "O2")
    assert posted(bronze)[2:] == [("purchase", 300, 300)]


def test_the_second_order_of_a_batch_sees_the_level_the_first_has_brought(programme: Programme, shop: Store) -> None:
    """Ruling 5: 100.00 as bronze (x 1.5) reaches silver; the next 100.00 counts double."""
    factors(programme, FactorIn(FactorKind.LEVEL, "L1", Decimal("1.50")), FactorIn(FactorKind.LEVEL, "L2", Decimal("2.00")))
    bronze = house.membership(programme, growth=7900)
    wanted = [
        order(shop.pk, bronze.member_id, f"O{number}", status="completed", completed_at=NOW + timedelta(minutes=number))
        for number in (2, 1)
    ]
    record(*wanted, at=NOW + timedelta(minutes=5))
    assert posted(bronze) == [("purchase", 150, 150), ("purchase", 200, 200)]
    assert [each.details["order_no"] for each in ledger_selectors.entries(bronze.pk, limit=2)] == ["O2", "O1"]


# --- what cannot be given ---


def freeze(member: Membership) -> None:
    Membership.objects.filter(pk=member.pk).update(status="frozen")


def freeze_person(member: Membership) -> None:
    Member.objects.filter(pk=member.member_id).update(status="frozen")


def switch_off(member: Membership) -> None:
    Programme.objects.filter(pk=member.programme_id).update(growth_on=False)


@pytest.mark.parametrize(("hinder", "code"), [(freeze, "member_frozen"), (freeze_person, "member_frozen"), (switch_off, "growth_off")])
def test_what_cannot_be_given_is_noted_and_refuses_no_fact(shop: Store, member: Membership, hinder: Any, code: str) -> None:
    """Ruling 4."""
    hinder(member)
    buy(shop, member, 50000)
    assert posted(member) == []
    noted = EffectSkipped.objects.get()
    bought = Order.objects.get()
    assert (noted.effect_key, noted.code, noted.member_id) == (f"growth:{member.pk}:order:{bought.pk}", code, member.member_id)
    assert (noted.values["growth"], noted.values["order_no"], noted.settled_at) == (500, "O1", None)
    refund(shop, 10000)
    assert posted(member) == []
    assert EffectSkipped.objects.count() == 1


def test_a_frozen_members_refund_is_noted(shop: Store, member: Membership) -> None:
    buy(shop, member, 50000)
    freeze(member)
    refund(shop, 10000)
    assert posted(member) == [("purchase", 500, 500)]
    assert EffectSkipped.objects.get().values["growth"] == -100


# --- history ---


def test_history_is_told_as_it_happened(shop: Store, programme: Programme) -> None:
    """Rulings 5 and 6: the order as completed, then its refund, each on its day."""
    member = house.membership(programme)
    january, march = datetime(2023, 1, 10, tzinfo=UTC), datetime(2023, 3, 10, tzinfo=UTC)
    refund(shop, 20000, applied_at=march, settled_at=march, origin=Origin.BACKFILL)
    buy(shop, member, 50000, placed_at=january, completed_at=january, origin=Origin.BACKFILL)
    rows = GrowthEntry.objects.filter(account=member.pk).order_by("account_version").values_list("requested", "occurred_at", "booked_at")
    assert list(rows) == [(500, january, january), (-200, march, march)]
    again = orders.settle_orders(order_ids=[Order.objects.get().pk], opens=True, booked_at=NOW, origin=Origin.BACKFILL)
    assert again == 0


def test_history_of_an_account_with_live_entries_is_noted_not_posted(shop: Store, programme: Programme) -> None:
    """Ruling 6."""
    member = house.membership(programme)
    buy(shop, member, 10000)
    buy(shop, member, 50000, "O2", placed_at=NOW - timedelta(days=99), completed_at=NOW - timedelta(days=98), origin=Origin.BACKFILL)
    assert posted(member) == [("purchase", 100, 100)]
    assert EffectSkipped.objects.get().code == "history_closed"
