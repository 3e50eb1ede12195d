"""Growth value by purchases (GRW-03, GRW-04, GRW-07, rulings 4, 5, 13-15): what has been given follows what remains paid.

`settle_orders` and `settle_after_sales` are those of activity.services.settling. Each wave reckons its orders by the levels that the wave
before has brought. docs/rules/growth.md, Purchases.
"""

from activity.services.settling import Look, Settler
from core import sql
from growth.services import waves

ACTOR = "system"
STAGING = "growth_staged_order"


def _stage(look: Look, batch: int) -> int:
    return sql.run("growth/orders/stage", batch=batch, **look.parameters())


def _post(look: Look, batch: int) -> int:
    def stage(entries: int, wave: int) -> None:
        sql.run("growth/orders/reckon", batch=batch, wave=wave)
        sql.run("growth/orders/skip", batch=batch, wave=wave, booked_at=look.booked_at)
        sql.run("growth/orders/entries", from_batch=batch, wave=wave, batch=entries, actor=ACTOR)

    return waves.post_in_waves(waves.count_of(STAGING, batch), stage, booked_at=look.booked_at, origin=look.origin)


_settler = Settler(STAGING, "growth_batch", _stage, _post)
settle_orders, settle_after_sales = _settler.settle_orders, _settler.settle_after_sales
