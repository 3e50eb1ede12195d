"""What the demo shows of points, to the unit: the figures of F1, CS-3 and CS-6, and a story for each of the cast."""

from datetime import UTC, date, datetime

import pytest

from core.models import Notice
from demo import stages
from demo.models import LoadedStage
from demo.world import house
from demo.world.cast import Cast, build_cast, register_cast
from demo.world.moments import FROZEN
from demo.world.parts import PARTS
from points.enums import AdjustmentState, EntryKind, HoldState, RedemptionState
from points.models import LiabilityDay, PointsAccount, PointsAdjustment, PointsEntry, PointsExchange, PointsHold, PointsLot, Redemption
from points.selectors import books as books_selectors
from points.selectors import ledger as ledger_selectors
from points.selectors.as_of import balance_as_of
from points.selectors.ledger import Balance
from points.services import books, expiry, holds, reminders
from stores import selectors as stores_selectors
from stores.models import Programme
from tests.demo.conftest import Told

pytestmark = pytest.mark.django_db


def account(cast: Cast, key: str, programme: str = "P1") -> int:
    return stores_selectors.membership(cast.member_ids[key], Programme.objects.get(code=programme).pk).pk


def has(cast: Cast, key: str, programme: str = "P1") -> Balance:
    return ledger_selectors.balance(account(cast, key, programme), FROZEN)


def story(cast: Cast, key: str, programme: str = "P1") -> list[tuple[str, int]]:
    """Kind and points of each entry, in the order in which they were booked."""
    rows = PointsEntry.objects.filter(account=account(cast, key, programme)).order_by("booked_at", "account_version")
    return list(rows.values_list("kind", "delta"))


def test_zhang_san_has_100_points_in_a_lot_of_60_and_one_of_40(cast: Cast) -> None:
    """F1: 60 end with 2024-06-30, 40 with 2025-11-02. CS-3 step 1, PTS-07: -10 of 2024-05-11 00:10, lot earned 2022-05-10."""
    assert has(cast, "M1") == Balance(balance=100, available=100, next_end_at=datetime(2024, 6, 30, 16, tzinfo=UTC), next_end_points=60)
    lots = ledger_selectors.open_lots(account(cast, "M1"), FROZEN)
    assert [(lot.remaining, lot.ends_at) for lot in lots] == [
        (60, datetime(2024, 6, 30, 16, tzinfo=UTC)),
        (40, datetime(2025, 11, 2, 16, tzinfo=UTC)),
    ]
    # ten ended on 2024-05-11 at ten past midnight
    ended = PointsEntry.objects.get(account=account(cast, "M1"), kind=EntryKind.EXPIRE)
    assert (ended.delta, ended.booked_at) == (-10, datetime(2024, 5, 10, 16, 10, tzinfo=UTC))
    lot = PointsLot.objects.get(moves__entry=ended)
    assert (lot.earned_at, lot.ends_at) == (datetime(2022, 5, 10, 6, tzinfo=UTC), datetime(2024, 5, 10, 16, tzinfo=UTC))
    day_before = balance_as_of(account(cast, "M1"), datetime(2024, 5, 10, 15, 59, tzinfo=UTC)).balance
    assert (day_before.balance, day_before.available) == (112, 112)
    # she had set 100 aside and let them go
    assert story(cast, "M1") == [("opening", 10), ("opening", 60), ("adjust", 40), ("earn", 2), ("expire", -10), ("redeem", -2)]
    hold = PointsHold.objects.get(account=account(cast, "M1"))
    assert (hold.amount, hold.captured, hold.state) == (100, 0, HoldState.RELEASED)


def test_zhang_san_is_reminded_of_her_60_points_five_times(cast: Cast) -> None:
    """OP-6 step 4: 31 May, 7, 14, 21, 28 June. Building the cast again changes nothing before."""
    entries = list(PointsEntry.objects.order_by("id").values_list("id", "account_id", "delta"))
    build_cast(FROZEN)
    assert list(PointsEntry.objects.order_by("id").values_list("id", "account_id", "delta")) == entries
    for day in (date.fromordinal(number) for number in range(date(2024, 5, 21).toordinal(), date(2024, 7, 3).toordinal())):
        reminders.remind_of_endings(now=datetime(day.year, day.month, day.day, tzinfo=UTC))
    told = Notice.objects.filter(member_id=cast.member_ids["M1"], template="points_ending", values__ends_on="2024-06-30")
    days = told.filter(programme_id=cast.house.programmes["P1"]).order_by("created_at").values_list("created_at__date", flat=True)
    assert list(days) == [date(2024, 5, 31), *(date(2024, 6, day) for day in (7, 14, 21, 28))]


STORIES = {
    # key, programme: what was booked in order of time; balance, held, debt
    ("CARD6001", "P1"): ([("opening", 12), ("earn", 3)], (15, 0, 0)),  # CS-6: with 100 it will be 115
    ("M2", "P1"): ([("opening", 300), ("redeem", -120), ("earn", 3)], (183, 0, 0)),
    # PTS-23, SF-12: 250 at 100 : 80 in steps of 50
    ("TWO_STORES", "P1"): ([("opening", 300), ("earn", 6), ("earn", 5), ("earn", 2), ("exchange_out", -250)], (63, 0, 0)),
    ("TWO_STORES", "P2"): ([("exchange_in", 200)], (200, 0, 0)),
    # ruling 15: 171.17 of 437.00 were refunded: 7 of the 20 points that paid come back, 2 of the 4 earned are taken
    ("REFUND_REVIEWING", "P2"): (
        [("opening", 30), ("earn", 6), ("redeem", -20), ("earn", 4), ("restore", 7), ("reverse", -2)],
        (25, 0, 0),
    ),
    ("EXCHANGE", "P1"): ([("opening", 50), ("redeem", -30), ("restore", 30)], (50, 0, 0)),  # PTS-12
    ("TILL_ONLY", "P1"): ([("opening", 30), ("earn", 1), ("earn", 1), ("earn", 1), ("redeem", -20)], (13, 0, 0)),  # PTS-24
    # PTS-22: 15 were spent when the order was refunded; 3 repaid a part, then their order was refunded, too
    ("FROZEN", "P1"): ([("earn", 15), ("redeem", -15), ("reverse", 0), ("earn", 3), ("repay", -3), ("reverse", 0)], (0, 0, 15)),
    ("PLUS", "P1"): ([("earn", 2), ("adjust", 3), ("redeem", -5), ("reverse", 0), ("earn", 3), ("repay", -3)], (0, 0, 0)),  # PTS-22
    ("QUIET", "P2"): ([("opening", 60)], (60, 30, 0)),  # SF-6
    ("WALLET", "P1"): ([("opening", 40), ("earn", 9), ("redeem", -16)], (33, 0, 0)),
    ("FOUR_RULES", "P1"): ([("earn", 32), ("earn", 5), ("earn", 5), ("earn", 5), ("reverse", -5)], (42, 0, 0)),  # PTS-03
    ("ELEVENTH", "P1"): ([("earn", 1), ("earn", 5)], (6, 0, 0)),
    ("WORKED_YEAR", "P1"): ([("earn", 17)] * 12 + [("expire", -17)], (187, 0, 0)),  # PTS-07
    ("STORED_VALUE", "P1"): ([("earn", 1), ("earn", 2)], (3, 0, 0)),
    # PTS-10; the last order was paid on a 28th (PTS-20)
    ("PLATFORM_SILVER", "P2"): ([*[("earn", 17)] * 6, ("bonus", 17), ("redeem", -50)], (69, 0, 0)),
}


def test_everybody_of_the_cast_has_a_story_of_points(cast: Cast) -> None:
    """Issue, What it must show; together they show all that happens to points."""
    for (key, programme), (told, figures) in STORIES.items():
        balance = has(cast, key, programme)
        assert (key, story(cast, key, programme), (balance.balance, balance.held, balance.debt)) == (key, told, figures)
    assert {key for key, _programme in STORIES} | {"M1"} == {part.key for part in PARTS}
    kinds = PointsEntry.objects.filter(account__membership__member_id__in=cast.member_ids.values()).values_list("kind", flat=True)
    spent_or_lost = {"redeem", "restore", "reverse", "repay", "expire", "exchange_out"}
    assert set(kinds) == {"opening", "earn", "bonus", "adjust", "exchange_in"} | spent_or_lost
    # what was set aside
    states = {hold.order_no: (hold.amount, hold.captured, hold.state) for hold in PointsHold.objects.exclude(order_no="")}
    assert states == {
        "O1041": (20, 20, HoldState.CAPTURED),
        "O1080": (30, 0, HoldState.ACTIVE),
        "O1090": (16, 16, HoldState.CAPTURED),
    }
    # what was taken at the mall, exchanged, and waits for a second person (PTS-28, CS-3 step 3)
    taken = dict(Redemption.objects.values_list("account", "state"))
    assert taken == {
        account(cast, "EXCHANGE"): RedemptionState.CANCELLED,
        account(cast, "PLATFORM_SILVER", "P2"): RedemptionState.FULFILLED,
    }
    made = PointsExchange.objects.get()
    assert (made.points_out, made.points_in, made.to_entry.account_id) == (250, 200, account(cast, "TWO_STORES", "P2"))
    waiting = PointsAdjustment.objects.get()
    assert (waiting.account_id, waiting.delta, waiting.state) == (account(cast, "STORED_VALUE"), 150, AdjustmentState.PENDING)
    [lot] = ledger_selectors.open_lots(account(cast, "EXCHANGE"), FROZEN)
    assert (lot.amount, lot.remaining) == (50, 50)  # the old lot with its old end
    assert has(cast, "WORKED_YEAR").next_end_at == datetime(2024, 6, 15, 16, tzinfo=UTC)


@pytest.mark.usefixtures("loaded_year")
def test_a_loaded_demo_has_the_same_figures_and_its_books_are_closed() -> None:
    """PTS-15, OP-6 step 2: the difference is 0 on every day."""
    cast = register_cast(house.open_house(FROZEN), FROZEN)
    assert has(cast, "M1").balance == 100
    assert story(cast, "FROZEN") == [("earn", 15), ("redeem", -15), ("reverse", 0), ("earn", 3), ("repay", -3), ("reverse", 0)]
    assert story(cast, "PLUS") == [("earn", 2), ("adjust", 3), ("redeem", -5), ("reverse", 0), ("earn", 3), ("repay", -3)]
    p1 = Programme.objects.get(code="P1")
    months = books_selectors.months(p1.pk, date(2024, 5, 19))
    assert [month.until_on for month in months][-2:] == [date(2024, 4, 30), date(2024, 5, 19)]
    assert len(months) == 12
    for day in LiabilityDay.objects.all():
        assert day.opening + day.issued - day.redeemed - day.expired - day.reversed == day.closing
    last = LiabilityDay.objects.filter(programme=p1).latest("day_on")
    today = books_selectors.since_closed(p1.pk, FROZEN)
    assert today is not None
    assert today.opening == last.closing
    balances = PointsAccount.objects.filter(membership__programme=p1)
    assert today.closing == sum(balances.values_list("balance", flat=True))
    # beat has nothing left to do
    assert (books.close_days(now=FROZEN), expiry.expire_lots(now=FROZEN), holds.time_out(now=FROZEN)) == (0, 0, 0)


@pytest.mark.usefixtures("loaded_year")
def test_a_demo_from_before_points_is_given_them(told: Told) -> None:
    """The facts have given growth value, and nobody has points."""
    entries = PointsEntry.objects.count()
    LoadedStage.objects.get(name="points").delete()
    stages.load(now=FROZEN, with_real=False, watcher=told)
    assert PointsEntry.objects.count() == entries  # what is there already is left as it is
