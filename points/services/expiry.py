"""Lots that have ended are emptied every night (PTS-07). What can be spent depends on the clock, not on whether this has run."""

from datetime import datetime

import structlog
from django.db import connection, transaction

from core import sql
from core.enums import Origin
from points.services import ledger

log = structlog.get_logger(__name__)
AT_ONCE = 5_000  # accounts of one transaction


def expire_lots(*, now: datetime, origin: Origin = Origin.LIVE, limit: int = AT_ONCE, announce: bool = True) -> int:
    """Empty every lot that has ended by `now`, but for what holds have set aside; answers how many entries it posted.

    One `expire` entry an account and end, with occurred_at the end and booked_at `now`. Works in steps of at most `limit` accounts, each
    a transaction with its PointsPosted (unless announce is False); a second run posts nothing.
    origin backfill: for history that is being loaded: booked at the end itself, and only in accounts without live entries (ruling 6).
    """
    is_live = origin == Origin.LIVE
    accounts = [row["account_id"] for row in sql.rows("points/ledger/ended", now=now, is_live=is_live)]
    posted = 0
    for begin in range(0, len(accounts), limit):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT points_expire_step(%s, %s, %s)", [accounts[begin : begin + limit], now, is_live])
            [entry_ids] = cursor.fetchone()
            if announce:
                ledger.announce_entries(entry_ids, booked_at=now, origin=origin)
        posted += len(entry_ids)
    log.info("points_expired", entries=posted)
    return posted
