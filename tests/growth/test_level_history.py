"""A member's changes of level, page by page (CSL-12, CSL-16): the newest first, without reading all there are.

Counted in rows that are read, which no busy machine changes.
"""

from datetime import timedelta

import pytest
from django.db import connection

from core.scope import SYSTEM, Scope
from growth.enums import Track
from growth.models import LevelHistory
from growth.selectors import member_page
from stores.models import Membership, Programme
from tests import world
from tests.growth import crowd
from tests.reading import rows_read
from tests.world import NOW

pytestmark = pytest.mark.django_db
LIMIT, MANY = 21, 1_000
READ_AT_MOST = 5 * LIMIT  # as many as a page of each of two memberships, looked for and then read; and some of the same time


def changes(of: Membership, count: int, hours: int) -> None:
    """One every so many hours, told in no order: two that follow each other are at the same time."""
    LevelHistory.objects.bulk_create(
        LevelHistory(
            membership=of, track=Track.FREE, cause="joined", source="test", actor="test", booked_at=NOW,
            occurred_at=NOW - timedelta(hours=hours * (number * 7 % count // 2)),
        )
        for number in range(count)
    )  # fmt: skip


def in_two_programmes(second: Programme) -> tuple[Membership, Membership]:
    [here] = crowd.people(world.platform(), 1, joined_at=NOW)
    return here, Membership.objects.create(member_id=here.member_id, programme=second, member_no="T1", joined_at=NOW, source="import")


def test_every_change_comes_once_newest_first_and_a_page_reads_a_page() -> None:
    shop = world.store("S002").programme
    here, there = in_two_programmes(shop)
    changes(here, MANY, 1)
    changes(there, 100, 5)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE growth_levelhistory")
    ours = Scope("staff:1", programme_ids=frozenset({shop.pk}))
    for scope, memberships in ((SYSTEM, (here, there)), (ours, (there,)), (Scope("staff:2"), ())):
        told = LevelHistory.objects.filter(membership__in=memberships).values_list("occurred_at", "pk")
        found: list[LevelHistory] = []
        before = None
        while True:
            read = rows_read("growth_levelhistory")
            page = member_page.history(here.member_id, scope, before=before, limit=LIMIT)
            assert rows_read("growth_levelhistory") - read <= READ_AT_MOST, (scope.actor, before)
            found += page
            if len(page) < LIMIT:
                break
            before = (page[-1].occurred_at, page[-1].pk)
        assert [(each.occurred_at, each.pk) for each in found] == sorted(told, reverse=True), scope.actor
