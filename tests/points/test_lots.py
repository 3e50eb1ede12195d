"""R12: when lots end and can be spent, in Python and in SQL, against a model that counts days on its own."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from points.rules import lots

ZONES = ("Asia/Shanghai", "UTC", "America/New_York", "Pacific/Kiritimati", "Europe/Berlin")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# ends of days, months and years, 29 February, both DST nights of 2026, and what 32 bits cannot count
TURNS = [
    datetime(year, month, day, hour, tzinfo=ZoneInfo(zone))
    for zone in ZONES
    for year, month, day, hour in (
        (2024, 1, 31, 0), (2024, 2, 29, 0), (2024, 3, 1, 0), (2024, 12, 31, 0), (2025, 1, 1, 0), (2026, 3, 8, 2), (2026, 3, 29, 2),
        (2026, 10, 25, 3), (2026, 11, 1, 2), (2038, 1, 20, 0),
    )
]  # fmt: skip
MOMENTS = st.sampled_from(TURNS).flatmap(lambda turn: st.sampled_from([turn - SECOND, turn, turn + SECOND])) | st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001  (hypothesis adds the zone)
    datetime(2045, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def local_day(moment: datetime, zone: str) -> tuple[int, int, int]:
    found = moment.astimezone(ZoneInfo(zone))
    return found.year, found.month, found.day


def day_after(day: tuple[int, int, int], days: int = 1) -> tuple[int, int, int]:
    """Counted on fingers."""
    year, month, number = day
    for _day in range(days):
        number += 1
        if number > length(year, month):
            number, month = 1, month + 1
        if month > 12:
            month, year = 1, year + 1
    return year, month, number


def length(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else LENGTHS[month - 1]


def months_after(day: tuple[int, int, int], months: int) -> tuple[int, int, int]:
    year, month, number = day
    for _month in range(months):
        month += 1
        if month > 12:
            month, year = 1, year + 1
    return year, month, min(number, length(year, month))


def first_second_of(day: tuple[int, int, int], zone: str) -> datetime:
    """Searched for: the first of all seconds whose local date is that day."""
    low = int((datetime(*day, tzinfo=UTC) - EPOCH).total_seconds()) - 2 * 86400
    high = low + 4 * 86400
    while high - low > 1:
        middle = (low + high) // 2
        if local_day(EPOCH + timedelta(seconds=middle), zone) < day:
            low = middle
        else:
            high = middle
    return EPOCH + timedelta(seconds=high)


def in_sql(function: str, moment: datetime, number: int | None, zone: str) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s::integer, %s)", [moment, number, zone])
        found: list[datetime | None] = cursor.fetchone()
    return found[0]


@pytest.mark.django_db
@settings(max_examples=200, deadline=None)
@given(moment=MOMENTS, months=st.integers(0, 60), zone=st.sampled_from(ZONES))
@example(moment=datetime(2024, 2, 29, 12, tzinfo=UTC), months=12, zone="UTC")
@example(moment=datetime(2024, 1, 31, 12, tzinfo=UTC), months=1, zone="Asia/Shanghai")
def test_ends_are_those_of_the_model(moment: datetime, months: int, zone: str) -> None:
    """A-26: n months after the local date, clipped, through the end of that day."""
    expected = first_second_of(day_after(months_after(local_day(moment, zone), months)), zone)
    assert lots.ends_at(date(*local_day(moment, zone)), months, ZoneInfo(zone)) == expected
    assert in_sql("points_ends_at", moment, months, zone) == expected
    assert lots.terms(moment, months, 0, ZoneInfo(zone)) == lots.LotTerms(moment, moment, expected)


@pytest.mark.django_db
@settings(max_examples=150, deadline=None)
@given(moment=MOMENTS, days=st.integers(1, 90), zone=st.sampled_from(ZONES))
def test_pending_and_grace_are_those_of_the_model(moment: datetime, days: int, zone: str) -> None:
    starts = first_second_of(day_after(local_day(moment, zone), days), zone)
    assert lots.available_from(moment, days, ZoneInfo(zone)) == in_sql("points_available_from", moment, days, zone) == starts
    ends = first_second_of(day_after(local_day(moment, zone), days + 1), zone)
    assert lots.grace_ends_at(moment, days, ZoneInfo(zone)) == in_sql("points_grace_ends_at", moment, days, zone) == ends


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES)
def test_no_months_never_end_no_days_begin_at_once(zone: str) -> None:
    moment = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
    assert lots.ends_at(moment.date(), None, ZoneInfo(zone)) is None
    assert in_sql("points_ends_at", moment, None, zone) is None
    assert lots.available_from(moment, 0, ZoneInfo(zone)) == in_sql("points_available_from", moment, 0, zone) == moment
    assert lots.grace_ends_at(moment, 0, ZoneInfo(zone)) is None
    assert in_sql("points_grace_ends_at", moment, 0, zone) is None


@given(one=st.dates(date(2020, 1, 1), date(2040, 1, 1)), more=st.integers(0, 400), months=st.integers(0, 60), zone=st.sampled_from(ZONES))
def test_who_earns_later_never_loses_sooner(one: date, more: int, months: int, zone: str) -> None:
    """Monotone in the day, and in the months."""
    first, second, longer = (
        lots.ends_at(day, each, ZoneInfo(zone)) for day, each in ((one, months), (one + timedelta(days=more), months), (one, months + 1))
    )
    assert first is not None and second is not None and longer is not None
    assert first <= second
    assert first < longer


def test_the_examples_of_the_rules() -> None:
    """docs/rules/points.md, The ledger."""
    shanghai = ZoneInfo("Asia/Shanghai")
    for earned_on, months, last_day in (
        (date(2022, 5, 10), 24, date(2024, 5, 10)), (date(2024, 2, 29), 12, date(2025, 2, 28)), (date(2024, 1, 31), 1, date(2024, 2, 29)),
    ):  # fmt: skip
        ends_at = lots.ends_at(earned_on, months, shanghai)
        assert ends_at is not None
        assert (ends_at - SECOND).astimezone(shanghai) == datetime(last_day.year, last_day.month, last_day.day, 23, 59, 59, tzinfo=shanghai)
