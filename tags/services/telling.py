"""Telling other programs that somebody's tags changed, by a webhook: one message a member and change, however many tags (SF-3)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from core import outbox, sql
from core.outbox import Outgoing
from tags.models import Tag

TOPIC = "tag.changed"
AT_ONCE = 10_000  # members whose messages are made at a time

Change = tuple[int, int]  # membership id, tag id


def tell(*, added: Iterable[Change], removed: Iterable[Change], at: datetime) -> None:
    """Queue the messages in the transaction of the change. A tag by rule and by hand counts as one: see `tags` of the member."""
    changes: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for membership_id, tag_id in added:
        changes[membership_id][0].append(tag_id)
    for membership_id, tag_id in removed:
        changes[membership_id][1].append(tag_id)
    if not changes:
        return
    codes = dict(Tag.objects.filter(pk__in={tag_id for new, old in changes.values() for tag_id in (*new, *old)}).values_list("id", "code"))
    members = sorted(changes)
    for begin in range(0, len(members), AT_ONCE):
        rows = sql.rows("tags/giving/changed", membership_ids=members[begin : begin + AT_ONCE])
        outbox.enqueue(
            (
                Outgoing(
                    topic=TOPIC,
                    ordering_key=row["one_id"],
                    store_ids=row["store_ids"],
                    payload={
                        "one_id": row["one_id"],
                        "programme": row["programme"],
                        "added": sorted(codes[tag_id] for tag_id in changes[row["membership_id"]][0]),
                        "removed": sorted(codes[tag_id] for tag_id in changes[row["membership_id"]][1]),
                    },
                )
                for row in rows
            ),
            occurred_at=at,
            booked_at=at,
        )
