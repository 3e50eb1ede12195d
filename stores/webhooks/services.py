"""The public verbs of webhooks: endpoints, fan-out, delivery, sending again, forgetting."""

import base64
import json
import secrets
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import outbox, sql
from core.errors import InvalidInput
from core.history import because
from core.outbox import Outgoing
from stores.enums import DeliveryState
from stores.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from stores.webhooks import rules, sender
from stores.webhooks.errors import DeliveryUnderWay, WebhookNotFound, WebhookSwitchedOff
from stores.webhooks.sender import Answer

logger = structlog.get_logger(__name__)
TEST_TOPIC = "webhook.test"
SENDERS = 16  # requests one worker has under way
LEASE = timedelta(seconds=90)  # well above sender.PATIENCE and a slow resolver: a claim never runs out while its request is under way
FAN_OUT_BATCH = 1000
FAN_OUT_EVERY = 1.0  # seconds between two looks for new messages while others are being sent
FORGET_BATCH = 1000
LOOKED_AT = 100  # due messages among which those that may not go out yet are put aside at a time
LOG_DAYS = 90


@dataclass(frozen=True)
class NewEndpoint:
    """The secret is shown this once."""

    endpoint_id: int
    secret: str


def create_endpoint(*, store_id: int | None, url: str, topics: Sequence[str] = (), actor: str, at: datetime) -> NewEndpoint:
    """Let a store, or the platform (None), hear of facts at an address. topics: names of core.outbox.topics(), none for all.

    Raises InvalidInput (field "url" or "topics"). The host is looked up: one inside the house is refused here already, one that
    cannot be found is not, since it may be set up later.
    """
    _check_url(url)
    _check_topics(topics)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    with transaction.atomic(), because(actor=actor, at=at):
        endpoint = WebhookEndpoint.objects.create(store_id=store_id, url=url, topics=sorted(set(topics)), secret=secret, created_at=at)
    logger.info("webhook_created", endpoint_id=endpoint.pk, store_id=store_id, actor=actor)
    return NewEndpoint(endpoint.pk, secret)


def update_endpoint(
    *,
    endpoint_id: int,
    url: str | None = None,
    topics: Sequence[str] | None = None,
    is_active: bool | None = None,
    actor: str,
    at: datetime,
) -> WebhookEndpoint:
    """Change what is given (not None). A new address, or being switched on again, ends the endpoint's rest and makes its messages due.

    Switched off, an endpoint hears of nothing that happens meanwhile; what waited goes out when it is switched on within three days.
    Raises WebhookNotFound, InvalidInput.
    """
    if url is not None:
        _check_url(url)
    if topics is not None:
        _check_topics(topics)
    with transaction.atomic(), because(actor=actor, at=at):
        endpoint = _locked(endpoint_id)
        if endpoint is None:
            raise WebhookNotFound()
        fresh = (url is not None and url != endpoint.url) or (is_active is True and not endpoint.is_active)
        endpoint.url = endpoint.url if url is None else url
        endpoint.topics = endpoint.topics if topics is None else sorted(set(topics))
        endpoint.is_active = endpoint.is_active if is_active is None else is_active
        endpoint.save(update_fields=["url", "topics", "is_active"])
        if fresh:
            _close_circuit(endpoint, at)
    logger.info("webhook_changed", endpoint_id=endpoint_id, actor=actor)
    return endpoint


@transaction.atomic
def send_test_message(*, endpoint_id: int, actor: str, at: datetime) -> int:
    """Queue a message of topic `webhook.test` for one endpoint, whatever topics it listens to; answers the delivery's id.

    Raises WebhookNotFound, WebhookSwitchedOff.
    """
    endpoint = _locked(endpoint_id)
    if endpoint is None:
        raise WebhookNotFound()
    if not endpoint.is_active:
        raise WebhookSwitchedOff()
    key = f"endpoint:{endpoint_id}"
    store_ids = [] if endpoint.store_id is None else [endpoint.store_id]
    message_id = outbox.enqueue_addressed(Outgoing(TEST_TOPIC, key, store_ids, {"test": True}), at=at)
    delivery = WebhookDelivery.objects.create(
        endpoint_id=endpoint_id, message_id=message_id, ordering_key=key, queued_at=at, next_attempt_at=at
    )
    logger.info("webhook_tested", endpoint_id=endpoint_id, delivery_id=delivery.pk, actor=actor)
    return delivery.pk


@transaction.atomic
def resend_delivery(*, delivery_id: int, actor: str, at: datetime) -> WebhookDelivery:
    """Put a delivered or given-up message into the queue again, under its own `webhook-id`, with all its tries before it.

    It goes out before newer messages of the member that still wait. Raises WebhookNotFound, WebhookSwitchedOff, and DeliveryUnderWay
    for one that waits already.
    """
    found = WebhookDelivery.objects.filter(pk=delivery_id).values_list("endpoint_id", flat=True).first()
    endpoint = None if found is None else _locked(found)  # under the lock of those who claim, so that nothing overtakes it
    if endpoint is None:
        raise WebhookNotFound()
    if not endpoint.is_active:
        raise WebhookSwitchedOff()
    again = WebhookDelivery.objects.filter(pk=delivery_id).exclude(state=DeliveryState.WAITING)
    if not again.update(state=DeliveryState.WAITING, queued_at=at, attempts=0, next_attempt_at=at, delivered_at=None):
        raise DeliveryUnderWay()
    logger.info("webhook_resent", endpoint_id=endpoint.pk, delivery_id=delivery_id, actor=actor)
    return WebhookDelivery.objects.get(pk=delivery_id)


def fan_out(*, now: datetime) -> int:
    """Write down who hears of each new message, in the order of the messages; answers how many were looked at (ARC-17)."""
    looked_at = 0
    while True:
        with transaction.atomic():
            message_ids = outbox.waiting(limit=FAN_OUT_BATCH) if outbox.hold_fan_out() else []
            if message_ids:
                sql.run("stores/fan_out_messages", message_ids=message_ids, now=now)
                outbox.mark_fanned_out(message_ids=message_ids, at=now)
        looked_at += len(message_ids)
        if len(message_ids) < FAN_OUT_BATCH:
            return looked_at


@dataclass(frozen=True)
class _Claim:
    """A delivery this worker has under way. Nobody else touches it before the lease runs out."""

    delivery_id: int
    endpoint_id: int
    lease: uuid.UUID
    url: str
    secret: str
    webhook_id: str
    body: bytes


def deliver_due(*, clock: Callable[[], datetime], seconds: float = 20.0) -> int:
    """Fan out what is new and send what is due, several at once, each member's one after the other; answers how many were taken.

    clock: read whenever something happens.  seconds: after this time nothing new is begun.

    Any number of workers may do this at once (ruling 9). A message is leased in one short transaction, sent outside of any, and its
    outcome written in another. Who dies in between leaves a lease that runs out after 90 seconds: the message is sent again, still
    before the member's next one.
    """
    reach = reach_of_settings()
    under_way: dict[Future[Answer], _Claim] = {}
    taken = 0
    until = time.monotonic() + seconds
    fan_out_from = 0.0
    with ThreadPoolExecutor(max_workers=SENDERS, thread_name_prefix="webhook") as pool:
        while True:
            if fan_out_from <= time.monotonic() < until:
                fan_out(now=clock())
                fan_out_from = time.monotonic() + FAN_OUT_EVERY
            if time.monotonic() < until:
                for claim in _claimed(limit=SENDERS - len(under_way), now=clock()):
                    headers = rules.signed_headers(secret=claim.secret, webhook_id=claim.webhook_id, body=claim.body, at=clock())
                    under_way[pool.submit(sender.post, claim.url, body=claim.body, headers=headers, reach=reach)] = claim
            if not under_way:
                return taken
            done, _running = wait(under_way, timeout=1, return_when=FIRST_COMPLETED)
            for future in done:
                taken += _record(under_way.pop(future), future.result(), at=clock())


def _claimed(*, limit: int, now: datetime) -> list[_Claim]:
    claims: list[_Claim] = []
    if limit > 0:
        for row in sql.rows("stores/endpoints_with_work", now=now):
            claims += _claim(row["id"], limit=limit - len(claims), now=now)
            if len(claims) == limit:
                break
    return claims


@transaction.atomic
def _claim(endpoint_id: int, *, limit: int, now: datetime) -> list[_Claim]:
    """Lease due messages of an endpoint; none when another worker is choosing from it just now."""
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk=endpoint_id).first()
    if endpoint is None or not endpoint.is_active or (endpoint.resting_until is not None and endpoint.resting_until > now):
        return []
    while sql.run("stores/park_deliveries", endpoint_id=endpoint_id, now=now, limit=LOOKED_AT):
        pass  # the next ones come to the front
    lease = uuid.uuid4()
    rows = sql.rows(
        "stores/claim_deliveries",
        endpoint_id=endpoint_id,
        now=now,
        lease=lease,
        leased_until=now + LEASE,
        room=rules.room_at(failures_in_row=endpoint.failures_in_row, half_open=endpoint.resting_until is not None),
        limit=limit,
        looked_at=LOOKED_AT,
    )
    return [
        _Claim(
            delivery_id=row["id"],
            endpoint_id=endpoint_id,
            lease=lease,
            url=endpoint.url,
            secret=endpoint.secret,
            webhook_id=rules.message_id(row["message_id"]),
            body=rules.body(topic=row["topic"], occurred_at=row["occurred_at"], payload=json.loads(row["payload"])),
        )
        for row in rows
    ]


@transaction.atomic
def _record(claim: _Claim, answer: Answer, *, at: datetime) -> int:
    """Write down what came of an attempt; 1 when the message was taken. A claim that was lost only leaves its line in the log."""
    endpoint = _locked(claim.endpoint_id)
    delivery = WebhookDelivery.objects.filter(pk=claim.delivery_id).first()
    if endpoint is None or delivery is None:  # deleted meanwhile
        return 0
    WebhookAttempt.objects.create(
        delivery=delivery, at=at, status=answer.status, problem=answer.problem, detail=answer.detail, duration_ms=answer.duration_ms
    )
    if delivery.lease != claim.lease:
        return 0
    delivery.lease = delivery.leased_until = None
    delivery.attempts += 1
    if answer.taken:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, at
        if endpoint.failing_since is not None:
            _close_circuit(endpoint, at)
    else:
        again_at = rules.next_attempt_at(queued_at=delivery.queued_at, attempts=delivery.attempts, at=at)
        delivery.state = DeliveryState.WAITING if again_at else DeliveryState.GIVEN_UP
        delivery.next_attempt_at = again_at or delivery.next_attempt_at
        _count_failure(endpoint, at)
    delivery.save(update_fields=["state", "attempts", "next_attempt_at", "lease", "leased_until", "delivered_at"])
    sql.run("stores/wake_next_delivery", endpoint_id=endpoint.pk, ordering_key=delivery.ordering_key, now=at)
    return int(answer.taken)


def _count_failure(endpoint: WebhookEndpoint, at: datetime) -> None:
    endpoint.failures_in_row += 1
    endpoint.failing_since = endpoint.failing_since or at
    endpoint.resting_until = rules.rests_until(failures_in_row=endpoint.failures_in_row, at=at)
    endpoint.save(update_fields=["failures_in_row", "failing_since", "resting_until"])
    if endpoint.resting_until is not None:
        logger.warning("webhook_rests", endpoint_id=endpoint.pk, failing_since=endpoint.failing_since.isoformat())


def _close_circuit(endpoint: WebhookEndpoint, at: datetime) -> None:
    """The receiver is well, or another one: what was put off while it rested is due now, each member's oldest message first."""
    if endpoint.resting_until is not None:
        put_off = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING, lease=None, next_attempt_at__gt=at)
        put_off.update(next_attempt_at=at)
    endpoint.failures_in_row = 0
    endpoint.failing_since = endpoint.resting_until = None
    endpoint.save(update_fields=["failures_in_row", "failing_since", "resting_until"])


def tidy(*, now: datetime) -> int:
    """Give up what waited three days for an endpoint that is switched off or failed all the while, and forget what is long over.

    Messages go 90 days after they were fanned out, with their deliveries and log, unless one still waits. Answers how many went.
    """
    before = now - rules.GIVE_UP_AFTER
    for endpoint_id in WebhookEndpoint.objects.filter(Q(is_active=False) | Q(failing_since__lt=before)).values_list("pk", flat=True):
        _give_up(endpoint_id, before, now)
    forgotten, last = 0, 0
    while message_ids := outbox.fanned_out_before(now - timedelta(days=LOG_DAYS), after=last, limit=FORGET_BATCH):
        with transaction.atomic():
            finished = [row["message_id"] for row in sql.rows("stores/forget_deliveries", message_ids=message_ids)]
            forgotten += outbox.forget(finished)
        last = message_ids[-1]
    return forgotten


@transaction.atomic
def _give_up(endpoint_id: int, before: datetime, now: datetime) -> None:
    endpoint = _locked(endpoint_id)
    if endpoint is not None and (not endpoint.is_active or (endpoint.failing_since is not None and endpoint.failing_since < before)):
        sql.run("stores/give_up_deliveries", endpoint_id=endpoint_id, before=before)
        sql.run("stores/wake_first_deliveries", endpoint_id=endpoint_id, now=now)


def reach_of_settings() -> rules.Reach:
    """Which addresses the settings let messages go to (docs/operations.md, Webhooks)."""
    return rules.Reach(
        public=settings.WEBHOOK_PUBLIC_ADDRESSES,
        private=settings.WEBHOOK_PRIVATE_ADDRESSES,
        networks=tuple(ip_network(text) for text in settings.WEBHOOK_NETWORKS),
    )


def _locked(endpoint_id: int) -> WebhookEndpoint | None:
    """The endpoint, held until the transaction ends: whoever claims, records or resends does it under this lock."""
    return WebhookEndpoint.objects.select_for_update(of=("self",), no_key=True).filter(pk=endpoint_id).first()


def _check_url(url: str) -> None:
    reach = reach_of_settings()
    target = rules.parse_url(url, reach=reach)
    if not sender.may_be_reached(target, reach=reach):
        raise InvalidInput(_("Messages may not be sent to this address."), field="url")


def _check_topics(topics: Sequence[str]) -> None:
    unknown = sorted(set(topics) - set(outbox.topics()))
    if unknown:
        raise InvalidInput(_("Unknown topic."), field="topics", topic=unknown[0])
