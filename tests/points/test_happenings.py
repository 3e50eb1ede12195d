"""The points in a member's timeline (CSL-16): in the order in which they happened, and without reading all there are.

Counted in rows that are read, which no busy machine changes.
"""

import random
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from core.scope import SYSTEM, Scope
from points.models import PointsEntry
from points.models.ledger import MANY_ENTRIES
from points.selectors import happenings
from points.services import ledger
from stores.models import Membership
from tests import world
from tests.points.spending_world import also_in, member, pointed
from tests.world import NOW

pytestmark = pytest.mark.django_db
LIMIT = 21  # a page of the member page, and one more
DAYS = 40
STAGE = """
INSERT INTO points_staged_entry (
    batch, item, membership_id, verb, kind, requested, source_type, source_id, earned_at, available_from, ends_at, effect_key, actor,
    occurred_at
)
SELECT
    %(batch)s, told.item, %(membership)s, 'earn', 'earn', 5, 'test', '1', told.at, told.at, %(now)s::timestamptz + interval '1 year',
    'test:' || told.item, 'test', told.at
FROM unnest(%(times)s::timestamptz[]) WITH ORDINALITY AS told (at, item)
"""


def earn(of: Membership, times: list[datetime]) -> None:
    """An entry for each moment, in the order given."""
    with transaction.atomic(), ledger.staged() as batch:
        with connection.cursor() as cursor:
            cursor.execute(STAGE, {"batch": batch, "membership": of.pk, "now": NOW, "times": times})
        assert ledger.post_staged(batch=batch, booked_at=NOW, announce=False).posted == len(times)


def some_time(rng: random.Random) -> datetime:
    """So few hours that entries share them."""
    return NOW - timedelta(hours=rng.randrange(DAYS * 24))


def busy(entries: int) -> Membership:
    """Somebody with so many entries, told late and in any order."""
    programme, rng = world.platform(), random.Random(7)
    pointed(programme)
    found = member(programme)
    earn(found, [some_time(rng) for _number in range(entries)])
    return found


def test_they_come_in_the_order_in_which_they_happened_whatever_was_booked_first() -> None:
    """CSL-16: page by page the same as all entries sorted, over two programmes; who reaches one sees that one."""
    rng = random.Random(8)
    here = busy(MANY_ENTRIES + 200)
    shop = world.store("S002").programme
    pointed(shop)
    there = also_in(shop, here)
    earn(there, [some_time(rng) for _number in range(60)])
    reaches = {SYSTEM: (here, there), Scope("staff:1", programme_ids=frozenset({shop.pk})): (there,), Scope("staff:2"): ()}
    for scope, memberships in reaches.items():
        told = PointsEntry.objects.filter(account_id__in=[each.pk for each in memberships]).values_list("occurred_at", "pk")
        newest_first = sorted(told, reverse=True)
        for before in (NOW + timedelta(days=1), *(NOW - timedelta(days=day) for day in (0, 3, 39, 40))):
            wanted = [entry_id for at, entry_id in newest_first if at < before][:LIMIT]
            found = happenings.happened(here.member_id, scope, before=before, limit=LIMIT)
            assert [entry.pk for entry in found] == wanted, (scope.actor, before)


def test_of_very_many_a_few_hundred_are_read() -> None:
    """CSL-16: the newest page and one of the oldest."""
    somebody = busy(4 * MANY_ENTRIES)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE points_pointsentry")
    for before in (NOW, NOW - timedelta(days=DAYS - 2)):
        read = entries_read()
        found = happenings.happened(somebody.member_id, SYSTEM, before=before, limit=LIMIT)
        assert len(found) == LIMIT
        assert entries_read() - read <= MANY_ENTRIES + 3 * LIMIT


def entries_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'points_pointsentry'"
        )
        return int(cursor.fetchone()[0])
