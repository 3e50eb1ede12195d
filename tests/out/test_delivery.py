"""Fan-out and delivery: OMN-05, API-03, ARC-16, ARC-17, R27, rulings 8 and 9, script SF-11."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from core import outbox
from core.enums import Channel, Origin
from core.models import OutboxMessage
from members import services as members_services
from members.rules import Profile
from stores import services as stores_services
from stores.enums import AttemptProblem, DeliveryState
from stores.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from stores.webhooks import services
from stores.webhooks.sender import Answer
from tests.out.receiver import Clock, Receiver
from tests.out.story import at_once, endpoint, say
from tests.world import NOW, enrol, store


def states() -> list[str]:
    return list(WebhookDelivery.objects.order_by("message_id", "endpoint_id").values_list("state", flat=True))


# Fan-out


@pytest.mark.django_db
def test_a_message_goes_to_its_stores_and_the_platform_and_to_nobody_else():
    # given endpoints of two stores, of the platform, one that is off and two that listen to one topic
    mine, other = store("S001"), store("S002")
    url = "http://127.0.0.1:9/"
    hears = [endpoint(url, mine), endpoint(url), endpoint(url, mine, topics=["member.updated", "x"])]
    for at_store, values in ((other, {}), (mine, {"is_active": False}), (mine, {"topics": ["order.recorded"]})):
        endpoint(url, at_store, **values)
    # when something about a member of the first store is said
    say("A", 1, store_ids=(mine.pk,))
    assert services.fan_out(now=NOW) == 1
    # then
    rows = WebhookDelivery.objects.order_by("endpoint_id").values_list("endpoint_id", "ordering_key", "state", "next_attempt_at")
    assert list(rows) == [(one.pk, "A", "waiting", NOW) for one in hears]
    assert OutboxMessage.objects.get().fanned_out_at == NOW
    # and a second run finds nothing
    assert services.fan_out(now=NOW) == 0
    assert WebhookDelivery.objects.count() == 3


@pytest.mark.django_db
def test_more_messages_than_a_batch_are_all_fanned_out(monkeypatch: pytest.MonkeyPatch):
    endpoint("http://127.0.0.1:9/")
    for number in range(7):
        say("A", number)
    monkeypatch.setattr(services, "FAN_OUT_BATCH", 3)
    assert services.fan_out(now=NOW) == 7
    assert WebhookDelivery.objects.count() == 7


@pytest.mark.django_db(transaction=True)
def test_only_one_worker_fans_out_at_a_time():
    endpoint("http://127.0.0.1:9/")
    say("A", 1)
    with transaction.atomic():
        assert outbox.hold_fan_out()
        [answer] = at_once(lambda: services.fan_out(now=NOW))
    assert answer == 0
    assert WebhookDelivery.objects.count() == 0


@pytest.mark.django_db
def test_a_message_that_is_rolled_back_never_existed():
    shop = store("S001")
    member = enrol(shop, "+8613800138000")
    OutboxMessage.objects.all().delete()
    with pytest.raises(RuntimeError, match="power cut"), transaction.atomic():
        members_services.update_profile(
            member_id=member.member_id, changes={"nickname": "三三"}, expected_version=None, actor="test", at=NOW
        )
        assert OutboxMessage.objects.count() == 1
        raise RuntimeError("power cut")
    assert OutboxMessage.objects.count() == 0


# Facts about members


@pytest.mark.django_db
def test_who_may_hear_of_a_member_hears_what_changed_and_no_personal_data(receiver: Receiver, clock: Clock):
    # given a member of two stores, endpoints of one of them and of the platform
    mine, other = store("S001"), store("S002")
    member = enrol(mine, "+8613800138000", name="张三")
    enrol(other, "+8613800138000")
    services.fan_out(now=NOW)
    hears = endpoint(receiver.url, mine)
    # when the nickname changes
    members_services.update_profile(member_id=member.member_id, changes={"nickname": "三三"}, expected_version=None, actor="test", at=NOW)
    assert services.deliver_due(clock=clock) == 1
    # then
    [request] = receiver.received
    assert request.verified(hears.secret) == {
        "type": "member.updated",
        "timestamp": "2024-05-20T02:00:00Z",
        "data": {"one_id": member.one_id, "version": 2, "changed": ["nickname"]},
    }
    assert OutboxMessage.objects.latest("pk").store_ids == sorted([mine.pk, other.pk])
    for personal in ("三三", "张三", "13800138000"):
        assert personal not in request.body.decode()


@pytest.mark.django_db
def test_the_platform_hears_of_new_people_and_a_store_when_they_join_it(receiver: Receiver, clock: Clock):
    shop = store("S001")
    endpoint(receiver.url, shop)
    endpoint(receiver.url + "/platform")
    member = enrol(shop, "+8613800138000")
    services.deliver_due(clock=clock)
    heard = sorted((request.path, request.content["data"]["changed"]) for request in receiver.of(member.one_id))
    assert heard == [("/hook", ["memberships"]), ("/hook/platform", ["memberships"]), ("/hook/platform", ["registered"])]


@pytest.mark.django_db
def test_history_that_is_loaded_is_not_news():
    stores_services.enrol_member(
        store_id=store("S001").pk,
        profile=Profile(name="某人"),
        identities=[],
        channel=Channel.IMPORT,
        asserts_verified=True,
        actor="test",
        occurred_at=NOW,
        booked_at=NOW,
        origin=Origin.BACKFILL,
    )
    assert OutboxMessage.objects.count() == 0


# Order, failures, repetition


@pytest.mark.django_db
def test_a_receiver_that_was_down_gets_five_changes_in_order_once_each(receiver: Receiver, clock: Clock):
    """SF-11 step 2."""
    shop = store("S001")
    hears = endpoint(receiver.url, shop)
    member = enrol(shop, "+8613800138000")
    services.deliver_due(clock=clock)
    receiver.received.clear()
    # given a receiver that is down for ten minutes, in which a member changes five times
    receiver.answer = lambda _request: 503
    for minute in range(5):
        members_services.update_profile(
            member_id=member.member_id, changes={"nickname": f"三{minute}"}, expected_version=None, actor="test", at=clock()
        )
        for _second in range(0, 120, 5):
            services.deliver_due(clock=clock)
            clock.forward(seconds=5)
    assert {request.content["data"]["version"] for request in receiver.received} == {2}  # nothing overtook the first
    assert states().count(DeliveryState.WAITING) == 5
    down = receiver.received.copy()
    # when it is up again
    receiver.received.clear()
    receiver.answer = lambda _request: 204
    clock.forward(minutes=5)
    services.deliver_due(clock=clock)
    # then the five arrive in order, once each, signed; the first with the id it had before
    assert [request.verified(hears.secret)["data"]["version"] for request in receiver.received] == [2, 3, 4, 5, 6]
    assert len({request.webhook_id for request in receiver.received}) == 5
    assert {request.webhook_id for request in down} == {receiver.received[0].webhook_id}
    assert {request.body for request in down} == {receiver.received[0].body}
    assert set(states()) == {DeliveryState.DELIVERED}
    # and the log tells it all
    first = WebhookDelivery.objects.get(message_id=int(receiver.received[0].webhook_id.removeprefix("msg_")))
    assert list(first.log.order_by("pk").values_list("status", flat=True)) == [503] * len(down) + [204]
    assert first.attempts == len(down) + 1


@pytest.mark.django_db
def test_one_member_in_trouble_does_not_hold_up_another(receiver: Receiver, clock: Clock):
    endpoint(receiver.url)
    receiver.answer = lambda request: 500 if request.content["data"]["one_id"] == "A" else 204
    for version in (1, 2):
        for one_id in ("A", "B"):
            say(one_id, version)
    services.deliver_due(clock=clock)
    assert [request.content["data"]["version"] for request in receiver.of("B")] == [1, 2]
    assert [request.content["data"]["version"] for request in receiver.of("A")] == [1]
    # and what succeeds keeps the circuit closed
    assert WebhookEndpoint.objects.get().resting_until is None


@pytest.mark.django_db
def test_a_message_is_given_up_after_three_days_and_the_next_one_goes_out(receiver: Receiver, clock: Clock):
    endpoint(receiver.url)
    receiver.answer = lambda request: 500 if request.content["data"]["version"] == 1 else 204
    say("A", 1)
    services.deliver_due(clock=clock)
    for _attempt in range(40):
        due = WebhookDelivery.objects.get().next_attempt_at or NOW
        rest = WebhookEndpoint.objects.get().resting_until
        clock.at = max(clock.at, due, rest or due)
        services.deliver_due(clock=clock)
        if states() == [DeliveryState.GIVEN_UP]:
            break
    assert timedelta(hours=66) < clock.at - NOW <= timedelta(hours=72)
    say("A", 2)
    clock.forward(minutes=5)
    services.deliver_due(clock=clock)
    assert states() == [DeliveryState.GIVEN_UP, DeliveryState.DELIVERED]


@pytest.mark.django_db
def test_attempts_wait_for_their_time(receiver: Receiver, clock: Clock):
    endpoint(receiver.url)
    receiver.answer = lambda _request: 500
    say("A", 1)
    moments = []
    for second in range(80):
        clock.at = NOW + timedelta(seconds=second)
        before = len(receiver.received)
        services.deliver_due(clock=clock)
        if len(receiver.received) > before:
            moments.append(second)
    assert moments == [0, 5, 15, 35, 75]


@pytest.mark.django_db
def test_five_failures_rest_the_endpoint_for_five_minutes_then_one_probe(receiver: Receiver, clock: Clock):
    """API-03."""
    # given twenty people and a receiver that fails
    endpoint(receiver.url)
    for number in range(20):
        say(f"M{number}", 1)
    receiver.answer = lambda _request: 500
    # when
    services.deliver_due(clock=clock)
    # then exactly five requests were made, and none until five minutes later
    assert len(receiver.received) == 5
    one = WebhookEndpoint.objects.get()
    assert (one.failures_in_row, one.failing_since, one.resting_until) == (5, NOW, NOW + timedelta(minutes=5))
    clock.forward(minutes=4, seconds=59)
    services.deliver_due(clock=clock)
    assert len(receiver.received) == 5
    # half open: one probe, which fails, begins another rest
    clock.forward(seconds=1)
    services.deliver_due(clock=clock)
    assert len(receiver.received) == 6
    one.refresh_from_db()
    assert (one.failures_in_row, one.failing_since, one.resting_until) == (6, NOW, clock.at + timedelta(minutes=5))
    # a probe that succeeds closes the circuit, and everybody is served at once, whatever their own next attempt was
    WebhookDelivery.objects.filter(ordering_key="M19").update(next_attempt_at=clock.at + timedelta(hours=6))
    receiver.answer = lambda _request: 204
    clock.forward(minutes=5)
    assert services.deliver_due(clock=clock) == 20
    one.refresh_from_db()
    assert (one.failures_in_row, one.failing_since, one.resting_until) == (0, None, None)


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_probe_to_a_half_open_endpoint(receiver: Receiver, clock: Clock):
    endpoint(receiver.url, failures_in_row=5, failing_since=NOW, resting_until=NOW)
    for number in range(10):
        say(f"M{number}", 1)
    held = threading.Event()

    def slow_failure(_request: object) -> int:
        held.wait(2)
        return 500

    receiver.answer = slow_failure
    services.fan_out(now=NOW)
    threading.Timer(0.5, held.set).start()
    at_once(*[lambda: services.deliver_due(clock=clock)] * 3)
    assert len(receiver.received) == 1


@pytest.mark.django_db
def test_what_went_wrong_is_in_the_log(receiver: Receiver, clock: Clock):
    endpoint(receiver.url)
    endpoint("http://127.0.0.1:1/")
    WebhookEndpoint.objects.filter(url="http://127.0.0.1:1/").update(url="https://169.254.169.254/latest/")
    receiver.answer = lambda _request: 302
    say("A", 1)
    services.deliver_due(clock=clock)
    log = WebhookAttempt.objects.order_by("delivery__endpoint_id").values_list("at", "status", "problem")
    assert list(log) == [(NOW, 302, AttemptProblem.REDIRECTED), (NOW, None, AttemptProblem.REFUSED_ADDRESS)]


# Side by side


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_deliver_each_message_once_and_in_order(receiver: Receiver, clock: Clock):
    # given thirty people with four facts each, and a receiver that takes its time
    endpoint(receiver.url)
    for version in range(1, 5):
        for number in range(30):
            say(f"M{number}", version)

    def slowly(_request: object) -> int:
        time.sleep(0.002)
        return 200

    receiver.answer = slowly
    # when four workers deliver at the same time
    answers = at_once(*[lambda: services.deliver_due(clock=clock, seconds=300)] * 4)
    # then each message arrived once, each member's in order
    assert sum(int(str(answer)) for answer in answers) == 120
    assert len(receiver.received) == 120
    for number in range(30):
        assert [request.content["data"]["version"] for request in receiver.of(f"M{number}")] == [1, 2, 3, 4]
    assert WebhookAttempt.objects.count() == 120


@pytest.mark.django_db(transaction=True)
def test_a_message_that_becomes_visible_late_is_not_sent_beside_a_later_one_of_the_same_member(receiver: Receiver, clock: Clock):
    # given the first of two messages of a member committed after the second was fanned out and is under way
    endpoint(receiver.url)
    say("A", 1)
    say("A", 2)
    first, second = OutboxMessage.objects.order_by("pk")
    OutboxMessage.objects.filter(pk=first.pk).update(fanned_out_at=NOW)
    services.fan_out(now=NOW)
    begun, finish = threading.Event(), threading.Event()

    def hold(_request: object) -> int:
        begun.set()
        finish.wait(5)
        return 200

    receiver.answer = hold

    def deliver() -> None:
        services.deliver_due(clock=clock, seconds=1)
        connection.close()

    worker = threading.Thread(target=deliver)
    worker.start()
    assert begun.wait(5)
    OutboxMessage.objects.filter(pk=first.pk).update(fanned_out_at=None)
    # when another worker looks
    assert services.deliver_due(clock=clock) == 0
    assert len(receiver.received) == 1
    # then it waits for the one under way
    finish.set()
    worker.join()
    services.deliver_due(clock=clock)
    assert [request.webhook_id for request in receiver.received] == [f"msg_{second.pk}", f"msg_{first.pk}"]


@pytest.mark.django_db
def test_a_lease_keeps_others_away_until_it_runs_out(receiver: Receiver, clock: Clock):
    # given a message a worker took and died with
    endpoint(receiver.url)
    say("A", 1)
    say("A", 2)
    services.fan_out(now=NOW)
    assert len(services._claimed(limit=9, now=NOW)) == 1
    # when others look before and after the lease has run out
    clock.forward(seconds=89)
    assert services.deliver_due(clock=clock) == 0
    clock.forward(seconds=1)
    assert services.deliver_due(clock=clock) == 2
    # then
    assert [request.content["data"]["version"] for request in receiver.received] == [1, 2]


@pytest.mark.django_db
def test_the_outcome_of_a_lost_claim_changes_nothing_but_the_log(receiver: Receiver, clock: Clock):
    endpoint(receiver.url)
    say("A", 1)
    services.fan_out(now=NOW)
    [lost] = services._claimed(limit=9, now=NOW)
    clock.forward(seconds=90)
    services.deliver_due(clock=clock)
    failed = Answer(500, AttemptProblem.NOT_ACCEPTED, "", 1)
    assert services._record(lost, failed, at=clock()) == 0
    assert states() == [DeliveryState.DELIVERED]
    assert WebhookEndpoint.objects.get().failures_in_row == 0
    assert WebhookAttempt.objects.count() == 2


@pytest.mark.django_db
def test_an_endpoint_deleted_under_way_is_no_error(clock: Clock):
    made = endpoint("http://127.0.0.1:9/")
    say("A", 1)
    services.fan_out(now=NOW)
    [claim] = services._claimed(limit=9, now=NOW)
    made.delete()
    assert services._record(claim, Answer(200, "", "", 1), at=NOW) == 0


@pytest.mark.django_db
def test_no_time_left_begins_nothing(receiver: Receiver, clock: Clock):
    endpoint(receiver.url)
    say("A", 1)
    assert services.deliver_due(clock=clock, seconds=0) == 0
    assert receiver.received == []


@pytest.mark.django_db
def test_messages_behind_another_are_put_aside_and_come_back_one_by_one(
    receiver: Receiver, clock: Clock, django_assert_max_num_queries: DjangoAssertNumQueries
):
    # given somebody in trouble with a hundred and fifty more facts, and somebody else after them
    endpoint(receiver.url)
    for version in range(1, 152):
        say("A", version)
    say("B", 1)
    receiver.answer = lambda request: 500 if request.content["data"]["one_id"] == "A" else 204
    # when
    services.deliver_due(clock=clock)
    # then the other is served in the same round, and nobody looks at the hundred and fifty any more
    assert [len(receiver.of(one_id)) for one_id in "AB"] == [1, 1]
    aside = WebhookDelivery.objects.filter(next_attempt_at=None)
    assert (aside.count(), set(aside.values_list("ordering_key", flat=True))) == (150, {"A"})
    clock.forward(seconds=1)
    with django_assert_max_num_queries(10):
        services.deliver_due(clock=clock)
    # and when the trouble is over they follow, in order
    receiver.received.clear()
    receiver.answer = lambda _request: 204
    clock.forward(seconds=4)
    services.deliver_due(clock=clock, seconds=300)
    assert [request.content["data"]["version"] for request in receiver.received] == list(range(1, 152))


@pytest.mark.django_db
def test_what_stood_behind_a_message_that_is_given_up_is_due(clock: Clock):
    # given a dead endpoint with an old message and a young one of the same member behind it
    made = endpoint("http://127.0.0.1:1/")
    say("A", 1)
    services.deliver_due(clock=clock)
    clock.forward(hours=72)
    say("A", 2)
    services.fan_out(now=clock())
    services._claimed(limit=1, now=clock())
    WebhookDelivery.objects.update(lease=None, leased_until=None)
    assert list(WebhookDelivery.objects.order_by("pk").values_list("next_attempt_at", flat=True))[1] is None
    # when the old one is given up
    clock.forward(seconds=1)
    WebhookEndpoint.objects.filter(pk=made.pk).update(failing_since=NOW)
    services.tidy(now=clock())
    # then
    assert states() == [DeliveryState.GIVEN_UP, DeliveryState.WAITING]
    assert WebhookDelivery.objects.latest("pk").next_attempt_at == clock()


# Forgetting


@pytest.mark.django_db
def test_what_is_long_over_is_forgotten_with_its_log(receiver: Receiver, clock: Clock):
    endpoint(receiver.url)
    say("A", 1)
    services.deliver_due(clock=clock)
    OutboxMessage.objects.create(topic="x", ordering_key="B", payload={}, occurred_at=NOW, created_at=NOW, fanned_out_at=NOW)
    clock.forward(days=90)
    say("A", 2)
    services.deliver_due(clock=clock)
    assert services.tidy(now=clock()) == 0
    assert services.tidy(now=clock() + timedelta(seconds=1)) == 2
    connection.check_constraints()
    assert [request.content["data"]["version"] for request in receiver.received] == [1, 2]
    assert (OutboxMessage.objects.count(), WebhookDelivery.objects.count(), WebhookAttempt.objects.count()) == (1, 1, 1)


@pytest.mark.django_db
def test_what_still_waits_is_not_forgotten(clock: Clock):
    endpoint("http://127.0.0.1:9/")
    say("A", 1)
    services.fan_out(now=NOW)
    assert services.tidy(now=NOW + timedelta(days=91)) == 0
    assert states() == [DeliveryState.WAITING]


@pytest.mark.django_db
def test_messages_to_an_endpoint_that_is_off_or_dead_are_given_up_after_three_days():
    made = [
        endpoint("http://127.0.0.1:9/1"),
        endpoint("http://127.0.0.1:9/2", failing_since=NOW),
        endpoint("http://127.0.0.1:9/3", failing_since=NOW + timedelta(seconds=2)),
        endpoint("http://127.0.0.1:9/4"),
    ]
    say("A", 1)
    services.fan_out(now=NOW)
    WebhookEndpoint.objects.filter(pk=made[0].pk).update(is_active=False)
    services.tidy(now=NOW + timedelta(hours=72))
    assert states() == ["waiting"] * 4
    services.tidy(now=NOW + timedelta(hours=72, seconds=1))
    assert states() == ["given_up", "given_up", "waiting", "waiting"]
