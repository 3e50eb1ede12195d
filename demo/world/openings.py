"""Growth value and levels the cast brought along from the system before (GRW, opening balance): what makes their figures exact."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from activity.inputs import OrderIn
from demo.world.cast import Cast
from demo.world.facts import Facts
from demo.world.moments import days


@dataclass(frozen=True)
class Held:
    """What somebody holds at now. growth: to the unit.  since_ago: since when the level."""

    key: str
    programme: str
    growth: int
    level: str
    since_ago: timedelta


TAKEN_OVER = (
    Held("M1", "P1", 7_200, "L1", days(300)),  # F1: 800 to 银牌
    Held("M2", "P1", 20_150, "L3", days(354)),  # F1: gold since 2023-06-01
)
BROUGHT_ALONG = ("WORKED_YEAR", "P1", 5_000)  # with the 21,000 he spends: the 26,000 with which OP-2's worked year begins


def take_over(cast: Cast, coming: Facts, moment: datetime, now: datetime) -> None:
    """Post what is missing to the figures of TAKEN_OVER, a little after `moment`, when the last month was closed.

    coming: facts that will be recorded afterwards; what they will add is left to them.
    """


def bring_along(cast: Cast, now: datetime) -> None:
    """Post the balance somebody had when joining, before anything was bought."""


def to_come(coming: Facts, member_id: int) -> int:
    """Growth value that somebody's orders to come will add: one a yuan of each completed one."""
    return sum(_settled_minor(order) // 100 for order in coming.orders if order.member_id == member_id and order.completed_at)


def _settled_minor(order: OrderIn) -> int:
    return sum(line.paid_minor for line in order.lines if not line.is_gift_card)
