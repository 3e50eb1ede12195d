"""What levels promise: the benefits of their published terms, with the discount a level without one inherits (A-04)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from core.enums import VersionState
from growth.enums import BenefitKind, Track
from growth.models import Benefit, LevelBenefit, LevelTerms
from growth.rules import benefits as rules
from growth.rules.benefits import Value

WITH_BENEFITS = Prefetch("benefits", LevelBenefit.objects.select_related("benefit__programme"))  # of LevelTerms, for `ladder_of`


@dataclass(frozen=True)
class Promise:
    """benefit: with its programme.  quota: times a month, None without limit.  inherited_from: name of the lower level that set it."""

    benefit: Benefit
    value: Value
    quota: int | None
    inherited_from: str = ""

    @property
    def words(self) -> str:
        return rules.words(self.value, currency=self.benefit.programme.currency)


@dataclass(frozen=True)
class LevelPromises:
    level_id: int
    terms_id: int
    code: str
    name: str
    rank: int
    track: Track
    threshold: int
    promises: tuple[Promise, ...]

    def of(self, code: str) -> Promise | None:
        return next((promise for promise in self.promises if promise.benefit.code == code), None)


def promised(level_ids: Iterable[int]) -> dict[int, LevelPromises]:
    """What the published versions say of these levels, by level id. Levels that no published version has are left out.

    Two statements, whatever the number of levels.
    """
    wanted = set(level_ids)
    if not wanted:
        return {}
    versions = LevelTerms.objects.filter(level_id__in=wanted, version__state=VersionState.PUBLISHED).values("version_id")
    terms = LevelTerms.objects.filter(version_id__in=versions).select_related("level").prefetch_related(WITH_BENEFITS)
    return {number: found for number, found in by_level(terms.order_by("version_id", "rank")).items() if number in wanted}


def by_level(terms: Iterable[LevelTerms]) -> dict[int, LevelPromises]:
    """What whole versions promise, by level id. terms: by version and rank, otherwise as `ladder_of` takes them."""
    by_version: dict[int, list[LevelTerms]] = {}
    for each in terms:
        by_version.setdefault(each.version_id, []).append(each)
    return {found.level_id: found for ladder in by_version.values() for found in ladder_of(ladder)}


def ladder_of(terms: Sequence[LevelTerms]) -> list[LevelPromises]:
    """What each level of one version promises. terms: by rank, with level, benefits and their benefit and programme read already.

    A discount that a level does not set is the next lower one's; nothing else is inherited.
    """
    ladder: list[LevelPromises] = []
    inherited: Mapping[int, Promise] = {}
    for each in terms:
        given = [row for row in each.benefits.all() if row.benefit.is_active and row.benefit.kind in rules.KINDS]
        own = {row.benefit_id: Promise(row.benefit, rules.parse(row.benefit.kind, row.value), row.monthly_quota) for row in given}
        found = {**inherited, **own}
        ladder.append(
            LevelPromises(
                each.level_id,
                each.pk,
                each.level.code,
                each.name,
                each.rank,
                Track(each.level.track),
                each.threshold,
                tuple(_ordered(found.values())),
            )
        )
        inherited = {
            number: Promise(promise.benefit, promise.value, promise.quota, promise.inherited_from or each.name)
            for number, promise in found.items()
            if promise.benefit.kind == BenefitKind.DISCOUNT
        }
    return ladder


def of_programme(programme_id: int) -> list[LevelPromises]:
    """Every level that the published schemes of a programme have: the free track's by rank, then the other tracks'. Two statements."""
    found = by_level(published_terms(programme_id)).values()
    return sorted(found, key=lambda level: (list(Track).index(level.track), level.rank))


def published_terms(programme_id: int) -> list[LevelTerms]:
    """The terms of a programme's published schemes by version and rank, with all that `by_level` and `levels.known` need."""
    terms = LevelTerms.objects.filter(version__state=VersionState.PUBLISHED, version__scheme__programme_id=programme_id)
    related = terms.select_related("level", "version__scheme__programme").prefetch_related(WITH_BENEFITS)
    return list(related.order_by("version_id", "rank"))


def gained(lower: LevelPromises | None, higher: LevelPromises) -> list[Promise]:
    """What a member of `lower` gets new or better in `higher` (LVL-30)."""
    found = []
    for promise in higher.promises:
        before = lower.of(promise.benefit.code) if lower else None
        more_often = before is not None and rules.quota_worsens(promise.quota, before.quota)
        if more_often or rules.gains(before.value if before else None, promise.value):
            found.append(promise)
    return found


def _ordered(promises: Iterable[Promise]) -> list[Promise]:
    return sorted(promises, key=lambda promise: place_of(promise.benefit))


def place_of(benefit: Benefit) -> tuple[int, str]:
    """Where a benefit stands in every list: by kind, then by code."""
    return list(BenefitKind).index(BenefitKind(benefit.kind)), benefit.code
