"""The daily summary and the months of members, kept by the facts' road (DAT-01, DAT-05, DAT-06; docs/rules/summary.md).

Facts leave notes in their own transaction; `refresh` reckons the days the notes name anew from orders, after-sales and events, writes what
differs and brings the months after. So a day is repaired by leaving its notes, and everything can be rebuilt from its sources.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import structlog
from django.db import connection, transaction

from core import locks, sql
from tags.models import DaySource, MemberDay
from tags.rules.summary import INDICATORS, Family

log = structlog.get_logger(__name__)
LOCK_CLASS = 7342  # first key of the advisory lock of who reckons days; the second is always 1
NOTES_AT_ONCE = 20_000
_FRESH = ("fresh_orders", "fresh_refunds", "fresh_behaviour")
_TABLES = ("note", "who", "wanted", "fresh", "touched", "months")


class _NotKept(Exception):
    pass


@dataclass(frozen=True)
class Refreshed:
    """notes: how many were seen to.  days: rows of days written or removed.  months: rows of months."""

    notes: int = 0
    days: int = 0
    months: int = 0

    def __add__(self, other: "Refreshed") -> "Refreshed":
        return Refreshed(self.notes + other.notes, self.days + other.days, self.months + other.months)


def mark_orders(*, order_ids: Sequence[int]) -> None:
    """Note the days these orders concern. Called in the transaction that changed them, as the next two."""
    sql.run("tags/summary/mark_orders", order_ids=list(order_ids))


def mark_after_sales(*, after_sale_ids: Sequence[int]) -> None:
    """Note the days on which these were settled."""
    sql.run("tags/summary/mark_after_sales", after_sale_ids=list(after_sale_ids))


def mark_events(*, event_ids: Sequence[int]) -> None:
    """Note the days of these events."""
    sql.run("tags/summary/mark_events", event_ids=list(event_ids))


def refresh(*, at_once: int = NOTES_AT_ONCE) -> Refreshed:
    """See to all notes there are, so many in a transaction. While somebody else does, nothing happens; a second run finds none."""
    done = Refreshed()
    with locks.held(LOCK_CLASS, [1]) as free:
        while free:
            step = _refresh(at_once)
            done += step
            if step.notes < at_once:
                break
    if done.notes:
        log.info("summary_refreshed", notes=done.notes, days=done.days, months=done.months)
    return done


def repair(*, store_ids: Collection[int], from_on: date, until_on: date, apply: bool) -> Refreshed:
    """Reckon all days of these stores from `from_on` to `until_on`, both included, anew; rows written or removed are what was wrong.

    Notes that wait are seen to first, and are no error. apply False: the same in one transaction that is taken back.
    """
    try:
        with transaction.atomic():
            _refresh(None)
            sql.run("tags/summary/mark_days", store_ids=list(store_ids), from_on=from_on, until_on=until_on)
            done = _refresh(None)
            if not apply:
                raise _NotKept
    except _NotKept:
        pass
    return done


@transaction.atomic
def _refresh(limit: int | None) -> Refreshed:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")  # sorts and hashes of all lines, where many days are asked for
        cursor.execute(sql.text("tags/summary/create"))
        cursor.execute(f"TRUNCATE {', '.join(f'summary_{name}' for name in _TABLES)}")
    notes = sql.run("tags/summary/take_notes", limit=limit)
    if not notes:
        return Refreshed()
    sql.run("tags/summary/who")
    sql.run("tags/summary/wanted")
    _analyze("note", "who", "wanted")
    for name in _FRESH:
        sql.run(f"tags/summary/{name}")
    _analyze("fresh")
    days = sql.run("tags/summary/write") + sql.run("tags/summary/drop")
    _keep_sources()
    sql.run("tags/summary/touched")
    _analyze("touched")
    sql.run("tags/summary/months")
    _analyze("months")
    months = sql.run("tags/summary/write_months") + sql.run("tags/summary/drop_months")
    sql.run("tags/summary/drop_notes")
    return Refreshed(notes, days, months)


def _keep_sources() -> None:
    sql.run("tags/summary/sources")
    for row in sql.rows("tags/summary/sources_doubted"):
        column = next(each.column for each in INDICATORS.values() if each.family == Family(row["family"]))
        first = MemberDay.objects.filter(store_id=row["store_id"], **{f"{column}__isnull": False}).order_by("day_on").first()
        if first is None:
            DaySource.objects.filter(pk=row["id"]).delete()
        else:
            DaySource.objects.filter(pk=row["id"]).update(first_on=first.day_on)


def _analyze(*names: str) -> None:
    """Let the planner know how much is in the work tables: nobody else analyses them."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(f'summary_{name}' for name in names)}")
