"""R22: what a page costs does not grow with what there is."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import partitions, registry
from core.masking import Role
from core.scope import Scope
from members.models import AccessLog
from members.services import log_access
from stores import services as stores_services
from stores.models import Membership
from tests import world
from tests.admin.conftest import Sit, Street
from tests.admin.coupon_rows import many_coupons
from tests.admin.growth_rows import many_changes, many_entries
from tests.admin.neighbours import many_orders
from tests.admin.points_rows import many_entries as many_points
from tests.admin.tag_rows import many_tags

PAGE_AT_MOST = 12  # statements of the member page (performance.md, targets)
LIST_AT_MOST = 15
TIMELINE_AT_MOST = 23  # each source of the timeline is one; coupons, tags and campaigns made three more (CSL-16)


def statements(client: Client, address: str) -> int:
    """How many statements an answer takes, once the caches of the process are warm: it forgets what it learnt in a test's transaction."""
    with patch.object(partitions, "_known", set()):
        with TestCase.captureOnCommitCallbacks(execute=True):
            assert client.get(address).status_code == 200, address
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in captured.captured_queries)


def test_the_member_page_costs_the_same_with_one_order_and_with_a_hundred(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    address = reverse("admin:members_member_change", args=[street.ours.member_id])
    costs = []
    for count in (1, 25, 100):
        many_orders(street.ours.store, street.ours.member_id, count, until=street.now - timedelta(days=4), prefix=f"C{count}-")
        costs.append(statements(client, address))
    assert max(costs) <= PAGE_AT_MOST
    assert costs[0] == costs[1] == costs[2]


def test_every_panel_costs_the_same_with_one_row_and_with_a_hundred(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.ADMIN])
    member = street.ours.member_id
    costs: dict[str, list[int]] = {panel.key: [] for panel in registry.panels("members.Member")}
    membership = Membership.objects.get(member_id=member, programme=street.ours.store.programme)
    for count in (1, 25, 100):
        many_orders(street.ours.store, member, count, until=street.now - timedelta(days=4), prefix=f"P{count}-")
        many_entries(membership, count, street.now)
        many_changes(membership, count, street.now)
        many_points(membership, count, street.now)
        many_coupons(membership, count, street.now)
        many_tags(membership, count, street.now)
        for number in range(count):
            at = street.now - timedelta(hours=number)
            stores_services.add_service_note(
                member_id=member,
                programme_id=street.ours.store.programme_id,
                body=f"{number}",
                author_id=street.staff[Role.ADMIN].pk,
                at=at,
            )
            log_access(
                scope=Scope(actor="staff:1", store_ids=frozenset({street.ours.store.pk})),
                user_id=None,
                action="view",
                at=street.now,
                member_id=member,
            )
        for key, found in costs.items():
            found.append(statements(client, reverse("admin:members_member_panel", args=[member, key])))
    for key, found in costs.items():
        assert found[1] == found[2], (key, found)
        assert max(found) <= (TIMELINE_AT_MOST if key == "timeline" else LIST_AT_MOST + 5), (key, found)


@pytest.mark.parametrize(
    "name",
    ["activity_order", "activity_aftersale", "members_member", "members_mergecase", "members_accesslog", "stores_servicenote", "core_job"],
)
def test_lists_cost_the_same_with_one_row_and_with_a_hundred(street: Street, sit: Sit, name: str) -> None:
    client = sit(street.staff[Role.ADMIN])
    address = reverse(f"admin:{name}_changelist")
    costs = []
    for count in (1, 25, 100):
        for number in range(count if name == "members_member" else 0):
            world.enrol(street.ours.store, name=f"多{count}{number}")
        many_orders(street.ours.store, street.ours.member_id, count, until=street.now - timedelta(days=4), prefix=f"L{count}-")
        for number in range(count):
            log_access(
                scope=Scope(actor="staff:1", store_ids=frozenset({street.ours.store.pk})),
                user_id=street.staff[Role.ADMIN].pk,
                action="view",
                at=street.now + timedelta(seconds=number),
                member_id=street.ours.member_id,
            )
        costs.append(statements(client, address))
    assert costs[1] == costs[2], costs
    assert max(costs) <= LIST_AT_MOST, costs


def test_the_lookup_costs_the_same_for_one_hit_and_for_twenty(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    address = reverse("admin:lookup") + "?q=甄"
    world.enrol(street.ours.store, name="甄零")
    few = statements(client, address)
    for number in range(18):
        world.enrol(street.ours.store, name=f"甄{number}")
    assert statements(client, address) <= few  # a full list needs fewer ways of looking
    assert few <= 16
    assert AccessLog.objects.filter(action="search").count() == 4


def test_the_recent_list_costs_the_same_for_one_and_for_ten(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    client.get(reverse("admin:members_member_change", args=[street.ours.member_id]))
    few = statements(client, reverse("admin:index"))
    for number in range(12):
        member = world.enrol(street.ours.store, name=f"近{number}").member_id
        client.get(reverse("admin:members_member_change", args=[member]))
    assert statements(client, reverse("admin:index")) == few
