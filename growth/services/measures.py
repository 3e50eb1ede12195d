"""What counts towards a level besides the growth value: orders, money recharged, points earned (LVL-03, LVL-22, A-21, A-28)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class MeasureIn:
    """Something that counts towards a level, as in `record_measure`."""

    membership_id: int
    amount: int
    effect_key: str
    occurred_at: datetime


@transaction.atomic
def record_measures(*, kind: MeasureKind, measures: Sequence[MeasureIn], booked_at: datetime, origin: Origin = Origin.LIVE) -> list[int]:
    """The same for many, in the order in which they happened and in few statements; who knew them is left alone. Ids of history lines."""
    memberships = {each.membership_id for each in measures}
    stores_services.lock_memberships(memberships)
    rows = Measure.objects.filter(membership__in=memberships, kind=kind, effect_key__in={each.effect_key for each in measures})
    known = set(rows.values_list("membership_id", "effect_key"))
    new = [each for each in measures if (each.membership_id, each.effect_key) not in known]
    made = Measure.objects.bulk_create(
        [
            Measure(
                membership_id=each.membership_id,
                kind=kind,
                amount=each.amount,
                effect_key=each.effect_key,
                occurred_at=each.occurred_at,
                booked_at=booked_at,
            )
            for each in new
        ]
    )
    moments = [(each.membership_id, each.occurred_at, f"measure:{each.pk}") for each in made if each.amount > 0]
    return levels.rise_by_measure(moments=moments, booked_at=booked_at, origin=origin) if moments else []


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
