"""What every change of a member ends with: its time is noted and the fact is told."""

from collections.abc import Sequence
from datetime import datetime

from core import events
from core.enums import Origin
from members.events import MembersUpdated
from members.models import Member


def note_change(*, member_ids: Sequence[int], parts: tuple[str, ...], at: datetime, origin: Origin = Origin.LIVE) -> None:
    """For what lies beside the member's own row, addresses and consents for one. at: the door's clock."""
    Member.objects.filter(pk__in=member_ids).update(updated_at=at)
    announce(member_ids=member_ids, parts=parts, at=at, origin=origin)


def announce(*, member_ids: Sequence[int], parts: tuple[str, ...], at: datetime, origin: Origin = Origin.LIVE) -> None:
    """For whoever has written `updated_at` already."""
    events.publish(MembersUpdated(member_ids=tuple(member_ids), parts=parts, origin=origin, booked_at=at))
