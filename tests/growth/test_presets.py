"""Ready-made programmes (LVL-01, LVL-11..13, LVL-16, LVL-22, STO-09, BEN-03, A-02..A-04), growth rules and RFM models (RFM-05, GRW-12)."""

import re
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.enums import VersionState
from core.errors import DraftExists, InvalidInput, NotADraft
from core.registry import BLANK
from growth.enums import Basis, BenefitKind, FactorKind, Mode, RuleCode, Track
from growth.errors import SchemeInvalid, SchemeNotFound
from growth.models import Benefit, GrowthRule, LevelBenefit, MemberLevel, PaidPlan, RfmVersion, RuleSet, SchemeVersion
from growth.rules import rfm
from growth.rules.behaviour import FactorIn
from growth.rules.schemes import Severity
from growth.selectors import schemes as selectors
from growth.services import presets, rfm_models, rule_sets, schemes
from stores.enums import StaffRole
from stores.forms import NewStoreForm
from stores.models import Programme, Store
from tests import world
from tests.growth import house
from tests.world import NOW

BY: dict[str, Any] = {"actor": "staff:1", "at": NOW}


@pytest.fixture
def programme(db: None) -> Programme:
    return world.platform()


def apply(programme: Programme, preset: str) -> presets.Applied:
    return presets.apply_preset(programme_id=programme.pk, preset=preset, **BY)


def published(programme: Programme, track: Track = Track.FREE) -> SchemeVersion:
    found = selectors.published(programme.pk, track)
    assert found is not None
    return found


def benefit(programme: Programme, code: str, track: Track = Track.FREE) -> dict[str, Any]:
    """Values of one benefit by level name."""
    rows = LevelBenefit.objects.filter(terms__version=published(programme, track), benefit__code=code).order_by("terms__rank")
    return {row.terms.name: row.value for row in rows.select_related("terms")}


# --- presets ---


def test_five_levels_by_growth_value(programme):
    """LVL-01, A-03, A-04, A-14: names, thresholds, units; discounts are said where they are known and inherited elsewhere."""
    applied = apply(programme, "jd_five")
    version = published(programme)
    assert (version.basis, version.mode, version.demotion, version.protection_days) == (Basis.GROWTH, Mode.HYBRID, "one_step", 90)
    assert [(each.level.code, each.name, each.threshold, each.rfm_unit) for each in version.terms.all()] == [
        ("L0", "普通会员", 0, 100),
        ("L1", "铜牌会员", 3_000, 150),
        ("L2", "银牌会员", 8_000, 400),
        ("L3", "金牌会员", 20_000, 1_000),
        ("L4", "钻石会员", 50_000, 2_500),
    ]
    assert benefit(programme, "discount") == {
        "普通会员": {"rate": "0.9800"},
        "银牌会员": {"rate": "0.9500"},
        "金牌会员": {"rate": "0.9000"},
    }
    tiers = [value["tier"] for value in benefit(programme, "service").values()]
    assert tiers == ["standard", "standard", "standard", "priority", "one_to_one"]
    assert list(benefit(programme, "free-shipping")) == ["金牌会员", "钻石会员"]
    assert applied.rule_set_id is not None
    assert applied.rfm_version_id is not None
    assert RuleSet.objects.get(pk=applied.rule_set_id).state == VersionState.PUBLISHED
    assert RfmVersion.objects.get(pk=applied.rfm_version_id).m_cuts == [5_000_000, 2_000_000, 800_000, 300_000]


def test_three_levels_have_their_own_name_for_growth_value(programme):
    """LVL-11, LVL-12: 普通会员, 超级会员, APASS; unit_name=淘气值."""
    apply(programme, "taobao_three")
    version = published(programme)
    assert (version.unit_name, [each.name for each in version.terms.all()]) == ("淘气值", ["普通会员", "超级会员", "APASS"])


def test_four_classes_carry_their_service(programme):
    """LVL-13: 普通, VIP, 超级 and a track 定制; standard, priority, one-to-one service."""
    applied = apply(programme, "four_classes")
    assert len(applied.scheme_version_ids) == 2
    assert [value["tier"] for value in benefit(programme, "service").values()] == ["standard", "priority", "one_to_one"]
    assert [each.name for each in published(programme, Track.CUSTOM).terms.all()] == ["定制会员"]
    assert list(benefit(programme, "discount", Track.CUSTOM)) == ["定制会员"]


def test_annual_spend_reproduces_the_levels_in_money(programme):
    """A-02: the second preset, 365 days, in minor units."""
    apply(programme, "annual_spend")
    version = published(programme)
    assert (version.basis, version.window_days) == (Basis.SPEND, 365)
    assert [each.threshold for each in version.terms.all()] == [0, 300_000, 800_000, 2_000_000, 5_000_000]
    assert presets.read("jd_five").schemes[0].terms.levels[1].threshold == 3_000


def test_paid_and_stored_value_members_come_beside(programme):
    """LVL-16, LVL-17, LVL-22: PLUS for 299.00 a year; stored value from 1,000.00."""
    apply(programme, "jd_five")
    apply(programme, "plus")
    apply(programme, "stored_value")
    plan = PaidPlan.objects.get()
    assert (plan.name, plan.price_minor, plan.days, plan.level.code, plan.level.track) == ("PLUS 年卡", 29_900, 365, "PLUS", Track.PAID)
    (level,) = published(programme, Track.RECHARGE).terms.all()
    assert (level.name, level.threshold) == ("储值会员", 100_000)
    assert RuleSet.objects.count() == RfmVersion.objects.count() == 1
    assert benefit(programme, "discount", Track.PAID) == {"PLUS会员": {"rate": "0.9500"}}


@pytest.mark.parametrize("preset", list(presets.PRESETS))
def test_no_preset_breaks_a_rule(programme, preset):
    """Only an empty house and, for three levels, their number are warned of."""
    applied = apply(programme, preset)
    for version_id in applied.scheme_version_ids:
        found = schemes.check_draft(version_id=version_id, at=NOW)
        assert [each for each in found if each.severity == Severity.ERROR] == []
        assert {each.code for each in found} <= {"top_level_empty", "level_count"}
    again = apply(programme, preset)
    assert SchemeVersion.objects.filter(pk__in=again.scheme_version_ids, number=2).count() == len(again.scheme_version_ids)


@pytest.mark.parametrize("preset", list(presets.PRESETS))
def test_every_name_of_a_preset_is_in_both_languages(preset):
    chinese, english = (presets.read(preset, language) for language in ("zh-hans", "en"))
    assert not re.search(r"[\u4e00-\u9fff]", repr(english))
    assert "zh-hans" not in repr((chinese, english))
    assert [benefit["name"] for benefit in chinese.benefits.values()] != [benefit["name"] for benefit in english.benefits.values()]
    for ours, theirs in zip(chinese.schemes, english.schemes, strict=True):
        assert [(each.code, each.threshold) for each in ours.terms.levels] == [(each.code, each.threshold) for each in theirs.terms.levels]


def test_an_english_installation_begins_with_english_names(programme, settings):
    """As the ready-made tags do."""
    settings.LANGUAGE_CODE = "en"
    made = world.store("S013", preset="").programme
    assert [each.name for each in published(made).terms.all()] == ["Member", "Bronze", "Silver", "Gold", "Diamond"]
    assert Benefit.objects.get(programme=made, code="discount").name == "Member discount"
    call_command("load_preset", programme="platform", preset="plus", apply=True, stdout=StringIO())
    assert PaidPlan.objects.get().name == "PLUS for a year"


def test_a_preset_over_another_keeps_everybody_on_a_level(programme):
    apply(programme, "jd_five")
    diamond, gold = house.membership(programme, growth=60_000), house.membership(programme, growth=21_000)
    apply(programme, "taobao_three")
    levels = MemberLevel.objects.filter(track=Track.FREE)
    assert {level.membership_id: level.level.code for level in levels} == {diamond.pk: "L2", gold.pk: "L2"}


def test_a_benefit_of_the_same_code_and_another_kind_is_in_the_way(programme):
    Benefit.objects.create(programme=programme, code="discount", name="折扣", kind=BenefitKind.NEXT_DAY)
    with pytest.raises(InvalidInput):
        apply(programme, "jd_five")
    assert not SchemeVersion.objects.exists()


def test_an_unknown_preset_is_refused(programme):
    with pytest.raises(InvalidInput):
        apply(programme, "amazon")


# --- where programmes begin ---


def test_a_new_store_begins_with_levels_benefits_and_rules(programme):
    """STO-09, BEN-03: a new store created without choosing has the usual five levels and a discount of 0.98 at rank 0."""
    store = world.store("S009", preset="")
    assert [each.level.code for each in published(store.programme).terms.all()] == ["L0", "L1", "L2", "L3", "L4"]
    assert benefit(store.programme, "discount")["普通会员"] == {"rate": "0.9800"}
    assert RuleSet.objects.filter(programme=store.programme, state=VersionState.PUBLISHED).count() == 1
    assert RfmVersion.objects.filter(programme=store.programme, state=VersionState.PUBLISHED).count() == 1
    assert published(store.programme).published_by == "test"


def test_a_new_store_may_choose_or_begin_empty(programme):
    """STO-09."""
    chosen = world.store("S010", preset="four_classes")
    assert [each.name for each in published(chosen.programme).terms.all()] == ["普通会员", "VIP会员", "超级会员"]
    empty = world.store("S011", preset=BLANK)
    assert selectors.published(empty.programme_id) is None
    with pytest.raises(InvalidInput):
        world.store("S012", preset="plus")
    assert not Store.objects.filter(code="S012").exists()
    assert not Programme.objects.filter(code="s012").exists()


def test_the_form_for_a_store_offers_the_presets(programme):
    """STO-09: selectable when a store is created."""
    from core.scope import Scope

    field: Any = NewStoreForm(scope=Scope(actor="test", platform=True)).fields["preset"]
    assert [code for code, _words in field.choices] == ["jd_five", "taobao_three", "four_classes", "annual_spend", BLANK]
    assert field.initial == "jd_five"


def test_a_programme_made_in_the_back_office_begins_with_the_usual_levels(programme, client):
    """STO-09."""
    client.force_login(world.staff("admin", (StaffRole.ADMIN, None)))
    said = {"code": "group-a", "name": "甲集团", "kind": "store", "currency": "CNY", "time_zone": "Asia/Shanghai", "growth_on": "on"}
    answer = client.post(reverse("admin:stores_programme_add"), said)
    assert answer.status_code == 302, answer.content.decode()
    made = Programme.objects.get(code="group-a")
    assert (made.growth_on, made.points_on) == (True, False)
    assert len(published(made).terms.all()) == 5


def test_a_preset_is_loaded_by_command(programme):
    """LVL-11: presets "JD 5-level", "Taobao 3-level" loadable by a command."""
    out = StringIO()
    call_command("load_preset", programme="platform", preset="taobao_three", stdout=out)
    assert not SchemeVersion.objects.exists()
    call_command("load_preset", programme="platform", preset="taobao_three", apply=True, stdout=out)
    assert len(published(programme).terms.all()) == 3
    with pytest.raises(CommandError):
        call_command("load_preset", programme="nowhere", preset="jd_five", apply=True)


# --- RFM models ---


def test_bands_are_drafted_and_published_as_the_next_version(programme):
    """RFM-05: F bands 12/8/5/2 -> 6/4/3/2 as version 2."""
    rfm_models.create_default(programme_id=programme.pk, **BY)
    draft = rfm_models.create_draft(programme_id=programme.pk, **BY)
    assert draft.f_cuts == [12, 8, 5, 2]
    rfm_models.change_draft(version_id=draft.pk, terms=replace(rfm.terms_of(draft), f_cuts=(6, 4, 3, 2)), **BY)
    rfm_models.publish_draft(version_id=draft.pk, actor="staff:2", at=NOW)
    by_number = {version.number: version for version in RfmVersion.objects.all()}
    assert (by_number[2].state, by_number[2].f_cuts, by_number[2].published_by) == (VersionState.PUBLISHED, [6, 4, 3, 2], "staff:2")
    assert (by_number[1].state, by_number[1].f_cuts, by_number[1].retired_at) == (VersionState.RETIRED, [12, 8, 5, 2], NOW)
    back = rfm_models.create_draft(programme_id=programme.pk, based_on_id=by_number[1].pk, **BY)
    assert (back.number, back.f_cuts, back.based_on_id) == (3, [12, 8, 5, 2], by_number[1].pk)


def test_weights_sum_to_1(programme):
    """GRW-12, OP-2.4: 0.5/0.2/0.2 -> refused (sum 0.900); the published version stays."""
    first = rfm_models.create_default(programme_id=programme.pk, **BY)
    draft = rfm_models.create_draft(programme_id=programme.pk, **BY)
    rfm_models.change_draft(version_id=draft.pk, terms=replace(rfm.terms_of(draft), weight_r=Decimal("0.500")), **BY)
    with pytest.raises(SchemeInvalid, match=r"0\.900") as refused:
        rfm_models.publish_draft(version_id=draft.pk, **BY)
    assert refused.value.field == "weights"
    assert RfmVersion.objects.get(state=VersionState.PUBLISHED).pk == first.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        RfmVersion.objects.filter(pk=draft.pk).update(state=VersionState.RETIRED)  # the table refuses it too


def test_bands_are_in_order(programme):
    """RFM-04."""
    rfm_models.create_default(programme_id=programme.pk, **BY)
    draft = rfm_models.create_draft(programme_id=programme.pk, **BY)
    rfm_models.change_draft(version_id=draft.pk, terms=replace(rfm.terms_of(draft), r_cuts=(30, 30, 90, 180)), **BY)
    assert [problem.field for problem in rfm_models.check_draft(draft.pk)] == ["r_cuts"]
    with pytest.raises(SchemeInvalid):
        rfm_models.publish_draft(version_id=draft.pk, **BY)


def test_a_published_model_never_changes(programme):
    version = rfm_models.create_default(programme_id=programme.pk, **BY)
    for act in (
        lambda: rfm_models.change_draft(version_id=version.pk, terms=rfm.DEFAULT_TERMS, **BY),
        lambda: rfm_models.discard_draft(version_id=version.pk, **BY),
        lambda: rfm_models.publish_draft(version_id=version.pk, **BY),
    ):
        with pytest.raises(NotADraft):
            act()
    rfm_models.create_draft(programme_id=programme.pk, **BY)
    with pytest.raises(DraftExists):
        rfm_models.create_draft(programme_id=programme.pk, **BY)
    with pytest.raises(SchemeNotFound):
        rfm_models.check_draft(0)


# --- growth rules ---


def test_rules_are_versions_and_old_ones_stay(programme):
    """GRW-01, GRW-04: a factor of 1.2 for gold in version 2; version 1 keeps its rows."""
    first = rule_sets.create_default(programme_id=programme.pk, **BY)
    old = list(GrowthRule.objects.filter(rule_set=first).values())
    draft = rule_sets.create_draft(programme_id=programme.pk, **BY)
    terms = rule_sets.terms_of(draft)
    assert terms == rule_sets.terms_of(first)
    gold = FactorIn(FactorKind.LEVEL, "L3", Decimal("1.20"))
    rules = tuple(replace(rule, amount=7) if rule.code == RuleCode.LOGIN else rule for rule in terms.rules)
    rule_sets.change_draft(rule_set_id=draft.pk, terms=replace(terms, rules=rules, factors=(gold,)), **BY)
    rule_sets.publish_draft(rule_set_id=draft.pk, **BY)
    assert list(GrowthRule.objects.filter(rule_set=first).values()) == old
    now = RuleSet.objects.get(state=VersionState.PUBLISHED)
    assert (now.number, rule_sets.terms_of(now).factors) == (2, (gold,))
    assert now.rules.get(code=RuleCode.LOGIN).amount == 7
    with pytest.raises(NotADraft):
        rule_sets.change_draft(rule_set_id=first.pk, terms=terms, **BY)


def test_rules_that_make_no_sense_are_refused_whole(programme):
    draft = rule_sets.create_draft(programme_id=programme.pk, **BY)
    terms = rule_sets.terms_of(draft)
    wrong = replace(
        terms,
        rules=(*terms.rules, terms.rules[0], replace(terms.rules[2], daily_cap=0)),
        factors=(FactorIn(FactorKind.CAMPAIGN, "会员日", Decimal("2")),),
        factor_cap=Decimal("0"),
    )
    with pytest.raises(SchemeInvalid) as refused:
        rule_sets.change_draft(rule_set_id=draft.pk, terms=wrong, **BY)
    assert len(refused.value.values["problems"]) == 5  # type: ignore[arg-type]
    assert rule_sets.terms_of(draft) == terms
    rule_sets.discard_draft(rule_set_id=draft.pk, **BY)
    assert not GrowthRule.objects.exists()
