"""When a multiplier counts: today, later, no more (PTS-20, A-24). Member days are local days of the programme."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from points.enums import MultiplierKind
from points.rules.versions import MultiplierIn


class Standing(StrEnum):
    """In the order in which people ask."""

    NOW = "now"
    COMING = "coming"
    OVER = "over"


def standing(each: MultiplierIn, now: datetime, zone: ZoneInfo) -> Standing:
    """Whether what is paid now counts more by it."""
    if each.kind is MultiplierKind.MEMBER_DAY:
        return Standing.NOW if now.astimezone(zone).day == each.day_of_month else Standing.COMING
    if each.valid_from is None or each.valid_until is None:
        return Standing.NOW
    if now < each.valid_from:
        return Standing.COMING
    return Standing.NOW if now < each.valid_until else Standing.OVER


def next_day(each: MultiplierIn, now: datetime, zone: ZoneInfo) -> date | None:
    """The member day that is today or comes next; months that are too short have none. None for what is no member day.

    Day 31, asked on 1 April: 31 May.
    """
    if each.day_of_month is None:
        return None
    day = now.astimezone(zone).date()
    while day.day != each.day_of_month:
        day += timedelta(days=1)
    return day
