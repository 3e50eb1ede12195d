"""Reminding members of points that are about to end (PTS-18): from thirty days before, weekly, until they are used."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from core import notices, sql
from core.notices import NoticeIn
from points.rules import reminders as rules
from stores import selectors as stores_selectors

ENDING = "points_ending"  # the template
AT_ONCE = 2000  # reminders of a transaction


def remind_of_endings(*, now: datetime) -> int:
    """Queue the reminders of each programme's local day, once for each last day and step; answers how many were due.

    The message says what can still be spent of what ends that day and goes out at ten in the morning. A second run queues nothing.
    """
    programmes = {row.pk: row for row, _stores in stores_selectors.programmes_with_stores() if row.points_on}
    windows: dict[str, list[Any]] = defaultdict(list)
    for programme in programmes.values():
        zone = ZoneInfo(programme.time_zone)
        for window in rules.windows(now.astimezone(zone).date(), zone):
            windows["programme_ids"].append(programme.pk)
            windows["days"].append(window.days)
            windows["last_ons"].append(window.last_on)
            windows["froms"].append(window.from_at)
            windows["untils"].append(window.until_at)
            windows["known_befores"].append(window.known_before)
    due, after, after_on = 0, 0, date.min
    while windows and (rows := sql.rows("points/books/ending", **windows, after=after, after_on=after_on, limit=AT_ONCE)):
        after, after_on = rows[-1]["membership_id"], rows[-1]["last_on"]
        with transaction.atomic():
            notices.queue((_reminder(row, programmes, now) for row in rows), created_at=now)
        due += len(rows)
    return due


def _reminder(row: Mapping[str, Any], programmes: Mapping[int, Any], now: datetime) -> NoticeIn:
    programme = programmes[row["programme_id"]]
    ends_on = row["last_on"].isoformat()
    return NoticeIn(
        programme_id=programme.pk,
        member_id=row["member_id"],
        template=ENDING,
        cause=f"membership:{row['membership_id']}",
        dedupe_key=f"{ENDING}:{row['membership_id']}:{ends_on}:{row['days']}",
        values={"programme": programme.name, "points": row["points"], "ends_on": ends_on},
        due_at=rules.send_at(now, ZoneInfo(programme.time_zone)),
    )
