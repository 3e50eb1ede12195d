"""The site as it is served: gunicorn with two workers as a child process, people logged in, requests over kept connections."""

import base64
import http.client
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore

from config.embedded.supervisor import Child, bound_socket, wait_until_ready
from stores import services as stores_services
from stores.enums import ClientScope, StaffRole

WORKERS = 2


@dataclass
class Site:
    """Where the site answers."""

    host: str
    port: int

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=60)


@dataclass(frozen=True)
class Answer:
    seconds: float
    status: int
    body: bytes
    location: str


def ask(connection: http.client.HTTPConnection, method: str, path: str, *, headers: dict[str, str], body: bytes | None = None) -> Answer:
    """One request to its last byte."""
    started = time.perf_counter()
    connection.request(method, path, body=body, headers=headers)
    response = connection.getresponse()
    content = response.read()
    return Answer(time.perf_counter() - started, response.status, content, response.headers.get("Location", ""))


@contextmanager
def served(environment: dict[str, str], folder: Path) -> Iterator[Site]:
    """gunicorn with the product's own configuration, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    door = bound_socket("127.0.0.1", 0, only=False)
    port = int(door.getsockname()[1])
    command = [sys.executable, "-m", *f"gunicorn --config config/gunicorn.py --bind fd://{door.fileno()} config.wsgi".split()]
    own = environment | {"WEB_WORKERS": str(WORKERS), "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"), "PYTHONUNBUFFERED": "1"}
    child = Child("web", command, dict(os.environ) | own, folder / "web.log", (door.fileno(),))
    door.close()
    try:
        wait_until_ready("127.0.0.1", port, [child])
        yield Site("127.0.0.1", port)
    finally:
        child.stop()


def agents(number: int, now: datetime) -> list[dict[str, str]]:
    """Headers of that many logged-in people of the platform's customer service. One alone may search thirty times a minute only."""
    found = []
    for place in range(number):
        user, _created = get_user_model().objects.get_or_create(username=f"agent-{place:03}", defaults={"is_staff": True})
        stores_services.assign_role(
            user_id=user.pk, store_id=None, role=StaffRole.CUSTOMER_SERVICE, valid_from=now - timedelta(days=1), actor="bench", at=now
        )
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        found.append({"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}", "Accept-Language": "zh-Hans"})
    return found


def client_headers(site: Site, store_id: int) -> dict[str, str]:
    """Headers of an API client of one store, with a token got at the door."""
    made = stores_services.create_api_client(
        store_id=store_id, name="bench", scopes=[scope.value for scope in ClientScope], requests_per_minute=100_000_000
    )
    secret = base64.b64encode(f"{made.client_id}:{made.client_secret}".encode()).decode()
    connection = site.connect()
    headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/x-www-form-urlencoded"}
    answer = ask(connection, "POST", "/api/v1/oauth/token", headers=headers, body=b"grant_type=client_credentials")
    connection.close()
    assert answer.status == 200, answer.body
    token: dict[str, Any] = json.loads(answer.body)
    return {"Authorization": f"Bearer {token['access_token']}", "Content-Type": "application/json"}
