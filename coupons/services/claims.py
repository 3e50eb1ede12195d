"""Members claim coupons (CPN-01, CPN-07): what may be claimed by whom is asked here, the rest by issuing."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.errors import DomainError
from coupons import errors
from coupons.enums import CouponSource
from coupons.models import Coupon, CouponTemplate
from coupons.services import issuing, refusals
from growth.enums import Track
from growth.selectors import levels as growth_levels
from growth.selectors import schemes as growth_schemes
from stores import services as stores_services


@dataclass(frozen=True)
class Claimed:
    """replayed: this claim was made before."""

    coupon: Coupon
    replayed: bool


@transaction.atomic
def claim(*, template_id: int, membership_id: int, effect_key: str, actor: str, at: datetime) -> Claimed:
    """Give a member the coupon he asks for. effect_key: the caller's, at most 100 characters; the same again answers the first coupon.

    Raises TemplateNotFound, TemplateNotActive for one that cannot be claimed now, LevelRequired, QuantityExceeded, PerMemberExceeded,
    BudgetExhausted, CouponsOff, MemberNotActive, NotAMember, EffectConflict.
    """
    stores_services.lock_memberships([membership_id])
    template = template_of(template_id)
    effect_key = f"claim:{effect_key}"
    problem = _why_not(template, membership_id, at)
    if problem and not Coupon.objects.filter(membership_id=membership_id, effect_key=effect_key).exists():
        raise problem
    return issue_one(template, membership_id, source=CouponSource.CLAIM, source_id="", effect_key=effect_key, reason="", actor=actor, at=at)


def template_of(template_id: int) -> CouponTemplate:
    """With its programme. Raises TemplateNotFound."""
    found = CouponTemplate.objects.select_related("programme").filter(pk=template_id).first()
    if found is None:
        raise errors.TemplateNotFound()
    return found


def _why_not(template: CouponTemplate, membership_id: int, at: datetime) -> DomainError | None:
    """What keeps a member from claiming a coupon of this template now."""
    begun = template.claim_from is None or template.claim_from <= at
    not_over = template.claim_until is None or at < template.claim_until
    if not (template.is_claimable and begun and not_over):
        return refusals.not_active(template)
    if not template.min_level:
        return None
    scheme = growth_schemes.published(template.programme_id, Track.FREE)
    wanted = next((terms for terms in scheme.terms.all() if terms.level.code == template.min_level), None) if scheme else None
    if wanted is None:
        return errors.LevelRequired(level=template.min_level, name=template.min_level)
    held = growth_levels.held([membership_id], at)[membership_id].get(Track.FREE)
    if held is None or held.rank < wanted.rank:
        return errors.LevelRequired(level=template.min_level, name=wanted.name)
    return None


def issue_one(
    template: CouponTemplate,
    membership_id: int,
    *,
    source: CouponSource,
    source_id: str,
    effect_key: str,
    reason: str,
    actor: str,
    at: datetime,
) -> Claimed:
    """One coupon for one member whose membership is held; refuses by raising."""
    issued = issuing.issue_to_held(
        template_id=template.pk,
        membership_ids=[membership_id],
        source=source,
        source_id=source_id,
        effect_key=effect_key,
        reason=reason,
        actor=actor,
        at=at,
    )
    if membership_id in issued.refused:
        template.refresh_from_db()
        refusals.raise_issuing(issued.refused[membership_id], template, effect_key)
    [coupon_id] = issued.coupon_ids[membership_id]
    coupon = Coupon.objects.select_related("store").get(pk=coupon_id)
    coupon.template = template
    return Claimed(coupon, membership_id in issued.replayed)
