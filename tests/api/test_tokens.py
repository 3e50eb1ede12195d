"""API-02: OAuth 2.0 client credentials."""

import base64
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken

from core import retention
from stores import services as stores_services
from stores.enums import ClientScope
from stores.models import ApiClient
from stores.services import ClientCredentials
from tests.api.callers import BASE, Api, token_of
from tests.world import store

pytestmark = pytest.mark.django_db
SCOPES = ["members:read", "orders:read"]


@pytest.fixture
def credentials(db: None) -> ClientCredentials:
    return stores_services.create_api_client(store_id=store("S001").pk, name="shop", scopes=SCOPES)


def ask(credentials: ClientCredentials, *, secret: str | None = None, **form: str) -> Any:
    pair = f"{credentials.client_id}:{secret or credentials.client_secret}"
    basic = base64.b64encode(pair.encode()).decode()
    return Client().post(f"{BASE}/oauth/token", {"grant_type": "client_credentials", **form}, headers={"Authorization": f"Basic {basic}"})


def api(credentials: ClientCredentials, token: str) -> Api:
    return Api(ApiClient.objects.get(pk=credentials.client_pk), token)


def test_a_client_gets_a_token_of_one_hour_with_its_own_scopes(credentials: ClientCredentials) -> None:
    answer = ask(credentials)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["expires_in"], answer.json()["token_type"]) == (3600, "Bearer")
    assert set(answer.json()["scope"].split()) == set(SCOPES)
    assert api(credentials, answer.json()["access_token"]).get("/members").status_code == 200


def test_a_token_ends_after_an_hour_of_the_wall_clock(credentials: ClientCredentials) -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as clock:
        caller = api(credentials, ask(credentials).json()["access_token"])
        clock.shift(3599)
        assert caller.get("/members").status_code == 200
        clock.shift(1)
        assert caller.get("/members").status_code == 401  # whatever X-Clock says


def test_secrets_may_be_sent_in_the_body(credentials: ClientCredentials) -> None:
    form = {"grant_type": "client_credentials", "client_id": credentials.client_id, "client_secret": credentials.client_secret}
    assert Client().post(f"{BASE}/oauth/token", form).status_code == 200


def test_a_token_may_be_narrower_than_its_client_and_never_wider(credentials: ClientCredentials) -> None:
    narrow = ask(credentials, scope="members:read")
    assert narrow.json()["scope"] == "members:read"
    assert api(credentials, narrow.json()["access_token"]).get("/orders").json()["code"] == "missing_scope"
    wide = ask(credentials, scope="members:read pii:read")
    assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    "form", [{"grant_type": "password", "username": "a", "password": "b"}, {"grant_type": "authorization_code", "code": "x"}]
)
def test_there_is_no_other_grant(credentials: ClientCredentials, form: dict[str, str]) -> None:
    answer = ask(credentials, **form)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_a_wrong_secret_gets_nothing(credentials: ClientCredentials) -> None:
    answer = ask(credentials, secret="guessed")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_revoked_client_is_out_at_once(credentials: ClientCredentials) -> None:
    caller = api(credentials, ask(credentials).json()["access_token"])
    assert caller.get("/members").status_code == 200
    ApiClient.objects.filter(pk=credentials.client_pk).update(is_active=False)
    assert caller.get("/members").status_code == 401
    assert ask(credentials).json()["error"] == "invalid_client"


def test_the_clients_of_a_closed_store_are_out_at_once(credentials: ClientCredentials) -> None:
    caller = api(credentials, ask(credentials).json()["access_token"])
    closed = store("S001")
    closed.is_active = False
    closed.save(update_fields=["is_active"])
    assert caller.get("/members").status_code == 401


def test_a_scope_taken_from_a_client_is_gone_from_its_tokens(credentials: ClientCredentials) -> None:
    caller = api(credentials, ask(credentials).json()["access_token"])
    ApiClient.objects.filter(pk=credentials.client_pk).update(scopes=["members:read"])
    assert caller.get("/members").status_code == 200
    assert caller.get("/orders").status_code == 403


def test_guessing_secrets_is_throttled(credentials: ClientCredentials, settings: Any) -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False):
        answers = [ask(credentials, secret=f"guess-{number}") for number in range(61)]
    assert [answer.status_code for answer in answers] == [401] * 60 + [429]
    assert answers[-1].headers["Retry-After"] == "60"


def test_tokens_that_have_ended_are_forgotten(credentials: ClientCredentials) -> None:
    client = ApiClient.objects.get(pk=credentials.client_pk)
    ended, running = token_of(client, "members:read", seconds=-1), token_of(client, "members:read", seconds=60)
    assert retention.forget_expired(now=timezone.now()) == 1
    assert set(AccessToken.objects.values_list("token", flat=True)) == {running} != {ended}


def test_every_scope_is_needed_by_an_operation_or_widens_what_is_seen() -> None:
    from tests.api import sweep

    needed = {operation.scope for operation in sweep.operations()}
    assert set(ClientScope.values) - needed == {"pii:read"}
