"""Facts on their way out: who hears of each message, and messages delivered to a receiver on this machine."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.db import connection, transaction
from django.utils import timezone

from core import outbox
from core.models import OutboxMessage
from core.outbox import Outgoing
from members.models import Member
from stores.models import WebhookDelivery, WebhookEndpoint
from stores.webhooks import services as webhooks
from tests.bench.figures import Figure, Report, Target, percentile, seconds
from tests.bench.world import World


class Receiver(BaseHTTPRequestHandler):
    """Takes everything."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: two thousand lines tell nobody anything."""


def measure(world: World, report: Report, *, messages: int, delivered_for: float) -> None:
    """An endpoint for each store and one for the platform, so that each message is heard of twice."""
    OutboxMessage.objects.update(fanned_out_at=world.now)
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{receiver.server_address[1]}/"
        for store_id in (None, *world.store_ids):
            webhooks.create_endpoint(store_id=store_id, url=url, actor="bench", at=world.now)
        floors, spent = [], []
        for _turn in range(3):
            floors.append(seconds(lambda: _copied(messages)))
            _enqueue(world, messages)
            spent.append(seconds(lambda: webhooks.fan_out(now=timezone.now())))
        group = "Webhooks"
        rate, floor = 2 * messages / percentile(spent, 0.5), 2 * messages / percentile(floors, 0.5)
        report.add(
            Figure(
                group,
                f"fan-out of {messages:,} messages to two endpoints each",
                rate,
                "deliveries/s",
                floor,
                "COPY of them",
            ),
            Figure(group, f"fan-out of {messages:,} messages", percentile(spent, 0.5), "s", target=Target(most=5, of="value")),
        )
        began = time.monotonic()
        taken = webhooks.deliver_due(clock=timezone.now, seconds=delivered_for)
        report.add(Figure(group, "delivered to a receiver on this machine", taken / (time.monotonic() - began), "messages/s"))
        receiver.shutdown()
    WebhookEndpoint.objects.update(is_active=False)


def _enqueue(world: World, number: int) -> None:
    people = list(Member.objects.order_by("id").values_list("one_id", flat=True)[: min(number, 5000)])
    stores = world.store_ids
    with transaction.atomic():
        outbox.enqueue(
            (
                Outgoing(
                    "order.recorded",
                    people[place % len(people)],
                    [stores[place % len(stores)]],
                    {"order_no": f"B{place}", "status": "paid"},
                )
                for place in range(number)
            ),
            occurred_at=world.now,
            booked_at=world.now,
        )


def _copied(number: int) -> None:
    """The same number of delivery rows by COPY into the same table, taken back."""
    endpoint_id = WebhookEndpoint.objects.order_by("id").values_list("id", flat=True)[0]
    with transaction.atomic():
        message = OutboxMessage.objects.create(
            topic="bench", ordering_key="bench", store_ids=[], payload={}, occurred_at=timezone.now(), created_at=timezone.now()
        )
        WebhookDelivery.objects.filter(endpoint_id=endpoint_id, message=message).delete()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            columns = "endpoint_id, message_id, ordering_key, state, queued_at, attempts, next_attempt_at"
            now = timezone.now()
            with cursor.cursor.copy(f"COPY stores_webhookdelivery ({columns}) FROM STDIN") as copy:
                for place in range(2 * number):
                    copy.write_row((endpoint_id, message.pk + place, f"mem_{place % 5000:032}", "waiting", now, 0, now))
        transaction.set_rollback(True)
