"""Behaviour rules as versions: drafted, changed, published for what happens from then on (GRW-01, GRW-04, A-09)."""

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core import versions
from growth.enums import FactorKind, RuleCode
from growth.errors import SchemeInvalid, SchemeNotFound
from growth.models import GrowthFactor, GrowthRule, RuleSet
from growth.rules.behaviour import DEFAULT_TERMS, FactorIn, RuleIn, RuleSetTerms
from stores import services as stores_services

FACTOR_CAP_AT_MOST = Decimal(10)


@transaction.atomic
def create_draft(*, programme_id: int, based_on_id: int | None = None, actor: str, at: datetime) -> RuleSet:
    """A draft that says what the published set says, or an older one (based_on_id), or the defaults where there is none.

    Raises DraftExists, SchemeNotFound for a set of another programme.
    """
    stores_services.lock_programme(programme_id)
    number, base = versions.next_draft(RuleSet.objects.filter(programme_id=programme_id), based_on_id=based_on_id)
    if based_on_id and base is None:
        raise SchemeNotFound()
    draft = RuleSet.objects.create(programme_id=programme_id, number=number, based_on=base, created_by=actor, created_at=at)
    _write(draft, terms_of(base) if base else DEFAULT_TERMS)
    return draft


@transaction.atomic
def change_draft(*, rule_set_id: int, terms: RuleSetTerms, actor: str, at: datetime) -> RuleSet:
    """Replace what a draft says. Raises NotADraft, SchemeInvalid with every problem in words; then nothing has changed."""
    draft = versions.hold_draft(RuleSet.objects.all(), rule_set_id)
    problems = problems_of(terms)
    if problems:
        raise SchemeInvalid(field="rules", problems=problems)
    draft.rules.all().delete()
    draft.factors.all().delete()
    _write(draft, terms)
    return draft


@transaction.atomic
def discard_draft(*, rule_set_id: int, actor: str, at: datetime) -> None:
    """Throw a draft away. Raises NotADraft."""
    versions.hold_draft(RuleSet.objects.all(), rule_set_id).delete()


@transaction.atomic
def publish_draft(*, rule_set_id: int, actor: str, at: datetime) -> RuleSet:
    """Let a draft hold for what happens from now on; entries that are posted keep the rules they were posted by (GRW-01).

    Of two at once one wins. Raises NotADraft.
    """
    draft = versions.hold_draft(RuleSet.objects.all(), rule_set_id)
    versions.publish(draft, RuleSet.objects.filter(programme_id=draft.programme_id), actor=actor, at=at)
    return draft


@transaction.atomic
def create_default(*, programme_id: int, actor: str, at: datetime) -> RuleSet:
    """The rules of GRW-02..07, drafted and published at once."""
    draft = create_draft(programme_id=programme_id, actor=actor, at=at)
    return publish_draft(rule_set_id=draft.pk, actor=actor, at=at)


def terms_of(rule_set: RuleSet) -> RuleSetTerms:
    """What a set says, as the value that `change_draft` takes."""
    rules = [
        RuleIn(
            code=RuleCode(rule.code),
            is_on=rule.is_on,
            amount=rule.amount,
            base_factor=rule.base_factor,
            daily_cap=rule.daily_cap,
            minimum_minor=rule.minimum_minor,
            excludes_virtual=rule.excludes_virtual,
            excludes_lowest=rule.excludes_lowest,
            first_members=rule.first_members,
        )
        for rule in rule_set.rules.order_by("id")
    ]
    factors = [
        FactorIn(FactorKind(each.kind), each.key, each.factor, each.valid_from, each.valid_until)
        for each in rule_set.factors.order_by("id")
    ]
    return RuleSetTerms(tuple(rules), tuple(factors), rule_set.factor_cap)


def problems_of(terms: RuleSetTerms) -> list[str]:
    """What keeps a set from being stored, in words."""
    problems = [
        _("The rule %(rule)s is given twice.") % {"rule": code.label}
        for code, times in Counter(rule.code for rule in terms.rules).items()
        if times > 1
    ]
    if not 0 < terms.factor_cap <= FACTOR_CAP_AT_MOST:
        problems.append(_("The highest factor lies above 0 and is at most %(most)s.") % {"most": FACTOR_CAP_AT_MOST})
    for rule in terms.rules:
        if rule.amount < 0 or rule.base_factor < 0 or rule.minimum_minor < 0:
            problems.append(_("%(rule)s: amount, factor and least price are not negative.") % {"rule": rule.code.label})
        if rule.daily_cap == 0 or rule.first_members == 0:
            problems.append(_("%(rule)s: a limit is at least 1, or empty for none.") % {"rule": rule.code.label})
    for factor in terms.factors:
        if not factor.key.strip() or factor.factor < 0:
            problems.append(_("A factor needs a name and is not negative."))
        if factor.kind == FactorKind.CAMPAIGN and not (factor.valid_from and factor.valid_until and factor.valid_from < factor.valid_until):
            problems.append(_("The campaign %(name)s needs a first moment and a later last one.") % {"name": factor.key})
    return problems


def _write(draft: RuleSet, terms: RuleSetTerms) -> None:
    RuleSet.objects.filter(pk=draft.pk).update(factor_cap=terms.factor_cap)
    draft.factor_cap = terms.factor_cap
    GrowthRule.objects.bulk_create(GrowthRule(rule_set=draft, **asdict(rule)) for rule in terms.rules)
    GrowthFactor.objects.bulk_create(GrowthFactor(rule_set=draft, **asdict(factor)) for factor in terms.factors)
