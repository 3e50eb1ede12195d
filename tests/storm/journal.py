"""What was asked and what was answered: a line before each call is sent, a line after each attempt. The checker believes nothing else."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Step:
    """One thing a shop wants done. client: whose token.  path: below /api/v1.  intent: the same in the checker's words."""

    client: str
    path: str
    body: dict[str, Any] | None
    intent: dict[str, Any]

    @property
    def sent(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body).encode()

    @property
    def headers(self) -> dict[str, str]:
        """What says how the body is to be read."""
        return {} if self.body is None else {"Content-Type": "application/json"}


@dataclass
class Call:
    """A step as the journal tells it. unknown: why there was no answer, an attempt each, as (seconds since 1970, reason).

    status 0: never answered.  replayed: the answer is that of an earlier attempt, which nobody had heard.
    """

    number: int
    key: str
    step: Step
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)
    replayed: bool = False
    unknown: list[tuple[float, str]] = field(default_factory=list)

    @property
    def acknowledged(self) -> bool:
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        return 400 <= self.status < 500


class Journal:
    """A file of JSON lines that several writers add to."""

    def __init__(self, path: Path, prefix: str) -> None:
        self._lines = path.open("w", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()
        self._prefix, self._number = prefix, 0

    def sent(self, step: Step) -> Call:
        """Write down what is about to be sent, under a key that nobody has used."""
        with self._lock:
            self._number += 1
            call = Call(self._number, f"{self._prefix}-{self._number}", step)
            said = {"client": step.client, "path": step.path, "body": step.body, "intent": step.intent}
            self._write({"n": call.number, "at": time.time(), "key": call.key, **said})
        return call

    def unheard(self, call: Call, why: str) -> None:
        """No answer, or none that says what became of the call."""
        call.unknown.append((time.time(), why))
        with self._lock:
            self._write({"n": call.number, "at": call.unknown[-1][0], "unknown": why})

    def heard(self, call: Call, status: int, answer: dict[str, Any], *, replayed: bool) -> None:
        call.status, call.answer, call.replayed = status, answer, replayed
        with self._lock:
            self._write({"n": call.number, "at": time.time(), "status": status, "replayed": replayed, "answer": answer})

    def close(self) -> None:
        self._lines.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        self._lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def read(path: Path) -> list[Call]:
    """The calls of a journal, in the order in which they were sent."""
    calls: dict[int, Call] = {}
    for text in path.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if "key" in line:
            calls[line["n"]] = Call(line["n"], line["key"], Step(line["client"], line["path"], line["body"], line["intent"]))
        elif "unknown" in line:
            calls[line["n"]].unknown.append((line["at"], line["unknown"]))
        else:
            call = calls[line["n"]]
            call.status, call.answer, call.replayed = line["status"], line["answer"], line["replayed"]
    return list(calls.values())
