"""Level schemes as others read them: which version holds, which is being drafted, and what a version says."""

from collections import Counter
from collections.abc import Mapping

from django.db.models import Count, F, Prefetch, QuerySet

from core.enums import VersionState
from growth.enums import Basis, BenefitKind, BenefitNature, Demotion, Mode, Track
from growth.errors import SchemeNotFound
from growth.models import Benefit, GiftItem, LevelBenefit, LevelTerms, MemberLevel, SchemeVersion
from growth.rules.schemes import BenefitFacts, BenefitIn, GiftIn, LevelIn, SchemeTerms


def versions(programme_id: int, track: Track = Track.FREE) -> QuerySet[SchemeVersion]:
    """All of a scheme, newest first."""
    found = SchemeVersion.objects.filter(scheme__programme_id=programme_id, scheme__track=track)
    return found.select_related("scheme__programme").order_by("-number")


def published(programme_id: int, track: Track = Track.FREE) -> SchemeVersion | None:
    """The version that holds, with its terms in order of rank, their benefits and gifts."""
    return _with_terms(versions(programme_id, track).filter(state=VersionState.PUBLISHED)).first()


def draft(programme_id: int, track: Track = Track.FREE) -> SchemeVersion | None:
    """The version that is being changed, read like `published`."""
    return _with_terms(versions(programme_id, track).filter(state=VersionState.DRAFT)).first()


def version(version_id: int) -> SchemeVersion:
    """Any version, read like `published`. Raises SchemeNotFound."""
    found = _with_terms(SchemeVersion.objects.filter(pk=version_id).select_related("scheme__programme")).first()
    if found is None:
        raise SchemeNotFound()
    return found


def terms_of(version_id: int) -> SchemeTerms:
    """What a version says, as the value that `services.schemes.change_draft` takes. Raises SchemeNotFound."""
    return as_terms(version(version_id))


def as_terms(read: SchemeVersion) -> SchemeTerms:
    """The same of a version read here before: asks nothing."""
    return SchemeTerms(
        levels=tuple(_level(terms) for terms in read.terms.all()),
        basis=Basis(read.basis),
        mode=Mode(read.mode),
        count_purchase=read.count_purchase,
        window_days=read.window_days,
        demotion=Demotion(read.demotion),
        protection_days=read.protection_days,
        grace_days=read.grace_days,
        notice_days=read.notice_days,
        inactivity_demote_days=read.inactivity_demote_days,
        unit_name=read.unit_name,
        mapping=read.mapping,
        note=read.note,
    )


def benefit_facts(programme_id: int) -> Mapping[str, BenefitFacts]:
    """Every benefit of a programme by code, as the checks of a scheme need it."""
    return {
        benefit.code: BenefitFacts(benefit.name, BenefitKind(benefit.kind), BenefitNature(benefit.nature))
        for benefit in Benefit.objects.filter(programme_id=programme_id)
    }


def occupied(programme_id: int, track: Track) -> Mapping[str, int]:
    """How many members hold each level of a scheme, by the scheme, by hand or by a plan, by code; levels nobody holds are left out."""
    held: Counter[str] = Counter()
    rows = MemberLevel.objects.filter(membership__programme_id=programme_id)
    for code, members in rows.filter(level__track=track).values_list("level__code").annotate(members=Count("id")):
        held[code] += members
    beneath = rows.filter(automatic_level__track=track).exclude(automatic_level=F("level"))  # what counts when the hand's level ends
    for code, members in beneath.values_list("automatic_level__code").annotate(members=Count("id")):
        held[code] += members
    return held


def _with_terms(found: QuerySet[SchemeVersion]) -> QuerySet[SchemeVersion]:
    return found.prefetch_related(
        Prefetch("terms", LevelTerms.objects.select_related("level").order_by("rank")),
        Prefetch("terms__benefits", LevelBenefit.objects.select_related("benefit").order_by("benefit__code")),
        Prefetch("terms__gifts", GiftItem.objects.order_by("position", "id")),
    )


def _level(terms: LevelTerms) -> LevelIn:
    return LevelIn(
        code=terms.level.code,
        rank=terms.rank,
        name=terms.name,
        threshold=terms.threshold,
        rfm_unit=terms.rfm_unit,
        description=terms.description,
        gifts=tuple(GiftIn(gift.kind, gift.payload) for gift in terms.gifts.all()),
        benefits=tuple(BenefitIn(each.benefit.code, each.value, each.monthly_quota) for each in terms.benefits.all()),
    )
