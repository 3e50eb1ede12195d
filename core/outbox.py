"""Put a fact on its way out. What leaves the house is a row of the fact's own transaction; delivery is another's work."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.functional import Promise

from core.models import OutboxMessage

FAN_OUT_LOCK = 7302  # first key of an advisory lock; core.jobs has 7301
_topics: dict[str, str | Promise] = {}


class Outgoing(NamedTuple):
    """topic: dotted name.  ordering_key: the member's one_id.  payload: JSON-ready ids and codes, never personal data."""

    topic: str
    ordering_key: str
    store_ids: list[int]
    payload: Mapping[str, Any]


def enqueue(messages: Iterable[Outgoing], *, occurred_at: datetime, booked_at: datetime) -> None:
    """Write the messages; the caller's transaction decides whether they exist."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("The outbox is written in the transaction of the fact.")
    OutboxMessage.objects.bulk_create([_row(message, occurred_at, booked_at) for message in messages], batch_size=1000)


def enqueue_addressed(message: Outgoing, *, at: datetime) -> int:
    """Write a message whose receivers the caller writes down himself, in the same transaction; answers its id."""
    row = _row(message, at, at)
    row.fanned_out_at = at
    row.save(force_insert=True)
    return row.pk


def _row(message: Outgoing, occurred_at: datetime, booked_at: datetime) -> OutboxMessage:
    return OutboxMessage(
        topic=message.topic,
        ordering_key=message.ordering_key,
        store_ids=message.store_ids,
        payload=dict(message.payload),
        occurred_at=occurred_at,
        created_at=booked_at,
    )


def declare_topic(topic: str, label: str | Promise) -> None:
    """Say, in the `ready()` of the app that owns the fact, what others may listen to. label: words people read."""
    _topics[topic] = label


def topics() -> dict[str, str | Promise]:
    """What may be listened to, by name."""
    return dict(sorted(_topics.items()))


def waiting(*, limit: int) -> list[int]:
    """Ids of messages nobody has fanned out yet, in the order in which they go out."""
    return list(OutboxMessage.objects.filter(fanned_out_at=None).order_by("id").values_list("id", flat=True)[:limit])


def mark_fanned_out(*, message_ids: Sequence[int], at: datetime) -> None:
    """Take messages off the waiting list, in the transaction that wrote down who hears of them."""
    OutboxMessage.objects.filter(pk__in=message_ids, fanned_out_at=None).update(fanned_out_at=at)


def hold_fan_out() -> bool:
    """Be the only one who fans out until the transaction ends; False when somebody else is.

    Two at once could put a member's later message into the world before the earlier one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [FAN_OUT_LOCK])
        return bool(cursor.fetchone()[0])


def fanned_out_before(moment: datetime, *, after: int, limit: int) -> list[int]:
    """Ids above `after` of messages that were fanned out before a moment, in order."""
    old = OutboxMessage.objects.filter(pk__gt=after, fanned_out_at__lt=moment).order_by("pk")
    return list(old.values_list("pk", flat=True)[:limit])


def forget(message_ids: Sequence[int]) -> int:
    """Delete messages whose deliveries are gone; answers how many."""
    return OutboxMessage.objects.filter(pk__in=message_ids).delete()[0]
