"""Who may spend, and how few points one redemption takes (PTS-17, STO-10)."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from core import sql
from growth.enums import Track
from growth.selectors import levels
from members.errors import MemberNotActive
from points.errors import BelowMinimum, PointsOff
from points.models import PointsVersion
from points.selectors import prices
from stores import selectors as stores_selectors
from stores.errors import NotAMember

if TYPE_CHECKING:
    from stores.models import Membership


class Admitted(NamedTuple):
    """membership: with programme and member.  rules: the edition that holds."""

    membership: "Membership"
    rules: PointsVersion


def admit(membership_id: int) -> Admitted:
    """Let a membership move points by a command, which holds it until the transaction ends. The rules' parts are read where needed.

    Raises PointsOff for a programme without points or rules, MemberNotActive for who is frozen, as a person or in this programme.
    """
    [found] = sql.call("points/commands/admit", membership_id=membership_id)
    check_admitted(found["refusal"], found["status"])
    return Admitted(stores_selectors.membership_rows(membership_id).get(), PointsVersion.objects.get(pk=found["rules_id"]))


def check_admitted(refusal: str, status: str) -> None:
    """Raise what points_admit has refused. status: what else than active the person or the membership is."""
    match refusal:
        case "":
            return
        case "points_off":
            raise PointsOff()
        case "member_not_active":
            raise MemberNotActive(status=status)
        case "not_a_member":
            raise NotAMember()
        case _:
            raise AssertionError(f"Unknown refusal {refusal}.")


def check_minimum(membership_id: int, rules: PointsVersion, points: int, at: datetime) -> None:
    """Refuse a redemption of too few points for the member's level. Raises BelowMinimum."""
    held = levels.held([membership_id], at)[membership_id].get(Track.FREE)
    minimum = prices.minimum_of(rules, held.code if held else None)
    if points < minimum:
        raise BelowMinimum(minimum=minimum, wanted=points)
