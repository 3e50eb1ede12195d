"""Setting up endpoints, trying them out, sending again: API-03, R27."""

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models
from pytest_django import Settings

from core import outbox
from core.errors import InvalidInput
from core.models import OutboxMessage
from stores.enums import DeliveryState
from stores.models import WebhookDelivery, WebhookEndpoint
from stores.webhooks import services
from stores.webhooks.errors import DeliveryUnderWay, WebhookNotFound, WebhookSwitchedOff
from tests.out.receiver import Clock, Receiver
from tests.out.story import endpoint, say
from tests.world import NOW, store


@pytest.fixture
def history() -> type[models.Model]:
    return apps.get_model("stores", "WebhookEndpointEvent")


@pytest.mark.django_db
def test_a_new_endpoint_has_a_secret_of_its_own():
    shop = store("S001")
    made = [
        services.create_endpoint(
            store_id=shop.pk, url="http://127.0.0.1:9/hook", topics=["order.recorded", "member.updated"], actor="staff:1", at=NOW
        )
        for _ in range(2)
    ]
    secrets = [base64.b64decode(one.secret.removeprefix("whsec_")) for one in made]
    assert [len(secret) for secret in secrets] == [32, 32]
    assert secrets[0] != secrets[1]
    row = WebhookEndpoint.objects.get(pk=made[0].endpoint_id)
    assert (row.store_id, row.url, row.topics, row.secret) == (
        shop.pk,
        "http://127.0.0.1:9/hook",
        ["member.updated", "order.recorded"],
        made[0].secret,
    )
    assert (row.is_active, row.created_at) == (True, NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://10.0.0.8/x", "https://[::1]/", "http://8.8.8.8/", "https://localhost/"])
def test_an_address_in_the_house_is_refused_when_it_is_set_up(url: str, settings: Settings):
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    made = services.create_endpoint(store_id=None, url="https://8.8.8.8/", actor="test", at=NOW)
    with pytest.raises(InvalidInput) as refusal:
        services.create_endpoint(store_id=None, url=url, actor="test", at=NOW)
    assert refusal.value.field == "url"
    with pytest.raises(InvalidInput):
        services.update_endpoint(endpoint_id=made.endpoint_id, url=url, actor="test", at=NOW)
    assert list(WebhookEndpoint.objects.values_list("url", flat=True)) == ["https://8.8.8.8/"]


@pytest.mark.django_db
def test_a_network_of_the_house_can_be_named(settings: Settings):
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    settings.WEBHOOK_NETWORKS = ["10.20.0.0/16"]
    services.create_endpoint(store_id=None, url="http://10.20.0.8/hook", actor="test", at=NOW)
    with pytest.raises(InvalidInput):
        services.create_endpoint(store_id=None, url="http://10.21.0.8/hook", actor="test", at=NOW)


@pytest.mark.django_db
def test_a_demo_keeps_to_its_machine(settings: Settings):
    settings.WEBHOOK_PUBLIC_ADDRESSES = False
    with pytest.raises(InvalidInput):
        services.create_endpoint(store_id=None, url="https://8.8.8.8/", actor="test", at=NOW)
    services.create_endpoint(store_id=None, url="http://127.0.0.1:9/", actor="test", at=NOW)


@pytest.mark.django_db
def test_an_unknown_topic_is_refused():
    with pytest.raises(InvalidInput) as refusal:
        services.create_endpoint(store_id=None, url="http://127.0.0.1:9/", topics=["member.updated", "nonsense"], actor="test", at=NOW)
    assert refusal.value.values == {"field": "topics", "topic": "nonsense"}
    assert WebhookEndpoint.objects.count() == 0


def test_the_facts_that_may_be_heard_of_are_these():
    assert list(outbox.topics()) == [
        "after_sale.recorded",
        "campaign.changed",
        "coupon.changed",
        "level.changed",
        "member.updated",
        "order.recorded",
        "points.changed",
        "redemption.cancelled",
        "redemption.created",
        "tag.changed",
    ]


@pytest.mark.django_db
def test_a_change_keeps_the_past_but_neither_the_secret_nor_the_circuit(history: type[models.Model], clock: Clock, receiver: Receiver):
    made = endpoint("http://127.0.0.1:9/old")
    services.update_endpoint(endpoint_id=made.pk, url=receiver.url, actor="staff:7", at=NOW)
    receiver.answer = lambda _request: 500
    say("A", 1)
    services.deliver_due(clock=clock)
    [past] = history._default_manager.values("url", "pgh_context")
    assert (past["url"], past["pgh_context"]["actor"]) == ("http://127.0.0.1:9/old", "staff:7")
    assert "secret" not in {field.name for field in history._meta.get_fields()}


@pytest.mark.django_db
def test_a_new_address_ends_the_rest_of_the_old_one(receiver: Receiver, clock: Clock):
    # given messages that wait for an endpoint which rests
    made = endpoint("http://127.0.0.1:1/")
    for number in range(8):
        say(f"M{number}", 1)
    services.deliver_due(clock=clock)
    made.refresh_from_db()
    assert made.resting_until == NOW + timedelta(minutes=5)
    # when it moves
    services.update_endpoint(endpoint_id=made.pk, url=receiver.url, actor="test", at=NOW)
    # then all of them go out at once
    assert services.deliver_due(clock=clock) == 8


@pytest.mark.django_db
def test_switched_off_an_endpoint_hears_nothing_and_what_waited_goes_out_when_it_is_on_again(receiver: Receiver, clock: Clock):
    made = endpoint(receiver.url)
    say("A", 1)
    services.fan_out(now=NOW)
    services.update_endpoint(endpoint_id=made.pk, is_active=False, actor="test", at=NOW)
    say("A", 2)
    assert services.deliver_due(clock=clock) == 0
    services.update_endpoint(endpoint_id=made.pk, is_active=True, topics=["member.updated"], actor="test", at=NOW)
    say("A", 3)
    services.deliver_due(clock=clock)
    assert [request.content["data"]["version"] for request in receiver.received] == [1, 3]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "attempt",
    [
        lambda: services.update_endpoint(endpoint_id=0, is_active=False, actor="test", at=NOW),
        lambda: services.send_test_message(endpoint_id=0, actor="test", at=NOW),
        lambda: services.resend_delivery(delivery_id=0, actor="test", at=NOW),
    ],
)
def test_what_is_not_there_is_not_found(attempt: Callable[[], object]):
    with pytest.raises(WebhookNotFound):
        attempt()


@pytest.mark.django_db
def test_a_test_message_goes_to_one_endpoint_whatever_it_listens_to(receiver: Receiver, clock: Clock):
    made = endpoint(receiver.url, topics=["order.recorded"])
    endpoint(receiver.url + "/other")
    services.send_test_message(endpoint_id=made.pk, actor="staff:1", at=NOW)
    assert services.deliver_due(clock=clock) == 1
    [request] = receiver.received
    assert request.verified(made.secret) == {"type": "webhook.test", "timestamp": "2024-05-20T02:00:00Z", "data": {"test": True}}
    assert request.path == "/hook"


@pytest.mark.django_db
def test_nothing_is_sent_to_an_endpoint_that_is_off(receiver: Receiver, clock: Clock):
    made = endpoint(receiver.url)
    say("A", 1)
    services.deliver_due(clock=clock)
    services.update_endpoint(endpoint_id=made.pk, is_active=False, actor="test", at=NOW)
    with pytest.raises(WebhookSwitchedOff):
        services.send_test_message(endpoint_id=made.pk, actor="test", at=NOW)
    with pytest.raises(WebhookSwitchedOff):
        services.resend_delivery(delivery_id=WebhookDelivery.objects.get().pk, actor="test", at=NOW)
    assert (OutboxMessage.objects.count(), WebhookDelivery.objects.get().state) == (1, DeliveryState.DELIVERED)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [DeliveryState.DELIVERED, DeliveryState.GIVEN_UP])
def test_a_delivery_can_be_sent_again_under_its_own_id(receiver: Receiver, clock: Clock, state: DeliveryState):
    endpoint(receiver.url)
    say("A", 1)
    services.deliver_due(clock=clock)
    delivery = WebhookDelivery.objects.get()
    WebhookDelivery.objects.update(state=state, attempts=24)
    clock.forward(days=4)
    again = services.resend_delivery(delivery_id=delivery.pk, actor="staff:1", at=clock())
    assert (again.state, again.attempts, again.queued_at, again.delivered_at) == (DeliveryState.WAITING, 0, clock(), None)
    assert services.deliver_due(clock=clock) == 1
    first, second = receiver.received
    assert (first.webhook_id, first.body) == (second.webhook_id, second.body)
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert delivery.log.count() == 2


@pytest.mark.django_db
def test_what_waits_is_not_sent_again():
    endpoint("http://127.0.0.1:9/")
    say("A", 1)
    services.fan_out(now=NOW)
    delivery = WebhookDelivery.objects.get()
    with pytest.raises(DeliveryUnderWay):
        services.resend_delivery(delivery_id=delivery.pk, actor="test", at=NOW + timedelta(hours=1))
    delivery.refresh_from_db()
    assert delivery.queued_at == NOW


@pytest.mark.django_db
def test_a_message_sent_again_goes_before_newer_ones_that_wait(receiver: Receiver, clock: Clock):
    endpoint(receiver.url)
    say("A", 1)
    services.deliver_due(clock=clock)
    say("A", 2)
    services.fan_out(now=NOW)
    services.resend_delivery(delivery_id=WebhookDelivery.objects.earliest("pk").pk, actor="test", at=NOW)
    services.deliver_due(clock=clock)
    assert [request.content["data"]["version"] for request in receiver.received] == [1, 1, 2]
