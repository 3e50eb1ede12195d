"""What the cast brought along from the system before: growth value as an opening balance, and a level. It makes their figures exact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from core.enums import Origin
from demo.world.facts import Facts
from demo.world.house import ACTOR, House
from demo.world.moments import days
from demo.world.parts import PARTS
from growth.enums import LevelCause, Reason, Track
from growth.models import GrowthEntry
from growth.selectors import ledger as ledger_selectors
from growth.selectors import schemes as schemes_selectors
from growth.services import changes, ledger
from growth.services.changes import Change
from growth.services.ledger import EntryIn
from stores import selectors as stores_selectors
from stores import services as stores_services

OPENING = "opening"  # effect key: once an account


@dataclass(frozen=True)
class Held:
    """growth: what somebody of the cast has in a programme, to the unit.  since_ago: since when they hold the level."""

    key: str
    programme: str
    growth: int
    level: str
    since_ago: timedelta


JOINED_WITH = Held("WORKED_YEAR", "P1", 5_000, "L1", days(800))  # with the 21,000 he spends, OP-2's worked year begins at 26,000
AT_NOW = (
    Held("M1", "P1", 7_200, "L1", days(300)),  # F1: 800 to 银牌
    Held("M2", "P1", 20_150, "L3", days(354)),  # F1: gold since 2023-06-01
)


def join_with(house: House, member_ids: Mapping[str, int], now: datetime) -> None:
    """Post what somebody brought along when joining, before they did anything."""
    part = next(part for part in PARTS if part.key == JOINED_WITH.key)
    _open(house, _membership_id(house, member_ids, JOINED_WITH), JOINED_WITH, JOINED_WITH.growth, now - part.registered_ago, now)


def take_over(house: House, member_ids: Mapping[str, int], coming: Facts, moment: datetime, now: datetime) -> None:
    """Post what is missing to the figures of AT_NOW, an hour after `moment`, with which the last judged month ended.

    coming: facts recorded afterwards; what they will add is left to them.
    """
    at = moment + min(timedelta(hours=1), (now - moment) / 2)
    for held in AT_NOW:
        membership_id = _membership_id(house, member_ids, held)
        has = ledger_selectors.balance(membership_id)
        _open(house, membership_id, held, held.growth - has - _to_come(coming, member_ids[held.key]), at, now)


@transaction.atomic
def _open(house: House, membership_id: int, held: Held, growth: int, at: datetime, now: datetime) -> None:
    """The level first, so that the entry finds it held. Done before, nothing is done."""
    stores_services.lock_memberships([membership_id])
    if GrowthEntry.objects.filter(account_id=membership_id, effect_key=OPENING).exists():
        return
    version = schemes_selectors.published(house.programmes[held.programme])
    assert version is not None, "the house gives every programme its levels"
    level = version.terms.get(level__code=held.level)
    brought = Change(
        membership_id=membership_id,
        track=Track.FREE,
        cause=LevelCause.IMPORTED,
        source=OPENING,
        actor=ACTOR,
        occurred_at=now - held.since_ago,
        automatic_id=level.level_id,
        version_id=version.pk,
    )
    changes.record([brought], booked_at=at, origin=Origin.BACKFILL)
    entry = EntryIn(
        membership_id=membership_id,
        requested=growth,
        reason=Reason.OPENING,
        source_type=OPENING,
        source_id=held.key,
        effect_key=OPENING,
        occurred_at=at,
        actor=ACTOR,
    )
    ledger.post_entries(entries=[entry], booked_at=at, origin=Origin.BACKFILL)


def _membership_id(house: House, member_ids: Mapping[str, int], held: Held) -> int:
    return stores_selectors.membership(member_ids[held.key], house.programmes[held.programme]).pk


def _to_come(coming: Facts, member_id: int) -> int:
    """Growth value that somebody's orders to come will give: one a yuan settled (GRW-03)."""
    completed = [order for order in coming.orders if order.member_id == member_id and order.completed_at]
    return sum(sum(line.paid_minor for line in order.lines) // 100 for order in completed)
