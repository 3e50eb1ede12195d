"""What counts towards a level besides the growth value: orders, money recharged, points earned (LVL-03, LVL-22, A-21, A-28)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from core import sql
from core.enums import Origin
from growth.enums import MeasureKind
from growth.errors import EffectConflict
from growth.models import Measure
from growth.services import levels
from stores import services as stores_services


@transaction.atomic
def record_measure(
    *,
    membership_id: int,
    kind: MeasureKind,
    amount: int,
    occurred_at: datetime,
    booked_at: datetime,
    effect_key: str,
    origin: Origin = Origin.LIVE,
) -> Measure:
    """Count something towards a level and raise who has reached one.

    amount: whole points or minor units, below zero when it is taken back, never 0. Spending points is no measure: what was earned counts
    (A-28). The same effect_key again counts nothing; with another amount it is an EffectConflict.
    """
    stores_services.lock_memberships([membership_id])
    known = Measure.objects.filter(membership_id=membership_id, kind=kind, effect_key=effect_key).first()
    if known is not None:
        if known.amount != amount:
            raise EffectConflict(effect_key=effect_key)
        return known
    measure = Measure.objects.create(
        membership_id=membership_id, kind=kind, amount=amount, effect_key=effect_key, occurred_at=occurred_at, booked_at=booked_at
    )
    levels.rise_by_measure(moments=[(membership_id, occurred_at, f"measure:{measure.pk}")], booked_at=booked_at, origin=origin)
    return measure


@transaction.atomic
def count_orders(*, order_ids: Iterable[int], booked_at: datetime, origin: Origin) -> list[int]:
    """Raise whom these orders, where completed, have taken over a threshold of spend or number of orders. Ids of the history lines."""
    moments = sql.rows("growth/levels/order_moments", order_ids=list(order_ids))
    if not moments:
        return []
    return levels.rise_by_measure(
        moments=[(row["membership_id"], row["at"], row["source"]) for row in moments], booked_at=booked_at, origin=origin
    )


@transaction.atomic
def count_recharges(*, membership_ids: Iterable[int], booked_at: datetime, origin: Origin) -> list[int]:
    """Count what wallets have been recharged with since last told, and raise whom it takes over a threshold. Ids of the history lines."""
    ids = sorted(set(membership_ids))
    stores_services.lock_memberships(ids)
    recharged = sql.rows("growth/levels/record_recharges", membership_ids=ids, booked_at=booked_at)
    if not recharged:
        return []
    return levels.rise_by_measure(
        moments=[(row["membership_id"], row["at"], f"wallet:{row['membership_id']}") for row in recharged],
        booked_at=booked_at,
        origin=origin,
    )
