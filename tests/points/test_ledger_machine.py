"""R05: the ledger against a plain model (tests/points/model.py), under any sequence of verbs, clocks, replays and refusals.

20 histories of 30 steps in every run; POINTS_HISTORIES and POINTS_STEPS ask for others (500 and 50 is what reliability.md wants).
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from core.errors import DomainError
from growth.errors import EffectConflict
from points import checks
from points.enums import EntryKind, ReversalPolicy
from points.errors import HoldClosed, HoldTimedOut, InsufficientPoints, NothingLeftToReverse
from points.models import PointsAccount, PointsEntry, PointsHold, PointsLot
from points.selectors import ledger as selectors
from points.services import expiry, holds, ledger
from points.services.ledger import EntryIn
from stores.models import Membership
from tests import world
from tests.points import house
from tests.points.model import Account, Hold, Line, Refused
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HISTORIES = int(os.environ.get("POINTS_HISTORIES", "20"))
STEPS = int(os.environ.get("POINTS_STEPS", "30"))

# reversal policy and grace of each programme
PROGRAMMES = ((ReversalPolicy.DEBT, 0), (ReversalPolicy.DEBT, 7), (ReversalPolicy.WITHIN_BALANCE, 0), (ReversalPolicy.ONLY_PENDING, 2))
PLACES = st.integers(0, 1)  # each history is about two accounts
POINTS = st.integers(1, 40)
LIVES = st.sampled_from([None, None, 1, 2, 3, 10, 30])  # days until a lot ends
WAITS = st.sampled_from([0, 0, 0, 1, 3])  # days until it can be spent
REFUSALS: dict[str, tuple[type[DomainError], ...]] = {
    "short": (InsufficientPoints,),
    "beyond": (NothingLeftToReverse,),
    "ended": (HoldTimedOut, HoldClosed),
}
SPENT = ("redeem", "adjust", "exchange_out")
EARNED = ("earn", "adjust", "exchange_in")


class LedgerMachine(RuleBasedStateMachine):
    everybody: list[Membership] = []

    @initialize(first=st.sampled_from(range(len(PROGRAMMES))), second=st.sampled_from(range(1, len(PROGRAMMES))))
    def begin(self, first: int, second: int) -> None:
        self.point = transaction.savepoint()
        self.at = NOW
        chosen = [first, (first + second) % len(PROGRAMMES)]
        self.people = [self.everybody[number] for number in chosen]
        self.accounts = [Account(PROGRAMMES[number][0].value, PROGRAMMES[number][1]) for number in chosen]
        self.hold_ids: dict[Hold, int] = {}
        self.keys = 0
        self.known: list[EntryIn] = []
        self.refused: list[tuple[int, EntryIn, int]] = []  # where, what, points
        for place in (0, 1):
            self.earn(place, 30, 0, 3, EntryKind.EARN)
            self.earn(place, 20, 0, None, EntryKind.EARN)

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    def entry(self, place: int, requested: int, **values: object) -> EntryIn:
        return house.entry(self.people[place], requested, self.key(), occurred_at=self.at, **values)

    def both(self, places: list[int], ask: Callable[[], object], expect: Callable[[], object]) -> bool:
        """Do the same to the ledger and to the model: both do it, or both refuse and nothing has changed."""
        refusal = None
        try:
            expect()
        except Refused as refused:
            refusal = str(refused)
        if refusal is None:
            ask()
        else:
            with pytest.raises(REFUSALS[refusal]), transaction.atomic():
                ask()
        for place in places:
            self.agree(place)
        return refusal is None

    def post(self, *entries: EntryIn) -> None:
        house.post(*entries, at=self.at)
        self.known += entries

    # --- verbs ---

    @rule(place=PLACES, points=POINTS, waits=WAITS, lives=LIVES, kind=st.sampled_from([EntryKind.EARN, EntryKind.ADJUST]))
    def earn(self, place: int, points: int, waits: int, lives: int | None, kind: EntryKind) -> None:
        starts = self.at + timedelta(days=waits)
        ends = None if lives is None else midnight_after(self.at + timedelta(days=lives))
        entry = self.entry(place, points, kind=kind, available_from=starts, ends_at=ends)
        self.both([place], lambda: self.post(entry), lambda: self.accounts[place].earn(kind.value, points, self.at, starts, ends, self.at))

    @rule(place=PLACES, points=POINTS, kind=st.sampled_from([EntryKind.REDEEM, EntryKind.ADJUST]))
    def spend(self, place: int, points: int, kind: EntryKind) -> None:
        entry = self.entry(place, -points, kind=kind)
        if not self.both([place], lambda: self.post(entry), lambda: self.accounts[place].spend(kind.value, points, self.at)):
            self.refused.append((place, entry, points))

    @rule(data=st.data())
    def try_again_with_the_same_key(self, data: st.DataObject) -> None:
        """What was refused left nothing behind, not even its key."""
        if self.refused:
            place, entry, points = self.refused.pop(data.draw(st.integers(0, len(self.refused) - 1)))
            self.both([place], lambda: self.post(entry), lambda: self.accounts[place].spend(entry.kind.value, points, self.at))

    @rule(giver=PLACES, taker=PLACES, points=POINTS)
    def exchange(self, giver: int, taker: int, points: int) -> None:
        if giver == taker:
            return
        out = self.entry(giver, -points, kind=EntryKind.EXCHANGE_OUT)
        back = self.entry(taker, points, kind=EntryKind.EXCHANGE_IN)

        def expect() -> None:
            self.accounts[giver].spend("exchange_out", points, self.at)
            self.accounts[taker].earn("exchange_in", points, self.at, self.at, None, self.at)

        self.both([giver, taker], lambda: self.post(out, back), expect)

    @rule(place=PLACES, data=st.data(), more=st.integers(0, 3))
    def reverse(self, place: int, data: st.DataObject, more: int) -> None:
        line, entry_id = self.draw(place, data, lambda line: line.kind in EARNED and line.delta > 0)
        if line is None:
            return
        points = data.draw(st.integers(1, max(1, line.left))) if more else line.left + 1
        entry = self.entry(place, -points, kind=EntryKind.REVERSE, reverses_id=entry_id)
        self.both([place], lambda: self.post(entry), lambda: self.accounts[place].reverse(line, points, self.at))

    @rule(place=PLACES, data=st.data(), more=st.integers(0, 5))
    def restore(self, place: int, data: st.DataObject, more: int) -> None:
        line, entry_id = self.draw(place, data, lambda line: line.kind in SPENT and line.delta < 0)
        if line is None:
            return
        left = sum(part for _lot, part in line.taken)
        points = data.draw(st.integers(1, max(1, left))) if more else left + 1
        entry = self.entry(place, points, kind=EntryKind.RESTORE, reverses_id=entry_id)
        self.both([place], lambda: self.post(entry), lambda: self.accounts[place].restore(line, points, self.at))

    reverse_more, restore_more, spend_more = reverse, restore, spend  # what the ledger is most about comes twice as often

    @rule(place=PLACES, points=POINTS, minutes=st.sampled_from([1, 30, 60 * 24, 60 * 24 * 5]))
    def hold(self, place: int, points: int, minutes: int) -> None:
        key = self.key()
        asked: list[int] = []
        expected: list[Hold] = []

        def ask() -> None:
            found = holds.hold_points(
                membership_id=self.people[place].pk, points=points, effect_key=key, actor="test", at=self.at, minutes=minutes
            )
            asked.append(found.pk)

        def expect() -> None:
            expected.append(self.accounts[place].hold(points, self.at + timedelta(minutes=minutes), self.at))

        if self.both([], ask, expect):
            self.hold_ids[expected[0]] = asked[0]
        self.agree(place)

    @rule(place=PLACES, data=st.data(), part=st.integers(0, 4))
    def capture(self, place: int, data: st.DataObject, part: int) -> None:
        if not self.accounts[place].holds:
            return
        hold = data.draw(st.sampled_from(self.accounts[place].holds[::-1][:4]))
        points = hold.amount if part > 2 else hold.amount + 1 if part == 0 else max(1, hold.amount // 2)
        key = self.key()
        self.both(
            [place],
            lambda: holds.capture_hold(hold_id=self.hold_ids[hold], points=points, effect_key=key, actor="test", at=self.at),
            lambda: self.accounts[place].capture(hold, points, self.at),
        )

    @rule(place=PLACES, data=st.data())
    def release(self, place: int, data: st.DataObject) -> None:
        open_ones = [hold for hold in self.accounts[place].holds if hold.state != "captured"]
        if open_ones:
            hold = data.draw(st.sampled_from(open_ones[::-1][:4]))
            self.accounts[place].release(hold, self.at)
            found = holds.release_hold(hold_id=self.hold_ids[hold], actor="test", at=self.at)
            assert found.state == hold.state
            self.agree(place)

    @rule(wanted=st.lists(st.tuples(PLACES, st.integers(-30, 30).filter(bool)), min_size=1, max_size=12))
    def post_staged(self, wanted: list[tuple[int, int]]) -> None:
        """A batch from which what is short is left out."""
        keys = [self.key() for _each in wanted]
        with transaction.atomic(), ledger.staged() as batch:
            stage(batch, [(self.people[place].pk, requested) for place, requested in wanted], keys, self.at)
            counts = ledger.post_staged(batch=batch, booked_at=self.at, skip_short=True)
        short = 0
        for place in sorted({place for place, _requested in wanted}):  # accounts apart, in order within each
            account = self.accounts[place]
            for requested in [points for at, points in wanted if at == place]:
                if requested > 0:
                    account.earn("earn", requested, self.at, self.at, None, self.at)
                elif account.can_spend(-requested, self.at):
                    account.spend("redeem", -requested, self.at)
                else:
                    account.close_due(self.at)
                    short += 1
        assert counts == ledger.Counts(len(wanted) - short, 0, short)
        for place in range(len(self.people)):
            self.agree(place)

    # --- the same again ---

    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        if self.known:
            entry = data.draw(st.sampled_from(self.known))
            before = PointsEntry.objects.count()
            [posted] = house.post(entry, at=self.at)
            assert posted.replayed and posted.requested == entry.requested
            assert PointsEntry.objects.count() == before

    @rule(data=st.data())
    def conflict(self, data: st.DataObject) -> None:
        if self.known:
            entry = data.draw(st.sampled_from(self.known))
            other = house.entry(
                Membership(pk=entry.membership_id), entry.requested + (1 if entry.requested > 0 else -1), entry.effect_key,
                occurred_at=self.at, kind=entry.kind, reverses_id=entry.reverses_id,
            )  # fmt: skip
            with pytest.raises(EffectConflict), transaction.atomic():
                house.post(house.entry(Membership(pk=entry.membership_id), 5), other, at=self.at)

    # --- the clock ---

    @rule(data=st.data(), before=st.sampled_from([0, 0, 1]))
    def step_to_an_end(self, data: st.DataObject, before: int) -> None:
        """To the very moment at which a lot or a hold ends or a lot can be spent, or a second before it."""
        moments = {lot.ends for account in self.accounts for lot in account.lots if lot.ends and lot.remaining}
        moments |= {lot.starts for account in self.accounts for lot in account.lots}
        moments |= {hold.expires_at for account in self.accounts for hold in account.holds if hold.state == "active"}
        coming = sorted(moment for moment in moments if moment > self.at + timedelta(seconds=1))
        if coming:
            self.at = data.draw(st.sampled_from(coming[:6])) - timedelta(seconds=before)
            self.by_the_clock()

    @rule(hours=st.sampled_from([1, 30, 24 * 4]))
    def step(self, hours: int) -> None:
        self.at += timedelta(hours=hours)
        self.by_the_clock()

    @rule()
    def expire(self) -> None:
        for account in self.accounts:
            account.expire(self.at)
        expiry.expire_lots(now=self.at, limit=3)
        assert expiry.expire_lots(now=self.at) == 0
        for place in range(len(self.people)):
            self.agree(place)

    @rule()
    def time_out(self) -> None:
        for account in self.accounts:
            account.close_due(self.at)
        holds.time_out(now=self.at, limit=2)
        assert holds.time_out(now=self.at) == 0
        for place in range(len(self.people)):
            self.agree(place)

    # --- what must be the same ---

    def draw(self, place: int, data: st.DataObject, suits: Callable[[Line], bool]) -> tuple[Line | None, int]:
        found = [number for number, line in enumerate(self.accounts[place].lines, 1) if suits(line)]
        if not found:
            return None, 0
        number = data.draw(st.sampled_from(found[::-1][:8]))
        entry = PointsEntry.objects.get(account=self.people[place].pk, account_version=number)
        return self.accounts[place].lines[number - 1], entry.pk

    def agree(self, place: int) -> None:
        model, person = self.accounts[place], self.people[place]
        account = PointsAccount.objects.filter(pk=person.pk).first() or PointsAccount(pk=person.pk)
        assert (account.balance, account.held, account.debt, account.version) == (
            model.balance, model.held, model.debt, len(model.lines),
        )  # fmt: skip
        rows = PointsEntry.objects.filter(account=person.pk).order_by("account_version")
        assert list(rows.values_list("kind", "requested", "delta", "owed", "forgiven")) == [
            (line.kind, line.requested, line.delta, line.owed, line.forgiven) for line in model.lines
        ]
        lots = PointsLot.objects.filter(account=person.pk).order_by("id")
        assert list(lots.values_list("amount", "remaining", "held", "available_from", "ends_at")) == [
            (lot.amount, lot.remaining, lot.held, lot.starts, lot.ends) for lot in model.lots
        ]
        states = PointsHold.objects.filter(account=person.pk).order_by("id").values_list("amount", "state")
        assert list(states) == [(hold.amount, hold.state) for hold in model.holds]
        if model.debt:  # whatever is free pays what is owed
            assert not model.burning(self.at, pending=True)

    def by_the_clock(self) -> None:
        found = selectors.balances([person.pk for person in self.people], self.at)
        for place, person in enumerate(self.people):
            assert found[person.pk].available == self.accounts[place].available(self.at)

    def teardown(self) -> None:
        if hasattr(self, "point"):
            assert checks.disagreements() == []
            transaction.savepoint_rollback(self.point)


def midnight_after(moment: datetime) -> datetime:
    """The next midnight of Shanghai."""
    local = moment + timedelta(hours=8)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=16)


def stage(batch: int, wanted: list[tuple[int, int]], keys: list[str], at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO points_staged_entry (batch, item, membership_id, verb, kind, requested, source_type, source_id, earned_at,"
            " available_from, effect_key, actor, occurred_at) VALUES (%s, %s, %s, %s, %s, %s, 'test', '1', %s, %s, %s, 'test', %s)",
            [
                (batch, item, membership_id, *(("earn", "earn") if points > 0 else ("spend", "redeem")), points, at, at, key, at)
                for item, ((membership_id, points), key) in enumerate(zip(wanted, keys, strict=True))
            ],
        )


def test_the_ledger_is_the_model(db: None) -> None:
    """R05."""
    LedgerMachine.everybody = []
    for number, (policy, grace) in enumerate(PROGRAMMES):
        programme = world.store(f"M{number}").programme
        house.rules(programme, reversal_policy=policy, restore_grace_days=grace, hold_minutes=60 * 24 * 7)
        LedgerMachine.everybody.append(house.membership(programme))
    wanted = settings(
        max_examples=HISTORIES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[phase for phase in Phase if phase != Phase.explain],
    )
    run_state_machine_as_test(LedgerMachine, settings=wanted)
