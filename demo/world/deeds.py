"""What the cast did with their points: each of them has a story, and 张三 and card 6001 have the figures of F1, CS-3 and CS-6.

What happened long ago is posted as history, between the facts that it came after and before (demo/months.py). What happened in the last
days goes through the services that shops and staff use, when all facts are there.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from core.enums import Origin
from core.masking import Role
from core.scope import Scope
from demo.world.facts import Advance, Facts
from demo.world.house import ACTOR, HELD_AT_P2, House
from demo.world.mall import COFFEE, VIDEO
from demo.world.moments import ZONE, Ago, before
from demo.world.parts import PARTS
from demo.world.savings import pay_with_points
from points.enums import EntryKind
from points.errors import InsufficientPoints
from points.models import PointsEntry, PointsHold
from points.rules import lots as lot_rules
from points.selectors import ledger as ledger_selectors
from points.services import adjustments, exchange, expiry, holds, ledger, redemptions, spending
from points.services.ledger import EntryIn, LotTerms
from stores import selectors as stores_selectors

MONTHS = 24  # for which points live that were brought along, as those earned at 安禾 do
CARD_HAS = 15  # points of card 6001 (CS-6)
MEMBER_DAY = 28
LIVE_NIGHTS = 12  # the last ones, in which points end by the night's job; before, they end as history
_MALL = "兑换积分商城礼品"


@dataclass(frozen=True)
class Brought:
    """Points from the system before. last_day: so many days from now is the last on which they count; None for two years after joining."""

    key: str
    programme: str
    points: int
    last_day: int | None = None


BROUGHT = (
    Brought("M1", "P1", 10, last_day=-10),  # CS-3: earned 2022-05-10, ended with 2024-05-10
    Brought("M1", "P1", 60, last_day=41),  # F1: ends with 2024-06-30
    Brought("M2", "P1", 300),
    Brought("TWO_STORES", "P1", 300),
    Brought("REFUND_REVIEWING", "P2", 30),
    Brought("EXCHANGE", "P1", 50),
    Brought("TILL_ONLY", "P1", 30),
    Brought("QUIET", "P2", 60),
    Brought("WALLET", "P1", 40),
)


@dataclass(frozen=True)
class Deed:
    """Points given (above 0), spent, or (taken_back) given by mistake: then `points` is what `name` says was given."""

    ago: Ago
    key: str
    name: str
    points: int
    note: str
    taken_back: bool = False


LONG_AGO = (
    Deed(205, "M2", "mall", -120, _MALL),
    Deed(200, "M1", "eleventh", 40, "双十一活动补发"),  # F1: ends with 2025-11-02
    Deed(60, "PLUS", "mistake", 3, "活动补发"),
    Deed(50, "PLUS", "mall", -5, _MALL),
    Deed(45, "PLUS", "mistake", 3, "补发有误，收回", taken_back=True),  # spent: she owes 3, which her next order repays
    Deed(28, "FROZEN", "mall", -15, _MALL),  # refunded the day after: he owes 15
)


class Deeds:
    """Of the cast, at `now`. member_ids: by key."""

    def __init__(self, now: datetime, house: House, member_ids: Mapping[str, int]) -> None:
        self.now, self.house, self.member_ids = now, house, member_ids
        self.joined = {part.key: now - part.registered_ago for part in PARTS}
        self.waiting = sorted({before(now, deed.ago) for deed in LONG_AGO})

    def bring(self, facts: Facts) -> None:
        """Post what they brought along when they joined. facts: of the cast; what they leave of 15, card 6001 brings."""
        rest = CARD_HAS - _worth(facts, self.member_ids["CARD6001"])
        self._post([self._opening(place, each) for place, each in enumerate((*BROUGHT, Brought("CARD6001", "P1", rest)))])

    def tell(self, facts: Facts, *, until: datetime | None = None, advance: Advance = lambda done: None) -> None:
        """Record facts, all of them from before `until`, and do what was done meanwhile. Recorded and done before, nothing changes."""
        while self.waiting and (until is None or self.waiting[0] < until):
            moment = self.waiting.pop(0)
            told, facts = facts.split(moment)
            self._record(told, advance)
            self._do(moment)
        self._record(facts, advance)

    def catch_up(self) -> None:
        """Do what was done long ago although all facts are recorded already: what is not possible any more is left out."""
        while self.waiting:
            with suppress(InsufficientPoints):
                self._do(self.waiting.pop(0))

    def _record(self, facts: Facts, advance: Advance) -> None:
        pay_with_points(self.house, facts.orders)
        facts.record(self.now, advance)

    def _do(self, moment: datetime) -> None:
        self._post([self._entry(deed) for deed in LONG_AGO if before(self.now, deed.ago) == moment])

    @property
    def first_night(self) -> datetime:
        """Ten past midnight of the first night in which beat did what it does every night."""
        today = self.now.astimezone(ZONE).replace(hour=0, minute=10, second=0, microsecond=0)
        return today - timedelta(days=LIVE_NIGHTS)

    def nights(self) -> None:
        """Let the lots end that ended before and in the last nights, as beat would have (CS-3)."""
        expiry.expire_lots(now=self.first_night, origin=Origin.BACKFILL)
        for night in range(1, LIVE_NIGHTS + 1):
            at = self.first_night + timedelta(days=night)
            if at <= self.now:
                expiry.expire_lots(now=at)

    @transaction.atomic
    def do_the_rest(self) -> None:
        """The last days. All or nothing, once."""
        if PointsHold.objects.filter(account_id=self._in("M1", "P1"), effect_key="hold:demo").exists():
            return
        self._hold_and_let_go()
        self._hold_until_paid()
        exchange.exchange_points(
            membership_id=self._in("TWO_STORES", "P1"),
            to_programme_code="P2",
            points=250,
            reference="demo",
            actor=ACTOR,
            at=before(self.now, 5),
        )
        self._at_the_mall()
        spending.debit_points(
            membership_id=self._in("TILL_ONLY", "P1"), points=20, reference="demo", note="门店抵现", actor=ACTOR, at=before(self.now, 4)
        )
        adjustments.adjust_points(
            membership_id=self._in("STORED_VALUE", "P1"),
            delta=150,
            reason="充值活动积分补发",
            token="demo",  # noqa: S106 - names the form
            asker=Scope(f"staff:{self.house.staff['cs01']}", roles=frozenset({Role.CUSTOMER_SERVICE})),
            at=before(self.now, 1),
        )

    def _hold_and_let_go(self) -> None:
        """张三 sets 100 aside and spends what her order gave; then she gives the 100 up, and her lots of 60 and 40 are whole again (F1)."""
        m1, asked_at = self._in("M1", "P1"), before(self.now, 8)
        held = spending.hold_for_order(membership_id=m1, points=100, reference="demo", actor=ACTOR, at=asked_at)
        at = asked_at + timedelta(minutes=10)
        free = ledger_selectors.balance(m1, at).available
        spending.debit_points(membership_id=m1, points=free, reference="demo", note="门店抵现", actor=ACTOR, at=at)
        holds.release_hold(hold_id=held.hold.pk, actor=ACTOR, at=asked_at + timedelta(minutes=20))

    def _hold_until_paid(self) -> None:
        """吴敏 holds 30 for an order that she has not paid yet."""
        spending.hold_for_order(
            membership_id=self._in("QUIET", "P2"),
            points=30,
            reference="O1080",
            store_id=self.house.stores["S002"],
            order_no="O1080",
            minutes=HELD_AT_P2,
            actor=ACTOR,
            at=before(self.now, 0.2),
        )

    def _at_the_mall(self) -> None:
        """刘洋 takes a reward and gives it back: the points go into their old lot. 冯雪 keeps hers."""
        taken = redemptions.redeem_reward(
            membership_id=self._in("EXCHANGE", "P1"), reward_code=VIDEO, reference="demo", actor=ACTOR, at=before(self.now, 10)
        )
        redemptions.cancel_redemption(redemption_id=taken.redemption.pk, reason="选错了", actor=ACTOR, at=before(self.now, 9))
        redemptions.redeem_reward(
            membership_id=self._in("PLATFORM_SILVER", "P2"), reward_code=COFFEE, reference="demo", actor=ACTOR, at=before(self.now, 3)
        )

    def _post(self, entries: Sequence[EntryIn]) -> None:
        for entry in sorted(entries, key=lambda entry: entry.occurred_at):
            ledger.post_entries(entries=[entry], booked_at=entry.occurred_at, origin=Origin.BACKFILL)

    def _opening(self, place: int, each: Brought) -> EntryIn:
        joined_on = self.joined[each.key].astimezone(ZONE).date()
        earned_on = joined_on
        if each.last_day is not None:
            earned_on = _two_years_before(self.now.astimezone(ZONE).date() + timedelta(days=each.last_day))
        return EntryIn(
            membership_id=self._in(each.key, each.programme),
            kind=EntryKind.OPENING,
            requested=each.points,
            source_type="opening",
            source_id=each.key,
            effect_key=f"opening:{place}",
            occurred_at=self.joined[each.key],
            actor=ACTOR,
            lot=_lot(datetime.combine(earned_on, time(14), ZONE)),
        )

    def _entry(self, deed: Deed) -> EntryIn:
        at, account = before(self.now, deed.ago), self._in(deed.key, "P1")
        given = PointsEntry.objects.get(account_id=account, effect_key=f"demo:{deed.name}") if deed.taken_back else None
        kind = EntryKind.REVERSE if given else EntryKind.ADJUST if deed.points > 0 else EntryKind.REDEEM
        return EntryIn(
            membership_id=account,
            kind=kind,
            requested=-deed.points if given else deed.points,
            source_type="staff",
            source_id=str(self.house.staff["cs01"]),
            effect_key=f"demo:{deed.name}{':back' if given else ''}",
            occurred_at=at,
            actor=f"staff:{self.house.staff['cs01']}",
            reverses_id=given.pk if given else None,
            lot=_lot(at) if kind == EntryKind.ADJUST else None,
            note=deed.note,
        )

    def _in(self, key: str, programme: str) -> int:
        return stores_selectors.membership(self.member_ids[key], self.house.programmes[programme]).pk


def _lot(earned_at: datetime) -> LotTerms:
    earned_on = earned_at.astimezone(ZONE).date()
    return LotTerms(earned_at=earned_at, available_from=earned_at, ends_at=lot_rules.ends_at(earned_on, MONTHS, ZONE))


def _two_years_before(last_on: date) -> date:
    """The day on which points were earned whose last day this is; for a 29th of February that of the year before last is not one."""
    return date(last_on.year - 2, last_on.month, min(last_on.day, 28 if last_on.month == 2 else 31))


def _worth(facts: Facts, member_id: int) -> int:
    """Points that somebody's completed orders give: one for a hundred yuan, twice on the member day (PTS-02, PTS-20)."""
    worth = 0
    for order in facts.orders:
        if order.member_id == member_id and order.completed_at and order.paid_at:
            base = sum(line.paid_minor for line in order.lines) // 10_000
            worth += base * (2 if order.paid_at.astimezone(ZONE).day == MEMBER_DAY else 1)
    return worth
