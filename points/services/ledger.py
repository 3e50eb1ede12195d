"""Posting to the points ledger (rulings 1, 2, 6, 24, 26): one road for one entry and for a million.

The posting itself is points_post_one and points_post_staged (points/sql/functions). docs/rules/points.md, The ledger, explains it with
worked numbers.
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

from core import events, sql, staging
from core.enums import Origin
from core.errors import InvalidInput
from growth.errors import EffectConflict, HistoryClosed
from points.enums import MAKES_A_LOT, SPENDS, EntryKind
from points.errors import BoundToOrder, EntryNotFound, HoldClosed, InsufficientPoints, NothingLeftToReverse
from points.events import PointsPosted
from points.models import PointsEntry, PointsHold
from points.rules.lots import LotTerms as LotTerms
from points.services.admission import check_admitted
from stores import services as stores_services

log = structlog.get_logger(__name__)
AT_MOST = 1_000_000_000  # points of one entry: beyond it, a slip of the keyboard
OF_ORDERS = ("order", "after_sale")


@dataclass(frozen=True, slots=True)
class EntryIn:
    """One effect on one account. requested: whole points, signed, never 0.  effect_key: once for ever in the account.

    kind and the sign of requested say what happens: what earns brings `lot`; what spends takes what is available; REVERSE names the entry
    it takes back, RESTORE the one it gives back (reverses_id); REDEEM with hold_id captures that hold.
    source_type, source_id: what caused it ("order", "9312").  rules_id, rule: the version that held, and which of its rules.
    details: the values it was reckoned from.  note: words for people.  actor: who asked, "staff:12".
    """

    membership_id: int
    kind: EntryKind
    requested: int
    source_type: str
    source_id: str
    effect_key: str
    occurred_at: datetime
    actor: str
    rules_id: int | None = None
    rule: str = ""
    reverses_id: int | None = None
    hold_id: int | None = None
    lot: LotTerms | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of an entry. replayed: it had been posted before, and this is what was posted then."""

    entry_id: int
    membership_id: int
    kind: EntryKind
    requested: int
    delta: int
    balance_after: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """The entry of a command. replayed: it had been posted before."""

    entry: PointsEntry
    replayed: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a staged batch, in entries. refused: left out, because less was available (skip_short)."""

    posted: int
    replayed: int
    refused: int = 0


def verb_of(entry: EntryIn) -> str:
    """What an entry does to lots: "earn", "spend", "reverse", "restore" or "capture"; as points_staged_entry.verb."""
    kind = entry.kind
    if entry.hold_id is not None:
        return "capture"
    if kind in {EntryKind.REVERSE, EntryKind.RESTORE}:
        return str(kind.value)
    if entry.requested > 0 and kind in {*MAKES_A_LOT, EntryKind.ADJUST, EntryKind.MERGE}:
        return "earn"
    if entry.requested < 0 and kind in {*SPENDS, EntryKind.ADJUST, EntryKind.MERGE}:
        return "spend"
    raise ValueError(f"{entry.requested} points of kind {kind} cannot be posted.")


@transaction.atomic
def post_entries(*, entries: Sequence[EntryIn], booked_at: datetime, origin: Origin = Origin.LIVE) -> list[Posted]:
    """Post entries in the order given and answer one Posted each; announces PointsPosted for the new ones and what followed from them.

    Holds the memberships until the transaction ends. Lots are taken, given back and repaid as of booked_at; of history (origin backfill)
    as of each entry's own occurred_at, which is its booked_at too (ruling 6).
    Raises EffectConflict (a key known with another request), HistoryClosed (backfill into an account with live entries),
    InsufficientPoints (values: available, wanted), NothingLeftToReverse (values: left, wanted), HoldClosed: then nothing is posted.
    """
    if not entries:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verdict, entry_id, membership_id, kind, requested, delta, balance_after, effect_key, available, hold_id, also"
            " FROM points_post_entries(%s::jsonb, %s, %s)",
            [json.dumps([_as_row(*each) for each in enumerate(entries)], cls=DjangoJSONEncoder), booked_at, origin == Origin.LIVE],
        )
        rows = cursor.fetchall()
    posted, new = [], []
    for verdict, entry_id, membership_id, kind, requested, delta, after, effect_key, available, hold_id, also in rows:
        if verdict not in {"new", "replay"}:
            _refuse(verdict, membership_id, effect_key, requested, available, hold_id)
        if verdict == "new":
            new += [entry_id, *(also or [])]
        posted.append(Posted(entry_id, membership_id, EntryKind(kind), requested, delta, after, replayed=verdict == "replay"))
    announce_entries(new, booked_at=booked_at, origin=origin)
    return posted


def _as_row(item: int, entry: EntryIn) -> dict[str, Any]:
    """As points_staged_entry wants it. Named one by one, as that is quickest: many entries come at once."""
    verb = verb_of(entry)
    row = {
        "item": item,
        "membership_id": entry.membership_id,
        "verb": verb,
        "kind": entry.kind,
        "requested": entry.requested,
        "source_type": entry.source_type,
        "source_id": entry.source_id,
        "rules_id": entry.rules_id,
        "rule": entry.rule,
        "reverses_id": entry.reverses_id,
        "hold_id": entry.hold_id,
        "policy": "",
        "details": entry.details,
        "note": entry.note,
        "effect_key": entry.effect_key,
        "actor": entry.actor,
        "occurred_at": entry.occurred_at.isoformat(),
        "verdict": "",
    }
    if verb == "earn":
        lot = entry.lot
        if lot is None:
            raise ValueError("Points that come in need the terms of their lot.")
        row["earned_at"] = lot.earned_at.isoformat()
        row["available_from"] = lot.available_from.isoformat()
        row["ends_at"] = lot.ends_at.isoformat() if lot.ends_at else None
    return row


def staged() -> AbstractContextManager[int]:
    """A batch number for rows of points_staged_entry; they are gone afterwards. A transaction that fails takes them back anyway."""
    return staging.batch("points_batch", "points_staged_entry")


@transaction.atomic
def post_staged(
    *, batch: int, booked_at: datetime, origin: Origin = Origin.LIVE, announce: bool = True, skip_short: bool = False
) -> Counts:
    """Post what the caller, inside its transaction, has staged under `batch`: `item` is the order within an account.

    Fills verdict, entry_id, delta and balance_after of the staged rows (points/migrations/0003_posting.py says what the caller fills).
    announce: whether PointsPosted is published.  skip_short: leave out rows for which too little is available (verdict "short").
    Raises as post_entries.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT posted, replayed, refused FROM points_post_staged(%s, %s, %s)", [batch, booked_at, origin == Origin.LIVE])
        posted, replayed, refused = cursor.fetchone()
        if refused:
            cursor.execute(
                "SELECT verdict, membership_id, effect_key, requested, available, hold_id FROM points_staged_entry"
                " WHERE batch = %s AND verdict NOT IN ('', 'new', 'replay', 'again') AND NOT (%s AND verdict = 'short')"
                " ORDER BY item LIMIT 1",
                [batch, skip_short],
            )
            found = cursor.fetchone()
            if found is not None:
                _refuse(*found)
        if announce:
            cursor.execute(
                "SELECT id FROM points_staged_entry AS staged CROSS JOIN unnest("
                " CASE staged.verdict WHEN 'new' THEN ARRAY[staged.entry_id] ELSE '{}'::bigint[] END || coalesce(staged.also, '{}')"
                " ) AS id WHERE staged.batch = %s",
                [batch],
            )
            announce_entries([row[0] for row in cursor.fetchall()], booked_at=booked_at, origin=origin)
    log.debug("points_posted", batch=batch, posted=posted, replayed=replayed, refused=refused)
    return Counts(posted, replayed, refused)


def _refuse(verdict: str, membership_id: int, effect_key: str, requested: int, available: int | None, hold_id: int | None) -> None:
    match verdict:
        case "conflict":
            raise EffectConflict(membership=membership_id, effect_key=effect_key)
        case "closed":
            raise HistoryClosed(membership=membership_id)
        case "short":
            raise InsufficientPoints(available=available, wanted=abs(requested))
        case "beyond":
            raise NothingLeftToReverse(left=available, wanted=abs(requested))
        case "ended":
            raise HoldClosed(hold=hold_id)
        case _:
            raise AssertionError(f"Unknown verdict {verdict}.")


def announce_entries(entry_ids: Sequence[int], *, booked_at: datetime, origin: Origin = Origin.LIVE, may_count: bool = True) -> None:
    """Publish PointsPosted for new entries, in the order in which they were posted; nothing for none."""
    if entry_ids:
        events.publish(PointsPosted(entry_ids=tuple(sorted(entry_ids)), origin=origin, booked_at=booked_at, may_count=may_count))


@transaction.atomic
def earn_points(
    *,
    membership_id: int,
    points: int,
    kind: EntryKind = EntryKind.EARN,
    source_type: str,
    source_id: str,
    effect_key: str,
    actor: str,
    occurred_at: datetime,
    booked_at: datetime,
    note: str = "",
) -> PointsEntry:
    """Bring points to an account as one lot, which lives as the published rules say from occurred_at on.

    points: whole points, above zero.  kind: EARN, BONUS or GIFT.  The same effect_key with the same request answers the first entry.
    Raises InvalidInput, EffectConflict, PointsOff, MemberNotActive.
    """
    check_points(points)
    return move_points(
        membership_id=membership_id,
        kind=kind,
        requested=points,
        source_type=source_type,
        source_id=source_id,
        effect_key=effect_key,
        actor=actor,
        occurred_at=occurred_at,
        booked_at=booked_at,
        note=note,
    ).entry


@transaction.atomic
def redeem_points(
    *,
    membership_id: int,
    points: int,
    source_type: str,
    source_id: str,
    effect_key: str,
    actor: str,
    occurred_at: datetime,
    booked_at: datetime,
    note: str = "",
) -> PointsEntry:
    """Take points from an account, soonest-ending lots first (PTS-08): all of them or none.

    points: whole points, above zero.  The same effect_key with the same request answers the first entry and takes nothing.
    Rule: docs/rules/points.md, The ledger. Raises InsufficientPoints (values: available, wanted), InvalidInput, EffectConflict, PointsOff,
    MemberNotActive.
    """
    check_points(points)
    return move_points(
        membership_id=membership_id,
        kind=EntryKind.REDEEM,
        requested=-points,
        source_type=source_type,
        source_id=source_id,
        effect_key=effect_key,
        actor=actor,
        occurred_at=occurred_at,
        booked_at=booked_at,
        note=note,
    ).entry


def move_points(
    *,
    membership_id: int,
    kind: EntryKind,
    requested: int,
    source_type: str,
    source_id: str,
    effect_key: str,
    actor: str,
    occurred_at: datetime,
    booked_at: datetime,
    note: str,
) -> Moved:
    """What earn_points and redeem_points do, for services that have opened the transaction and looked at the number themselves.

    requested: whole points, signed. Raises as they do.
    """
    [told] = sql.call(
        "points/commands/move",
        membership_id=membership_id,
        kind=kind,
        requested=requested,
        source_type=source_type,
        source_id=source_id,
        effect_key=effect_key,
        actor=actor,
        note=note,
        occurred_at=occurred_at,
        booked_at=booked_at,
    )
    refusal, status, verdict, available, also, may_count = (told.pop(name) for name in _OF_COMMANDS)
    check_admitted(refusal, status)
    if verdict not in {"new", "replay"}:
        _refuse(verdict, membership_id, effect_key, requested, available, None)
    if verdict == "new":
        announce_entries([told["id"], *(also or [])], booked_at=booked_at, may_count=may_count)
    return Moved(_as_entry(told), replayed=verdict == "replay")


_OF_COMMANDS = ("refusal", "status", "verdict", "available", "also", "counts")


def _as_entry(row: dict[str, Any]) -> PointsEntry:
    """The entry that a statement has answered whole, as if it had been asked for."""
    entry = PointsEntry(**{**row, "details": json.loads(row["details"])})
    entry._state.adding, entry._state.db = False, connection.alias
    return entry


@transaction.atomic
def reverse_entry(
    *,
    entry_id: int,
    points: int | None = None,
    effect_key: str,
    source_type: str,
    source_id: str,
    actor: str,
    at: datetime,
    note: str = "",
) -> PointsEntry:
    """Take back what an entry gave, or give back what it took: all of it that is left, or so many points; repeatedly, never beyond.

    What spent comes back into the lots it took, with their old ends; what was earned goes by the programme's reversal policy (PTS-22).
    The same effect_key with the same request answers the first entry.
    Raises EntryNotFound, BoundToOrder for entries of orders, which follow their refunds (ruling 15), NothingLeftToReverse, InvalidInput,
    EffectConflict. Whoever is frozen may still be set right.
    """
    if points is not None:
        check_points(points)
    found = PointsEntry.objects.filter(pk=entry_id).first()
    if found is None:
        raise EntryNotFound()
    stores_services.lock_memberships([found.account_id])
    gives = found.requested > 0
    if found.source_type in OF_ORDERS or PointsHold.objects.filter(entry=found).exclude(order_no="").exists():
        raise BoundToOrder()
    known = PointsEntry.objects.filter(account_id=found.account_id, effect_key=effect_key).first()
    if points is None:
        points = abs(known.requested) if known else _left_of(found)
    if points == 0 or found.kind in {EntryKind.REVERSE, EntryKind.RESTORE, EntryKind.REPAY, EntryKind.EXPIRE, *_EXCHANGED}:
        raise NothingLeftToReverse(left=0, wanted=points)
    return _post_one(
        EntryIn(
            membership_id=found.account_id,
            kind=EntryKind.REVERSE if gives else EntryKind.RESTORE,
            requested=-points if gives else points,
            source_type=source_type,
            source_id=source_id,
            effect_key=effect_key,
            occurred_at=at,
            actor=actor,
            rules_id=found.rules_id,
            rule=found.rule,
            reverses_id=found.pk,
            note=note,
        ),
        at,
    )


_EXCHANGED = (EntryKind.EXCHANGE_IN, EntryKind.EXCHANGE_OUT)  # there is no way back


def _left_of(entry: PointsEntry) -> int:
    back = entry.reversals.filter(kind__in=(EntryKind.REVERSE, EntryKind.RESTORE)).values_list("requested", flat=True)
    return abs(entry.requested) - sum(abs(each) for each in back)


def _post_one(entry: EntryIn, booked_at: datetime) -> PointsEntry:
    [posted] = post_entries(entries=[entry], booked_at=booked_at)
    return PointsEntry.objects.get(pk=posted.entry_id)


def check_points(points: int) -> None:
    """Refuse what is no amount of points. Raises InvalidInput."""
    if not 0 < points <= AT_MOST:
        raise InvalidInput(_("Points are a whole number above 0."), field="points", at_most=AT_MOST)
