"""The one road by which a level changes: staged, resolved, written, told (LVL-02..29). Callers hold the memberships."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from core import events, notices, outbox, sql, staging
from core.enums import Origin
from core.notices import NoticeIn
from core.outbox import Outgoing
from growth.enums import LevelCause, Track
from growth.events import GiftsDue, LevelsChanged

TOPIC = "level.changed"
_COLUMNS = (
    "batch, item, membership_id, track, cause, version_id, source, details, note, actor, occurred_at, automatic_to, is_explicit, "
    "explicit_to, explicit_until, keeps_protection"
)
_SILENT = {LevelCause.JOINED, LevelCause.MAPPED, LevelCause.IMPORTED}  # no message: nothing was won or lost
_as_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True)
class Change:
    """A change of one membership's level in a track.

    Bought levels say `level_id` and `until` (None and None: nothing is held from then on). Tracks with a scheme say `automatic_id`, what
    the scheme gives, and the `version_id` that says so; what counts follows from it and from levels set by hand.
    source: "subscription:9".  details: the values that decided.
    """

    membership_id: int
    track: Track
    cause: LevelCause
    source: str
    actor: str
    occurred_at: datetime
    level_id: int | None = None
    until: datetime | None = None
    automatic_id: int | None = None
    version_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


def batch() -> AbstractContextManager[int]:
    """A number of one's own for changes staged in this transaction; they are gone afterwards."""
    return staging.batch("growth_batch", "growth_staged_change")


def record(changes: Sequence[Change], *, booked_at: datetime, origin: Origin) -> list[int]:
    """Change levels as said, in the order given. Ids of the history lines. The caller holds the memberships."""
    if not changes:
        return []
    with batch() as number:
        sql.copy_in(
            "growth_staged_change",
            _COLUMNS,
            (
                (
                    number, item, each.membership_id, each.track, each.cause, each.version_id, each.source, _as_json(dict(each.details)),
                    each.note, each.actor, each.occurred_at, each.automatic_id, each.track == Track.PAID, each.level_id, each.until, True,
                )
                for item, each in enumerate(changes, start=1)
            ),
        )  # fmt: skip
        return write(number, booked_at=booked_at, origin=origin)


def write(number: int, *, booked_at: datetime, origin: Origin) -> list[int]:
    """Carry out what is staged: history, what is held, and (live only) gifts, messages, webhooks. Announces LevelsChanged."""
    sql.run("growth/levels/stage_ended_overrides", batch=number, membership_ids=[], now=booked_at)
    sql.run("growth/levels/resolve", batch=number)
    sql.run("growth/levels/write_history", batch=number, booked_at=booked_at)
    sql.run("growth/levels/write_held", batch=number)
    grants = sql.rows("growth/levels/write_gifts", batch=number) if origin == Origin.LIVE else []
    changed = sql.rows("growth/levels/changed", batch=number)
    if origin == Origin.LIVE:
        _tell(changed, booked_at)
    if changed:
        events.publish(LevelsChanged(history_ids=tuple(row["history_id"] for row in changed), origin=origin, booked_at=booked_at))
    if grants:
        events.publish(GiftsDue(grant_ids=tuple(row["id"] for row in grants), booked_at=booked_at))
    with connection.cursor() as cursor:
        cursor.execute("SELECT history_id FROM growth_staged_change WHERE batch = %s ORDER BY item", [number])
        return [row[0] for row in cursor.fetchall()]


def _tell(changed: Iterable[Mapping[str, Any]], booked_at: datetime) -> None:
    told = [row for row in changed if row["cause"] != LevelCause.JOINED]
    outbox.enqueue(
        (
            Outgoing(
                topic=TOPIC,
                ordering_key=row["one_id"],
                store_ids=row["store_ids"],
                payload={
                    "one_id": row["one_id"],
                    "programme": row["programme"],
                    "track": row["track"],
                    "from": row["code_from"],
                    "to": row["code_to"],
                    "cause": row["cause"],
                },
            )
            for row in told
        ),
        occurred_at=booked_at,
        booked_at=booked_at,
    )
    notices.queue(
        (
            NoticeIn(
                programme_id=row["programme_id"],
                member_id=row["member_id"],
                template=f"level_{row['direction']}",
                cause=f"level_history:{row['history_id']}",
                dedupe_key=f"level_history:{row['history_id']}",
                values={"level": row["name_to"] or "", "level_before": row["name_from"] or ""},
            )
            for row in told
            if row["cause"] not in _SILENT
        ),
        created_at=booked_at,
    )
