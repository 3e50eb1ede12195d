"""When to try again, when to rest, where not to send: API-03, R27."""

from datetime import timedelta
from ipaddress import ip_address, ip_network

import pytest
import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from core.errors import InvalidInput
from stores.webhooks import rules
from stores.webhooks.rules import Reach
from tests.world import NOW

PUBLIC, HOUSE = Reach(), Reach(private=True)


def test_attempts_are_spaced_as_the_documents_say():
    # given a receiver that never answers
    attempted_at, spaces = NOW, []
    # when the delivery is tried as soon as it may be
    for attempts in range(1, 100):
        again_at = rules.next_attempt_at(queued_at=NOW, attempts=attempts, at=attempted_at)
        if again_at is None:
            break
        spaces.append(int((again_at - attempted_at).total_seconds()))
        attempted_at = again_at
    # then the spaces double from 5 seconds to 6 hours, and the 24th attempt, 71 hours after the first, is the last
    assert spaces == [5 * 2**n for n in range(13)] + [21600] * 10
    assert attempts == 24
    assert attempted_at - NOW == timedelta(seconds=256_955)
    assert timedelta(hours=71) < attempted_at - NOW < timedelta(hours=72)


def test_a_message_that_waited_behind_another_is_not_tried_beyond_its_own_three_days():
    queued_at = NOW - timedelta(hours=71, minutes=59, seconds=55)
    assert rules.next_attempt_at(queued_at=queued_at, attempts=1, at=NOW) == NOW + timedelta(seconds=5)
    assert rules.next_attempt_at(queued_at=queued_at, attempts=2, at=NOW) is None


def test_five_failures_in_a_row_open_the_circuit_for_five_minutes():
    assert rules.rests_until(failures_in_row=4, at=NOW) is None
    assert rules.rests_until(failures_in_row=5, at=NOW) == NOW + timedelta(minutes=5)
    assert rules.rests_until(failures_in_row=6, at=NOW) == NOW + timedelta(minutes=5)


def test_a_failing_receiver_never_gets_more_requests_than_open_the_circuit():
    assert [rules.room_at(failures_in_row=failures, half_open=False) for failures in range(6)] == [4, 4, 3, 2, 1, 1]
    assert rules.room_at(failures_in_row=7, half_open=True) == 1


INSIDE = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "10.255.255.254", "172.16.0.1", "172.31.255.1", "192.168.1.1", "::1", "fc00::1", "fd12:3456::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1",
]  # fmt: skip
NOWHERE = [
    "0.0.0.0", "::", "169.254.169.254", "169.254.0.1", "fe80::1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "fd00:ec2::254", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1", "100.64.0.1", "fec0::1", "::127.0.0.1",
    "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:a9fe:a9fe::1", "2002:7f00:1::1",
    "2001:0:7f00:1::1", "::ffff:0:127.0.0.1",
]  # fmt: skip
ABROAD = ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001:800::200e", "2002:808:808::1", "64:ff9b::808:808"]


@pytest.mark.parametrize("text", INSIDE + NOWHERE)
def test_the_internet_is_not_the_house(text: str):
    assert not PUBLIC.allows(ip_address(text), tls=True)


@pytest.mark.parametrize("text", INSIDE)
def test_the_house_may_be_opened(text: str):
    assert HOUSE.allows(ip_address(text), tls=False)


@pytest.mark.parametrize("text", [text for text in NOWHERE if not text.startswith(("64:ff9b::7f", "2001:0:", "64:ff9b:1:", "2002:7f"))])
def test_even_an_open_house_sends_nothing_to_metadata_groups_or_nobody(text: str):
    assert not HOUSE.allows(ip_address(text), tls=False)


@pytest.mark.parametrize("text", ABROAD)
def test_the_internet_is_reached_with_tls_only(text: str):
    assert PUBLIC.allows(ip_address(text), tls=True)
    assert not PUBLIC.allows(ip_address(text), tls=False)
    assert not HOUSE.allows(ip_address(text), tls=False)
    assert not Reach(public=False, private=True).allows(ip_address(text), tls=True)


def test_one_network_of_the_house_may_be_opened_alone():
    reach = Reach(networks=(ip_network("10.20.0.0/16"),))
    assert reach.allows(ip_address("10.20.3.4"), tls=False)
    assert reach.allows(ip_address("::ffff:10.20.3.4"), tls=False)
    assert not reach.allows(ip_address("10.21.3.4"), tls=True)
    assert not reach.allows(ip_address("127.0.0.1"), tls=True)
    assert not Reach(networks=(ip_network("169.254.0.0/16"),)).allows(ip_address("169.254.169.254"), tls=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/hook", "ftp://shop.example/", "shop.example/hook", "https://", "https:///hook", "https://user@shop.example/",
        "https://user:word@shop.example/", "https://@shop.example/", "https://shop.example/#part", "https://shop.example:0/",
        "https://shop.example:99999/", "https://shop.example:x/", "https://[::1/", "https://shop.example/a b", "https://shop.example/a\nb",
        "https://shop.example\\@127.0.0.1/", "https://sho\x00p.example/", "https://" + "a" * 64 + ".example/",
        "https://shop.example/" + "a" * 500, "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(url: str):
    with pytest.raises(InvalidInput) as refusal:
        rules.parse_url(url, reach=PUBLIC)
    assert refusal.value.field == "url"


def test_an_address_is_taken_apart():
    assert rules.parse_url("https://Shop.Example/hook?store=1", reach=PUBLIC) == rules.Target("shop.example", 443, True, "/hook?store=1")
    assert rules.parse_url("http://[::1]:8080", reach=HOUSE) == rules.Target("::1", 8080, False, "/")
    assert rules.parse_url("https://商店.example/钩?a=值", reach=PUBLIC).host == "xn--czrs0t.example"
    assert rules.parse_url("https://商店.example/钩?a=值", reach=PUBLIC).path == "/%E9%92%A9?a=%E5%80%BC"
    assert rules.parse_url("https://shop.example:8443/", reach=PUBLIC).host_header == "shop.example:8443"
    assert rules.parse_url("https://[2606:4700::1111]/", reach=PUBLIC).host_header == "[2606:4700::1111]"


def test_full_width_digits_are_the_address_they_stand_for():
    assert rules.parse_url("https://\uff11\uff12\uff17.0.0.1/", reach=PUBLIC).host == "127.0.0.1"


def test_a_signature_holds_for_these_bytes_this_id_and_this_moment():
    secret = "whsec_" + "c2VjcmV0" * 4
    body = rules.body(topic="member.updated", occurred_at=NOW, payload={"one_id": "A", "changed": ["name"]})
    assert body == b'{"type":"member.updated","timestamp":"2024-05-20T02:00:00Z","data":{"one_id":"A","changed":["name"]}}'
    headers = rules.signed_headers(secret=secret, webhook_id=rules.message_id(17), body=body, at=NOW)
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_17", "1716170400")
    with time_machine.travel(NOW + timedelta(minutes=4), tick=False):
        assert Webhook(secret).verify(body, headers)["data"] == {"one_id": "A", "changed": ["name"]}
        for changed in (body + b" ", body.replace(b"A", b"B")):
            with pytest.raises(WebhookVerificationError):
                Webhook(secret).verify(changed, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers | {"webhook-id": "msg_18"})
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_" + "b3RoZXIh" * 4).verify(body, headers)
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False), pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(secret).verify(body, headers)
