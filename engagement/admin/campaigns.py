"""Campaigns of a programme: the list, the form with its live count, one campaign with its progress, what people do to it (OP-4)."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.backoffice import actors, menu
from core.backoffice.access import scope_of
from core.backoffice.forms import ReasonForm, add_refusal, form_page, posted
from core.backoffice.menu import Entry
from core.backoffice.site import page
from core.errors import DomainError
from engagement.admin.forms import CampaignForm
from engagement.enums import AudienceKind, CampaignState
from engagement.models import Campaign
from engagement.selectors import audience, report
from engagement.selectors import campaigns as selectors
from engagement.services import campaigns as services
from growth.admin import reach, versions
from points.admin import people
from tags.admin import rule_editor

if TYPE_CHECKING:
    from stores.models import Programme

SUBJECT = "engagement.campaign"
SAVE = "save"
MOVING = (CampaignState.APPROVED, CampaignState.RUNNING)


def reached(request: HttpRequest, campaign_id: int, verb: str = "view") -> Campaign:
    """A campaign of a programme the caller sees, with its offers. Raises Http404 or PermissionDenied."""
    reach.row(request, Campaign.objects.filter(pk=campaign_id), SUBJECT, verb=verb)
    return selectors.campaign(campaign_id)


def list_url(programme: "Programme") -> str:
    return f"{reverse('admin:engagement_campaigns')}?programme={programme.code}"


def campaign_url(campaign: Campaign) -> str:
    return reverse("admin:engagement_campaign", args=[campaign.pk])


def frame(campaign: Campaign, tab: str) -> dict[str, Any]:
    """What the head above every page of a campaign shows. tab: which of them this is."""
    return {"campaign": campaign, "tab": tab, "home": reverse("admin:engagement_campaigns"), "currency": campaign.programme.currency}


@page("campaigns/", name="engagement_campaigns")
def listed(request: HttpRequest) -> HttpResponse:
    """Those that begin last first; of one goal, in one state, if asked for."""
    programme = reach.chosen(request, SUBJECT)
    goal, state = request.GET.get("goal", ""), request.GET.get("state", "")
    rows = selectors.campaigns(programme.pk)
    goals = selectors.by_goal(programme.pk)
    if goal in goals:
        rows = rows.filter(goal=goal)
    if state in CampaignState.values:
        rows = rows.filter(state=state)
    shown, next_cursor = people.newest(rows, request.GET.get("cursor"), "starts_at")
    return reach.show(
        request,
        "engagement/campaigns.html",
        title=_("Campaigns"),
        programme=programme,
        subject=SUBJECT,
        rows=shown,
        goals=goals.items(),
        goal=goal,
        states=CampaignState.choices,
        state=state,
        more_filters=f"goal={goal}&state={state}",
        next_cursor=next_cursor,
        waiting=selectors.waiting(programme.pk).count(),
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
    )


def _edit(request: HttpRequest, programme: "Programme", campaign: Campaign | None) -> HttpResponse:
    drawn, action = rule_editor.kept(programme, campaign.rule if campaign and campaign.rule else {}), ""
    if request.method == "POST":
        action = request.POST.get("action", SAVE)
        drawn = rule_editor.read(programme, request.POST) if action == SAVE else rule_editor.rearranged(programme, request.POST, action)
    choices = selectors.choices(programme.pk)
    form = CampaignForm(posted(request), programme=programme, choices=choices, drawn=drawn, campaign=campaign, now=clock.now())
    if action == SAVE and form.is_valid():
        said: dict[str, Any] = {"said": form.read(), "actor": scope_of(request).actor, "at": clock.now()}
        try:
            if campaign is None:
                saved = services.create_campaign(programme_id=programme.pk, code=form.cleaned_data["code"], **said)
            else:
                saved = services.change_campaign(campaign_id=campaign.pk, **said)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            versions.saved(request)
            return HttpResponseRedirect(campaign_url(saved))
    return reach.show(
        request,
        "engagement/form.html",
        title=_("Change the campaign") if campaign else _("New campaign"),
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:engagement_campaigns"),
        status=400 if action == SAVE else 200,  # another action is a button of the rule's editor, without scripts
        form=form,
        **rule_editor.boxes(drawn, names_missing=action == SAVE and request.POST.get("audience_kind") == AudienceKind.RULE),
        back=campaign_url(campaign) if campaign else list_url(programme),
    )


@page("campaigns/add/", name="engagement_campaign_add")
def add(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "change")
    return _edit(request, programme, None)


@page("campaigns/reckon/", name="engagement_reckon")
@require_POST
def reckon(request: HttpRequest) -> HttpResponse:
    """Whom the form means as it stands, how many these are, and what they may cost; nothing is written."""
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "change")
    now, choices = clock.now(), selectors.choices(programme.pk)
    drawn = rule_editor.read(programme, request.POST)
    said = CampaignForm(request.POST, programme=programme, choices=choices, drawn=drawn, campaign=None, now=now).so_far()
    found = audience.audience(said, programme.pk, choices) if said else None
    members = None
    if found and not found.problems:
        members = audience.count(found.rule, programme.pk, audience.local_day(now, programme.time_zone))
    context = {
        "audience": found,
        "estimate": selectors.estimate(said, programme.pk, members) if said and members is not None else None,
        "currency": programme.currency,
    }
    return TemplateResponse(request, "engagement/estimate.html", context)


@page("campaigns/<int:campaign_id>/edit/", name="engagement_campaign_edit")
def edit(request: HttpRequest, campaign_id: int) -> HttpResponse:
    campaign = reached(request, campaign_id, "change")
    if campaign.state != CampaignState.DRAFT or campaign.submitted_at:
        return HttpResponseRedirect(campaign_url(campaign))
    return _edit(request, campaign.programme, campaign)


@page("campaigns/<int:campaign_id>/", name="engagement_campaign")
def one(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """What it says, whom it means, what it may cost, how far it is, and what may be done to it now."""
    campaign = reached(request, campaign_id)
    programme, said = campaign.programme, selectors.as_said(campaign)
    is_draft = campaign.state == CampaignState.DRAFT
    found = audience.audience(said, programme.pk, selectors.choices(programme.pk))
    estimate = None
    if campaign.started_at is None and campaign.state != CampaignState.STOPPED and not found.problems:
        members = audience.count(found.rule, programme.pk, audience.local_day(clock.now(), programme.time_zone))
        estimate = selectors.estimate(said, programme.pk, members)
    actor = scope_of(request).actor
    may_change = reach.may(request, programme.pk, SUBJECT, "change")
    return reach.show(
        request,
        "engagement/campaign.html",
        title=campaign.name,
        programme=programme,
        subject=SUBJECT,
        **frame(campaign, "campaign"),
        audience=found,
        estimate=estimate,
        offers=sorted(campaign.offers.all(), key=lambda offer: (offer.tag_id is None, -offer.tag.priority if offer.tag else 0, offer.pk)),
        problems=services.problems(campaign) if is_draft else [],
        who=actors.names([campaign.created_by, campaign.changed_by, campaign.submitted_by, campaign.approved_by, campaign.ended_by]),
        is_own=actor in (campaign.submitted_by, campaign.changed_by),
        may_change=may_change and is_draft and campaign.submitted_at is None,
        may_approve=campaign.submitted_at is not None and is_draft and reach.may(request, programme.pk, SUBJECT, "approve"),
        may_take_back=campaign.submitted_at is not None and is_draft and may_change,
        may_stop=campaign.state in MOVING and reach.may(request, programme.pk, SUBJECT, "run"),
    )


@page("campaigns/<int:campaign_id>/progress/", name="engagement_progress")
def progress(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """How far it is, asked for again every second until it has come to its end."""
    return TemplateResponse(request, "engagement/progress.html", _progress(reached(request, campaign_id)))


def _progress(campaign: Campaign) -> dict[str, Any]:
    return {"campaign": campaign, "zone": campaign.programme.time_zone, "currency": campaign.programme.currency}


@page("campaigns/<int:campaign_id>/submit/", name="engagement_submit")
@require_POST
def submit(request: HttpRequest, campaign_id: int) -> HttpResponse:
    campaign = reached(request, campaign_id, "change")
    return reach.act(
        request,
        lambda: services.submit_campaign(campaign_id=campaign.pk, actor=scope_of(request).actor, at=clock.now()),
        done=_("The campaign waits for a second person's approval."),
        back=campaign_url(campaign),
    )


@page("campaigns/<int:campaign_id>/take-back/", name="engagement_take_back")
def take_back(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Take a campaign back that waits, to change it."""
    campaign = reached(request, campaign_id, "change")

    def act(values: dict[str, Any]) -> None:
        services.return_campaign(campaign_id=campaign.pk, reason=values["reason"], actor=scope_of(request).actor, at=clock.now())

    return form_page(
        request,
        title=_("Take back %(name)s") % {"name": campaign.name},
        explanation=_("It is a draft again and can be changed; it must be submitted anew."),
        form=ReasonForm(posted(request)),
        act=act,
        done=_("The campaign is a draft again."),
        back=campaign_url(campaign),
        submit=_("Take back"),
    )


@page("campaigns/<int:campaign_id>/discard/", name="engagement_discard")
@require_POST
def discard(request: HttpRequest, campaign_id: int) -> HttpResponse:
    campaign = reached(request, campaign_id, "change")
    return reach.act(
        request,
        lambda: services.discard_campaign(campaign_id=campaign.pk, actor=scope_of(request).actor, at=clock.now()),
        done=_("The draft has been thrown away."),
        back=list_url(campaign.programme),
    )


@page("campaigns/<int:campaign_id>/stop/", name="engagement_stop")
def stop(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The button for when something is wrong: nothing more is given from this moment on."""
    campaign = reached(request, campaign_id, "run")

    def act(values: dict[str, Any]) -> None:
        services.stop_campaign(campaign_id=campaign.pk, reason=values["reason"], actor=scope_of(request).actor, at=clock.now())

    return form_page(
        request,
        title=_("Stop %(name)s") % {"name": campaign.name},
        explanation=_(
            "Nothing more is given from this moment on. What members have got they keep. A stopped campaign does not go on again."
        ),
        form=ReasonForm(posted(request)),
        act=act,
        done=_("The campaign has been stopped."),
        back=campaign_url(campaign),
        submit=_("Stop the campaign"),
        danger=True,
    )


@page("campaigns/<int:campaign_id>/report/", name="engagement_report")
def results(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """What came of it, until now (OP-4.4)."""
    campaign = reached(request, campaign_id)
    days = report.days(campaign)
    return reach.show(
        request,
        "engagement/report.html",
        title=_("Results of %(name)s") % {"name": campaign.name},
        programme=campaign.programme,
        subject=SUBJECT,
        **frame(campaign, "report"),
        report=report.report(campaign),
        days=days,
        most=max((max(day.issued, day.used) for day in days), default=0),
        most_minor=max((day.revenue_minor for day in days), default=0),
        outcomes=report.outcomes(campaign.pk),
    )


menu.add(
    Entry("tags", gettext_lazy("Campaigns"), "admin:engagement_campaigns", "campaign", 70, SUBJECT, covers=r"/campaigns/(?!approvals/)")
)
