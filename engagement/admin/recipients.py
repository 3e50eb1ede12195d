"""Whom a campaign meant, what each got, and why not (CPN-12)."""

from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.backoffice.site import page
from engagement.admin import campaigns
from engagement.admin.campaigns import SUBJECT
from engagement.enums import CampaignState, RecipientState
from engagement.models import CampaignRecipient
from engagement.selectors.report import GIFTS, result_words
from growth.admin import reach
from points.admin import people

RESULTS = {"coupon": "coupon_result", "points": "points_result", "tag": "tag_result", "message": "message_result"}


@page("campaigns/<int:campaign_id>/recipients/", name="engagement_recipients")
def listed(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The newest members first; in one state, or with one result, if asked for."""
    campaign = campaigns.reached(request, campaign_id)
    state, result = request.GET.get("state", ""), request.GET.get("result", "")
    rows = CampaignRecipient.objects.filter(campaign=campaign).select_related("membership__member", "membership__programme", "coupon")
    if state in RecipientState.values:
        rows = rows.filter(state=state)
    if result:
        gift, _dot, code = result.partition(".")
        rows = rows.filter(**{RESULTS[gift]: code}) if gift in RESULTS else rows.none()
    shown, next_cursor = people.newest(rows.annotate(placed_at=F("campaign__started_at")), request.GET.get("cursor"), "placed_at")
    members = people.named(request, [row.membership for row in shown])
    gives = _gives(campaign)
    return reach.show(
        request,
        "engagement/recipients.html",
        title=_("Recipients of %(name)s") % {"name": campaign.name},
        programme=campaign.programme,
        subject=SUBJECT,
        **campaigns.frame(campaign, "recipients"),
        rows=[{"row": row, "member": members[row.membership_id], "results": _results(row, gives)} for row in shown],
        gifts=[GIFTS[gift] for gift in gives],
        state=state,
        states=RecipientState.choices,
        result=result,
        is_over=campaign.state in (CampaignState.STOPPED, CampaignState.FINISHED),
        next_cursor=next_cursor,
        more_filters=f"state={state}&result={result}",
    )


def _gives(campaign: Any) -> list[str]:
    """What this campaign gives, in the order in which it does."""
    said = {"coupon": campaign.offers.all(), "points": campaign.points, "tag": campaign.gives_tag_id, "message": campaign.message}
    return [gift for gift, given in said.items() if given]


def _results(row: CampaignRecipient, gives: list[str]) -> list[dict[str, Any]]:
    found = []
    for gift in gives:
        code = getattr(row, RESULTS[gift])
        found.append({"gift": gift, "code": code, "words": result_words(code) if code else ""})
    return found
