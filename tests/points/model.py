"""A points ledger in plain Python, told from docs/rules/points.md: lists, loops and no database. What it checks shares no line with it.

Moments are aware datetimes; the zone is that of Shanghai, eight hours ahead of UTC all year.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

EIGHT_HOURS = timedelta(hours=8)
FAR = timedelta(days=100_000)


@dataclass(eq=False)
class Lot:
    number: int
    amount: int
    earned_at: datetime
    starts: datetime
    ends: datetime | None
    remaining: int = 0
    held: int = 0
    lost: int = 0  # by its end, and not yet counted by a reversal
    stead: list[list] = field(default_factory=list)  # type: ignore[type-arg]  # [lot, points] that gave in its stead, the latest last

    def lives(self, at: datetime) -> bool:
        return self.ends is None or at < self.ends

    @property
    def free(self) -> int:
        return self.remaining - self.held


@dataclass(eq=False)
class Line:
    kind: str
    requested: int
    delta: int
    owed: int = 0
    forgiven: int = 0
    lot: Lot | None = None
    left: int = 0  # of an earning: what can still be taken back
    taken: list[list] = field(default_factory=list)  # type: ignore[type-arg]  # of a spending: [lot, points] not given back, the first first
    of: "Line | None" = None
    owes: int = 0


@dataclass(eq=False)
class Hold:
    amount: int
    expires_at: datetime
    parts: list[tuple[Lot, int]]
    state: str = "active"


class Refused(Exception):
    """short, beyond or ended."""


class Account:
    def __init__(self, policy: str, grace_days: int) -> None:
        self.policy, self.grace_days = policy, grace_days
        self.lots: list[Lot] = []
        self.lines: list[Line] = []
        self.holds: list[Hold] = []

    # --- what it holds ---

    @property
    def balance(self) -> int:
        return sum(lot.remaining for lot in self.lots)

    @property
    def held(self) -> int:
        return sum(hold.amount for hold in self.holds if hold.state == "active")

    @property
    def debt(self) -> int:
        return sum(line.owes for line in self.lines)

    def burning(self, at: datetime, *, pending: bool = False, but: Lot | None = None) -> list[Lot]:
        """Lots to take from, in the order in which they burn."""
        found = [
            lot for lot in self.lots if lot.free > 0 and lot.lives(at) and (pending or lot.starts <= at) and lot is not but
        ]  # fmt: skip
        return sorted(found, key=lambda lot: (lot.ends or lot.earned_at + FAR, lot.earned_at, lot.number))

    def available(self, at: datetime) -> int:
        """By the clock: what holds whose time is over let go of counts already, after debts."""
        back = sum(
            points for hold in self.holds if hold.state == "active" and hold.expires_at <= at for lot, points in hold.parts if lot.lives(at)
        )
        return max(0, sum(lot.free for lot in self.burning(at)) + back - self.debt)

    # --- small moves ---

    def make_lot(self, points: int, earned_at: datetime, starts: datetime, ends: datetime | None) -> Lot:
        lot = Lot(len(self.lots), points, earned_at, starts, ends, remaining=points)
        self.lots.append(lot)
        return lot

    def add(self, line: Line) -> Line:
        self.lines.append(line)
        return line

    @staticmethod
    def draw(lots: list[Lot], points: int) -> list[list]:  # type: ignore[type-arg]
        """Take up to so many points from lots in the order given."""
        taken: list[list] = []  # type: ignore[type-arg]
        for lot in lots:
            part = min(points, lot.free)
            if part > 0:
                lot.remaining -= part
                points -= part
                taken.append([lot, part])
        return taken

    def grace_end(self, at: datetime) -> datetime | None:
        if self.grace_days == 0:
            return None
        local = at + EIGHT_HOURS
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=self.grace_days + 1) - EIGHT_HOURS

    def once_due(self, at: datetime) -> "Account":
        """What it would be when the holds whose time is over had ended; to look before a refusal that must change nothing."""
        if not any(hold.state == "active" and hold.expires_at <= at for hold in self.holds):
            return self
        found = deepcopy(self)
        found.close_due(at)
        return found

    def can_spend(self, points: int, at: datetime) -> bool:
        return sum(lot.free for lot in self.once_due(at).burning(at)) >= points

    # --- verbs ---

    def close_due(self, at: datetime) -> None:
        for hold in sorted(
            (each for each in self.holds if each.state == "active" and each.expires_at <= at), key=lambda each: each.expires_at
        ):
            self.end_hold(hold, "timed_out", 0, "", at)

    def earn(self, kind: str, points: int, earned_at: datetime, starts: datetime, ends: datetime | None, at: datetime) -> Line:
        self.close_due(at)
        line = self.add(Line(kind, points, points, lot=self.make_lot(points, earned_at, starts, ends), left=points))
        self.repay(at)
        return line

    def spend(self, kind: str, points: int, at: datetime) -> Line:
        if not self.can_spend(points, at):
            raise Refused("short")
        self.close_due(at)
        lots = self.burning(at)
        return self.add(Line(kind, -points, -points, taken=self.draw(lots, points)))

    def reverse(self, of: Line, points: int, at: datetime) -> Line:
        lot = of.lot
        assert lot
        if points > of.left:
            raise Refused("beyond")
        self.close_due(at)
        of.left -= points
        line = Line("reverse", -points, 0, of=of)
        rest = points
        if self.policy != "only_pending" or at < lot.starts:
            own = min(rest, lot.free)
            lot.remaining -= own
            rest -= own
            line.delta -= own
        gone = min(rest, lot.lost)
        lot.lost -= gone
        rest -= gone
        line.forgiven += gone
        if self.policy != "only_pending":
            for other, part in self.draw(self.burning(at, pending=True, but=lot), rest):
                lot.stead.append([other, part])
                rest -= part
                line.delta -= part
        if self.policy == "debt":
            line.owed = line.owes = rest
        else:
            line.forgiven += rest
        return self.add(line)

    def restore(self, of: Line, points: int, at: datetime) -> Line:
        if points > sum(part for _lot, part in of.taken):
            raise Refused("beyond")
        self.close_due(at)
        line = self.add(Line("restore", points, points))
        fresh = 0
        ended: dict[Lot, int] = {}
        waiting = []
        while points:
            lot, part = of.taken[-1]
            back = min(points, part)
            points -= back
            of.taken[-1][1] -= back
            if of.taken[-1][1] == 0:
                of.taken.pop()
            waiting.append((lot, back))
        while waiting:
            lot, back = waiting.pop(0)
            if lot.stead:
                other, part = lot.stead[-1]
                onward = min(back, part)
                lot.stead[-1][1] -= onward
                if lot.stead[-1][1] == 0:
                    lot.stead.pop()
                waiting.insert(0, (other, onward))
                if back > onward:
                    waiting.insert(1, (lot, back - onward))
            elif lot.lives(at):
                lot.remaining += back
            elif self.grace_days:
                fresh += back
            else:
                ended[lot] = ended.get(lot, 0) + back
        if fresh:
            line.lot = self.make_lot(fresh, at, at, self.grace_end(at))
        if ended:
            for lot, part in ended.items():
                lot.lost += part
            self.add(Line("expire", -sum(ended.values()), -sum(ended.values())))
        self.repay(at)
        return line

    def repay(self, at: datetime) -> None:
        for reversal in [line for line in self.lines if line.owes]:
            assert reversal.of and reversal.of.lot
            lot = reversal.of.lot
            own = min(reversal.owes, lot.free) if lot.lives(at) else 0
            lot.remaining -= own
            others = self.draw(self.burning(at, pending=True, but=lot), reversal.owes - own)
            lot.stead += others
            paid = own + sum(part for _lot, part in others)
            if paid:
                reversal.owes -= paid
                self.add(Line("repay", -paid, -paid, owed=-paid))

    def hold(self, points: int, expires_at: datetime, at: datetime) -> Hold:
        if not self.can_spend(points, at):
            raise Refused("short")
        self.close_due(at)
        lots = self.burning(at)
        parts, wanted = [], points
        for lot in lots:
            part = min(wanted, lot.free)
            if part:
                lot.held += part
                wanted -= part
                parts.append((lot, part))
        found = Hold(points, expires_at, parts)
        self.holds.append(found)
        return found

    def capture(self, hold: Hold, points: int, at: datetime) -> Line:
        if hold.state != "active" or hold.expires_at <= at:
            raise Refused("ended")
        if points > hold.amount:
            raise Refused("short")
        self.close_due(at)
        line = self.end_hold(hold, "captured", points, "redeem", at)
        assert line
        return line

    def release(self, hold: Hold, at: datetime) -> None:
        self.close_due(at)
        if hold.state == "active":
            self.end_hold(hold, "released", 0, "", at)

    def end_hold(self, hold: Hold, state: str, points: int, kind: str, at: datetime) -> Line | None:
        hold.state = state
        line = self.add(Line(kind, -points, -points)) if points else None
        ended: list[tuple[Lot, int]] = []
        for lot, part in hold.parts:
            lot.held -= part
            taken = min(points, part)
            points -= taken
            if taken and line:
                lot.remaining -= taken
                line.taken.append([lot, taken])
            if part > taken and not lot.lives(at):
                ended.append((lot, part - taken))
        if ended:
            total = sum(part for _lot, part in ended)
            self.add(Line("expire", -total, -total))
            for lot, part in ended:
                lot.remaining -= part
                lot.lost += 0 if self.grace_days else part
            if self.grace_days:
                self.add(Line("restore", total, total, lot=self.make_lot(total, at, at, self.grace_end(at))))
        self.repay(at)
        return line

    def expire(self, at: datetime) -> None:
        """The nightly job."""
        if not any(lot.free > 0 and not lot.lives(at) for lot in self.lots):
            return
        self.close_due(at)
        due = [lot for lot in self.lots if lot.free > 0 and not lot.lives(at)]
        for end in sorted({lot.ends for lot in due if lot.ends}):
            total = 0
            for lot in due:
                if lot.ends == end:
                    total += lot.free
                    lot.lost += lot.free
                    lot.remaining = lot.held
            self.add(Line("expire", -total, -total))
