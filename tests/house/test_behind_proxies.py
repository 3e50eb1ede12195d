"""Behind proxies of ours everybody has an address of their own, in the lockout and in the access log, and nobody can make one up."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from axes.models import AccessLog as LoginLog
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from core.middleware import ClientAddressMiddleware
from members.models import AccessLog

PROXY = "10.0.0.2"
RIGHT = {"username": "chen", "password": "guanxi-test-password"}


def seen(forwarded: str | None) -> str:
    """Whence a request comes that the proxy at PROXY passes on."""
    asked: list[str] = []

    def answer(request: HttpRequest) -> HttpResponse:
        asked.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    headers = {"X-Forwarded-For": forwarded} if forwarded is not None else {}
    ClientAddressMiddleware(answer)(RequestFactory().get("/", headers=headers, REMOTE_ADDR=PROXY))
    return asked[0]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.7", PROXY),  # nobody is believed
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.9, 203.0.113.7", "203.0.113.7"),  # the first was written by the caller
        (2, "198.51.100.9,203.0.113.7 , 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", PROXY),  # it has not come through both
        (1, None, PROXY),
        (1, "", PROXY),
        (1, "unknown", PROXY),
        (1, "203.0.113.7\n10.0.0.9", PROXY),
        (1, "2001:DB8::7", "2001:db8::7"),
    ],
)
def test_whence_a_request_comes(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    assert seen(forwarded) == address


def knock(password: str, *forwarded: str, username: str = "chen") -> int:
    """The status of a login that comes through the proxy."""
    said = {"username": username, "password": password}
    return Client(REMOTE_ADDR=PROXY).post("/admin/login/", said, headers={"X-Forwarded-For": ", ".join(forwarded)}).status_code


@pytest.mark.django_db
def test_whoever_guesses_through_the_proxy_does_not_lock_the_owner_out(settings):
    settings.TRUSTED_PROXIES = 1
    get_user_model().objects.create_user("chen", password=RIGHT["password"], is_staff=True)
    assert knock(RIGHT["password"], "203.0.113.7") == 302
    pretended = [knock("wrong", "203.0.113.7", f"198.51.100.{number}") for number in range(8)]  # who says to be the owner's address
    assert pretended == [200] * 4 + [429] * 4
    assert knock(RIGHT["password"], "203.0.113.7") == 302
    assert set(LoginLog.objects.values_list("ip_address", flat=True)) == {"203.0.113.7"}
    assert "203.0.113.7" not in set(AccessAttempt.objects.values_list("ip_address", flat=True))


@pytest.mark.django_db
def test_one_guess_at_each_of_many_accounts_closes_the_address_to_strangers_alone(settings):
    """A shop's clerks share an address: who has lately logged in from it goes on doing so, and everybody else from elsewhere."""
    settings.TRUSTED_PROXIES = 1
    settings.LOGIN_FAILURES_PER_ADDRESS = 6
    for name in ("chen", "li"):
        get_user_model().objects.create_user(name, password=RIGHT["password"], is_staff=True)
    office, home = "203.0.113.7", "198.51.100.9"
    assert knock(RIGHT["password"], office) == 302
    guessed = [knock("Spring2026", office, username=f"clerk-{number}") for number in range(8)]
    assert guessed == [200] * 6 + [429] * 2
    assert knock(RIGHT["password"], office, username="li") == 429  # has never been here
    assert knock(RIGHT["password"], office) == 302
    assert knock(RIGHT["password"], home, username="li") == 302
    AccessAttempt.objects.update(attempt_time=timezone.now() - settings.AXES_COOLOFF_TIME - timedelta(seconds=1))
    assert knock(RIGHT["password"], office, username="li") == 302


@pytest.mark.django_db
def test_the_access_log_says_whence_somebody_looked(settings, admin_user):
    settings.TRUSTED_PROXIES = 1
    client = Client(REMOTE_ADDR=PROXY)
    client.force_login(admin_user)
    assert client.get("/admin/lookup/?q=13800138000", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 200
    assert set(AccessLog.objects.values_list("ip", flat=True)) == {"203.0.113.7"}
