"""Who sees what: STO-01, STO-06, PRD-09, reliability rule 8."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session

from core import scope as scopes
from core.scope import Scope, ScopeError
from members.models import AccessLog, Member
from members.services import log_access
from stores import selectors, services
from stores.enums import StaffRole
from stores.models import Membership, Store
from tests.world import NOW, enrol, staff, store


@pytest.mark.django_db
def test_a_store_sees_its_own_members_only():
    mine, other = store("S001"), store("S002")
    own = enrol(mine, "+8613800138000").member_id
    enrol(other, "+8613900139000")
    shared = enrol(mine, "+8613700137000").member_id
    enrol(other, "+8613700137000")
    scope = selectors.staff_scope(staff("cs01", (StaffRole.CUSTOMER_SERVICE, mine)))
    assert set(scopes.narrow(Member.objects.all(), scope).values_list("pk", flat=True)) == {own, shared}
    assert set(scopes.narrow(Membership.objects.all(), scope).values_list("programme__code", flat=True)) == {"s001"}
    assert [row.code for row in scopes.narrow(Store.objects.all(), scope)] == ["S001"]


@pytest.mark.django_db
def test_the_platform_sees_everybody():
    enrol(store("S001"), "+8613800138000")
    enrol(store("S002"), "+8613900139000")
    scope = selectors.staff_scope(staff("plat", (StaffRole.CUSTOMER_SERVICE, None)))
    assert scopes.narrow(Member.objects.all(), scope).count() == 2


@pytest.mark.django_db
def test_an_assignment_counts_only_between_its_dates():
    shop = store("S001")
    user = staff("cs01")
    services.assign_role(
        user_id=user.pk,
        store_id=shop.pk,
        role=StaffRole.CUSTOMER_SERVICE,
        valid_from=NOW,
        valid_until=NOW + timedelta(days=1),
        actor="test",
        at=NOW,
    )
    for moment, sees in ((NOW - timedelta(seconds=1), False), (NOW, True), (NOW + timedelta(days=1), False)):
        with time_machine.travel(moment, tick=False):
            user = type(user).objects.get(pk=user.pk)
            assert selectors.staff_scope(user).reaches_store(shop.pk) is sees


@pytest.mark.django_db
def test_somebody_without_a_role_sees_nothing():
    enrol(store("S001"), "+8613800138000")
    scope = selectors.staff_scope(staff("nobody"))
    assert scopes.narrow(Member.objects.all(), scope).count() == 0


@pytest.mark.django_db
def test_a_query_without_a_scope_raises():
    with pytest.raises(ScopeError):
        scopes.narrow(Member.objects.all(), None)


def test_a_model_nobody_registered_raises_even_for_the_platform():
    with pytest.raises(ScopeError):
        scopes.narrow(Session.objects.all(), Scope(actor="staff:1", platform=True))


@pytest.mark.django_db
def test_log_lines_are_read_by_the_stores_of_who_looked():
    mine, other = store("S001"), store("S002")
    member_id = enrol(mine, "+8613800138000").member_id
    cs = staff("cs01", (StaffRole.CUSTOMER_SERVICE, mine))
    log_access(scope=selectors.staff_scope(cs), user_id=cs.pk, action="view", member_id=member_id, at=datetime(2024, 5, 20, tzinfo=UTC))
    auditor = selectors.staff_scope(staff("au01", (StaffRole.AUDITOR, mine)))
    stranger = selectors.staff_scope(staff("au02", (StaffRole.AUDITOR, other)))
    assert scopes.narrow(AccessLog.objects.all(), auditor).count() == 1
    assert scopes.narrow(AccessLog.objects.all(), stranger).count() == 0
