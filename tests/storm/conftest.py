"""A small storm without wind: one writer's history through the API of this very process, journalled as the real one is."""

import base64
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
import time_machine
from django.db import connection
from django.test import Client

from tests import keeping
from tests.storm import checker, making
from tests.storm.histories import WEIGHTS, Pool, Writer
from tests.storm.journal import Call
from tests.storm.world import World
from tests.world import NOW

SEED, STEPS = 434, 85
ALL_VERBS_SOON = dict.fromkeys(WEIGHTS, 2) | {"order": 6, "advance_order": 5, "refund": 5, "hold": 5, "end_hold": 4, "claim": 5}


@dataclass
class Calm:
    """calls: what the journal would hold."""

    world: World
    calls: list[Call]

    def found(self, *, messages: bool = False) -> set[str]:
        """What the checker says does not agree."""
        return {each.what for each in checker.check(raw(), self.world, self.calls, messages=messages)}

    def of(self, verb: str) -> list[Call]:
        """Acknowledged calls."""
        return [call for call in self.calls if call.acknowledged and call.step.intent["verb"] == verb]


def raw() -> "psycopg.Connection[Any]":
    """Django's own connection, below Django: the checker sees what the test has not committed."""
    connection.ensure_connection()
    found: psycopg.Connection[Any] = connection.connection
    return found


@pytest.fixture
def calm(db: None) -> Calm:
    return keeping.once("calm", play)


def play() -> Calm:
    """Every step answered at the first asking, while the clock stands: holds do not end by themselves on a slow machine."""
    with time_machine.travel(NOW, tick=False):
        return _played()


def _played() -> Calm:
    made = making.build(members=1, webhook_url="http://127.0.0.1:9/hook", now=NOW)
    http = Client(raise_request_exception=False)
    tokens = {name: token(http, *pair) for name, pair in made.clients.items()}
    writer = Writer(0, SEED, made, Pool(), ALL_VERBS_SOON)
    calls = []
    for number in range(1, STEPS + 1):
        step = writer.next()
        call = Call(number, f"calm-{number}", step)
        headers = {"Authorization": f"Bearer {tokens[step.client]}", "Idempotency-Key": call.key}
        answer = http.generic("POST", f"/api/v1{step.path}", step.sent, step.headers.get("Content-Type", ""), headers=headers)
        call.status, call.answer = answer.status_code, answer.json()
        writer.heard(call)
        calls.append(call)
    return Calm(made, calls)


def token(http: Client, client_id: str, secret: str) -> str:
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    answer = http.post("/api/v1/oauth/token", {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"})
    return str(answer.json()["access_token"])
