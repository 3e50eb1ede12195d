"""Campaigns in every state, and a store with members who have a tag; all through the services."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from coupons.models import CouponTemplate
from engagement.enums import AudienceKind, Goal
from engagement.models import Campaign, CampaignRecipient
from engagement.rules import CampaignIn, OfferIn
from engagement.services import campaigns, issuing
from members import services as members_services
from stores.models import Membership, Programme
from tags.models import Tag
from tags.services import giving
from tests.tags import house as tags_house
from tests.world import NOW

WRITER, APPROVER = "staff:1", "staff:2"
_numbers = count(1)


def members(programme: Programme, number: int) -> list[Membership]:
    """Members of a programme, in membership order. None wants marketing messages: see `wants_marketing`."""
    return [tags_house.member(programme) for _each in range(number)]


def wants_marketing(*memberships: Membership) -> None:
    """Switch marketing by SMS on."""
    for each in memberships:
        members_services.set_preferences(member_id=each.member_id, switches={("sms", "marketing"): True}, actor="test", at=NOW)


def tagged(programme: Programme, code: str, *memberships: Membership, **values: Any) -> Tag:
    """A tag by hand that these have."""
    tag = tags_house.by_hand(programme, code, **values)
    giving.give_tag(membership_ids=[each.pk for each in memberships], tag_id=tag.pk, source="staff", actor="test", at=NOW)
    return tag


def said(tag: Tag | None = None, *offers: CouponTemplate | tuple[Tag, CouponTemplate], **values: Any) -> CampaignIn:
    """A campaign for holders of a tag that begins at once; offers: a coupon for everybody, or pairs of tag and coupon."""
    return CampaignIn(
        **{
            "name": "奶粉满减",
            "goal": Goal.REVENUE,
            "audience_kind": AudienceKind.TAG,
            "tag_id": tag.pk if tag else None,
            "starts_at": NOW,
            "offers": tuple(OfferIn(offer[1].pk, offer[0].pk) if isinstance(offer, tuple) else OfferIn(offer.pk) for offer in offers),
            "budget_minor": 10**9,
            **values,
        }
    )


def draft(programme: Programme, of: CampaignIn, *, code: str = "") -> Campaign:
    return campaigns.create_campaign(programme_id=programme.pk, code=code or f"c{next(_numbers)}", said=of, actor=WRITER, at=NOW)


def submitted(programme: Programme, of: CampaignIn, **values: Any) -> Campaign:
    return campaigns.submit_campaign(campaign_id=draft(programme, of, **values).pk, actor=WRITER, at=NOW)


def approved(programme: Programme, of: CampaignIn, **values: Any) -> Campaign:
    waiting = submitted(programme, of, **values)
    return campaigns.approve_campaign(campaign_id=waiting.pk, revision=waiting.revision, actor=APPROVER, at=NOW)


def carried_out(programme: Programme, of: CampaignIn, *, at: datetime = NOW, at_once: int = issuing.AT_ONCE, **values: Any) -> Campaign:
    """Begun and brought to its end."""
    campaign = approved(programme, of, **values)
    issuing.run_campaign(campaign_id=campaign.pk, now=lambda: at, at_once=at_once)
    campaign.refresh_from_db()
    return campaign


def results(campaign: Campaign, gift: str = "coupon") -> list[str]:
    """The result of one thing for each recipient, in membership order."""
    return list(CampaignRecipient.objects.filter(campaign=campaign).order_by("membership_id").values_list(f"{gift}_result", flat=True))


def recipients(campaign: Campaign) -> Sequence[int]:
    """Memberships on its list."""
    return list(CampaignRecipient.objects.filter(campaign=campaign).order_by("membership_id").values_list("membership_id", flat=True))
