"""Who may spend, and how few points one redemption takes (PTS-17, STO-10)."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from core.enums import VersionState
from growth.enums import Track
from growth.selectors import levels
from members.enums import MemberStatus
from members.errors import MemberNotActive
from points.errors import BelowMinimum, PointsOff
from points.models import PointsVersion
from points.selectors import prices, versions
from stores import selectors as stores_selectors
from stores.enums import MembershipStatus

if TYPE_CHECKING:
    from stores.models import Membership


class Admitted(NamedTuple):
    """membership: with programme and member.  rules: the edition that holds."""

    membership: "Membership"
    rules: PointsVersion


def admit(membership_id: int) -> Admitted:
    """Let a membership that the caller holds move points by a command.

    Raises PointsOff for a programme without points or rules, MemberNotActive for who is frozen, as a person or in this programme.
    """
    membership = stores_selectors.membership_rows(membership_id).get()
    published = versions.versions(membership.programme_id).filter(state=VersionState.PUBLISHED)  # its parts are read where they are needed
    rules = published.first() if membership.programme.points_on else None
    if rules is None:
        raise PointsOff()
    if membership.member.status != MemberStatus.ACTIVE:
        raise MemberNotActive(status=membership.member.status)
    if membership.status != MembershipStatus.ACTIVE:
        raise MemberNotActive(status=membership.status)
    return Admitted(membership, rules)


def check_minimum(membership_id: int, rules: PointsVersion, points: int, at: datetime) -> None:
    """Refuse a redemption of too few points for the member's level. Raises BelowMinimum."""
    held = levels.held([membership_id], at)[membership_id].get(Track.FREE)
    minimum = prices.minimum_of(rules, held.code if held else None)
    if points < minimum:
        raise BelowMinimum(minimum=minimum, wanted=points)
