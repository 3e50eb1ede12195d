"""Telling of points that changed: the member by a message, other programs by a webhook, once a posting and member (PTS-19, SF-3)."""

from collections.abc import Sequence
from datetime import datetime

from core import notices, outbox, sql
from core.notices import NoticeIn
from core.outbox import Outgoing

TOPIC = "points.changed"
CHANGED = "points_changed"  # the template of the message


def tell(*, entry_ids: Sequence[int], booked_at: datetime) -> None:
    """Queue what one posting is told of, in its transaction. A balance that is what it was before gives no message."""
    changed = sql.rows("points/books/changed", entry_ids=list(entry_ids))
    outbox.enqueue(
        (
            Outgoing(
                topic=TOPIC,
                ordering_key=row["one_id"],
                store_ids=row["store_ids"],
                payload={
                    "one_id": row["one_id"],
                    "programme": row["programme"],
                    "change": row["change"],
                    "balance": row["balance"],
                    "debt": row["debt"],
                    "kinds": row["kinds"],
                    "version": row["version"],
                },
            )
            for row in changed
        ),
        occurred_at=booked_at,
        booked_at=booked_at,
    )
    notices.queue(
        (
            NoticeIn(
                programme_id=row["programme_id"],
                member_id=row["member_id"],
                template=CHANGED,
                cause=f"points_entry:{row['entry_id']}",
                dedupe_key=f"points_entry:{row['entry_id']}",
                values={
                    "programme": row["programme_name"],
                    "change": row["change"],
                    "kind": row["kind"],
                    "balance": row["balance"],
                    "debt": row["debt"],
                },
            )
            for row in changed
            if row["change"]
        ),
        created_at=booked_at,
    )
