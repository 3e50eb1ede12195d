"""Posting in waves (ruling 5): what comes later in a batch sees the levels that what came before has brought."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from core import events
from core.enums import Origin
from growth.events import GrowthPosted
from growth.services import ledger, levels


def count_of(table: str, batch: int) -> int:
    """How many waves the staged rows make."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(wave), 0) FROM {table} WHERE batch = %s", [batch])  # noqa: S608  (our own names)
        return int(cursor.fetchone()[0])


def post_in_waves(count: int, stage: Callable[[int, int], object], *, booked_at: datetime, origin: Origin) -> int:
    """Post waves 1 to `count`, each staged by `stage(batch, wave)`; answers how many entries.

    Between waves levels rise at once; GrowthPosted is announced when all are posted, so that the handlers of the fact that is being
    handled come first (ruling 3).
    """
    posted: list[int] = []
    for wave in range(1, count + 1):
        with ledger.staged() as batch:
            stage(batch, wave)
            if not ledger.post_staged(batch=batch, booked_at=booked_at, origin=origin, announce=False).posted:
                continue
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT entry_id, membership_id FROM growth_staged_entry WHERE batch = %s AND verdict = 'new' ORDER BY item", [batch]
                )
                new = cursor.fetchall()
        posted += [entry_id for entry_id, _membership in new]
        if count > 1:
            levels.rise(
                membership_ids={membership for _entry, membership in new},
                entry_ids=[entry_id for entry_id, _membership in new],
                booked_at=booked_at,
                origin=origin,
            )
    if posted:
        events.publish(GrowthPosted(entry_ids=tuple(posted), origin=origin, booked_at=booked_at))
    return len(posted)
