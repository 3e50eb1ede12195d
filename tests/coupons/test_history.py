"""What a template was before is kept when its terms change, and claims, which only count, cost no history (CPN-01, MEM-24)."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from core.history import because
from coupons.models import CouponTemplate
from coupons.services import claims
from stores.models import Membership, Programme
from tests.coupons import house
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def fifty(programme: Programme) -> CouponTemplate:
    return house.template(programme, code="fifty", is_claimable=True)


def kept() -> list[Any]:
    return list(apps.get_model("coupons", "CouponTemplateEvent").objects.order_by("pgh_id"))


def test_claims_write_no_history_and_call_no_trigger(member: Membership, fifty: CouponTemplate):
    with connection.cursor() as cursor:  # a trigger that is called now fails
        cursor.execute("SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'coupons_coupontemplate'::regclass")
        definitions = {name: text for name, text in cursor.fetchall() if "update_update" in name}
        assert len(definitions) == 1
        cursor.execute("CREATE OR REPLACE FUNCTION pg_temp.called() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'called'; END $$")
        (text,) = definitions.values()
        loud = text.split("EXECUTE FUNCTION")[0].replace(next(iter(definitions)), "loud") + "EXECUTE FUNCTION pg_temp.called()"
        cursor.execute(loud)
    for number in range(3):
        claims.claim(template_id=fifty.pk, membership_id=member.pk, effect_key=f"k{number}", actor="test", at=NOW)
    fifty.refresh_from_db()
    assert (fifty.issued, kept()) == (3, [])


def test_a_change_of_terms_keeps_what_they_were(member: Membership, fifty: CouponTemplate):
    with because(actor="staff:1", at=NOW):
        CouponTemplate.objects.filter(pk=fifty.pk).update(name="新名字")
        claims.claim(template_id=fifty.pk, membership_id=member.pk, effect_key="k1", actor="test", at=NOW)
    (before,) = kept()
    assert (before.name, before.pgh_label, before.pgh_context["actor"]) == (fifty.name, "update", "staff:1")
