"""Telling of points that changed: the member by a message, other programs by a webhook, once a posting and member (PTS-19, SF-3)."""

from collections.abc import Sequence
from datetime import datetime

from core import sql

TOPIC = "points.changed"
CHANGED = "points_changed"  # the template of the message


def tell(*, entry_ids: Sequence[int], booked_at: datetime) -> None:
    """Queue what one posting is told of, in its transaction. A balance that is what it was before gives no message."""
    sql.call("points/commands/tell", entry_ids=list(entry_ids), booked_at=booked_at, topic=TOPIC, template=CHANGED)
