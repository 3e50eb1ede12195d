"""A login ends when nobody uses it, at the end of a working day, and with the password (R17)."""

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client

pytestmark = pytest.mark.django_db
HOUR = 3600.0
START = 1_760_000_000.0


@pytest.fixture
def clerk() -> Client:
    user = get_user_model().objects.create_user("clerk", password="guanxi-test-password", is_staff=True, is_superuser=True)
    client = Client()
    with time_machine.travel(START, tick=False):
        client.force_login(user)
        assert logged_in(client)
    return client


def logged_in(client: Client) -> bool:
    return client.get("/admin/password_change/").status_code == 200


@pytest.mark.parametrize(("idle_hours", "still"), [(2.99, True), (3.0, False)])
def test_an_idle_login_ends_after_three_hours(clerk, idle_hours, still):
    with time_machine.travel(START + idle_hours * HOUR, tick=False):
        assert logged_in(clerk) is still


def test_a_login_in_use_goes_on_past_the_idle_limit_and_ends_after_twelve_hours(clerk):
    for hours in (2, 4, 6, 8, 10, 11.9):
        with time_machine.travel(START + hours * HOUR, tick=False):
            assert logged_in(clerk)
    with time_machine.travel(START + 12 * HOUR, tick=False):
        assert not logged_in(clerk)
        assert not logged_in(clerk)  # and stays ended


def test_the_clock_of_a_request_cannot_prolong_a_login(clerk):
    with time_machine.travel(START + 4 * HOUR, tick=False):
        assert clerk.get("/admin/password_change/", headers={"X-Clock": "2020-01-01T00:00:00Z"}).status_code == 302


def test_reading_pages_writes_no_session_each(clerk, django_assert_num_queries):
    with time_machine.travel(START + 30, tick=False):
        before = clerk.session.session_data if hasattr(clerk.session, "session_data") else dict(clerk.session.items())
        assert logged_in(clerk)
        assert dict(clerk.session.items()) == before
    with time_machine.travel(START + 90, tick=False):
        assert logged_in(clerk)
        assert clerk.session["login_seen_at"] == int(START + 90)


def test_a_new_password_ends_the_other_logins(clerk):
    user = get_user_model().objects.get()
    other = Client()
    with time_machine.travel(START + 60, tick=False):
        other.force_login(user)
        user.set_password("another-test-password")
        user.save(update_fields=["password"])
        assert not logged_in(clerk)
        assert not logged_in(other)


def test_a_lockout_ends_by_itself(settings):
    get_user_model().objects.create_user("chen", password="guanxi-test-password", is_staff=True)
    client, right = Client(), {"username": "chen", "password": "guanxi-test-password"}
    with time_machine.travel(START, tick=False):
        for _ in range(10):
            client.post("/admin/login/", right | {"password": "wrong"})
        assert client.post("/admin/login/", right).status_code == 429
    with time_machine.travel(START + 14 * 60, tick=False):
        assert client.post("/admin/login/", right).status_code == 429  # trying again has not made it longer ...
    with time_machine.travel(START + 16 * 60, tick=False):
        assert client.post("/admin/login/", right).status_code == 302  # ... so it ends fifteen minutes after it began


def test_many_addresses_have_no_more_tries_than_one_and_the_owner_stays_in(settings):
    """R17: at most ten tries an account in fifteen minutes, and the owner is not locked out."""
    get_user_model().objects.create_user("chen", password="guanxi-test-password", is_staff=True)
    right, wrong = {"username": "chen", "password": "guanxi-test-password"}, {"username": "chen", "password": "wrong"}
    owners, strangers = "192.0.2.4", "203.0.113.200"

    def answer(body, address):
        return Client().post("/admin/login/", body, REMOTE_ADDR=address).status_code

    with time_machine.travel(START, tick=False):
        assert answer(right, owners) == 302
    with time_machine.travel(START + 24 * HOUR, tick=False):
        answers = [answer(wrong, f"203.0.113.{number}") for number in range(40)]
        assert answers == [200] * 4 + [429] * 36  # the fifth wrong one closes it
        assert answer(right, strangers) == 429
        assert answer(right, owners) == 302
        assert [answer(wrong, owners) for _ in range(7)] == [200] * 4 + [429] * 3
        assert answer(right, owners) == 429
    with time_machine.travel(START + 24 * HOUR + 16 * 60, tick=False):
        assert answer(right, strangers) == 302


def test_an_address_not_used_for_a_month_is_a_strangers_again():
    get_user_model().objects.create_user("chen", password="guanxi-test-password", is_staff=True)
    right, wrong = {"username": "chen", "password": "guanxi-test-password"}, {"username": "chen", "password": "wrong"}
    with time_machine.travel(START, tick=False):
        assert Client().post("/admin/login/", right, REMOTE_ADDR="192.0.2.4").status_code == 302
    with time_machine.travel(START + 31 * 24 * HOUR, tick=False):
        for _ in range(5):
            Client().post("/admin/login/", wrong, REMOTE_ADDR="203.0.113.9")
        assert Client().post("/admin/login/", right, REMOTE_ADDR="192.0.2.4").status_code == 429


def test_a_forged_address_does_not_escape_the_count(settings):
    get_user_model().objects.create_user("chen", password="guanxi-test-password", is_staff=True)
    answers = [
        Client()
        .post("/admin/login/", {"username": "chen", "password": "wrong"}, headers={"X-Forwarded-For": f"198.51.100.{number}"})
        .status_code
        for number in range(12)
    ]
    assert answers[-1] == 429


def test_a_wrong_and_an_unknown_name_are_answered_alike():
    get_user_model().objects.create_user("chen", password="guanxi-test-password", is_staff=True)
    pages = []
    for name in ("chen", "nobody"):
        answer = Client().post("/admin/login/", {"username": name, "password": "wrong"})
        pages.append((answer.status_code, answer.context["form"].errors.as_text()))
    assert pages[0] == pages[1]
