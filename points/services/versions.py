"""Points rules as editions: drafted, changed, published for what happens from then on (PTS-02, OP-6)."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

from django.db import transaction

from core import versions
from growth.enums import Track
from growth.selectors import schemes as growth_schemes
from points.errors import RulesInvalid, RulesNotFound
from points.models import PointsMultiplier, PointsRule, PointsVersion, RedeemMinimum
from points.rules.versions import DEFAULT_TERMS, PointsTerms, problems
from points.selectors import versions as selectors
from stores import services as stores_services


@transaction.atomic
def create_draft(*, programme_id: int, based_on_id: int | None = None, actor: str, at: datetime) -> PointsVersion:
    """A draft that says what the published edition says, or an older one (based_on_id), or the defaults where there is none.

    Raises DraftExists, RulesNotFound for an edition of another programme.
    """
    stores_services.lock_programme(programme_id)
    number, base = versions.next_draft(PointsVersion.objects.filter(programme_id=programme_id), based_on_id=based_on_id)
    if based_on_id and base is None:
        raise RulesNotFound()
    draft = PointsVersion.objects.create(programme_id=programme_id, number=number, based_on=base, created_by=actor, created_at=at)
    _write(draft, selectors.terms_of(base.pk) if base else DEFAULT_TERMS)
    return draft


@transaction.atomic
def change_draft(*, version_id: int, terms: PointsTerms, actor: str, at: datetime) -> PointsVersion:
    """Replace what a draft says. Raises NotADraft, RulesInvalid with every problem in words; then nothing has changed."""
    draft = versions.hold_draft(PointsVersion.objects.all(), version_id)
    found = problems(terms, _level_codes(draft.programme_id))
    if found:
        raise RulesInvalid(field="rules", problems=found)
    for table in (PointsRule, PointsMultiplier, RedeemMinimum):
        table._default_manager.filter(version=draft).delete()
    _write(draft, terms)
    return draft


def check_draft(version_id: int) -> Sequence[str]:
    """What keeps an edition from being published, in words: levels may have gone since it was written. Raises RulesNotFound."""
    found = selectors.version(version_id)
    return problems(selectors.as_terms(found), _level_codes(found.programme_id))


@transaction.atomic
def discard_draft(*, version_id: int, actor: str, at: datetime) -> None:
    """Throw a draft away. Raises NotADraft."""
    versions.hold_draft(PointsVersion.objects.all(), version_id).delete()


@transaction.atomic
def publish_draft(*, version_id: int, actor: str, at: datetime) -> PointsVersion:
    """Let a draft hold for what happens from now on; entries that are posted keep the edition they were posted by (OP-6).

    Of two at once one wins. Raises NotADraft, RulesInvalid.
    """
    draft = versions.hold_draft(PointsVersion.objects.all(), version_id)
    found = check_draft(version_id)
    if found:
        raise RulesInvalid(field="rules", problems=list(found))
    versions.publish(draft, PointsVersion.objects.filter(programme_id=draft.programme_id), actor=actor, at=at)
    return draft


@transaction.atomic
def create_default(*, programme_id: int, actor: str, at: datetime) -> PointsVersion:
    """The rules of PTS-02..04 and PTS-20, drafted and published at once."""
    draft = create_draft(programme_id=programme_id, actor=actor, at=at)
    return publish_draft(version_id=draft.pk, actor=actor, at=at)


def _level_codes(programme_id: int) -> set[str]:
    version = growth_schemes.published(programme_id, Track.FREE)
    return {terms.level.code for terms in version.terms.all()} if version else set()


def _write(draft: PointsVersion, terms: PointsTerms) -> None:
    of_tables = {"rules", "multipliers", "minimums"}
    names = [each.name for each in fields(PointsTerms) if each.name not in of_tables]
    for name in names:
        value = getattr(terms, name)
        setattr(draft, name, list(value) if isinstance(value, tuple) else value)
    draft.save(update_fields=names)
    PointsRule.objects.bulk_create(PointsRule(version=draft, **asdict(rule)) for rule in terms.rules)
    PointsMultiplier.objects.bulk_create(PointsMultiplier(version=draft, **asdict(each)) for each in terms.multipliers)
    RedeemMinimum.objects.bulk_create(RedeemMinimum(version=draft, **asdict(minimum)) for minimum in terms.minimums)
