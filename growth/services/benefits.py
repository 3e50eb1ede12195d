"""Using benefits that may be used so many times a month (BEN-16)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from growth.errors import BenefitNotFound, EffectConflict, NotEntitled, QuotaExhausted
from growth.models import Benefit, BenefitUsage
from growth.rules import benefits as rules
from growth.selectors import benefits as selectors
from stores import services as stores_services


@dataclass(frozen=True)
class Used:
    """replayed: the use was recorded before.  quota, left: of the month; None without limit.  resets_on: when it counts anew."""

    usage: BenefitUsage
    replayed: bool
    quota: int | None
    left: int | None
    resets_on: date | None


@transaction.atomic
def use_benefit(
    *,
    membership_id: int,
    benefit_code: str,
    usage_key: str,
    channel: str = "",
    reference: str = "",
    actor: str,
    at: datetime,
) -> Used:
    """Record that a member used a benefit at `at`; it takes one of the month's uses, where there is a quota.

    usage_key: the caller's, once for ever: the same use again answers the first and takes nothing.  reference: an order number, say.
    Rule: docs/rules/benefits.md, Quota. Raises BenefitNotFound, NotEntitled, QuotaExhausted, EffectConflict.
    """
    stores_services.lock_memberships([membership_id])
    benefit = Benefit.objects.filter(programme__memberships=membership_id, code=benefit_code).select_related("programme").first()
    if benefit is None:
        raise BenefitNotFound()
    held = selectors.of_membership(membership_id, at, channel or None).of(benefit_code)
    known = BenefitUsage.objects.filter(membership_id=membership_id, benefit=benefit, usage_key=usage_key).first()
    if known is not None:
        if (known.channel, known.reference) != (channel, reference):
            raise EffectConflict(usage_key=usage_key)
        return Used(known, True, held.quota if held else None, held.left if held else None, held.resets_on if held else None)
    if held is None:
        raise NotEntitled(benefit=benefit_code)
    if held.left == 0:
        raise QuotaExhausted(quota=held.quota, used=held.used, resets_on=held.resets_on)
    usage = BenefitUsage.objects.create(
        membership_id=membership_id,
        benefit=benefit,
        usage_key=usage_key,
        month_on=rules.month_of(at, benefit.programme.time_zone),
        channel=channel,
        reference=reference,
        actor=actor,
        used_at=at,
    )
    return Used(usage, False, held.quota, None if held.left is None else held.left - 1, held.resets_on)
