"""The nightly look finds a template or a coupon that disagrees with its steps."""

import pytest
from django.db import connection

from core import ledgers
from coupons import checks
from coupons.models import Coupon, CouponTemplate
from stores.models import Membership, Programme
from tests.coupons import house

pytestmark = [pytest.mark.django_db, pytest.mark.ledgers_may_disagree]


def found() -> list[tuple[int, str, int, int]]:
    return [(each.membership_id, each.what, each.expected, each.found) for each in checks.disagreements()]


def test_all_is_well_until_something_is_written_past_the_services(programme: Programme, member: Membership):
    coupon = house.coupon(house.template(programme), member)
    assert found() == []
    CouponTemplate.objects.update(issued=2, committed_minor=1)
    assert found() == [(0, "committed", 3000, 1), (0, "issued", 1, 2)]
    CouponTemplate.objects.update(issued=1, committed_minor=3000)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Coupon.objects.filter(pk=coupon.pk).update(state="expired", ended_at=coupon.valid_until)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert found() == [(member.pk, "steps", 0, coupon.pk)]
    assert [name for name, _each in ledgers.disagreements()] == ["coupons"]
