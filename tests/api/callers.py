"""API clients as the tests drive them: a token, English words, a frozen clock, a fresh Idempotency-Key for every creation."""

import itertools
import json
import secrets
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken

from stores import services as stores_services
from stores.enums import ClientScope
from stores.models import ApiClient, Store
from tests.world import NOW

BASE = "/api/v1"
_keys = itertools.count()


class Api:
    """One client's view of the API. client: its row, so that tests may switch it off."""

    def __init__(self, client: ApiClient | None, token: str) -> None:
        self.client = client
        self.token = token
        self.http = Client(raise_request_exception=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return Api, (self.client, self.token)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        raw: bytes | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> Any:
        """The answer. key: the Idempotency-Key; POSTs get a fresh one, an empty string sends none."""
        said = {"Accept-Language": "en", "X-Clock": NOW.isoformat(), **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.token:
            said["Authorization"] = f"Bearer {self.token}"
        if method == "POST" and key is None:
            key = f"test-{next(_keys)}"
        if key:
            said["Idempotency-Key"] = key
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        return self.http.generic(method, f"{BASE}{path}", data, content_type=content_type if data or raw is not None else "", headers=said)

    def get(self, path: str, **options: Any) -> Any:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.send("DELETE", path, **options)


def client_of(store: Store | None, *scopes: str, requests_per_minute: int = 100_000) -> Api:
    """A client of a store, or of the platform, with a token; every scope but pii:read unless some are named."""
    granted = list(scopes) or [scope for scope in ClientScope.values if scope != ClientScope.PII_READ]
    made = stores_services.create_api_client(
        store_id=store.pk if store else None, name="test", scopes=granted, requests_per_minute=requests_per_minute
    )
    client = ApiClient.objects.get(pk=made.client_pk)
    return Api(client, token_of(client, *granted))


def token_of(client: ApiClient, *scopes: str, seconds: int = 3600) -> str:
    """A token as the token endpoint would hand it out, without its slow hash."""
    token = secrets.token_urlsafe(20)
    AccessToken.objects.create(application=client, token=token, scope=" ".join(scopes), expires=timezone.now() + timedelta(seconds=seconds))
    return token
