"""R21: every search, view and reveal is in the access log, and nobody changes it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activity.models import Order
from core import registry
from core.masking import Role
from core.scope import Scope
from members.enums import AccessAction
from members.models import AccessLog
from members.panels import looked_at
from members.services.access import log_access, search_hash
from stores.models import ApiClient
from tests.admin.conftest import Sit, Street


def test_a_search_is_logged_as_a_hash_with_its_hits(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    client.get(reverse("admin:lookup"), {"q": "7531"}, headers={"x-request-id": "call-1"})
    client.get(reverse("admin:lookup"), {"q": "0000"})

    first, second = AccessLog.objects.order_by("id")
    assert (first.action, first.hits, first.search_hash, first.request_id) == (AccessAction.SEARCH, 1, search_hash("7531"), "call-1")
    assert (first.actor, first.ip) == (f"staff:{street.staff[Role.CUSTOMER_SERVICE].pk}", "127.0.0.1")
    assert first.store_ids == [street.ours.store.pk]
    assert (second.hits, second.member_id) == (0, None)


def test_the_log_says_which_program_looked(street: Street, sit: Sit) -> None:
    client = ApiClient.objects.create(name="甲商城", store=street.ours.store)
    reach = Scope(f"client:{client.pk}", store_ids=frozenset({street.ours.store.pk}))
    log_access(scope=reach, user_id=None, action=AccessAction.API_READ, at=street.now, member_id=street.ours.member_id)
    page = sit(street.staff[Role.AUDITOR]).get(reverse("admin:members_accesslog_changelist")).content.decode()
    assert "API client 甲商城" in page


def test_the_names_of_many_programs_take_one_statement(street: Street, sit: Sit) -> None:
    for number in range(5):
        client = ApiClient.objects.create(name=f"program {number}", store=street.ours.store)
        reach = Scope(f"client:{client.pk}", store_ids=frozenset({street.ours.store.pk}))
        log_access(scope=reach, user_id=None, action=AccessAction.API_READ, at=street.now, member_id=street.ours.member_id)
    auditor = sit(street.staff[Role.AUDITOR])
    with CaptureQueriesContext(connection) as captured:
        page = auditor.get(reverse("admin:members_accesslog_changelist")).content.decode()
    assert all(f"API client program {number}" in page for number in range(5))
    assert sum('FROM "stores_apiclient"' in said["sql"] for said in captured.captured_queries) == 1


def test_a_page_and_its_parts_are_one_view(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    client.get(reverse("admin:members_member_change", args=[street.ours.member_id]))
    for panel in registry.panels("members.Member"):
        client.get(reverse("admin:members_member_panel", args=[street.ours.member_id, panel.key]))

    line = AccessLog.objects.get()
    assert (line.action, line.member_id, line.field) == (AccessAction.VIEW, street.ours.member_id, "page")


def test_a_part_opened_without_its_page_is_a_view(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    client.get(reverse("admin:members_member_panel", args=[street.ours.member_id, "orders"]))

    line = AccessLog.objects.get()
    assert (line.action, line.member_id, line.field) == (AccessAction.VIEW, street.ours.member_id, "orders")


def test_a_merge_case_and_a_members_forms_are_views_too(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    client.get(reverse("admin:members_mergecase_change", args=[street.ours.ids["members_mergecase"]]))
    assert set(AccessLog.objects.values_list("member_id", "action", "field")) == {
        (street.ours.member_id, AccessAction.VIEW, "merge_case"),
        (street.ours.twin_id, AccessAction.VIEW, "merge_case"),
    }


def test_the_log_says_in_words_what_was_looked_at(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    client.get(reverse("admin:members_mergecase_change", args=[street.ours.ids["members_mergecase"]]))
    reveal = reverse("admin:members_member_reveal", args=[street.ours.member_id])
    order = Order.objects.get(order_no="O-甲-1").pk
    assert client.post(reveal, {"kind": "order_phone", "reference": order, "reason": "客户来电核对"}).status_code == 200
    auditor = sit(street.staff[Role.AUDITOR])
    panel = auditor.get(reverse("admin:members_member_panel", args=[street.ours.member_id, "access"])).content.decode()
    listed = auditor.get(reverse("admin:members_accesslog_changelist")).content.decode()
    for text in (panel, listed):
        for seen in ("merge case", "phone of an order"):
            assert seen in text, seen
    for part in registry.panels("members.Member"):
        assert looked_at(part.key) == part.heading


def test_a_refused_page_is_not_a_view(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    assert client.get(reverse("admin:members_member_change", args=[street.theirs.member_id])).status_code == 404
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize("statement", ["UPDATE members_accesslog SET actor = 'staff:1'", "DELETE FROM members_accesslog"])
def test_the_database_refuses_to_change_the_log(street: Street, sit: Sit, statement: str) -> None:
    sit(street.staff[Role.CUSTOMER_SERVICE]).get(reverse("admin:lookup"), {"q": "7531"})
    with pytest.raises((DatabaseError, IntegrityError), match="only added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AccessLog.objects.get().actor == f"staff:{street.staff[Role.CUSTOMER_SERVICE].pk}"


def test_no_page_changes_the_log(street: Street, sit: Sit) -> None:
    sit(street.staff[Role.CUSTOMER_SERVICE]).get(reverse("admin:lookup"), {"q": "7531"})
    line = AccessLog.objects.get()
    for role in Role:
        client = sit(street.staff[role])
        for view in ("change", "delete", "history"):
            status = client.post(reverse(f"admin:members_accesslog_{view}", args=[line.pk]), {"post": "yes"}).status_code
            assert status in (403, 404), (role, view)
        assert client.post(reverse("admin:members_accesslog_add"), {}).status_code == 403
    assert AccessLog.objects.get().search_hash == line.search_hash


def test_the_log_is_read_by_those_who_may(street: Street, sit: Sit) -> None:
    sit(street.staff[Role.CUSTOMER_SERVICE]).get(reverse("admin:lookup"), {"q": "7531"})
    for role in Role:
        status = sit(street.staff[role]).get(reverse("admin:members_accesslog_changelist")).status_code
        assert status == (200 if role in (Role.APPROVER, Role.AUDITOR, Role.ADMIN) else 403), role
