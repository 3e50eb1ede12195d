"""When a multiplier counts, by the programme's own days (PTS-20, OP-7)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from points.enums import MultiplierKind
from points.rules.multipliers import Standing, next_day, standing
from points.rules.versions import MultiplierIn

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
MIDNIGHT = datetime(2024, 5, 28, tzinfo=SHANGHAI)
SECOND = timedelta(seconds=1)


def member_day(day: int) -> MultiplierIn:
    return MultiplierIn(MultiplierKind.MEMBER_DAY, Decimal(2), "", day)


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (MIDNIGHT - SECOND, Standing.COMING),
        (MIDNIGHT, Standing.NOW),
        (MIDNIGHT + timedelta(days=1) - SECOND, Standing.NOW),
        (MIDNIGHT + timedelta(days=1), Standing.COMING),
    ],
)
def test_a_member_day_is_a_local_day(at: datetime, found: Standing) -> None:
    assert standing(member_day(28), at, SHANGHAI) is found
    assert standing(member_day(28), MIDNIGHT, NEW_YORK) is Standing.COMING  # the 27th at noon there


@pytest.mark.parametrize(
    ("day", "at", "on"),
    [
        (28, MIDNIGHT, date(2024, 5, 28)),
        (28, MIDNIGHT + timedelta(days=1), date(2024, 6, 28)),
        (31, datetime(2024, 4, 1, tzinfo=SHANGHAI), date(2024, 5, 31)),
        (30, datetime(2023, 2, 1, tzinfo=SHANGHAI), date(2023, 3, 30)),
    ],
)
def test_the_next_member_day_passes_months_that_are_too_short(day: int, at: datetime, on: date) -> None:
    assert next_day(member_day(day), at, SHANGHAI) == on


def test_a_campaign_has_a_beginning_and_an_end_that_is_not_in_it() -> None:
    campaign = MultiplierIn(MultiplierKind.CAMPAIGN, Decimal(3), "春季", None, MIDNIGHT, MIDNIGHT + timedelta(days=2))
    moments = (MIDNIGHT - SECOND, MIDNIGHT, MIDNIGHT + timedelta(days=2) - SECOND, MIDNIGHT + timedelta(days=2))
    assert [standing(campaign, at, SHANGHAI) for at in moments] == [Standing.COMING, Standing.NOW, Standing.NOW, Standing.OVER]
    assert next_day(campaign, MIDNIGHT, SHANGHAI) is None


def test_a_level_counts_always() -> None:
    assert standing(MultiplierIn(MultiplierKind.LEVEL, Decimal("1.5"), "gold"), MIDNIGHT, SHANGHAI) is Standing.NOW
