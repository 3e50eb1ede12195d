"""Lots end on their day, once, in bounded steps (PTS-07)."""

from datetime import datetime, timedelta

import pytest

from core import events
from core.enums import Origin
from points.events import PointsPosted
from points.models import PointsEntry, PointsMove
from points.services import expiry, holds, ledger
from stores.models import Membership, Programme
from tests.points import house
from tests.points.house import DAY, give, lines, lots
from tests.world import NOW

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_points_of_two_years_end_with_their_last_day(member: Membership) -> None:
    """PTS-07: earned 10 May 2022 14:00, through 10 May 2024 23:59:59; the job of the next night writes it off, once."""
    at = datetime.fromisoformat("2022-05-10T14:00+08:00")
    earned = ledger.earn_points(
        membership_id=member.pk, points=7, source_type="order", source_id="1", effect_key="e", actor="test", occurred_at=at, booked_at=at
    )
    ends_at = datetime.fromisoformat("2024-05-11T00:00+08:00")
    assert earned.lot.ends_at == ends_at
    house.spend(member, 2, at=ends_at - SECOND)
    assert expiry.expire_lots(now=ends_at - SECOND) == 0
    job = ends_at + timedelta(minutes=10)
    assert [expiry.expire_lots(now=job) for _time in range(2)] == [1, 0]
    entry = PointsEntry.objects.get(kind="expire")
    assert (entry.delta, entry.occurred_at, entry.booked_at, entry.effect_key) == (-5, ends_at, job, f"expire:lot:{earned.lot.pk}")
    assert (entry.source_type, entry.source_id, lots(member)) == ("lot", str(earned.lot.pk), [(7, 0, 0)])


def test_lots_of_one_end_go_by_one_entry_those_of_another_by_another(member: Membership) -> None:
    give(member, 5, ends_at=NOW + 2 * DAY)
    first = give(member, 3, ends_at=NOW + DAY)
    give(member, 4, ends_at=NOW + DAY)
    give(member, 9)
    assert expiry.expire_lots(now=NOW + 3 * DAY) == 2
    assert lines(member)[4:] == [("expire", -7, -7, 14), ("expire", -5, -5, 9)]
    [entry, _other] = PointsEntry.objects.filter(kind="expire").order_by("id")
    assert entry.effect_key == f"expire:lot:{first.lot.pk}"
    assert list(PointsMove.objects.filter(entry=entry).order_by("id").values_list("delta", flat=True)) == [-3, -4]


def test_it_works_in_steps_and_tells_of_each(programme: Programme) -> None:
    people = [house.membership(programme, points=points, ends_at=NOW + DAY) for points in range(1, 8)]
    heard: list[PointsPosted] = []
    events.subscribe(PointsPosted, heard.append)
    try:
        assert expiry.expire_lots(now=NOW + DAY, limit=3) == 7
    finally:
        events._handlers[PointsPosted].remove(heard.append)
    assert [len(each.entry_ids) for each in heard] == [3, 3, 1]
    assert {house.account(each).balance for each in people} == {0}


def test_holds_whose_time_is_over_end_with_their_lots(member: Membership) -> None:
    give(member, 10, ends_at=NOW + DAY)
    holds.hold_points(membership_id=member.pk, points=4, effect_key="h", actor="test", at=NOW)
    assert expiry.expire_lots(now=NOW + DAY) == 2
    assert lines(member)[1:] == [("expire", -4, -4, 6), ("expire", -6, -6, 0)]


def test_history_is_written_off_on_its_day_and_leaves_the_account_open_for_more(member: Membership) -> None:
    """Ruling 6."""
    house.post(house.entry(member, 8, occurred_at=NOW - 9 * DAY, ends_at=NOW - 3 * DAY), origin=Origin.BACKFILL)
    assert expiry.expire_lots(now=NOW, origin=Origin.BACKFILL) == 1
    assert PointsEntry.objects.get(kind="expire").booked_at == NOW - 3 * DAY
    house.post(house.entry(member, 5, occurred_at=NOW - 2 * DAY, ends_at=NOW - DAY), origin=Origin.BACKFILL)
    give(member, 1)  # from now on it lives
    assert expiry.expire_lots(now=NOW, origin=Origin.BACKFILL) == 0
    assert expiry.expire_lots(now=NOW) == 1
    assert house.account(member).balance == 1


def test_a_lot_that_has_points_again_ends_again(member: Membership) -> None:
    """Somebody set the clock of the demo back: the lot is filled again before its end, and ends a second time."""
    give(member, 10, ends_at=NOW + DAY)
    spent = house.spend(member, 4)
    expiry.expire_lots(now=NOW + DAY)
    house.restore(spent, 4, at=NOW)
    assert lots(member) == [(10, 4, 0)]
    assert expiry.expire_lots(now=NOW + DAY) == 1
    assert house.account(member).balance == 0
