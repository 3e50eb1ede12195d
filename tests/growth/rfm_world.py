"""Orders told in days and yuan, cycles run in the months' order, and RFM reckoned by hand (ruling 28: shares no code with the SQL)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from activity.models import Order
from growth.models import RfmClock, RfmRun, RfmSnapshot, RfmState, RfmVersion
from growth.services import rfm_cycles, rfm_previews, rfm_states
from stores.models import Membership, Programme, Store
from tests.activity.facts import after_sale, line, order, record

SHANGHAI = ZoneInfo("Asia/Shanghai")
_numbers = count(1)


def at(day: str | date, clock: str = "12:00") -> datetime:
    """A moment in Shanghai."""
    on = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(on, time.fromisoformat(clock), SHANGHAI).astimezone(UTC)


def buys(store: Store, member_id: int, day: str | date, yuan: float = 100, *, clock: str = "12:00", told: datetime | None = None) -> str:
    """A completed order, told at its completion unless said otherwise; answers its number."""
    return _tell(store, member_id, at(day, clock), round(yuan * 100), told)


def _tell(store: Store, member_id: int, moment: datetime, minor: int, told: datetime | None = None) -> str:
    number = f"R{next(_numbers)}"
    fact = order(
        store.pk, member_id, number, lines=[line(paid_minor=minor)], status="completed", placed_at=moment - timedelta(hours=1),
        paid_at=moment - timedelta(hours=1), completed_at=moment,
    )  # fmt: skip
    [told_it] = record(fact, at=told or moment)
    assert told_it.applied, told_it
    return number


def refunds(store: Store, order_no: str, yuan: float, *, at: datetime) -> None:
    fact = after_sale(store.pk, f"A{next(_numbers)}", order_no, refund_minor=round(yuan * 100), applied_at=at, settled_at=at)
    [told_it] = record(fact, at=at)
    assert told_it.applied, told_it


def cycle(programme: Programme, month: str, **values: object) -> RfmRun:
    """The cycle of "2024-03", at two in the morning of the day after."""
    period_on = date.fromisoformat(f"{month}-01")
    now = at((period_on + timedelta(days=31)).replace(day=1), "02:00")
    run = rfm_cycles.run_cycle(programme_id=programme.pk, period_on=period_on, now=lambda: now, **values)  # type: ignore[arg-type]
    assert run is not None
    return run


def snapshot(run: RfmRun, membership: Membership) -> RfmSnapshot:
    return RfmSnapshot.objects.get(run=run, membership=membership)


def cell(found: RfmSnapshot | rfm_previews.Judged) -> str:
    return f"{found.r_score}-{found.f_score}-{found.m_score}"


def preview(version: RfmVersion, day: str, membership: Membership) -> rfm_previews.Judged:
    [found] = rfm_previews.preview_cycle(version_id=version.pk, as_of_on=date.fromisoformat(day), membership_ids=[membership.pk]).rows
    return found


def bring(version: RfmVersion, day: date) -> rfm_states.Moved:
    with rfm_states.held([version.programme_id]) as free:
        assert free
        [moved] = rfm_states.bring(version_ids=[version.pk], as_of_on=day)
    return moved


State = tuple[date, int, int]


def states(version: RfmVersion) -> dict[int, State]:
    """What is stored, by membership."""
    rows = RfmState.objects.filter(version=version).values_list("membership_id", "last_on", "orders", "amount_minor")
    return {membership_id: (last_on, orders, amount) for membership_id, last_on, orders, amount in rows}


def by_hand(version: RfmVersion) -> dict[int, State]:
    """The same from the orders one by one, at the day the version's clock shows."""
    clock = RfmClock.objects.get(version=version)
    assert clock.as_of_on is not None
    programme = version.programme
    zone = ZoneInfo(programme.time_zone)
    memberships = dict(Membership.objects.filter(programme=programme).values_list("member_id", "id"))
    found: dict[int, State] = {}
    orders = Order.objects.filter(status="completed")
    if programme.kind != "platform":
        orders = orders.filter(store__programme=programme)
    for bought in orders:
        assert bought.completed_at is not None
        on = bought.completed_at.astimezone(zone).date()
        if on > clock.as_of_on or (bought.net_minor == 0 and bought.settled_minor > 0):
            continue
        last_on, number, amount = found.get(memberships[bought.member_id], (on, 0, 0))
        if (clock.as_of_on - on).days < version.window_days:
            number, amount = number + 1, amount + bought.net_minor
        found[memberships[bought.member_id]] = (max(last_on, on), number, amount)
    return found


@dataclass(frozen=True)
class ByHand:
    """What the oracle says of one membership."""

    cell: str
    delta: int


BANDS = {
    "r": [(30, 5), (60, 4), (90, 3), (180, 2)],
    "f": [(12, 5), (8, 4), (5, 3), (2, 2)],
    "m": [(5_000_000, 5), (2_000_000, 4), (800_000, 3), (300_000, 2)],
}


def judge_by_hand(r_days: int | None, orders: int, amount: int, rfm_unit: int, bought: bool, hit: Callable[[str], None]) -> ByHand:
    """Default model; says which boundaries were met exactly."""
    r = next((score for days, score in BANDS["r"] if r_days is not None and r_days <= days), 1)
    f = next((score for least, score in BANDS["f"] if orders >= least), 1)
    m = next((score for least, score in BANDS["m"] if amount >= least), 1)
    for axis, value in (("r", r_days), ("f", orders), ("m", amount)):
        for cut, _score in BANDS[axis]:
            if value == cut:
                hit(f"{axis} on a cut")
            elif value is not None and abs(value - cut) == 1:
                hit(f"{axis} beside a cut")
    fifths = rfm_unit * (3 * (r - 3) + (f - 3) + (m - 3))  # weights 0.6, 0.2, 0.2 in fifths
    whole, rest = divmod(abs(fifths), 5)
    size = whole + (1 if rest >= 3 else 0)  # halves cannot occur in fifths
    delta = size if fifths > 0 else -size
    if delta > 0 and not bought:
        hit("rise cut to 0")
        delta = 0
    return ByHand(f"{r}-{f}-{m}", delta)


def orders_by_hand(store: Store, told: Sequence[tuple[int, datetime, int]]) -> None:
    """Many orders at once, by the road of the API: (member id, completed, minor units)."""
    facts = [
        order(
            store.pk, member_id, f"R{next(_numbers)}", lines=[line(paid_minor=minor)], status="completed", placed_at=moment,
            paid_at=moment, completed_at=moment,
        )
        for member_id, moment, minor in told
    ]  # fmt: skip
    for start in range(0, len(facts), 500):
        some = facts[start : start + 500]
        answers = record(*some, at=max(fact.completed_at for fact in some if fact.completed_at))
        assert all(answer.applied for answer in answers)
