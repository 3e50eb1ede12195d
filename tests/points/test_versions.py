"""Points rules as editions: what a new programme starts with, what a draft may say, what publishing changes (PTS-02..04, PTS-20, OP-6)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from core.enums import VersionState
from core.errors import DraftExists, NotADraft
from points.enums import EarnRule, MultiplierKind, ReversalPolicy
from points.errors import RulesInvalid, RulesNotFound
from points.models import PointsRule, PointsVersion
from points.rules.versions import DEFAULT_TERMS, MinimumIn, MultiplierIn, PointsTerms, RuleIn
from points.selectors import versions as selectors
from points.services import versions
from stores import services as stores_services
from stores.enums import ProgrammeKind
from stores.models import Programme
from tests import world
from tests.growth import house as growth_house
from tests.world import NOW

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"actor": "staff:1", "at": NOW}


@pytest.fixture
def programme() -> Programme:
    return world.platform()


def test_a_new_programme_has_the_usual_rules() -> None:
    """PTS-02..04, PTS-20, A-24..A-26, STO-09: 1 point per 100 yuan for two years; the 28th counts twice. A blank one has none."""
    made = stores_services.create_programme(code="P1", name="P1", kind=ProgrammeKind.PLATFORM, preset="", **BY)
    rules = selectors.published(made.pk)
    assert rules is not None
    assert (rules.number, rules.published_by, selectors.as_terms(rules)) == (1, "staff:1", DEFAULT_TERMS)
    assert (rules.points_per_unit, rules.lifetime_months, rules.unit_cost_minor) == (Decimal("0.0100"), 24, 100)
    assert (rules.adjust_limit, rules.operator_adjust_limit) == (100, 1_000)
    assert [(each.code, each.task, each.points, each.daily_cap, each.is_on) for each in rules.rules.all()] == [
        ("review", "", 5, None, True), ("photo_review", "", 5, None, True), ("share", "", 1, 3, True), ("check_in", "", 1, 1, False),
        ("task", "profile_completed", 10, None, True),
    ]  # fmt: skip
    assert [(each.kind, each.day_of_month, each.factor) for each in rules.multipliers.all()] == [("member_day", 28, Decimal(2))]
    blank = stores_services.create_programme(code="P2", name="P2", kind=ProgrammeKind.STORE, preset="blank", **BY)
    assert selectors.published(blank.pk) is None


def test_a_change_makes_the_next_version(programme: Programme) -> None:
    """OP-6 step 1: what held before is kept, and found by its time."""
    first = versions.create_default(programme_id=programme.pk, **BY)
    draft = versions.create_draft(programme_id=programme.pk, actor="staff:2", at=NOW + timedelta(days=1))
    assert (draft.number, draft.based_on_id, selectors.terms_of(draft.pk)) == (2, first.pk, DEFAULT_TERMS)
    with pytest.raises(DraftExists):
        versions.create_draft(programme_id=programme.pk, **BY)
    terms = replace(
        DEFAULT_TERMS, points_per_unit=Decimal("0.0200"), only_categories=("母婴",), reversal_policy=ReversalPolicy.ONLY_PENDING
    )
    versions.change_draft(version_id=draft.pk, terms=terms, **BY)
    assert selectors.terms_of(draft.pk) == terms
    held = selectors.published(programme.pk)
    assert held is not None and held.pk == first.pk
    versions.publish_draft(version_id=draft.pk, actor="staff:2", at=NOW + timedelta(days=2))
    held = selectors.published(programme.pk)
    assert held is not None and held.pk == draft.pk
    held_from_until = [(each.number, each.published_at, each.retired_at) for each in selectors.versions(programme.pk)]
    assert held_from_until == [(2, NOW + timedelta(days=2), None), (1, NOW, NOW + timedelta(days=2))]
    assert [each.number for each in selectors.versions(programme.pk)] == [2, 1]
    for version_id in (first.pk, draft.pk):
        with pytest.raises(NotADraft):
            versions.change_draft(version_id=version_id, terms=DEFAULT_TERMS, **BY)
        with pytest.raises(NotADraft):
            versions.publish_draft(version_id=version_id, **BY)


def test_an_older_version_may_be_begun_from_and_a_draft_thrown_away(programme: Programme) -> None:
    first = versions.create_default(programme_id=programme.pk, **BY)
    second = versions.create_draft(programme_id=programme.pk, **BY)
    versions.change_draft(version_id=second.pk, terms=PointsTerms(), **BY)
    versions.publish_draft(version_id=second.pk, **BY)
    third = versions.create_draft(programme_id=programme.pk, based_on_id=first.pk, **BY)
    assert selectors.terms_of(third.pk) == DEFAULT_TERMS
    versions.discard_draft(version_id=third.pk, **BY)
    assert selectors.draft(programme.pk) is None
    assert PointsRule.objects.filter(version=third.pk).count() == 0
    with pytest.raises(RulesNotFound):
        selectors.version(third.pk)
    with pytest.raises(RulesNotFound):
        versions.create_draft(programme_id=world.store("S002").programme_id, based_on_id=first.pk, **BY)


CAMPAIGN = MultiplierIn(MultiplierKind.CAMPAIGN, Decimal(2), "双11", valid_from=NOW, valid_until=NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        (PointsTerms(points_per_unit=Decimal(-1)), "points per yuan: between 0 and 1000."),
        (PointsTerms(order_cap=0), "points of an order at most: between 1 and 1000000."),
        (PointsTerms(lifetime_months=0), "valid for (months): between 1 and 1200."),
        (PointsTerms(redeem_share=Decimal("1.001")), "share of an order that points may pay: between 0 and 1."),
        (PointsTerms(not_skus=("A", " ")), "A category or SKU is empty."),
        (
            PointsTerms(operator_adjust_limit=1_000_001),
            "operators and administrators: adjustment without approval up to: between 0 and 1000000.",
        ),
        (
            PointsTerms(adjust_limit=300, operator_adjust_limit=299),
            "Operators and administrators may adjust no less without approval than customer service and approvers.",
        ),
        (PointsTerms(rules=(RuleIn(EarnRule.SHARE, 1), RuleIn(EarnRule.SHARE, 2))), "The rule share is given twice."),
        (PointsTerms(rules=(RuleIn(EarnRule.PURCHASE, 1),)), "Purchases give points per yuan, not by a rule of events."),
        (PointsTerms(rules=(RuleIn(EarnRule.TASK, 1),)), "task completed: a task has its code, other rules have none."),
        (PointsTerms(rules=(RuleIn(EarnRule.SHARE, 1, daily_cap=0),)), "share: a limit is at least 1, or empty for none."),
        (PointsTerms(rules=(RuleIn(EarnRule.SHARE, -1),)), "share: points lie between 0 and 1000000."),
        (PointsTerms(multipliers=(replace(CAMPAIGN, factor=Decimal("0.99")),)), "campaign: the factor lies between 1 and 10."),
        (PointsTerms(multipliers=(replace(CAMPAIGN, key=" "),)), "A campaign needs a name."),
        (PointsTerms(multipliers=(replace(CAMPAIGN, valid_until=NOW),)), "The campaign 双11 needs a first moment and a later last one."),
        (PointsTerms(multipliers=(MultiplierIn(MultiplierKind.LEVEL, Decimal(2), "L9"),)), "There is no level L9."),
        (
            PointsTerms(multipliers=(MultiplierIn(MultiplierKind.MEMBER_DAY, Decimal(2), day_of_month=32),)),
            "A member day is a day of the month, 1 to 31.",
        ),
        (PointsTerms(minimums=(MinimumIn("L0", 10), MinimumIn("L0", 20))), "The level L0 has two minimums."),
        (PointsTerms(minimums=(MinimumIn("L0", 0),)), "The minimum of a level lies between 1 and 1000000."),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused_whole(programme: Programme, terms: PointsTerms, problem: str) -> None:
    growth_house.counting(programme)
    draft = versions.create_draft(programme_id=programme.pk, **BY)
    with translation.override("en"), pytest.raises(RulesInvalid) as refusal:
        versions.change_draft(version_id=draft.pk, terms=terms, **BY)
    assert refusal.value.values["problems"] == [problem]
    assert selectors.terms_of(draft.pk) == DEFAULT_TERMS


def test_what_went_wrong_since_is_found_when_publishing(programme: Programme) -> None:
    growth_house.counting(programme)
    draft = versions.create_draft(programme_id=programme.pk, **BY)
    terms = replace(DEFAULT_TERMS, multipliers=(MultiplierIn(MultiplierKind.LEVEL, Decimal("1.50"), "L3"),))
    versions.change_draft(version_id=draft.pk, terms=terms, **BY)
    assert versions.check_draft(draft.pk) == []
    draft.multipliers.update(key="L9")
    with translation.override("en"):
        assert versions.check_draft(draft.pk) == ["There is no level L9."]
    with pytest.raises(RulesInvalid):
        versions.publish_draft(version_id=draft.pk, **BY)
    assert PointsVersion.objects.get().state == VersionState.DRAFT
