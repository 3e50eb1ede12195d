"""What the head of the member page and lists of members say of levels: few statements, whatever the number of memberships."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from core import scope as scopes
from core.scope import Scope
from growth.enums import Basis, BenefitKind, ServiceTier, Track, VersionState
from growth.models import LevelBenefit, LevelTerms, MemberLevel
from stores.enums import ProgrammeKind
from stores.models import Programme

TIERS = list(ServiceTier)


@dataclass(frozen=True)
class Holding:
    """A level a member holds at a moment.

    growth: the balance, None where something else than growth value decides.  gap: what is missing to `next_name`.
    """

    programme: Programme
    membership_id: int
    track: Track
    code: str
    name: str
    rank: int
    since: datetime
    until: datetime | None
    protected_until: datetime | None
    falls_on: date | None
    growth: int | None
    unit_name: str
    next_name: str
    next_threshold: int | None
    terms_id: int | None

    @property
    def gap(self) -> int | None:
        if self.next_threshold is None or self.growth is None:
            return None
        return max(0, self.next_threshold - self.growth)


def holdings(member_ids: Sequence[int], scope: Scope, at: datetime) -> dict[int, list[Holding]]:
    """Levels by member: the platform's first, then by programme and track. Two statements for any number of members."""
    rows = list(
        _held(scope)
        .filter(membership__member_id__in=list(member_ids))
        .select_related("membership__programme", "membership__growth_account", "level", "automatic_level")
    )
    terms = _published_terms({row.membership.programme_id for row in rows})
    found: dict[int, list[Holding]] = {member_id: [] for member_id in member_ids}
    for row in rows:
        holding = _holding(row, terms, at)
        if holding is not None:
            found[row.membership.member_id].append(holding)
    for of_member in found.values():
        of_member.sort(key=lambda each: (each.programme.kind != ProgrammeKind.PLATFORM, each.programme.code, list(Track).index(each.track)))
    return found


def _held(scope: Scope) -> QuerySet[MemberLevel]:
    return scopes.narrow(MemberLevel.objects.all(), scope)


def _published_terms(programme_ids: set[int]) -> Mapping[tuple[int, str], list[LevelTerms]]:
    """Terms by programme and track, lowest first."""
    found: dict[tuple[int, str], list[LevelTerms]] = {}
    rows = LevelTerms.objects.filter(version__state=VersionState.PUBLISHED, level__programme_id__in=programme_ids)
    for terms in rows.select_related("level", "version").order_by("rank"):
        found.setdefault((terms.level.programme_id, terms.level.track), []).append(terms)
    return found


def _holding(row: MemberLevel, published: Mapping[tuple[int, str], list[LevelTerms]], at: datetime) -> Holding | None:
    ended = row.level_until is not None and row.level_until <= at
    level = row.automatic_level if ended else row.level
    if level is None:
        return None
    of_track = published.get((level.programme_id, level.track), [])
    own = next((terms for terms in of_track if terms.level_id == level.pk), None)
    above = next((terms for terms in of_track if own is not None and terms.rank > own.rank), None)
    by_growth = own is not None and own.version.basis == Basis.GROWTH and row.track == Track.FREE
    account = getattr(row.membership, "growth_account", None)
    return Holding(
        programme=row.membership.programme,
        membership_id=row.membership_id,
        track=Track(row.track),
        code=level.code,
        name=own.name if own else level.code,
        rank=own.rank if own else 0,
        since=row.since,
        until=None if ended else row.level_until,
        protected_until=row.protected_until if row.protected_until and row.protected_until > at else None,
        falls_on=row.falls_on,
        growth=(account.balance if account else 0) if by_growth else None,
        unit_name=own.version.unit_name if own else "",
        next_name=above.name if above and by_growth else "",
        next_threshold=above.threshold if above and by_growth else None,
        terms_id=own.pk if own else None,
    )


def best_tiers(found: Sequence[Holding]) -> list[tuple[Programme, ServiceTier]]:
    """The best service tier a member has in each programme (BEN-08), in the order of `found`: one statement."""
    of_terms = {holding.terms_id: holding.programme for holding in found if holding.terms_id}
    best: dict[Programme, ServiceTier] = {}
    for row in LevelBenefit.objects.filter(terms_id__in=of_terms, benefit__kind=BenefitKind.SERVICE_TIER, benefit__is_active=True):
        tier, programme = ServiceTier(row.value.get("tier", ServiceTier.STANDARD)), of_terms[row.terms_id]
        best[programme] = max(best.get(programme, tier), tier, key=TIERS.index)
    return [(programme, best[programme]) for programme in dict.fromkeys(holding.programme for holding in found) if programme in best]
