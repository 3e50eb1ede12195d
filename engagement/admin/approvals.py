"""Campaigns that wait for a second person (CPN-07, OP-4.3)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.backoffice import actors, menu
from core.backoffice.access import scope_of
from core.backoffice.menu import Entry
from core.backoffice.site import page
from engagement.admin import campaigns
from engagement.admin.campaigns import SUBJECT
from engagement.admin.forms import DecisionForm
from engagement.selectors import campaigns as selectors
from engagement.services import campaigns as services
from growth.admin import reach


@page("campaigns/approvals/", name="engagement_approvals")
def listed(request: HttpRequest) -> HttpResponse:
    """The longest waiting first."""
    programme = reach.chosen(request, SUBJECT)
    rows = list(selectors.waiting(programme.pk))
    who = actors.names(campaign.submitted_by for campaign in rows)
    return reach.show(
        request,
        "engagement/approvals.html",
        title=_("Approval of campaigns"),
        programme=programme,
        subject=SUBJECT,
        rows=[(campaign, who[campaign.submitted_by]) for campaign in rows],
    )


@page("campaigns/<int:campaign_id>/decide/", name="engagement_decide")
@require_POST
def decide(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Approve what was read, or send it back for a reason."""
    campaign = campaigns.reached(request, campaign_id, "approve")
    form = DecisionForm(request.POST)
    back, by = campaigns.campaign_url(campaign), dict[str, Any](actor=scope_of(request).actor, at=clock.now())
    if not form.is_valid():
        return reach.act(request, lambda: None, done=_("Nothing was decided."), back=back)
    said = form.cleaned_data
    if said["decision"] == "approve":
        return reach.act(
            request,
            lambda: services.approve_campaign(campaign_id=campaign.pk, revision=said["revision"], **by),
            done=_("Approved: it begins at its time."),
            back=back,
        )
    return reach.act(
        request,
        lambda: services.return_campaign(campaign_id=campaign.pk, reason=said["reason"], **by),
        done=_("The campaign has been sent back."),
        back=f"{reverse('admin:engagement_approvals')}?programme={campaign.programme.code}",
        refused=back,
    )


menu.add(Entry("tags", gettext_lazy("Approval of campaigns"), "admin:engagement_approvals", "how_to_reg", 80, SUBJECT))
