"""Put a fact on its way out. What leaves the house is a row of the fact's own transaction; delivery is another's work."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from core.models import OutboxMessage


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
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                topic=message.topic,
                ordering_key=message.ordering_key,
                store_ids=message.store_ids,
                payload=dict(message.payload),
                occurred_at=occurred_at,
                created_at=booked_at,
            )
            for message in messages
        ],
        batch_size=1000,
    )
