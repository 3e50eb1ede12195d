"""Level schemes as versions: drafted, checked, published (LVL-05..07, LVL-11..13, LVL-23..27, LVL-32, BEN-01, ruling 22).

A version never changes once it is published: what was promised when can always be said. Publishing raises who reaches more by the new
terms at once and lowers nobody: that is for the next review.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import versions
from core.enums import VersionState
from core.errors import InvalidInput
from growth.enums import Track
from growth.errors import BenefitNotFound, SchemeInvalid, SchemeNotFound
from growth.models import Benefit, GiftItem, Level, LevelBenefit, LevelScheme, LevelTerms, SchemeVersion
from growth.rules import benefits
from growth.rules import schemes as rules
from growth.rules.schemes import Finding, SchemeTerms, Severity, Surroundings
from growth.selectors import measures
from growth.selectors import schemes as selectors
from growth.services import gifts, re_evaluation
from stores import services as stores_services

_PLAIN_FIELDS = (
    "basis", "mode", "count_purchase", "window_days", "demotion", "protection_days", "grace_days", "notice_days", "inactivity_demote_days",
    "unit_name", "mapping", "note",
)  # fmt: skip


@transaction.atomic
def create_draft(
    *, programme_id: int, track: Track = Track.FREE, based_on_id: int | None = None, actor: str, at: datetime
) -> SchemeVersion:
    """A draft that says what the published version says, or an older one (based_on_id, to go back), or nothing where there is none.

    Raises DraftExists with its number, SchemeNotFound for a version of another scheme.
    """
    stores_services.lock_programme(programme_id)
    scheme, _made = LevelScheme.objects.get_or_create(programme_id=programme_id, track=track)
    number, base = versions.next_draft(scheme.versions.all(), based_on_id=based_on_id)
    if based_on_id and base is None:
        raise SchemeNotFound()
    draft = SchemeVersion.objects.create(
        scheme=scheme,
        number=number,
        based_on=base,
        created_by=actor,
        created_at=at,
    )
    if base is not None:
        _write(draft, selectors.terms_of(base.pk))
    return draft


@transaction.atomic
def change_draft(*, version_id: int, terms: SchemeTerms, actor: str, at: datetime) -> SchemeVersion:
    """Replace what a draft says. What is unwise or wrong but can be written down is kept: `check_draft` tells it.

    Raises NotADraft, SchemeInvalid with every problem in words, BenefitNotFound, InvalidInput for a benefit's value; then nothing has
    changed.
    """
    draft = _held(version_id)
    problems = rules.shape_problems(terms)
    if problems:
        raise SchemeInvalid(" ".join(problems), field="levels", problems=problems)
    draft.terms.all().delete()
    _write(draft, terms)
    return draft


@transaction.atomic
def discard_draft(*, version_id: int, actor: str, at: datetime) -> None:
    """Throw a draft away. Raises NotADraft."""
    _held(version_id).delete()


def check_draft(*, version_id: int, at: datetime) -> list[Finding]:
    """What is wrong (publishing is refused) or unwise about a version, errors first. Raises SchemeNotFound."""
    version = selectors.version(version_id)
    terms = selectors.as_terms(version)
    programme = version.scheme.programme
    track = Track(version.scheme.track)
    published = selectors.published(programme.pk, track)
    names = {each.level.code: each.name for each in published.terms.all()} if published else {}
    top = max((level.threshold for level in terms.levels), default=0)
    around = Surroundings(
        track=track,
        currency=programme.currency,
        benefits=selectors.benefit_facts(programme.pk),
        occupied=selectors.occupied(programme.pk, track),
        names=names,
        top_members=measures.reaching(programme.pk, terms.basis, terms.window_days, top, at) if track == Track.FREE else 0,
        gift_problems={level.code: gifts.problems(level.gifts, programme.pk) for level in terms.levels},
    )
    return rules.check(terms, around)


@transaction.atomic
def publish_draft(*, version_id: int, actor: str, at: datetime) -> SchemeVersion:
    """Let a draft hold: the version before retires, members of removed levels get those they are mapped to, who reaches more rises.

    Large programmes are re-evaluated by a job that goes on from there. Of two people at once one wins.
    Raises NotADraft, SchemeInvalid with every error in words; then nothing has changed.
    """
    draft = _held(version_id)
    errors = [finding for finding in check_draft(version_id=version_id, at=at) if finding.severity == Severity.ERROR]
    if errors:
        words = [finding.words for finding in errors]
        raise SchemeInvalid(" ".join(words), field="levels", problems=words)
    before = draft.scheme.versions.filter(state=VersionState.PUBLISHED).first()
    versions.publish(draft, draft.scheme.versions.all(), actor=actor, at=at)
    re_evaluation.after_publishing(version=draft, before=before, replacements=_replacements(draft), actor=actor, at=at)
    return draft


def _held(version_id: int) -> SchemeVersion:
    """A draft that nobody else changes or publishes until the transaction ends."""
    LevelScheme.objects.select_for_update(of=("self",)).filter(
        pk__in=SchemeVersion.objects.filter(pk=version_id).values("scheme_id")
    ).first()
    return versions.hold_draft(SchemeVersion.objects.select_related("scheme"), version_id)


def _write(draft: SchemeVersion, terms: SchemeTerms) -> None:
    for name in _PLAIN_FIELDS:
        setattr(draft, name, getattr(terms, name))
    draft.save(update_fields=list(_PLAIN_FIELDS))
    levels = _levels(draft.scheme, [level.code for level in terms.levels])
    known = {benefit.code: benefit for benefit in Benefit.objects.filter(programme_id=draft.scheme.programme_id)}
    written = LevelTerms.objects.bulk_create(
        LevelTerms(
            version=draft,
            level=levels[level.code],
            rank=level.rank,
            name=level.name.strip(),
            threshold=level.threshold,
            rfm_unit=level.rfm_unit,
            description=level.description,
        )
        for level in terms.levels
    )
    given, packs = [], []
    for of_level, level in zip(written, terms.levels, strict=True):
        for each in level.benefits:
            given.append(LevelBenefit(terms=of_level, **_benefit(each, known)))
        for position, gift in enumerate(level.gifts, start=1):
            packs.append(GiftItem(terms=of_level, position=position, kind=gift.kind, payload=dict(gift.payload)))
    LevelBenefit.objects.bulk_create(given)
    GiftItem.objects.bulk_create(packs)


def _levels(scheme: LevelScheme, codes: list[str]) -> Mapping[str, Level]:
    Level.objects.bulk_create(
        (Level(programme_id=scheme.programme_id, track=scheme.track, code=code) for code in codes), ignore_conflicts=True
    )
    return {level.code: level for level in Level.objects.filter(programme_id=scheme.programme_id, track=scheme.track, code__in=codes)}


def _benefit(given: rules.BenefitIn, known: Mapping[str, Benefit]) -> dict[str, object]:
    benefit = known.get(given.code)
    if benefit is None:
        raise BenefitNotFound(code=given.code)
    if given.monthly_quota == 0:
        raise InvalidInput(_("A quota is at least 1, or empty for none."), field="monthly_quota")
    return {"benefit": benefit, "value": benefits.validate(benefit.kind, given.value), "monthly_quota": given.monthly_quota}


def _replacements(version: SchemeVersion) -> Mapping[int, int]:
    """What every level of the scheme that the version leaves out becomes, by level id."""
    levels = dict(Level.objects.filter(programme_id=version.scheme.programme_id, track=version.scheme.track).values_list("code", "id"))
    there = set(version.terms.values_list("level__code", flat=True))
    return {levels[code]: levels[to] for code, to in version.mapping.items() if code in levels and code not in there and to in there}
