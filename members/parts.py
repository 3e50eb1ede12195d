"""What members offer to a member's portrait (MEM-28): who they are, and what is kept of them."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from core import registry
from core.masking import FieldClass, show
from core.registry import Part
from core.scope import Scope
from members import regions, rules, selectors
from members.models import Child, Consent, Identity, Member


def _portrait(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
    member = Member.objects.get(pk=member_id)
    today = timezone.localdate(now)
    percent, missing = selectors.completeness(member)
    return {
        "basic": {
            "name": show(FieldClass.NAME, member.name, scope),
            "gender": member.gender,
            "birthday": show(FieldClass.BIRTHDAY, member.birthday.isoformat(), scope) if member.birthday else None,
            "age": rules.age_on(member.birthday, today) if member.birthday else None,
            "region": regions.path(member.province_code, member.city_code, member.district_code),
            "country": member.country,
            "occupation": member.occupation,
            "marital_status": member.marital_status,
            "children": [
                {"birth_month": f"{child.birth_month:%Y-%m}", "gender": child.gender, "months": rules.months_old(child.birth_month, today)}
                for child in Child.objects.filter(member_id=member_id).order_by("birth_month", "id")
            ],
        },
        "member_data": {
            "status": member.status,
            "registered_at": timezone.localtime(member.registered_at).isoformat(),
            "register_channel": member.register_channel,
            "register_source": member.register_source,
            "completeness_percent": percent,
            "missing": missing,
            "identities": sorted(
                set(Identity.objects.filter(member_id=member_id, verified_at__isnull=False).values_list("provider", flat=True))
            ),
            "consents": sorted(Consent.objects.filter(member_id=member_id, withdrawn_at=None).values_list("purpose", flat=True)),
        },
    }


registry.add_part(Part("portrait", "", _portrait, 10))
