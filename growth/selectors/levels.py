"""What levels memberships hold, held and will hold, and why (LVL-02..34)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q

from core import sql
from core.enums import VersionState
from growth.enums import Basis, OverrideState, Track
from growth.models import LevelHistory, LevelOverride, LevelTerms, MemberLevel, SchemeVersion
from growth.rules.levels import next_review_on
from growth.selectors import promises


@dataclass(frozen=True)
class Held:
    """A level that counts. until: when it ends by itself; None: not before a review.  terms_id: its terms of the published version.

    track: in which it is held; a bought level may be one of the free track (LVL-33).  protected_until: as in MemberLevel.
    """

    level_id: int
    code: str
    name: str
    rank: int
    track: Track
    since: datetime
    until: datetime | None
    protected_until: datetime | None
    terms_id: int


def held(membership_ids: Iterable[int], at: datetime, published: Iterable[LevelTerms] = ()) -> dict[int, dict[Track, Held]]:
    """The levels that count at `at`, by membership and track; what has run out by then does not, whether or not a job has seen it.

    published: terms of published versions that the caller has read, with `level`; those of other levels are read here.
    """
    ids = list(membership_ids)
    found: dict[int, dict[Track, Held]] = {membership_id: {} for membership_id in ids}
    rows = list(MemberLevel.objects.filter(membership_id__in=ids).order_by("membership_id", "track"))
    wanted = {level_id for row in rows for level_id in (row.level_id, row.automatic_level_id) if level_id is not None}
    terms = {each.level_id: each for each in published}
    terms |= terms_of(wanted - terms.keys())
    for row in rows:
        is_over = row.level_until is not None and row.level_until <= at
        level_id = row.automatic_level_id if is_over else row.level_id
        if level_id is None:
            continue
        of_level = terms[level_id]
        track = Track(row.track)
        found[row.membership_id][track] = Held(
            level_id=level_id,
            code=of_level.level.code,
            name=of_level.name,
            rank=of_level.rank,
            track=track,
            since=row.level_until if is_over and row.level_until is not None else row.since,
            until=None if is_over else row.level_until,
            protected_until=row.protected_until,
            terms_id=of_level.pk,
        )
    return found


def terms_of(level_ids: Iterable[int]) -> dict[int, LevelTerms]:
    """The terms of each level in the published version, or in the newest that had it; with `level` and `version`."""
    rows = LevelTerms.objects.filter(level_id__in=set(level_ids)).exclude(version__state="draft").select_related("level", "version")
    newest: dict[int, LevelTerms] = {}
    for row in rows.order_by("level_id", "version__number"):
        newest[row.level_id] = row
    return newest


@dataclass(frozen=True)
class Then:
    """A level held at a moment of the past. terms_id: its terms of the version that decided, or of the newest."""

    level_id: int
    code: str
    name: str
    rank: int
    track: Track
    terms_id: int


def level_at(membership_ids: Iterable[int], at: datetime) -> dict[int, dict[Track, Then]]:
    """The levels held immediately before `at`, by membership and track: what points go by (ruling 3)."""
    ids = list(membership_ids)
    rows = [
        (row["membership_id"], Track(row["track"]), row["level_id"], row["version_id"])
        for row in sql.rows("growth/levels/at", membership_ids=ids, at=at)
        if row["level_id"] is not None
    ]
    bought = sql.rows("growth/levels/bought_at", membership_ids=ids, at=at)
    rows += [(row["membership_id"], Track.PAID, row["level_id"], None) for row in bought]
    newest = terms_of({level_id for _membership, _track, level_id, _version in rows})
    of_version = {
        (terms.version_id, terms.level_id): terms
        for terms in LevelTerms.objects.filter(version_id__in={row[3] for row in rows if row[3]}).select_related("level")
    }
    found: dict[int, dict[Track, Then]] = {membership_id: {} for membership_id in ids}
    for membership_id, track, level_id, version_id in rows:
        terms = of_version.get((version_id, level_id)) or newest[level_id]
        found[membership_id][track] = Then(level_id, terms.level.code, terms.name, terms.rank, track, terms.pk)
    return found


@dataclass(frozen=True)
class Projection:
    """What the review on a local date would do as things stand. happening: as in services.reviews.Outcome.

    terms: of the level that would count then, levels set by hand included.  falls_on: when a fall found before takes place.
    """

    on: date
    happening: str
    terms: LevelTerms
    falls_on: date | None


@dataclass(frozen=True)
class Standing:
    """Where a membership stands in a track. terms: of the level that counts; None while it holds none.

    value: what it has in the unit of the version's basis.  next_terms, gap: the next level up and what is missing to it, None at the top.
    override: the level set by hand that is in force.  waiting: one that waits for a second person.
    """

    version: SchemeVersion
    terms: LevelTerms | None
    held: Held | None
    value: int
    next_terms: LevelTerms | None
    gap: int | None
    projection: Projection | None
    override: LevelOverride | None
    waiting: LevelOverride | None

    @property
    def basis(self) -> Basis:
        return Basis(self.version.basis)

    @property
    def gains(self) -> tuple[int | None, int | None]:
        """Ids of the terms to compare for the benefits gained at the next level: (now, then)."""
        return (self.terms.pk if self.terms else None, self.next_terms.pk if self.next_terms else None)


@dataclass(frozen=True)
class Known:
    """What a membership holds at `at` and what its programme's published schemes say, read once for several answers.

    terms: as `promises.published_terms` has them.
    """

    membership_id: int
    at: datetime
    terms: list[LevelTerms]
    tracks: Mapping[Track, Held]


def known(membership_id: int, programme_id: int, at: datetime) -> Known:
    """Three statements; a fourth where a level is held that no published scheme has."""
    terms = promises.published_terms(programme_id)
    return Known(membership_id, at, terms, held([membership_id], at, terms)[membership_id])


def standing(of: Known, track: Track = Track.FREE) -> Standing | None:
    """Level, progress and outlook of a membership; None where its programme has no published scheme of the track."""
    membership_id, at = of.membership_id, of.at
    terms = [each for each in of.terms if each.version.scheme.track == track]
    if not terms:
        return None
    version = terms[0].version
    by_level = {each.level_id: each for each in terms}
    own = of.tracks.get(track)
    current = by_level.get(own.level_id) if own else None
    hands = {
        row.state: row
        for row in LevelOverride.objects.filter(membership_id=membership_id, track=track, valid_until__gt=at)
        .filter(Q(state=OverrideState.PENDING) | Q(state=OverrideState.ACTIVE))
        .select_related("level")
    }
    zone = ZoneInfo(version.scheme.programme.time_zone)
    review_on = next_review_on(at.astimezone(zone).date())
    review_ends = datetime.combine(review_on + timedelta(days=1), time(), zone) - timedelta(microseconds=1)
    judged = sql.one("growth/levels/project", version_id=version.pk, membership_id=membership_id, at=review_ends, now=at)
    value = judged["value"] if judged else _value(version, membership_id, at)
    above = next((each for each in terms if each.rank > (current.rank if current else -1)), None)
    override = hands.get(OverrideState.ACTIVE)
    return Standing(
        version=version,
        terms=current,
        held=own,
        value=value,
        next_terms=above,
        gap=max(0, above.threshold - value) if above else None,
        projection=Projection(
            on=review_on,
            happening=judged["happening"],
            terms=_with_hand(terms, judged["rank_next"], override, review_ends),
            falls_on=judged["falls_on"],
        )
        if judged and track == Track.FREE
        else None,
        override=override,
        waiting=hands.get(OverrideState.PENDING),
    )


def _value(version: SchemeVersion, membership_id: int, at: datetime) -> int:
    row = sql.one("growth/levels/measure", basis=version.basis, window_days=version.window_days, membership_id=membership_id, at=at)
    assert row is not None
    return int(row["value"])


def _with_hand(terms: list[LevelTerms], rank: int, override: LevelOverride | None, at: datetime) -> LevelTerms:
    """What counts at `at` when the scheme gives `rank` (A-23)."""
    automatic = next(each for each in terms if each.rank == rank)
    if override is None or override.valid_until <= at:
        return automatic
    by_hand = next((each for each in terms if each.level_id == override.level_id), automatic)
    return automatic if override.is_raise and automatic.rank >= by_hand.rank else by_hand


def history(membership_id: int, before: tuple[datetime, int] | None = None, limit: int = 50) -> list[LevelHistory]:
    """Changes of level of one membership, newest first. before: (time, id) of the last one read."""
    rows = LevelHistory.objects.filter(membership_id=membership_id)
    if before is not None:
        rows = rows.filter(Q(occurred_at__lt=before[0]) | Q(occurred_at=before[0], id__lt=before[1]))
    related = rows.select_related("level_from", "level_to", "version__scheme__programme", "membership__programme")
    return list(related.order_by("-occurred_at", "-id")[:limit])


@dataclass(frozen=True)
class Share:
    """How many active members hold a level. share: of all who hold one in the track, 0 to 1, four places."""

    terms: LevelTerms
    members: int
    share: Decimal


def distribution(programme_id: int, track: Track, at: datetime) -> list[Share]:
    """Members by level of the published version, lowest first; empty without one (LVL-31)."""
    version = SchemeVersion.objects.filter(scheme__programme_id=programme_id, scheme__track=track, state=VersionState.PUBLISHED).first()
    if version is None:
        return []
    counts = {row["terms_id"]: row["members"] for row in sql.rows("growth/levels/distribution", version_id=version.pk, at=at)}
    total = sum(counts.values())
    return [
        Share(terms, counts[terms.pk], (Decimal(counts[terms.pk]) / total if total else Decimal(0)).quantize(Decimal("0.0001")))
        for terms in version.terms.select_related("level").order_by("rank")
    ]
