"""Customer service gives coupons by hand, of the templates that allow it (CS-5)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from core import reasons
from coupons import errors
from coupons.enums import CouponSource, CouponState
from coupons.models import Coupon
from coupons.services import claims
from stores import services as stores_services


@transaction.atomic
def give_coupon(*, template_id: int, membership_id: int, reason: str, token: str, actor: str, at: datetime) -> Coupon:
    """Give a coupon by hand: of templates that customer service may give, one a member, template and local month.

    token: names the form, at most 60 characters, so that sending it twice gives once.
    Raises TemplateNotFound, NotForStaff, InvalidInput for a reason that says nothing, PerMemberExceeded (values: per_member, month) for
    a second one, and what issuing refuses.
    """
    reason = reasons.checked(reason)
    stores_services.lock_memberships([membership_id])
    template = claims.template_of(template_id)
    if not template.staff_may_give:
        raise errors.NotForStaff(code=template.code)
    month = at.astimezone(ZoneInfo(template.programme.time_zone)).strftime("%Y-%m")
    of_month = f"staff:{template_id}:{month}:"
    given = Coupon.objects.filter(membership_id=membership_id, effect_key__startswith=of_month).exclude(state=CouponState.REVOKED)
    if given.exclude(effect_key=of_month + token).exists():
        raise errors.PerMemberExceeded(per_member=1, month=month)
    return claims.issue_one(
        template,
        membership_id,
        source=CouponSource.STAFF,
        source_id=actor.partition(":")[2],
        effect_key=of_month + token,
        reason=reason,
        actor=actor,
        at=at,
    ).coupon
