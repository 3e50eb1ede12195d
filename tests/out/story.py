"""What the tests of delivery have in common: an endpoint, messages about people, threads that start together."""

import threading
from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction

from core import outbox
from core.outbox import Outgoing
from stores.models import Store, WebhookEndpoint
from stores.webhooks import services
from tests.world import NOW


def endpoint(url: str, at_store: Store | None = None, **values: object) -> WebhookEndpoint:
    """An endpoint that hears of everything of a store, or of the platform."""
    made = services.create_endpoint(store_id=at_store.pk if at_store else None, url=url, actor="test", at=NOW)
    WebhookEndpoint.objects.filter(pk=made.endpoint_id).update(**values)
    return WebhookEndpoint.objects.get(pk=made.endpoint_id)


def say(one_id: str, version: int, *, at: datetime = NOW, topic: str = "member.updated", store_ids: tuple[int, ...] = ()) -> None:
    """A fact about somebody, on its way out."""
    with transaction.atomic():
        payload = {"one_id": one_id, "version": version, "changed": ["name"]}
        outbox.enqueue([Outgoing(topic, one_id, list(store_ids), payload)], occurred_at=at, booked_at=at)


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run these in threads that start together; answers or exceptions, in order."""
    barrier = threading.Barrier(len(works))
    answers: list[object] = [None] * len(works)

    def run(place: int) -> None:
        try:
            barrier.wait(timeout=20)
            answers[place] = works[place]()
        except Exception as problem:
            answers[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
