"""The books: every entry counts in one column, days follow from each other to the unit, and a second run writes nothing."""

import io
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.enums import Origin
from points.enums import ConsumptionBand, EntryKind, ReportedAs, ReversalPolicy
from points.models import LiabilityDay, PointsLot, PointsVersion
from points.rules import books as rules
from points.rules.books import DayBooks, Movement
from points.selectors import books as selectors
from points.selectors.expiring import expiring
from points.services import books, expiry
from stores.models import Membership, Programme
from tests import world
from tests.points import house
from tests.points.house import DAY

SHANGHAI = ZoneInfo("Asia/Shanghai")


def on(day: int, hour: int = 12, minute: int = 0, *, month: int = 5) -> datetime:
    """A moment of 2024 in Shanghai."""
    return datetime(2024, month, day, hour, minute, tzinfo=SHANGHAI)


def figures(programme: Programme, day: date) -> dict[str, int]:
    row = LiabilityDay.objects.get(programme=programme, day_on=day)
    return {name: getattr(row, name) for name in rules.FIGURES}


# --- the rules ---


def test_what_was_bought_consumed_and_lost_each_counts_in_its_column() -> None:
    """PTS-15: docs/rules/points.md, Books."""
    kinds = [kind for kind in EntryKind if kind != EntryKind.RESTORE]
    column = {(kind, raises): rules.reported_as(kind, raises=raises) for kind in kinds for raises in (True, False)}
    assert {kind for (kind, raises), where in column.items() if where == ReportedAs.ISSUED and raises} == {
        *("earn", "bonus", "gift", "opening", "exchange_in", "adjust", "merge")
    }
    assert column[EntryKind.REDEEM, False] == column[EntryKind.EXCHANGE_OUT, False] == ReportedAs.REDEEMED
    assert column[EntryKind.EXPIRE, False] == ReportedAs.EXPIRED
    for kind in (EntryKind.REVERSE, EntryKind.REPAY, EntryKind.ADJUST):
        assert column[kind, False] == ReportedAs.REVERSED


def test_what_is_given_back_takes_from_the_column_it_belongs_to() -> None:
    assert rules.reported_as(EntryKind.RESTORE, raises=True, of_kind=EntryKind.REDEEM) == ReportedAs.REDEEMED
    assert rules.reported_as(EntryKind.RESTORE, raises=True, of_kind=EntryKind.ADJUST) == ReportedAs.REVERSED
    assert rules.reported_as(EntryKind.RESTORE, raises=True, of_kind=EntryKind.EXPIRE) == ReportedAs.EXPIRED


@given(st.lists(st.tuples(st.sampled_from(list(EntryKind)), st.sampled_from(list(EntryKind)), st.integers(-999, 999)), max_size=30))
def test_a_day_closes_by_the_sum_of_its_entries_whatever_they_are(entries: list[tuple[EntryKind, EntryKind, int]]) -> None:
    of_something = [(kind, of if of != EntryKind.RESTORE else EntryKind.REDEEM, delta) for kind, of, delta in entries]
    before = DayBooks(date(2024, 5, 19), opening=0, issued=5_000, redeemed=0, expired=0, reversed=0, debt=7, members=3)
    closed = rules.close_day(
        date(2024, 5, 20), before, [Movement(kind, delta > 0, of, delta, owed=0, members=0) for kind, of, delta in of_something]
    )
    assert closed.opening == 5_000
    assert closed.closing == 5_000 + sum(delta for _kind, _of, delta in of_something) == 5_000 + sum(closed.by_kind.values())


@pytest.mark.parametrize(
    ("redeemed", "rate", "band"),
    [
        (700, "70.0", ConsumptionBand.HEALTHY),
        (590, "59.0", ConsumptionBand.LOW),
        (801, "80.1", ConsumptionBand.HIGH),
        (600, "60.0", ConsumptionBand.HEALTHY),
        (800, "80.0", ConsumptionBand.HEALTHY),
    ],
)
def test_of_a_thousand_issued_sixty_to_eighty_per_cent_is_healthy(redeemed: int, rate: str, band: ConsumptionBand) -> None:
    """PTS-13, A-27, OP-6 step 3."""
    found = rules.consumption_rate(redeemed=redeemed, issued=1_000)
    assert (found, rules.consumption_band(found)) == (Decimal(rate), band)


def test_nothing_issued_has_no_rate() -> None:
    assert rules.consumption_rate(redeemed=5, issued=0) is None
    assert rules.consumption_band(None) is None


def test_the_band_is_that_of_the_rate_as_it_is_shown() -> None:
    """599.6 of 1,000 are 59.96 %, shown as 60.0 %: a page must not call that low."""
    assert rules.consumption_band(rules.consumption_rate(redeemed=5_996, issued=10_000)) == ConsumptionBand.HEALTHY
    assert rules.consumption_band(rules.consumption_rate(redeemed=5_994, issued=10_000)) == ConsumptionBand.LOW


def test_twelve_months_end_with_the_day_and_months_with_their_calendar() -> None:
    assert rules.trailing_from(date(2024, 5, 19)) == date(2023, 5, 20)
    assert rules.trailing_from(date(2024, 2, 29)) == date(2023, 3, 1)
    assert rules.month_from(date(2024, 5, 19), 12) == date(2023, 6, 1)
    assert rules.month_from(date(2024, 12, 31), 12) == date(2024, 1, 1)


# --- the days ---


@pytest.fixture
def busy(programme: Programme) -> Membership:
    """Two days of all sorts of entries: on the 10th what comes, on the 11th what goes."""
    member = house.membership(programme)
    house.give(member, 100, at=on(10), ends_at=on(12, 0))
    house.give(member, 20, at=on(10, 13), kind=EntryKind.GIFT)
    spent = house.spend(member, 30, at=on(11, 9))
    house.restore(spent, 10, at=on(11, 10))
    return member


@pytest.mark.django_db
def test_the_day_table_is_the_ledgers_sums(programme: Programme) -> None:
    """PTS-26: issued 120, redeemed 30, expired 5."""
    member = house.membership(programme)
    house.give(member, 5, at=on(1), ends_at=on(10, 0))
    house.give(member, 120, at=on(10, 9))
    house.spend(member, 30, at=on(10, 18))
    expiry.expire_lots(now=on(10, 0, 10))
    books.close_days(now=on(11))
    [day] = selectors.days(programme.pk, date(2024, 5, 10), date(2024, 5, 10))
    assert (day.opening, day.issued, day.redeemed, day.expired, day.reversed, day.closing) == (5, 120, 30, 5, 0, 90)
    assert day.by_kind == {"earn": 120, "expire": -5, "redeem": -30}
    assert sum(day.by_kind.values()) == day.closing - day.opening


@pytest.mark.django_db
def test_each_day_opens_with_what_the_one_before_closed_with(programme: Programme, busy: Membership) -> None:
    """PTS-15, OP-6 step 2: the difference is 0 on every day, also on those on which nothing happened."""
    other = house.membership(programme, points=7, at=on(13))
    expiry.expire_lots(now=on(12, 0, 10))
    assert books.close_days(now=on(16)) == 6
    rows = list(LiabilityDay.objects.filter(programme=programme).order_by("day_on"))
    assert [row.day_on.day for row in rows] == [10, 11, 12, 13, 14, 15]
    assert [row.closing for row in rows] == [120, 100, 20, 27, 27, 27]
    assert [row.members for row in rows] == [1, 1, 1, 2, 2, 2]
    assert [row.opening for row in rows] == [0, *(row.closing for row in rows[:-1])]
    assert all(row.opening + row.issued - row.redeemed - row.expired - row.reversed == row.closing for row in rows)
    assert (rows[1].redeemed, rows[2].expired) == (20, 80)
    assert rows[-1].closing == house.account(busy).balance + house.account(other).balance


@pytest.mark.django_db
def test_a_month_end_is_outstanding_times_what_a_point_cost(programme: Programme) -> None:
    """PTS-15: 12,345 x 1.00 = 12,345.00; each day keeps the cost of the rules that held then (A-25)."""
    house.membership(programme, points=12_345, at=on(30, month=4))
    house.rules(programme, unit_cost_minor=120)
    for number, since in ((1, on(1, month=4)), (2, on(2, 15))):
        PointsVersion.objects.filter(programme=programme, number=number).update(published_at=since)
    books.close_days(now=on(4))
    april, may = selectors.months(programme.pk, date(2024, 5, 3))
    assert (april.until_on, april.closing, april.value_minor, april.currency) == (date(2024, 4, 30), 12_345, 1_234_500, "CNY")
    assert (may.opening, may.closing, may.value_minor) == (12_345, 12_345, 1_481_400)
    costs = LiabilityDay.objects.filter(programme=programme).order_by("day_on").values_list("unit_cost_minor", flat=True)
    assert list(costs) == [100, 100, 120, 120]


@pytest.mark.django_db
def test_debts_are_counted_beside_the_columns(programme: Programme) -> None:
    """PTS-22: 10 earned, 8 spent, 10 taken back: 2 come back, 8 are owed; the next 5 repay."""
    house.rules(programme, reversal_policy=ReversalPolicy.DEBT)
    member = house.membership(programme)
    earned = house.give(member, 10, at=on(10))
    house.spend(member, 8, at=on(10, 13))
    house.reverse(earned, 10, at=on(11))
    house.give(member, 5, at=on(12))
    books.close_days(now=on(13))
    assert figures(programme, date(2024, 5, 11)) == {
        "opening": 2,
        "issued": 0,
        "redeemed": 0,
        "expired": 0,
        "reversed": 2,
        "closing": 0,
        "debt": 8,
        "members": 0,
    }
    assert figures(programme, date(2024, 5, 12)) == {
        "opening": 0,
        "issued": 5,
        "redeemed": 0,
        "expired": 0,
        "reversed": 5,
        "closing": 0,
        "debt": 3,
        "members": 0,
    }


@pytest.mark.django_db
def test_a_day_is_the_programmes_own(programme: Programme) -> None:
    """Ruling 19: 23:59 and 00:00 in Shanghai are two days; the same moments are one day in London."""
    london = world.store("S020").programme
    london.time_zone = "Europe/London"
    london.save(update_fields=["time_zone"])
    house.rules(london)
    for of in (programme, london):
        member = house.membership(of)
        house.give(member, 1, at=on(10, 23, 59))
        house.give(member, 2, at=on(11, 0))
    books.close_days(now=on(13))
    assert [day.issued for day in selectors.days(programme.pk, date(2024, 5, 1), date(2024, 5, 31))] == [1, 2, 0]
    assert [(day.until_on.day, day.issued) for day in selectors.days(london.pk, date(2024, 5, 1), date(2024, 5, 31))] == [
        (10, 3),
        (11, 0),
        (12, 0),
    ]


@pytest.mark.django_db
def test_a_second_run_writes_nothing(programme: Programme, busy: Membership) -> None:
    """4.4.1: and the rows are the same to the microsecond."""
    books.close_days(now=on(14))
    rows = list(LiabilityDay.objects.order_by("pk").values())
    assert books.close_days(now=on(14, 13)) == 0
    assert list(LiabilityDay.objects.order_by("pk").values()) == rows


@pytest.mark.django_db
def test_days_that_were_missed_are_caught_up_and_a_late_entry_is_found(programme: Programme, busy: Membership) -> None:
    books.close_days(now=on(12))
    assert LiabilityDay.objects.count() == 2
    house.give(busy, 3, at=on(11, 23, 59))  # began before midnight, committed after the books were closed
    assert books.close_days(now=on(20)) == 9
    assert figures(programme, date(2024, 5, 11))["issued"] == 3
    assert figures(programme, date(2024, 5, 19))["closing"] == 103
    assert selectors.last_day(programme.pk) == date(2024, 5, 19)


@pytest.mark.django_db
def test_history_that_is_loaded_takes_back_the_days_it_falls_into(programme: Programme, busy: Membership) -> None:
    """Ruling 6: booked on the day it happened, however late it is loaded."""
    books.close_days(now=on(20))
    late = house.membership(programme)
    house.post(house.entry(late, 50, occurred_at=on(15)), at=on(20), origin=Origin.BACKFILL)
    assert selectors.last_day(programme.pk) == date(2024, 5, 14)
    assert books.close_days(now=on(20)) == 5
    assert figures(programme, date(2024, 5, 15))["issued"] == 50
    assert figures(programme, date(2024, 5, 19))["closing"] == 150


@pytest.mark.django_db
def test_live_postings_take_no_day_back(programme: Programme, busy: Membership) -> None:
    books.close_days(now=on(20))
    house.give(busy, 1, at=on(20))
    assert LiabilityDay.objects.count() == 10


@pytest.mark.django_db
def test_what_is_not_closed_yet_is_reckoned_from_the_entries(programme: Programme, busy: Membership) -> None:
    books.close_days(now=on(12))
    house.spend(busy, 5, at=on(12, 9))
    open_days = selectors.since_closed(programme.pk, on(12, 10))
    assert open_days is not None
    assert (open_days.from_on, open_days.until_on, open_days.is_closed) == (date(2024, 5, 12), date(2024, 5, 12), False)
    assert (open_days.opening, open_days.redeemed, open_days.closing) == (100, 5, 95)


@pytest.mark.django_db
def test_a_programme_without_points_has_no_books(programme: Programme) -> None:
    assert books.close_days(now=on(20)) == 0
    assert selectors.last_day(programme.pk) is None
    assert selectors.since_closed(programme.pk, on(20)) is None
    assert selectors.consumption(programme.pk, date(2024, 5, 19)).rate is None


@pytest.mark.django_db
def test_the_rate_counts_twelve_months_net_of_what_came_back(programme: Programme) -> None:
    """PTS-13, A-27: 1,000 issued and 40 of them reversed, 700 redeemed and 124 of them given back: 576 of 960 are 60.0 %."""
    member = house.membership(programme)
    house.give(member, 9_000, at=on(1, month=4) - 400 * DAY, ends_at=on(2, month=4) - 365 * DAY)  # older than twelve months: not counted
    earned = house.give(member, 1_000, at=on(1))
    house.reverse(earned, 40, at=on(2))
    spent = house.spend(member, 700, at=on(3))
    house.restore(spent, 124, at=on(4))
    expiry.expire_lots(now=on(5))
    books.close_days(now=on(20))
    found = selectors.consumption(programme.pk, date(2024, 5, 19))
    assert (found.from_on, found.issued, found.redeemed, found.expired) == (date(2023, 5, 20), 960, 576, 9_000)
    assert (found.rate, found.band) == (Decimal("60.0"), ConsumptionBand.HEALTHY)


def test_months_ahead_cross_the_year() -> None:
    assert rules.months_from(date(2024, 11, 30), 3) == [date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1)]


@pytest.mark.django_db
def test_what_will_expire_stands_in_the_month_of_its_last_day(programme: Programme) -> None:
    """Midnight local time ends the day before; held points stand apart; what has ended, never ends or ends later is in no month."""
    one, other = house.membership(programme), house.membership(programme)
    house.give(one, 10, at=on(1), ends_at=datetime(2024, 6, 1, tzinfo=SHANGHAI))
    house.give(other, 5, at=on(1), ends_at=datetime(2024, 5, 31, tzinfo=SHANGHAI))
    house.give(one, 7, at=on(1), ends_at=datetime(2025, 5, 1, tzinfo=SHANGHAI))
    house.give(one, 100, at=on(1), ends_at=on(10))  # has ended, though no job has taken it yet
    house.give(one, 1_000, at=on(1), ends_at=datetime(2025, 5, 2, tzinfo=SHANGHAI))
    house.give(other, 10_000, at=on(1))
    foreign = house.membership(world.store("S801").programme)
    house.give(foreign, 3, at=on(1), ends_at=datetime(2024, 6, 1, tzinfo=SHANGHAI))
    PointsLot.objects.filter(account=other.pk, amount=5).update(held=2)
    try:
        found = expiring(programme.pk, SHANGHAI, on(20))
    finally:
        PointsLot.objects.filter(account=other.pk, amount=5).update(held=0)
    assert [month.month_on for month in found] == rules.months_from(date(2024, 5, 20), 12)
    assert [(f"{month.month_on:%Y-%m}", month.free, month.held) for month in found if month.free or month.held] == [
        ("2024-05", 13, 2),
        ("2025-04", 7, 0),
    ]


@pytest.mark.django_db
def test_the_file_says_what_the_page_says(programme: Programme, busy: Membership) -> None:
    books.close_days(now=on(12))
    target = io.StringIO()
    assert books.write_csv(target, programme_id=programme.pk, from_on=date(2024, 5, 10), until_on=date(2024, 5, 31)) == 2
    lines = target.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[1:] == ["2024-05-10,0,120,0,0,0,120,0,1,1.00,120.00,CNY", "2024-05-11,120,0,20,0,0,100,0,1,1.00,100.00,CNY"]
