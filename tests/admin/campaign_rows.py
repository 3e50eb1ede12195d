"""What a shop can have of campaigns: one that has run, and words by which a leak is seen."""

from datetime import datetime, timedelta

from coupons.models import CouponTemplate
from engagement.enums import AudienceKind, Goal
from engagement.rules import CampaignIn, OfferIn
from engagement.services import campaigns, issuing
from stores.models import Programme
from tags.enums import TagKind
from tags.models import Tag


def said(programme: Programme, name: str, at: datetime) -> CampaignIn:
    """A coupon and a message for those with the shop's tag by hand."""
    template = CouponTemplate.objects.filter(programme=programme, is_on=True).order_by("pk")[0]
    return CampaignIn(
        name=name,
        goal=Goal.RETAIN,
        audience_kind=AudienceKind.TAG,
        tag_id=Tag.objects.filter(programme=programme, kind=TagKind.MANUAL, retired_at=None).order_by("pk")[0].pk,
        starts_at=at,
        offers=(OfferIn(template.pk),),
        message=f"来店看看{name}",
        budget_minor=1_000_00,
    )


def fill(programme: Programme, mark: str, now: datetime) -> tuple[dict[str, int], list[str]]:
    """Ids by what the addresses call them, and the words of this shop alone."""
    at = now - timedelta(minutes=4)
    of = said(programme, f"回馈{mark}", at)
    made = campaigns.create_campaign(programme_id=programme.pk, code=f"c-{programme.pk}", said=of, actor="staff:0", at=at)
    campaigns.submit_campaign(campaign_id=made.pk, actor="staff:0", at=at)
    campaigns.approve_campaign(campaign_id=made.pk, revision=1, actor="test", at=at)
    issuing.run_campaign(campaign_id=made.pk, now=lambda: at)
    return {"campaign_id": made.pk}, [f"回馈{mark}"]
