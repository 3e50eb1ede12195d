"""Writers that send their steps until each is answered: no answer means asking again with the same key (reliability.md section 7.2)."""

import base64
import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.storm.histories import Pool, Writer
from tests.storm.journal import Call, Journal
from tests.storm.world import World

PATIENCE = 20.0  # seconds for one answer
GIVES_UP = 240.0  # seconds after which a call counts as never answered
HANGS_UP = 0.02  # share of calls whose writer is gone before the answer comes: what killing seldom meets, an effect nobody heard of
PUT_OFF = 0.3  # share of unanswered calls, of those nothing hangs on, that are asked again at the end only
STANDALONE = frozenset({"credit", "debit", "exchange"})
STILL_RUNNING = frozenset({"idempotency_in_progress"})


class NoAnswer(Exception):
    """What became of a call is not known; the text says why."""


@dataclass
class Progress:
    """How many steps the writers have ended. stopped: they begin nothing new.  problems: what ended a writer before its time."""

    wanted: int
    done: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopped: threading.Event = field(default_factory=threading.Event)
    problems: list[BaseException] = field(default_factory=list)

    def take(self) -> bool:
        """Whether another step is wanted; counts it."""
        with self.lock:
            if self.done >= self.wanted or self.stopped.is_set():
                return False
            self.done += 1
            return True


class Door:
    """One writer's way to the API: a kept connection, and the tokens of all clients."""

    def __init__(self, port: int, world: World) -> None:
        self.port, self.world = port, world
        self.tokens: dict[str, str] = {}
        self.connection: http.client.HTTPConnection | None = None

    def ask(self, call: Call, *, hangs_up: bool = False) -> tuple[int, dict[str, Any], bool]:
        """Status and body, and whether it is the answer to an earlier attempt. Raises NoAnswer. hangs_up: send it and do not listen."""
        step = call.step
        headers = {**step.headers, "Idempotency-Key": call.key}
        for _with_a_fresh_token in range(2):
            headers["Authorization"] = f"Bearer {self._token(step.client)}"
            status, body, replayed = self._send(f"/api/v1{step.path}", headers, step.sent, hangs_up=hangs_up)
            if status != 401:
                break
            del self.tokens[step.client]
        if status in {401, 429} or status >= 500 or body.get("code") in STILL_RUNNING:
            raise NoAnswer(f"{status} {body.get('code', '')}".strip())
        return status, body, replayed

    def _token(self, client: str) -> str:
        if client not in self.tokens:
            secret = base64.b64encode(":".join(self.world.clients[client]).encode()).decode()
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {secret}"}
            status, body, _replayed = self._send("/api/v1/oauth/token", headers, b"grant_type=client_credentials")
            if status != 200:
                raise NoAnswer(f"{status} for a token")
            self.tokens[client] = body["access_token"]
        return self.tokens[client]

    def _send(self, path: str, headers: dict[str, str], body: bytes, *, hangs_up: bool = False) -> tuple[int, dict[str, Any], bool]:
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            self.connection.request("POST", path, body=body, headers=headers)
            if hangs_up:
                self.close()
                raise NoAnswer("hung up")
            response = self.connection.getresponse()
            content = response.read()
            answer = json.loads(content)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            self.close()
            raise NoAnswer(type(problem).__name__) from problem
        return response.status, answer, response.headers.get("Idempotency-Replayed") == "true"

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def write(writer: Writer, door: Door, journal: Journal, progress: Progress) -> None:
    """All steps of one writer: the body of its thread."""
    put_off: list[Call] = []
    try:
        while progress.take():
            call = journal.sent(writer.next())
            if not _until_answered(call, door, journal, writer.dice):
                put_off.append(call)
            writer.heard(call)
        for call in put_off:
            _until_answered(call, door, journal, None)
    except BaseException as problem:
        progress.problems.append(problem)
        raise
    finally:
        door.close()


def _until_answered(call: Call, door: Door, journal: Journal, dice: random.Random | None) -> bool:
    """False when it is put off, which without dice it never is."""
    until = time.monotonic() + GIVES_UP
    hangs_up = dice is not None and dice.random() < HANGS_UP
    while True:
        try:
            status, answer, replayed = door.ask(call, hangs_up=hangs_up and not call.unknown)
        except NoAnswer as why:
            journal.unheard(call, str(why))
            if dice is not None and len(call.unknown) == 1 and call.step.intent["verb"] in STANDALONE and dice.random() < PUT_OFF:
                return False
            if time.monotonic() > until:
                return True  # the checker will say that it was never answered
            time.sleep(0.1)
        else:
            journal.heard(call, status, answer, replayed=replayed)
            return True


def start(*, writers: int, steps: int, seed: int, port: int, world: World, journal: Journal) -> tuple[Progress, list[threading.Thread]]:
    """Writers at work, each in a thread. They end with their steps, or with this process."""
    progress, pool = Progress(steps), Pool()
    threads = [
        threading.Thread(
            target=write,
            args=(Writer(number, seed, world, pool), Door(port, world), journal, progress),
            name=f"writer {number}",
            daemon=True,
        )
        for number in range(writers)
    ]
    for thread in threads:
        thread.start()
    return progress, threads
