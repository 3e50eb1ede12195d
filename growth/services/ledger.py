"""Posting to the growth ledger (GRW-13, rulings 1, 2, 6, 20): one road for one entry and for a million.

The posting itself is growth_post_staged (growth/sql/functions). docs/rules/growth.md, The ledger, explains it with worked numbers.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from core import events, staging
from core.enums import Origin
from core.errors import InvalidInput
from growth.enums import Reason
from growth.errors import EffectConflict, HistoryClosed
from growth.events import GrowthPosted
from growth.models import GrowthEntry

log = structlog.get_logger(__name__)
NOTE_AT_MOST = 200  # characters
ADJUSTMENT_AT_MOST = 10_000_000  # growth value: beyond it, a slip of the keyboard


@dataclass(frozen=True, slots=True)
class EntryIn:
    """One effect on one account. requested: growth value, signed, never 0.  effect_key: once for ever in the account.

    source_type, source_id: what caused it ("order", "9312").  rule_id, rfm_run_id: the rule or cycle in the version that held.
    reverses_id: the entry it takes back, or the reversal it cancels.  apply_at_most: of a cancelled reversal, what that one had applied
    (ruling 20); never negative.  details: the values it was reckoned from.  actor: who asked, "staff:12".
    """

    membership_id: int
    requested: int
    reason: Reason
    source_type: str
    source_id: str
    effect_key: str
    occurred_at: datetime
    actor: str
    rule_id: int | None = None
    rfm_run_id: int | None = None
    reverses_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    apply_at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of an entry. replayed: it had been posted before, and this is what was posted then."""

    entry_id: int
    membership_id: int
    requested: int
    applied: int
    balance_after: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a staged batch, in entries."""

    posted: int
    replayed: int


@transaction.atomic
def post_entries(*, entries: Sequence[EntryIn], booked_at: datetime, origin: Origin = Origin.LIVE) -> list[Posted]:
    """Post entries in the order given and answer one Posted each; announces GrowthPosted for the new ones.

    Holds the memberships and accounts until the transaction ends. The balance stops at 0: `applied` says what it took.
    origin backfill: booked_at of each entry becomes its own occurred_at (ruling 6).
    Raises EffectConflict (a key known with another request), HistoryClosed (backfill into an account with live entries): then nothing
    is posted.
    """
    if not entries:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verdict, entry_id, membership_id, requested, applied, balance_after, effect_key"
            " FROM growth_post_entries(%s::jsonb, %s, %s)",
            [json.dumps([_as_row(entry) for entry in entries], cls=DjangoJSONEncoder), booked_at, origin == Origin.LIVE],
        )
        rows = cursor.fetchall()
    for verdict, _id, membership_id, *_amounts, effect_key in rows:
        _refuse(verdict, membership_id, effect_key)
    posted = [
        Posted(entry_id, membership_id, requested, applied, balance_after, replayed=verdict == "replay")
        for verdict, entry_id, membership_id, requested, applied, balance_after, _key in rows
    ]
    _announce([each.entry_id for each in posted if not each.replayed], booked_at, origin)
    return posted


def _as_row(entry: EntryIn) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in EntryIn.__slots__}


def staged() -> AbstractContextManager[int]:
    """A batch number for rows of growth_staged_entry; they are gone afterwards. A transaction that fails takes them back anyway."""
    return staging.batch("growth_batch", "growth_staged_entry")


def post_staged(*, batch: int, booked_at: datetime, origin: Origin = Origin.LIVE, announce: bool = True) -> Counts:
    """Post what the caller, inside its transaction, has staged under `batch`: `item` is the order within an account.

    Fills verdict, entry_id, account_version, applied and balance_after of the staged rows.  announce: whether GrowthPosted is published;
    who posts a million entries decides the levels itself. Raises as post_entries.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT posted, replayed, conflicts, closed FROM growth_post_staged(%s, %s, %s)", [batch, booked_at, origin == Origin.LIVE]
        )
        posted, replayed, conflicts, closed = cursor.fetchone()
        if conflicts or closed:
            cursor.execute(
                "SELECT verdict, membership_id, effect_key FROM growth_staged_entry"
                " WHERE batch = %s AND verdict IN ('conflict', 'closed') ORDER BY item LIMIT 1",
                [batch],
            )
            _refuse(*cursor.fetchone())
        if announce and posted:
            cursor.execute("SELECT entry_id FROM growth_staged_entry WHERE batch = %s AND verdict = 'new' ORDER BY item", [batch])
            _announce([row[0] for row in cursor.fetchall()], booked_at, origin)
    log.debug("growth_posted", batch=batch, posted=posted, replayed=replayed)
    return Counts(posted, replayed)


def _refuse(verdict: str, membership_id: int, effect_key: str) -> None:
    match verdict:
        case "conflict":
            raise EffectConflict(membership=membership_id, effect_key=effect_key)
        case "closed":
            raise HistoryClosed(membership=membership_id)


def _announce(entry_ids: Sequence[int], booked_at: datetime, origin: Origin) -> None:
    if entry_ids:
        events.publish(GrowthPosted(entry_ids=tuple(entry_ids), origin=origin, booked_at=booked_at))


@transaction.atomic
def adjust_growth(
    *, membership_id: int, delta: int, reason_text: str, actor: str, occurred_at: datetime, booked_at: datetime, effect_key: str
) -> GrowthEntry:
    """Move the growth value by hand, for a reason in words (CSL-13). delta: signed, not 0; the balance stops at 0.

    The same effect_key with the same request answers the first entry. Raises InvalidInput, EffectConflict.
    """
    words = reason_text.strip()
    if not words or len(words) > NOTE_AT_MOST:
        raise InvalidInput(_("Say why, in at most %(most)s characters.") % {"most": NOTE_AT_MOST}, field="reason")
    if delta == 0 or abs(delta) > ADJUSTMENT_AT_MOST:
        raise InvalidInput(_("The change must be a whole number other than 0."), field="delta", at_most=ADJUSTMENT_AT_MOST)
    source_type, _colon, source_id = actor.partition(":")
    [posted] = post_entries(
        entries=[
            EntryIn(
                membership_id=membership_id,
                requested=delta,
                reason=Reason.ADJUSTMENT,
                source_type=source_type[:20],
                source_id=source_id[:64],
                effect_key=effect_key,
                occurred_at=occurred_at,
                note=words,
                actor=actor,
            )
        ],
        booked_at=booked_at,
    )
    return GrowthEntry.objects.get(pk=posted.entry_id)
