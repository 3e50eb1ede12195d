"""What the head of the member page and lists of members say of levels: one statement, whatever the number of members."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core import sql
from core.scope import Scope
from growth.enums import Basis, ServiceTier, Track
from growth.selectors import levels

TIERS = tuple(ServiceTier)  # worst first


@dataclass(frozen=True)
class Holding:
    """A level a member holds at a moment.

    growth: the balance, None where something else than growth value decides.  next_name, next_threshold: of the level above.
    tiers: service tiers this membership is entitled to, by all its levels.
    """

    membership_id: int
    programme_id: int
    programme_code: str
    programme_name: str
    zone: str
    track: Track
    code: str
    name: str
    since: datetime
    until: datetime | None
    protected_until: datetime | None
    falls_on: date | None
    growth: int | None
    unit_name: str
    next_name: str
    next_threshold: int | None
    tiers: tuple[ServiceTier, ...]

    @property
    def gap(self) -> int | None:
        if self.next_threshold is None or self.growth is None:
            return None
        return max(0, self.next_threshold - self.growth)


def holdings(member_ids: Sequence[int], scope: Scope, at: datetime) -> dict[int, list[Holding]]:
    """Levels by member, of the programmes the caller reaches: the platform's first, then by programme and track."""
    found: dict[int, list[Holding]] = {member_id: [] for member_id in member_ids}
    reached = None if scope.platform else list(scope.programme_ids)
    for row in sql.call("growth/cards/held", member_ids=list(member_ids), programme_ids=reached, at=at):
        by_growth = row["basis"] == Basis.GROWTH and row["track"] == Track.FREE
        found[row["member_id"]].append(
            Holding(
                membership_id=row["membership_id"],
                programme_id=row["programme_id"],
                programme_code=row["programme_code"],
                programme_name=row["programme_name"],
                zone=row["time_zone"],
                track=Track(row["track"]),
                code=row["code"],
                name=row["name"],
                since=row["since"],
                until=row["until"],
                protected_until=row["protected_until"],
                falls_on=row["falls_on"],
                growth=row["growth"] if by_growth else None,
                unit_name=row["unit_name"],
                next_name=row["next_name"] or "" if by_growth else "",
                next_threshold=row["next_threshold"] if by_growth else None,
                tiers=tuple(ServiceTier(tier) for tier in row["tiers"]),
            )
        )
    return found


def best_tiers(found: Sequence[Holding]) -> list[tuple[str, ServiceTier]]:
    """The best service tier in each programme, by its name; standard where no level says anything (BEN-08)."""
    best: dict[str, ServiceTier] = {}
    for holding in found:
        best[holding.programme_name] = max((*holding.tiers, best.get(holding.programme_name, TIERS[0])), key=TIERS.index)
    return list(best.items())


def names_of(level_ids: Iterable[int]) -> dict[int, str]:
    """What levels are called: in the published version, or the newest that has them; one statement."""
    return {level_id: terms.name for level_id, terms in levels.terms_of(level_ids).items()}
