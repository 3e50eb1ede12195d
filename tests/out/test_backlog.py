"""Choosing what goes next costs the same behind many messages, whatever the server knows of its tables (API-03, R22)."""

from typing import Any

import pytest
from django.db import connection

from core.models import OutboxMessage
from stores.webhooks import services
from tests.out.story import endpoint
from tests.reading import rows_read
from tests.world import NOW

pytestmark = pytest.mark.django_db
MESSAGES = 20_000
TABLES = ("core_outboxmessage", "stores_webhookdelivery")
SAID = """
INSERT INTO core_outboxmessage (topic, ordering_key, store_ids, payload, occurred_at, created_at, fanned_out_at)
SELECT 'member.updated', 'mem_' || number, '{}', '{}', %(at)s, %(at)s, %(at)s FROM generate_series(1, %(messages)s) AS number
"""
WAITING = """
INSERT INTO stores_webhookdelivery (endpoint_id, message_id, ordering_key, state, queued_at, attempts, next_attempt_at)
SELECT %(endpoint)s, id, ordering_key, 'waiting', %(at)s, 0, %(at)s FROM core_outboxmessage
"""


@pytest.mark.parametrize("known", ["nothing", "the messages", "everything"])
def test_a_few_are_leased_without_reading_all_that_waits(known: str) -> None:
    hears = endpoint("http://127.0.0.1:9/")
    told: dict[str, Any] = {"messages": MESSAGES, "at": NOW, "endpoint": hears.pk}
    with connection.cursor() as cursor:
        cursor.execute(SAID, told)
        cursor.execute(WAITING, told)
        cursor.execute("UPDATE pg_class SET relpages = 10, reltuples = 0 WHERE relname IN ('core_outboxmessage', 'stores_webhookdelivery')")
        if known != "nothing":
            cursor.execute("ANALYZE core_outboxmessage")
        if known == "everything":
            cursor.execute("ANALYZE stores_webhookdelivery")
    before = [rows_read(table) for table in TABLES]
    claims = services._claim(hears.pk, limit=services.SENDERS, now=NOW)
    assert sorted(claim.webhook_id for claim in claims) == [f"msg_{pk}" for pk in first_messages(len(claims))]
    assert claims
    messages, deliveries = (rows_read(table) - was for table, was in zip(TABLES, before, strict=True))
    assert messages <= 10 * len(claims), messages
    assert deliveries <= 3 * MESSAGES, deliveries  # at the worst they are all sorted; one by one they would be read 200 million times


def first_messages(number: int) -> list[int]:
    return list(OutboxMessage.objects.order_by("pk").values_list("pk", flat=True)[:number])
