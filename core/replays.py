"""Giving a database the effects of the facts it holds, and trying again what could not be given (ruling 4): app by app, lowest floor first.

Each app that posts effects of facts says how in its `ready()`. First all of them tell history, then all try again: a retry is of now, and
accounts that live take no more history (ruling 6). May be killed and started again; a second run posts nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from core.models import EffectSkipped
from core.watching import Unwatched, Watcher

AT_ONCE = 2000  # effects tried again in a transaction
HISTORY_CLOSED = "history_closed"  # the account has moved on: not tried again


@dataclass(frozen=True)
class Replayed:
    """facts: how many were looked at.  posted: entries.  retried, settled: effects once skipped that were tried, and given or void."""

    facts: int
    posted: int
    retried: int = 0
    settled: int = 0


@dataclass(frozen=True)
class Replayer:
    """What an app does of both. tell: posts history up to a moment, and says facts and posted.  retry: says retried, settled and posted."""

    tell: Callable[[datetime, Watcher], Replayed]
    retry: Callable[[datetime, Watcher], tuple[int, int, int]]


class _NotKept(Exception):
    pass


_replayers: dict[str, Replayer] = {}


def add_replayer(name: str, replayer: Replayer) -> None:
    """Let an app's effects be replayed with the others."""
    _replayers[name] = replayer


def replay_effects(*, booked_at: datetime, apply: bool, watcher: Watcher | None = None) -> dict[str, Replayed]:
    """Post what the recorded facts are worth, as history, then try again what was skipped, as of now; answers what each app did.

    apply False: the same in one transaction that is taken back. Accounts with live entries take no more history (ruling 6): what is
    missing there stays noted as skipped with code history_closed.
    """
    done: dict[str, Replayed] = {}
    try:
        if apply:
            return _replay(booked_at, watcher or Unwatched())
        with transaction.atomic():
            done = _replay(booked_at, watcher or Unwatched())
            raise _NotKept
    except _NotKept:
        return done


def _replay(booked_at: datetime, watcher: Watcher) -> dict[str, Replayed]:
    done = {name: replayer.tell(booked_at, watcher) for name, replayer in _replayers.items()}
    for name, replayer in _replayers.items():
        retried, settled, posted = replayer.retry(booked_at, watcher)
        done[name] = replace(done[name], retried=retried, settled=settled, posted=done[name].posted + posted)
    return done


def retry(
    *, prefix: str, settle: Callable[[list[int], list[int]], int], booked_at: datetime, watcher: Watcher, at_once: int = AT_ONCE
) -> tuple[int, int, int]:
    """Try again the skipped effects whose keys begin with `prefix`; an effect that is not skipped again is settled.

    settle: gives what orders and events are worth by now, and says how many entries that made. Answers retried, settled, posted.
    """
    open_ones = EffectSkipped.objects.filter(effect_key__startswith=prefix, settled_at=None).exclude(code=HISTORY_CLOSED)
    last = open_ones.aggregate(last=Max("id"))["last"] or 0
    open_ones = open_ones.filter(id__lte=last)
    watcher.phase("retrying", total=open_ones.count())
    retried = settled = posted = position = 0
    while some := list(open_ones.filter(id__gt=position).order_by("id")[:at_once]):
        position = some[-1].pk
        ids = [each.pk for each in some]
        with transaction.atomic():
            EffectSkipped.objects.filter(pk__in=ids).update(settled_at=booked_at)
            order_ids = sorted({each.values["order_id"] for each in some if "order_id" in each.values})
            event_ids = sorted({each.values["event_id"] for each in some if "event_id" in each.values})
            posted += settle(order_ids, event_ids)
            settled += EffectSkipped.objects.filter(pk__in=ids, settled_at__isnull=False).count()
        retried += len(some)
        watcher.at(retried)
    return retried, settled, posted
