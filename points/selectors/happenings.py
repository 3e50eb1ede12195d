"""What moved a member's points, for the timeline (CSL-16)."""

from datetime import datetime

from core import scope as scopes
from core.scope import Scope
from points.models import PointsEntry
from points.selectors import entry_history


def happened(member_id: int, scope: Scope, *, before: datetime, limit: int) -> list[PointsEntry]:
    """In the programmes the caller reaches, the latest first, with all that `entry_history.words` reads."""
    rows = scopes.narrow(PointsEntry.objects.filter(account__membership__member_id=member_id), scope)
    return list(entry_history.readable(rows.filter(occurred_at__lt=before)).order_by("-occurred_at", "-id")[:limit])
