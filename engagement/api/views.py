"""Campaigns of a programme, and what came of them. They are written and approved in the back office, by two people."""

from typing import Any

from core.api import pages
from core.api.operations import Answer, ApiView, Call, operation
from core.api.routes import CODE
from core.api.serializers import page_of
from engagement.api import shapes
from engagement.api.filters import CampaignFilters
from engagement.errors import CampaignNotFound
from engagement.models import Campaign
from engagement.selectors import campaigns as selectors
from engagement.selectors import report
from stores import selectors as stores_selectors
from stores.errors import ProgrammeNotFound

READ = "campaigns:read"
NOT_THERE = (ProgrammeNotFound, CampaignNotFound)


class CampaignsView(ApiView):
    tag = "campaigns"
    path_parameters = {"code": ("The programme's code.", CODE), "campaign": ("The campaign's code.", CODE)}

    @operation(
        "list_campaigns",
        summary="List campaigns",
        scope=READ,
        query=shapes.CampaignsQuery,
        answers={200: page_of(shapes.CampaignOut)},
        refusals=(ProgrammeNotFound,),
    )
    def list(self, call: Call, code: str) -> Answer:
        """Those that begin last first, drafts among them."""
        programme = stores_selectors.programme_by_code(code, call.scope)
        rows = CampaignFilters(call, selectors.campaigns(programme.pk).prefetch_related("offers__tag", "offers__template")).rows()
        found = pages.page(rows, order=("-starts_at", "-id"), query=call.query, of=f"campaigns:{programme.code}")
        return Answer(found.answer(lambda row: shapes.CampaignOut(_told(row)).data))

    @operation("get_campaign", summary="Read a campaign", scope=READ, answers={200: shapes.CampaignOut}, refusals=NOT_THERE)
    def retrieve(self, call: Call, code: str, campaign: str) -> Answer:
        """What it gives to whom, and how far it is."""
        return Answer(shapes.CampaignOut(_told(_campaign(call, code, campaign))).data)

    @operation(
        "get_campaign_results",
        summary="Read what came of a campaign",
        scope=READ,
        answers={200: shapes.CampaignResultsOut},
        refusals=NOT_THERE,
    )
    def results(self, call: Call, code: str, campaign: str) -> Answer:
        """Targeted, given, used, revenue, cost and return, as of now; by day, and by what members got and why not (PRD-19)."""
        found = _campaign(call, code, campaign)
        return Answer(shapes.CampaignResultsOut(_results(found)).data)


def _campaign(call: Call, code: str, campaign: str) -> Campaign:
    """Raises ProgrammeNotFound, CampaignNotFound."""
    programme = stores_selectors.programme_by_code(code, call.scope)
    found = selectors.campaigns(programme.pk).filter(code=campaign).prefetch_related("offers__tag", "offers__template").first()
    if found is None:
        raise CampaignNotFound()
    return found


def _told(campaign: Campaign) -> dict[str, Any]:
    names = (
        "code", "name", "goal", "state", "starts_at", "ends_at", "points", "budget_minor", "committed_minor", "targeted", "settled",
        "started_at", "ended_at",
    )  # fmt: skip
    offers = sorted(campaign.offers.all(), key=lambda offer: (offer.tag_id is None, offer.pk))
    return {name: getattr(campaign, name) for name in names} | {
        "programme": campaign.programme.code,
        "currency": campaign.programme.currency,
        "audience": campaign.audience_kind,
        "tag": campaign.tag.code if campaign.tag else None,
        "segment": campaign.segment.code if campaign.segment else None,
        "gives_tag": campaign.gives_tag.code if campaign.gives_tag else None,
        "has_message": bool(campaign.message),
        "coupons": [{"tag": offer.tag.code if offer.tag else None, "coupon_template": offer.template.code} for offer in offers],
    }


def _results(campaign: Campaign) -> dict[str, Any]:
    found = report.report(campaign)
    names = (
        "targeted", "settled", "given", "issued", "sent", "opened", "opted_out", "used", "participants", "orders", "revenue_minor",
        "cost_minor", "cost_per_order_minor", "budget_minor", "committed_minor",
    )  # fmt: skip
    gross, net = found.roi or (None, None)
    return {name: getattr(found, name) for name in names} | {
        "campaign": campaign.code,
        "state": campaign.state,
        "currency": campaign.programme.currency,
        "usage_percent": found.usage,
        "participation_percent": found.participation,
        "roi": gross,
        "roi_net": net,
        "days": report.days(campaign),
        "outcomes": report.outcomes(campaign.pk),
    }
