"""A campaign that has run, for the tests of the API."""

from typing import Any

from coupons.models import CouponTemplate
from engagement.enums import AudienceKind, Goal
from engagement.models import Campaign
from engagement.rules import CampaignIn, OfferIn
from engagement.services import campaigns, issuing
from stores.models import Programme
from tags.models import Tag
from tests.world import NOW


def campaigned(programme: Programme, **values: Any) -> Campaign:
    """ "picked": its first coupon template for holders of "picky", up to 300.00; run to its end. Both are there before."""
    known = Campaign.objects.filter(programme=programme, code="picked").first()
    if known:
        return known
    said = CampaignIn(
        **{
            "name": "请挑剔客户回来",
            "goal": Goal.RETAIN,
            "audience_kind": AudienceKind.TAG,
            "tag_id": Tag.objects.get(programme=programme, code="picky").pk,
            "starts_at": NOW,
            "offers": (OfferIn(CouponTemplate.objects.filter(programme=programme, is_on=True).order_by("pk")[0].pk),),
            "message": "欢迎回来",
            "budget_minor": 300_00,
            **values,
        }
    )
    made = campaigns.create_campaign(programme_id=programme.pk, code="picked", said=said, actor="staff:1", at=NOW)
    campaigns.submit_campaign(campaign_id=made.pk, actor="staff:1", at=NOW)
    campaigns.approve_campaign(campaign_id=made.pk, revision=1, actor="staff:2", at=NOW)
    issuing.run_campaign(campaign_id=made.pk, now=lambda: NOW)
    return made
