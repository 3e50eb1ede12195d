"""Members are reminded of points that end, and told of points that changed."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core import notices
from core.enums import NoticeState, Origin
from core.models import Notice, OutboxMessage
from members import services as members_services
from members.enums import MemberStatus, MessageChannel, MessageType
from members.models import Member
from points.enums import EntryKind
from points.rules import reminders as rules
from points.rules.lots import ends_at
from points.services import expiry, holds, reminders
from stores.models import Membership, Programme
from tests import world
from tests.points import house
from tests.points.house import DAY
from tests.world import NOW

SHANGHAI = ZoneInfo("Asia/Shanghai")
LAST_DAY = date(2024, 6, 30)
END_OF_JUNE = datetime(2024, 7, 1, tzinfo=SHANGHAI)
FIVE = [date(2024, 5, 31), *(date(2024, 6, day) for day in (7, 14, 21, 28))]


def at(day: date, hour: int = 0, minute: int = 30) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def run_daily(*, from_on: date = date(2024, 5, 20), until_on: date = date(2024, 7, 2), leaving_out: tuple[date, ...] = ()) -> None:
    """What beat does, night after night."""
    day = from_on
    while day <= until_on:
        if day not in leaving_out:
            reminders.remind_of_endings(now=at(day))
        day += DAY


def reminded() -> list[date]:
    """The local days on which reminders were queued."""
    found = Notice.objects.filter(template="points_ending").order_by("created_at", "id")
    return [notice.created_at.astimezone(SHANGHAI).date() for notice in found]


@pytest.fixture
def lot_of_60(programme: Programme) -> Membership:
    """M1 of F1: 60 points that end with 30 June."""
    of = house.membership(programme)
    house.give(of, 60, ends_at=END_OF_JUNE)
    return of


# --- PTS-18, OP-6 step 4 ---


def test_the_end_of_june_is_reminded_of_on_five_days() -> None:
    """PTS-18: the rule alone."""
    days = [date(2024, 5, 1) + place * DAY for place in range(80)]
    due = [(day, window) for day in days for window in rules.windows(day, SHANGHAI) if window.last_on == LAST_DAY]
    assert [day for day, window in due if window.known_before == at(day + DAY, 0, 0)] == FIVE
    assert ends_at(date(2022, 6, 30), 24, SHANGHAI) == END_OF_JUNE


@pytest.mark.django_db
def test_a_lot_that_ends_on_30_june_is_reminded_of_on_31_may_and_weekly(lot_of_60: Membership) -> None:
    """PTS-18, OP-6 step 4: 31 May, 7, 14, 21, 28 June."""
    run_daily()
    assert reminded() == FIVE
    told = Notice.objects.filter(template="points_ending").first()
    assert told is not None
    assert (told.member_id, told.programme_id) == (lot_of_60.member_id, lot_of_60.programme_id)
    assert (told.values["points"], told.values["ends_on"]) == (60, "2024-06-30")
    assert told.due_at == at(FIVE[0], 10, 0)
    assert "60" in notices.text(told)
    assert "2024-06-30" in notices.text(told)


@pytest.mark.django_db
def test_after_full_use_there_are_no_more(lot_of_60: Membership) -> None:
    """PTS-18: used up on 10 June."""
    run_daily(until_on=date(2024, 6, 9))
    house.spend(lot_of_60, 60, at=at(date(2024, 6, 10)))
    run_daily(from_on=date(2024, 6, 10))
    assert reminded() == FIVE[:2]


@pytest.mark.django_db
def test_a_reminder_says_what_is_left(lot_of_60: Membership) -> None:
    house.spend(lot_of_60, 45, at=at(date(2024, 6, 10)))
    run_daily(from_on=date(2024, 6, 14), until_on=date(2024, 6, 14))
    assert [notice.values["points"] for notice in Notice.objects.filter(template="points_ending")] == [15]


@pytest.mark.django_db
def test_run_twice_and_later_the_same_day_a_reminder_is_queued_once(lot_of_60: Membership) -> None:
    """4.4.1."""
    for hour in (0, 0, 9, 23):
        reminders.remind_of_endings(now=at(FIVE[0], hour))
    assert reminded() == [FIVE[0]]


@pytest.mark.django_db
def test_a_night_that_was_missed_is_made_up_once(lot_of_60: Membership) -> None:
    run_daily(leaving_out=(FIVE[0], FIVE[2], FIVE[2] + DAY))
    assert reminded() == [FIVE[0] + DAY, FIVE[1], FIVE[2] + 2 * DAY, FIVE[3], FIVE[4]]


@pytest.mark.django_db
def test_weeks_that_were_missed_are_not_made_up_in_a_heap(lot_of_60: Membership) -> None:
    run_daily(leaving_out=tuple(FIVE[0] + place * DAY for place in range(20)))  # until 19 June
    assert reminded() == FIVE[3:]


@pytest.mark.django_db
def test_lots_of_one_day_are_one_reminder_and_of_two_days_two(lot_of_60: Membership) -> None:
    house.give(lot_of_60, 5, ends_at=END_OF_JUNE)
    house.give(lot_of_60, 7, ends_at=END_OF_JUNE + DAY)
    run_daily(until_on=date(2024, 6, 1))
    told = Notice.objects.filter(template="points_ending").order_by("id")
    assert [(notice.values["points"], notice.values["ends_on"]) for notice in told] == [(65, "2024-06-30"), (7, "2024-07-01")]


@pytest.mark.django_db
def test_points_that_came_after_a_reminders_day_wait_for_the_next(programme: Programme) -> None:
    of = house.membership(programme)
    house.give(of, 5, at=at(date(2024, 6, 1), 9), ends_at=END_OF_JUNE)
    run_daily(from_on=date(2024, 6, 1), until_on=date(2024, 6, 8))
    assert reminded() == [FIVE[1]]


@pytest.mark.django_db
def test_held_points_and_those_of_frozen_members_are_not_reminded_of(programme: Programme, lot_of_60: Membership) -> None:
    house.rules(programme, hold_minutes=7 * 24 * 60)
    holds.hold_points(membership_id=lot_of_60.pk, points=60, effect_key="h", actor="test", at=at(date(2024, 5, 30)))
    frozen = house.membership(programme)
    house.give(frozen, 8, ends_at=END_OF_JUNE)
    Member.objects.filter(pk=frozen.member_id).update(status=MemberStatus.FROZEN)
    assert reminders.remind_of_endings(now=at(FIVE[0])) == 0
    assert reminded() == []


@pytest.mark.django_db
def test_a_programme_without_points_reminds_nobody(programme: Programme, lot_of_60: Membership) -> None:
    Programme.objects.filter(pk=programme.pk).update(points_on=False)
    assert reminders.remind_of_endings(now=at(FIVE[0])) == 0


@pytest.mark.django_db
def test_many_are_reminded_in_bounded_steps(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "AT_ONCE", 2)
    for _place in range(3):
        of = house.membership(programme)
        house.give(of, 1, ends_at=END_OF_JUNE)
        house.give(of, 2, ends_at=END_OF_JUNE - 7 * DAY)
    assert reminders.remind_of_endings(now=at(FIVE[1])) == 6
    assert Notice.objects.filter(template="points_ending").count() == 6


@pytest.mark.django_db
def test_a_run_that_is_cut_short_is_finished_by_the_next(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    """4.4.2: the same end as an undisturbed run."""
    monkeypatch.setattr(reminders, "AT_ONCE", 1)
    for _place in range(3):
        house.give(house.membership(programme), 1, ends_at=END_OF_JUNE)
    queue, calls = notices.queue, []

    def cut_short(found: Any, **values: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        queue(found, **values)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(notices, "queue", cut_short)
        reminders.remind_of_endings(now=at(FIVE[0]))
    assert len(reminded()) == 1
    reminders.remind_of_endings(now=at(FIVE[0], 3))
    assert len(reminded()) == 3


# --- PTS-19, SF-3 ---


def changes() -> list[dict[str, object]]:
    return list(OutboxMessage.objects.filter(topic="points.changed").order_by("id").values_list("payload", flat=True))


@pytest.mark.django_db
def test_three_points_are_told_to_the_member(programme: Programme) -> None:
    """PTS-19: +3 points, and the preference is on."""
    of = house.membership(programme)
    house.give(of, 3)
    told = Notice.objects.get(template="points_changed")
    assert (told.member_id, told.values["change"], told.values["balance"]) == (of.member_id, 3, 3)
    assert "+3" in notices.text(told)
    notices.send_due(now=NOW)
    told.refresh_from_db()
    assert told.state == NoticeState.SENT


@pytest.mark.django_db
def test_who_switched_messages_to_members_off_is_told_nothing(programme: Programme) -> None:
    """PTS-19."""
    of = house.membership(programme)
    switches = {(channel.value, MessageType.MEMBER.value): False for channel in MessageChannel}
    members_services.set_preferences(member_id=of.member_id, switches=switches, actor="test", at=NOW)
    house.give(of, 3)
    notices.send_due(now=NOW)
    assert Notice.objects.get(template="points_changed").state == NoticeState.SUPPRESSED


@pytest.mark.django_db
def test_one_posting_is_one_webhook_a_member_however_many_entries_it_has(programme: Programme) -> None:
    """SF-3 step 2: points.changed once."""
    first, second = house.membership(programme), house.membership(programme)
    house.post(house.entry(first, 8), house.entry(second, 1), house.entry(first, 4, kind=EntryKind.BONUS))
    one_ids = dict(Member.objects.values_list("id", "one_id"))
    of_first, of_second = changes()
    assert of_first == {
        "one_id": one_ids[first.member_id],
        "programme": "platform",
        "change": 12,
        "balance": 12,
        "debt": 0,
        "kinds": ["bonus", "earn"],
        "version": 2,
    }
    assert (of_second["one_id"], of_second["change"], of_second["version"]) == (one_ids[second.member_id], 1, 1)
    assert Notice.objects.filter(template="points_changed").count() == 2


@pytest.mark.django_db
def test_the_same_posting_again_tells_nobody(programme: Programme) -> None:
    of = house.membership(programme)
    entry = house.entry(of, 8, "once")
    house.post(entry)
    house.post(entry)
    assert len(changes()) == 1


@pytest.mark.django_db
def test_an_earning_that_repays_all_of_itself_is_no_message_but_a_webhook(programme: Programme) -> None:
    of = house.membership(programme)
    earned = house.give(of, 10)
    house.spend(of, 10)
    house.reverse(earned, 10)
    Notice.objects.all().delete()
    house.give(of, 4)
    last = changes()[-1]
    assert (last["change"], last["balance"], last["debt"], last["kinds"]) == (0, 0, 6, ["earn", "repay"])
    assert not Notice.objects.filter(template="points_changed").exists()


@pytest.mark.django_db
def test_a_debt_is_told_with_the_change(programme: Programme) -> None:
    of = house.membership(programme)
    earned = house.give(of, 10)
    house.spend(of, 8)
    house.reverse(earned, 10)
    told = Notice.objects.filter(template="points_changed").latest("id")
    assert (told.values["change"], told.values["debt"]) == (-2, 8)
    assert "−2" in notices.text(told)
    assert "8" in notices.text(told)


@pytest.mark.django_db
def test_history_is_told_to_nobody(programme: Programme) -> None:
    """Ruling 5."""
    of = house.membership(programme)
    house.post(house.entry(of, 10, occurred_at=NOW - 3 * DAY, ends_at=NOW - DAY), origin=Origin.BACKFILL)
    expiry.expire_lots(now=NOW, origin=Origin.BACKFILL)
    assert changes() == []
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_a_store_hears_of_its_own_programme(programme: Programme) -> None:
    store = world.store("S021")
    house.rules(store.programme)
    house.give(house.membership(store.programme), 2)
    message = OutboxMessage.objects.get(topic="points.changed")
    assert message.store_ids == [store.pk]
