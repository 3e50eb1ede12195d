"""R12: ages, months and days of waiting turn at local midnight; a form that is saved as it is moves no date."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from activity.rules import days_between
from core.errors import InvalidInput
from members import services
from members.models import Child, Member
from members.rules import Profile, age_on, months_old
from stores.enums import StaffRole
from stores.models import StaffAssignment, Store
from tests import world
from tests.admin.test_tags import Boxes
from tests.world import NOW

ZONES = ("Asia/Shanghai", "UTC", "America/New_York", "Pacific/Kiritimati", "Europe/Berlin")
SECOND = timedelta(seconds=1)
# ends of days, months and years, 29 February, both DST nights of 2026, and what 32 bits cannot count
TURNS = [
    datetime(year, month, day, hour, tzinfo=ZoneInfo(zone))
    for zone in ZONES
    for year, month, day, hour in (
        (2024, 1, 31, 0), (2024, 2, 29, 0), (2024, 3, 1, 0), (2024, 12, 31, 0), (2025, 1, 1, 0), (2026, 3, 8, 2), (2026, 3, 29, 2),
        (2026, 10, 25, 3), (2026, 11, 1, 2), (2038, 1, 20, 0),
    )
]  # fmt: skip
MOMENTS = st.sampled_from(TURNS).flatmap(lambda turn: st.sampled_from([turn - SECOND, turn, turn + SECOND]))
MIDNIGHT = datetime(2024, 6, 14, 16, tzinfo=UTC)  # in Shanghai, where 15 June begins


def midnights_since_1970(moment: datetime, zone: str) -> int:
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return int((moment.timestamp() + offset.total_seconds()) // 86400)


@given(since=MOMENTS, waits=st.integers(0, 400 * 86400), zone=st.sampled_from(ZONES))
def test_days_of_waiting_are_local_midnights(since: datetime, waits: int, zone: str) -> None:
    now = (since.astimezone(UTC) + timedelta(seconds=waits)).astimezone(UTC)
    assert days_between(since, now, ZoneInfo(zone)) == midnights_since_1970(now, zone) - midnights_since_1970(since, zone)


@given(born=st.dates(date(1900, 1, 1), date(2020, 12, 31)), later=st.integers(0, 40_000))
def test_an_age_is_the_number_of_birthdays_had(born: date, later: int) -> None:
    day = born + timedelta(days=later)
    had = [year for year in range(born.year + 1, day.year + 1) if (year, born.month, born.day) <= (day.year, day.month, day.day)]
    assert age_on(born, day) == len(had)
    assert age_on(born, day + timedelta(days=1)) - age_on(born, day) in (0, 1)


@given(born=st.dates(date(2000, 1, 1), date(2020, 12, 31)).map(lambda day: day.replace(day=1)), later=st.integers(0, 6000))
def test_months_of_a_child_grow_by_one_on_each_first(born: date, later: int) -> None:
    day = born + timedelta(days=later)
    assert months_old(born, day) == sum((born + timedelta(days=number)).day == 1 for number in range(1, later + 1))


@pytest.fixture
def shop(db: None) -> Store:
    return world.store("S001")


@pytest.fixture
def service(shop: Store) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.staff("cs09", (StaffRole.CUSTOMER_SERVICE, shop)))
    return client


@pytest.fixture
def member_id(shop: Store) -> int:
    return world.enrol(shop, "+8613800138000", name="张三").member_id


def at(moment: datetime) -> dict[str, str]:
    return {"X-Clock": moment.isoformat()}


def test_the_page_turns_ages_and_months_at_local_midnight(service: Client, member_id: int) -> None:
    services.update_profile(member_id=member_id, changes={"birthday": date(1992, 6, 15)}, actor="test", at=NOW)
    services.add_child(member_id=member_id, birth_month=date(2022, 11, 1), gender="unknown", guardian_consent_at=NOW, actor="test", at=NOW)
    page, profile = (
        reverse("admin:members_member_change", args=[member_id]),
        reverse("admin:members_member_panel", args=[member_id, "profile"]),
    )
    month = datetime(2024, 6, 30, 16, tzinfo=UTC)  # in Shanghai, where July begins
    for moment, address, words in (
        (MIDNIGHT - SECOND, page, "31 years"),
        (MIDNIGHT, page, "32 years"),
        (month - SECOND, profile, "19 months old"),
        (month, profile, "20 months old"),
    ):
        assert words in service.get(address, headers=at(moment)).content.decode(), (moment, words)


def test_a_child_of_the_month_that_has_just_begun_is_known_and_one_of_the_next_is_not(member_id: int) -> None:
    first_hour = datetime(2024, 6, 30, 17, tzinfo=UTC)  # 1 July in Shanghai, 30 June in London
    told: dict[str, Any] = {"member_id": member_id, "gender": "girl", "guardian_consent_at": first_hour, "actor": "test", "at": first_hour}
    services.add_child(birth_month=date(2024, 7, 1), **told)
    with pytest.raises(InvalidInput):
        services.add_child(birth_month=date(2024, 8, 1), **told)
    assert list(Child.objects.values_list("birth_month", flat=True)) == [date(2024, 7, 1)]


@pytest.mark.parametrize("impossible", [date(2024, 6, 16), date(2999, 1, 1), date(1899, 12, 31)])
def test_a_birthday_to_come_is_refused_at_every_door(shop: Store, member_id: int, impossible: date) -> None:
    profile = Profile(name="李四", birthday=date(2024, 6, 15))
    people = Member.objects.count()
    said: dict[str, Any] = {"identities": (), "channel": "app", "actor": "test", "occurred_at": MIDNIGHT, "booked_at": MIDNIGHT}
    with pytest.raises(InvalidInput):
        services.register_member(profile=replace(profile, birthday=impossible), **said)
    newcomer = services.Newcomer(profile=replace(profile, birthday=impossible), identities=(), registered_at=MIDNIGHT, channel="app")
    with pytest.raises(InvalidInput):
        services.register_many(newcomers=[newcomer], source="test", actor="test", booked_at=MIDNIGHT)
    with pytest.raises(InvalidInput):
        services.update_profile(member_id=member_id, changes={"birthday": impossible}, actor="test", at=MIDNIGHT)
    assert (Member.objects.count(), Member.objects.get(pk=member_id).birthday) == (people, None)
    services.register_member(profile=profile, **said)  # born today


def test_a_profile_saved_as_it_is_moves_no_date(service: Client, member_id: int) -> None:
    changes = {"birthday": date(2000, 2, 29), "callable_from": time(9, 30), "callable_until": time(21)}
    services.update_profile(member_id=member_id, changes=changes, actor="test", at=NOW)
    before = Member.objects.values().get(pk=member_id)
    address = reverse("admin:members_member_edit", args=[member_id])
    answer = service.post(address, {**Boxes(service.get(address).content.decode()).sent, "reason": "nothing is changed"})
    assert answer.status_code == 302
    assert Member.objects.values().get(pk=member_id) == before


@pytest.mark.parametrize("zone", ZONES)
def test_a_role_saved_as_it_is_begins_and_ends_when_it_did(shop: Store, zone: str) -> None:
    boss, colleague = world.staff("boss", (StaffRole.ADMIN, None)), world.staff("cs10", (StaffRole.CUSTOMER_SERVICE, shop))
    StaffAssignment.objects.filter(user=colleague).update(
        valid_from=datetime(2024, 2, 29, tzinfo=ZoneInfo(zone)), valid_until=datetime(2038, 1, 20, tzinfo=ZoneInfo(zone))
    )
    row = StaffAssignment.objects.get(user=colleague)
    client = Client(headers={"accept-language": "en"})
    client.force_login(boss)
    address = reverse("admin:stores_staffassignment_change", args=[row.pk])
    answer = client.post(address, Boxes(client.get(address).content.decode()).sent)
    assert answer.status_code == 302
    assert StaffAssignment.objects.values().get(pk=row.pk) == {
        "id": row.pk,
        "user_id": colleague.pk,
        "store_id": shop.pk,
        "role": "customer_service",
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
    }
