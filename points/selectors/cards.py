"""What the head of the member page says of points: one statement, whatever the number of members and programmes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core import sql
from core.scope import Scope


@dataclass(frozen=True)
class Purse:
    """The points of a membership at a moment, in whole points; a membership without an account has none of anything.

    held: set aside by holds.  pending: earned, not spendable yet.  available: what can be spent now.  debt: owed after reversals.
    next_end_at: when the lot that ends soonest is over (exclusive), with next_end_points in it; None where nothing ends.
    value_minor: what a point pays at checkout; None where the programme has no rules.
    """

    membership_id: int
    programme_id: int
    programme_code: str
    programme_name: str
    zone: str
    currency: str
    value_minor: int | None
    balance: int
    held: int
    pending: int
    available: int
    debt: int
    next_end_at: datetime | None
    next_end_points: int | None


def purses(member_ids: Sequence[int], scope: Scope, at: datetime) -> dict[int, list[Purse]]:
    """Points by member, of the programmes with points that the caller reaches: the platform's first, then by programme (CSL-14)."""
    found: dict[int, list[Purse]] = {member_id: [] for member_id in member_ids}
    reached = None if scope.platform else list(scope.programme_ids)
    for row in sql.call("points/cards/balances", member_ids=list(member_ids), programme_ids=reached, at=at):
        member_id, zone = row.pop("member_id"), row.pop("time_zone")
        found[member_id].append(Purse(zone=zone, **row))
    return found
