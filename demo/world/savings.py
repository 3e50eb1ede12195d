"""Points of the crowd: what they brought along from the system before, what they spend at the mall; and orders paid with points."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from activity.inputs import OrderIn
from core.enums import Origin
from demo.world.crowd import SEED, Crowd
from demo.world.house import ACTOR, STORES, House
from points.enums import EntryKind
from points.errors import InsufficientPoints
from points.models import PointsEntry
from points.rules.lots import LotTerms
from points.selectors import ledger as ledger_selectors
from points.services import holds, ledger
from points.services.ledger import EntryIn
from stores import selectors as stores_selectors

_PROGRAMME_OF = {store.code: store.programme for store in STORES}
_LASTING, _SHORT = timedelta(days=1095), timedelta(days=365)  # from joining
_EVERY = 3  # one in three has older points besides, which end after a year
_OLDER = (10, 20, 30, 40, 60)
_MALL_OF = "P1"  # the programme whose members use the mall
_MALL_SHARE = 0.3  # of those with points to spare, in a month
_MALL_PART = 8  # of what they have to spare, the eighth part: so that about seven in ten points issued are redeemed (PTS-13)
_MALL_LEAST = 2  # points
_DEBIT = "debit"


class Savings:
    """Of the crowd. member_ids: by number."""

    def __init__(self, crowd: Crowd, *, house: House, member_ids: Mapping[int, int]) -> None:
        self.crowd, self.house, self.member_ids = crowd, house, member_ids
        codes = set(_PROGRAMME_OF.values())
        self.accounts = {code: stores_selectors.memberships_in(house.programmes[code], member_ids.values()) for code in codes}

    def bring(self) -> None:
        """Post, at their joining, as many points as they will pay orders with, and older ones for some. Posted before, nothing is."""
        paid: Counter[tuple[int, str]] = Counter()
        for order in self.crowd.orders:
            paid[order.number, _PROGRAMME_OF[order.store]] += order.points_used
        joined = {person.number: person for person in self.crowd.members}
        entries = [
            self._opening("opening", number, programme, points, joined[number].registered_at, _LASTING)
            for (number, programme), points in paid.items()
            if points
        ]
        entries += [
            self._opening("older", one.number, _PROGRAMME_OF[one.stores[0]], _OLDER[one.number % len(_OLDER)], one.registered_at, _SHORT)
            for one in self.crowd.members[::_EVERY]
        ]
        _post(entries)

    def spend_at_the_mall(self, moment: datetime) -> None:
        """Some of those who have points to spare spend a part of them, in the hour before a month ends; orders to come keep what they need.

        Spent before, nothing is.
        """
        key = f"mall:{moment:%Y-%m}"
        if PointsEntry.objects.filter(source_type=_DEBIT, source_id=key).exists():
            return
        random = Random(f"{SEED}:{key}")
        at, accounts = moment - timedelta(hours=1), self.accounts[_MALL_OF]
        needed: Counter[int] = Counter()
        for order in self.crowd.orders:
            if _PROGRAMME_OF[order.store] == _MALL_OF and max(order.times.values()) >= moment:  # it is told of later, and paid then
                needed[accounts[self.member_ids[order.number]]] += order.points_used
        entries = []
        for account, balance in sorted(ledger_selectors.balances(accounts.values(), at).items()):
            points = (balance.available - needed[account]) // _MALL_PART
            if points >= _MALL_LEAST and random.random() < _MALL_SHARE:
                entries.append(_spent(account, points, key, at))
        _post(entries)

    def _opening(self, key: str, number: int, programme: str, points: int, at: datetime, lives: timedelta) -> EntryIn:
        return EntryIn(
            membership_id=self.accounts[programme][self.member_ids[number]],
            kind=EntryKind.OPENING,
            requested=points,
            source_type="opening",
            source_id=str(number),
            effect_key=key,
            occurred_at=at,
            actor=ACTOR,
            lot=LotTerms(earned_at=at, available_from=at, ends_at=at + lives),
        )


def pay_with_points(house: House, orders: Sequence[OrderIn]) -> None:
    """Hold and capture the points that orders were paid with, as the shop did then. What was captured before is left.

    Points that somebody spent at the mall and a return then took back may be missing: such an order is left without.
    """
    paid = sorted((order for order in orders if order.points_used and order.paid_at and not order.cancelled_at), key=_paid_at)
    programme_of = {house.stores[code]: house.programmes[programme] for code, programme in _PROGRAMME_OF.items()}
    buyers: dict[int, set[int]] = defaultdict(set)
    for order in paid:
        buyers[programme_of[order.store_id]].add(order.member_id or 0)
    accounts = {programme_id: stores_selectors.memberships_in(programme_id, members) for programme_id, members in buyers.items()}
    captures: list[EntryIn] = []
    waiting: set[int] = set()
    for order in paid:
        account = accounts[programme_of[order.store_id]][order.member_id or 0]
        if account in waiting:  # a member's next hold would find the one before timed out
            _post(captures)
            captures, waiting = [], set()
        with suppress(InsufficientPoints):  # a return took what they were kept for: the order stands without them
            captures.append(_captured(account, order))
            waiting.add(account)
    _post(captures)


def _captured(account: int, order: OrderIn) -> EntryIn:
    at, key = _paid_at(order), f"order:{order.store_id}:{order.order_no}"
    held = holds.hold_points(
        membership_id=account,
        points=order.points_used,
        store_id=order.store_id,
        order_no=order.order_no,
        effect_key=key,
        actor=ACTOR,
        at=at,
        origin=Origin.BACKFILL,
    )
    return EntryIn(
        membership_id=account,
        kind=EntryKind.REDEEM,
        requested=-order.points_used,
        source_type="hold",
        source_id=str(held.pk),
        effect_key=f"{key}:captured",
        occurred_at=at,
        actor=ACTOR,
        hold_id=held.pk,
        details={"order": order.order_no},
    )


def _paid_at(order: OrderIn) -> datetime:
    assert order.paid_at is not None
    return order.paid_at


def _spent(account: int, points: int, key: str, at: datetime) -> EntryIn:
    return EntryIn(
        membership_id=account,
        kind=EntryKind.REDEEM,
        requested=-points,
        source_type=_DEBIT,
        source_id=key,
        effect_key=key,
        occurred_at=at,
        actor=ACTOR,
        note="兑换积分商城礼品",
    )


def _post(entries: Sequence[EntryIn]) -> None:
    """As history: each is booked when it happened."""
    if entries:
        last = max(entry.occurred_at for entry in entries)
        ledger.post_entries(entries=sorted(entries, key=lambda entry: entry.occurred_at), booked_at=last, origin=Origin.BACKFILL)
