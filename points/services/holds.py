"""Holds: points set aside for an order until it is paid (SF-6, ruling 24). A hold ends exactly once: captured, released or timed out.

Held points neither expire nor can be spent otherwise. From expires_at on a hold is void, whether or not a job has said so: whatever is
posted to its account ends it first.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from core.enums import Origin
from growth.errors import EffectConflict, HistoryClosed
from points.enums import EntryKind, HoldState
from points.errors import HoldClosed, HoldNotFound, HoldTimedOut, InsufficientPoints
from points.models import PointsEntry, PointsHold
from points.services import ledger
from points.services.admission import admit
from points.services.ledger import EntryIn
from stores import services as stores_services

AT_ONCE = 500  # memberships whose holds one step times out


@transaction.atomic
def hold_points(
    *,
    membership_id: int,
    points: int,
    store_id: int | None = None,
    order_no: str = "",
    effect_key: str,
    actor: str,
    at: datetime,
    minutes: int | None = None,
    origin: Origin = Origin.LIVE,
) -> PointsHold:
    """Set points aside from what can be spent, in burn order: all of them or none.

    store_id, order_no: the order they will pay.  minutes: how long, at most; None for what the rules say.
    The same effect_key with the same request answers the first hold, whatever became of it.
    origin backfill: for history that is being loaded, only in accounts without live entries (ruling 6).
    Raises InsufficientPoints (values: available, wanted), InvalidInput, EffectConflict, HistoryClosed, PointsOff, MemberNotActive.
    """
    ledger.check_points(points)
    stores_services.lock_memberships([membership_id])
    rules = admit(membership_id).rules
    expires_at = at + timedelta(minutes=min(minutes or rules.hold_minutes, rules.hold_minutes))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verdict, hold_id, available, also FROM points_place_hold(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [membership_id, points, store_id, order_no, effect_key, actor, at, expires_at, origin == Origin.LIVE],
        )
        verdict, hold_id, available, also = cursor.fetchone()
    if verdict == "conflict":
        raise EffectConflict(membership=membership_id, effect_key=effect_key)
    if verdict == "closed":
        raise HistoryClosed(membership=membership_id)
    if verdict == "short":
        raise InsufficientPoints(available=available, wanted=points)
    ledger.announce_entries(also or [], booked_at=at)
    return PointsHold.objects.get(pk=hold_id)


@transaction.atomic
def capture_hold(*, hold_id: int, points: int | None = None, effect_key: str, actor: str, at: datetime) -> PointsEntry:
    """Take held points for good, soonest-ending first; what is not taken is free again. Ends the hold.

    points: at most what is held; None for all of it.  The same effect_key with the same request answers the first entry.
    Raises HoldNotFound, HoldTimedOut from expires_at on, HoldClosed (values: state), InsufficientPoints for more than is held,
    InvalidInput, EffectConflict. Points that were promised while nothing was in the way can be taken by whoever is frozen since.
    """
    hold = _held(hold_id)
    points = hold.amount if points is None else points
    ledger.check_points(points)
    known = PointsEntry.objects.filter(account_id=hold.account_id, effect_key=effect_key).exists()
    if not known:
        _check_active(hold, at)
    [posted] = ledger.post_entries(
        entries=[
            EntryIn(
                membership_id=hold.account_id,
                kind=EntryKind.REDEEM,
                requested=-points,
                source_type="hold",
                source_id=str(hold.pk),
                effect_key=effect_key,
                occurred_at=at,
                actor=actor,
                hold_id=hold.pk,
                details={"order": hold.order_no} if hold.order_no else {},
            )
        ],
        booked_at=at,
    )
    return PointsEntry.objects.get(pk=posted.entry_id)


@transaction.atomic
def release_hold(*, hold_id: int, actor: str, at: datetime) -> PointsHold:
    """Give held points back. One released or timed out before is answered as it is. Raises HoldNotFound, HoldClosed once captured."""
    hold = _held(hold_id)
    if hold.state == HoldState.CAPTURED:
        raise HoldClosed(state=hold.state)
    with connection.cursor() as cursor:
        cursor.execute("SELECT also FROM points_let_go(%s, %s, %s)", [hold_id, actor, at])
        [also] = cursor.fetchone()
    ledger.announce_entries(also or [], booked_at=at)
    hold.refresh_from_db()
    return hold


def time_out(*, now: datetime, limit: int = AT_ONCE) -> int:
    """End all holds whose time is over, in steps of at most `limit` memberships, each a transaction; answers how many those were.

    Who is just being served is left for the next run. A second run finds nothing.
    """
    ended = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT accounts, also FROM points_time_out_holds(%s, %s)", [now, limit])
            accounts, also = cursor.fetchone()
            ledger.announce_entries(also, booked_at=now)
        ended += int(accounts)
        if accounts < limit:
            return ended


def _held(hold_id: int) -> PointsHold:
    """The hold as it is once its membership is held."""
    account_id = PointsHold.objects.filter(pk=hold_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise HoldNotFound()
    stores_services.lock_memberships([account_id])
    return PointsHold.objects.get(pk=hold_id)


def _check_active(hold: PointsHold, at: datetime) -> None:
    if hold.state == HoldState.TIMED_OUT or (hold.state == HoldState.ACTIVE and hold.expires_at <= at):
        raise HoldTimedOut(expired_at=hold.expires_at)
    if hold.state != HoldState.ACTIVE:
        raise HoldClosed(state=hold.state)
