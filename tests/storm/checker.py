"""The outside checker: plain SQL over what Postgres kept, joined with the journal. It imports nothing of the product.

`within` asks whether the ledgers hold by themselves, `claims` whether they say what the journal says. Nothing found means: every
acknowledged call is there once, every refused one left nothing, every unanswered one, asked again, had one effect.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.storm import claims
from tests.storm.journal import Call
from tests.storm.world import World

SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Difference:
    """what does not agree, where, and by how much."""

    what: str
    place: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.what}: {self.place}: {self.expected} expected, {self.found} found"


def check(connection: psycopg.Connection[Any], world: World, calls: Sequence[Call], *, messages: bool) -> list[Difference]:
    """All that does not agree; the caller sees to it that nobody writes meanwhile. messages: also whether all that had to be told was."""
    return [*within(connection, messages=messages), *(Difference(*each) for each in claims.differences(connection, world, calls))]


def within(connection: psycopg.Connection[Any], *, messages: bool) -> list[Difference]:
    """What does not hold by itself."""
    files = ("points", "growth", "coupons", *(("messages",) if messages else ()))
    return [
        Difference(*row)
        for file in files
        for row in connection.execute((SQL / f"{file}.sql").read_text(encoding="utf-8").encode()).fetchall()
    ]


def unheard(connection: psycopg.Connection[Any], webhook_ids: set[str]) -> list[Difference]:
    """Messages that count as delivered though the receiver never heard of them. webhook_ids: of all it heard."""
    row = connection.execute("SELECT count(DISTINCT message_id) FROM stores_webhookdelivery WHERE state = 'delivered'").fetchone()
    assert row is not None
    return [] if row[0] == len(webhook_ids) else [Difference("messages heard", "receiver", row[0], len(webhook_ids))]
