"""Nothing that matters lives in a process, the cache, or one month's table: ARC-05, ARC-14."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from activity import services as activity_services
from activity.inputs import EventIn
from activity.models import BehaviourEvent
from core.enums import Channel
from stores.enums import StaffRole
from tests.world import NOW, enrol, staff, store


@pytest.mark.django_db
def test_a_session_made_at_one_web_process_works_at_another_without_the_cache():
    first, second = Client(), Client()
    first.force_login(staff("cs01", (StaffRole.CUSTOMER_SERVICE, store())))
    before = first.get(reverse("admin:lookup"))
    cache.clear()
    second.cookies = first.cookies
    after = second.get(reverse("admin:lookup"))
    assert (before.status_code, after.status_code) == (200, 200)


@pytest.mark.django_db(transaction=True)
def test_a_month_of_behaviour_can_be_dropped_without_breaking_a_member_page():
    # given a member with an event in a month that no other test uses: a process remembers which months it has seen
    shop = store()
    member_id = enrol(shop, "+8613800138000").member_id
    event = EventIn(
        source=shop.code,
        event_id="e-1",
        member_id=member_id,
        store_id=shop.pk,
        kind="view",
        channel=Channel.WEB,
        occurred_at=datetime(2001, 1, 15, tzinfo=UTC),
    )
    [answer] = activity_services.record_events(events=[event], actor="test", booked_at=NOW)
    assert answer.applied and BehaviourEvent.objects.filter(member_id=member_id).count() == 1
    # when that month is dropped
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE activity_behaviourevent_2001_01")
    # then the member is still there, with nothing done in that month
    client = Client()
    client.force_login(staff("cs01", (StaffRole.CUSTOMER_SERVICE, shop)))
    assert client.get(reverse("admin:members_member_change", args=[member_id])).status_code == 200
    assert not BehaviourEvent.objects.filter(member_id=member_id).exists()
