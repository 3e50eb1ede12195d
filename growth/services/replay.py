"""Giving an existing database its growth value from the facts it holds, and trying again what could not be given (ruling 4).

Facts are taken in the order in which they happened, in bounded transactions; what has been given already is left alone. So it may be
killed and started again, and a second run posts nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from activity import selectors as activity_selectors
from core import sql
from core.enums import Origin
from core.models import EffectSkipped
from core.watching import Unwatched, Watcher
from growth.services import behaviour, orders

AT_ONCE = 2000  # facts of a transaction; more where more happened in one moment
WINDOW = timedelta(days=1)  # no transaction spans more: within one, orders come before refunds, and both before behaviour
OF_GROWTH = "growth:"  # how the keys of our skipped effects begin


@dataclass(frozen=True)
class Replayed:
    """facts: how many were looked at.  posted: entries.  retried, settled: effects once skipped that were tried, and given or void."""

    facts: int
    posted: int
    retried: int
    settled: int


class _NotKept(Exception):
    pass


def replay_effects(*, booked_at: datetime, apply: bool, watcher: Watcher | None = None) -> Replayed:
    """Post what the recorded facts are worth, as history, then try again what was skipped, as of now.

    apply False: the same in one transaction that is taken back. Accounts with live entries take no more history (ruling 6): what is
    missing there stays noted as skipped with code history_closed.
    """
    if apply:
        return _replay(booked_at, watcher or Unwatched())
    found = Replayed(0, 0, 0, 0)
    try:
        with transaction.atomic():
            found = _replay(booked_at, watcher or Unwatched())
            raise _NotKept
    except _NotKept:
        return found


def _replay(booked_at: datetime, watcher: Watcher) -> Replayed:
    first, total = activity_selectors.facts_of_growth(behaviour.KINDS, until=booked_at)
    watcher.phase("replaying", total=total)
    facts = posted = 0
    after = (first or booked_at) - timedelta(microseconds=1)
    while after < booked_at:
        until = min(after + WINDOW, booked_at)
        while some := sql.rows("growth/ledger/next_facts", after=after, until=until, kinds=list(behaviour.KINDS), limit=AT_ONCE):
            after = some[-1]["happened_at"]
            posted += _post(some, after, booked_at)
            facts += len(some)
            watcher.at(facts)
        after = until
    retried, settled, more = _retry(booked_at, watcher)
    return Replayed(facts, posted + more, retried, settled)


@transaction.atomic
def _post(some: Sequence[dict[str, object]], until: datetime, booked_at: datetime) -> int:
    ids = {kind: [int(str(row["id"])) for row in some if row["kind"] == kind] for kind in ("order", "after_sale", "event")}
    posted = 0
    if ids["order"]:
        posted += orders.settle_orders(order_ids=ids["order"], opens=True, booked_at=booked_at, origin=Origin.BACKFILL, counts_until=until)
    if ids["after_sale"]:
        posted += orders.settle_after_sales(
            after_sale_ids=ids["after_sale"], booked_at=booked_at, origin=Origin.BACKFILL, counts_until=until
        )
    if ids["event"]:
        posted += behaviour.settle_events(event_ids=ids["event"], booked_at=booked_at, origin=Origin.BACKFILL)
    return posted


def _retry(booked_at: datetime, watcher: Watcher) -> tuple[int, int, int]:
    """Try again what was skipped, except history of accounts that have moved on; an effect that is not skipped again is settled."""
    open_ones = EffectSkipped.objects.filter(effect_key__startswith=OF_GROWTH, settled_at=None).exclude(code="history_closed")
    last = open_ones.aggregate(last=Max("id"))["last"] or 0
    open_ones = open_ones.filter(id__lte=last)
    watcher.phase("retrying", total=open_ones.count())
    retried = settled = posted = position = 0
    while some := list(open_ones.filter(id__gt=position).order_by("id")[:AT_ONCE]):
        position = some[-1].pk
        with transaction.atomic():
            EffectSkipped.objects.filter(pk__in=[each.pk for each in some]).update(settled_at=booked_at)
            order_ids = sorted({each.values["order_id"] for each in some if "order_id" in each.values})
            event_ids = sorted({each.values["event_id"] for each in some if "event_id" in each.values})
            if order_ids:
                posted += orders.settle_orders(order_ids=order_ids, opens=True, booked_at=booked_at, origin=Origin.LIVE)
            if event_ids:
                posted += behaviour.settle_events(event_ids=event_ids, booked_at=booked_at, origin=Origin.LIVE)
            settled += EffectSkipped.objects.filter(pk__in=[each.pk for each in some], settled_at__isnull=False).count()
        retried += len(some)
        watcher.at(retried)
    return retried, settled, posted
