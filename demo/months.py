"""The demo's past, month by month (ruling 5): what happened in a month, then its RFM cycle and level review in every programme.

The last twelve closed months are judged; beat finds them done and goes on with the next one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction

from activity.models import BehaviourEventKey, Order, OrderLine
from core.enums import Origin
from core.lanes import lanes
from demo.world.deeds import Deeds
from demo.world.facts import Advance, Facts
from demo.world.house import House
from demo.world.moments import ZONE, month_began, months_before
from demo.world.savings import Savings
from growth.enums import Track
from growth.models import GrowthAccount, GrowthEntry, LevelHistory, MemberLevel, RfmSnapshot, RfmState
from growth.selectors import schemes as schemes_selectors
from growth.services import reviews, rfm_cycles
from points.models import PointsAccount, PointsEntry, PointsLot, PointsMove
from points.services import expiry

JUDGED = 12  # closed months
SAMPLE = 10  # of statistics: a tenth of the usual
_GROWING = tuple(
    model._meta.db_table
    for model in (
        Order,
        OrderLine,
        BehaviourEventKey,
        GrowthAccount,
        GrowthEntry,
        MemberLevel,
        LevelHistory,
        RfmState,
        RfmSnapshot,
        PointsAccount,
        PointsEntry,
        PointsLot,
        PointsMove,
    )
)
REVIEWED_AFTER = timedelta(hours=2)  # the usual hour of the clock work


def ends(now: datetime) -> Sequence[datetime]:
    """The local midnights that ended the judged months, oldest first."""
    return [month_began(now, months) for months in range(JUDGED - 1, -1, -1)]


@dataclass
class Months:
    """The story's facts, recorded up to each month's end as it is closed.

    now: when the demo is loaded.  facts: those not recorded yet.  deeds, savings: what cast and crowd do with points meanwhile.
    at_last: called when the last month is closed, before what came after it is recorded; it is told that moment and what is still to come.
    closed: how many months.  at_once: so many programmes are judged side by side.
    """

    now: datetime
    house: House
    facts: Facts
    deeds: Deeds
    savings: Savings
    at_last: Callable[[datetime, Facts], None]
    advance: Advance = lambda done: None
    closed: int = 0
    at_once: int = 1

    def close(self, moment: datetime) -> None:
        """Record what was told before `moment`, then judge the month it ended. What is recorded or judged already is left as it is."""
        told, self.facts = self.facts.split(moment)
        self.deeds.tell(told, until=moment, advance=self.advance)
        self.savings.spend_at_the_mall(moment)
        expiry.expire_lots(now=min(moment, self.deeds.first_night), origin=Origin.BACKFILL)
        self.closed += 1
        if self.closed in (1, 2, 4, 8):
            _analyze()
        with lanes(self.at_once) as side_by_side:
            programmes = list(self.house.programmes.values())
            side_by_side.run(partial(self._judge, moment), [programmes[lane :: len(side_by_side)] for lane in range(len(side_by_side))])
        if moment == ends(self.now)[-1]:
            self.at_last(moment, self.facts)

    def finish(self) -> None:
        """Record the rest."""
        self.deeds.tell(self.facts, advance=self.advance)
        self.facts = Facts()

    def _judge(self, moment: datetime, programme_ids: Sequence[int]) -> None:
        for programme_id in programme_ids:
            rfm_cycles.run_cycle(
                programme_id=programme_id,
                period_on=months_before(moment, 1),
                now=lambda: self.now,
                origin=Origin.BACKFILL,
                again=False,
            )
            self._review(programme_id, moment)

    def _review(self, programme_id: int, moment: datetime) -> None:
        scheme = schemes_selectors.published(programme_id, Track.FREE)
        assert scheme is not None, "the house gives every programme its levels"
        reviews.run_review(
            scheme_id=scheme.scheme_id,
            review_on=moment.astimezone(ZONE).date(),
            now=lambda: min(moment + REVIEWED_AFTER, self.now),
            origin=Origin.BACKFILL,
            again=False,
        )


def _analyze() -> None:
    """Let Postgres count the rows each time the months have doubled: it guesses badly about tables that outgrow autovacuum's pace.

    A small sample will do: what matters is how many rows there are. Autovacuum looks more closely later.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL default_statistics_target = {SAMPLE}; ANALYZE {', '.join(_GROWING)}")
