"""Simulation of a draft over the whole population: start, progress, result; nothing is written (ruling 23, LVL-08, OP-1)."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.backoffice.access import user_id_of
from core.backoffice.forms import BackOfficeForm, DayInput, add_refusal, posted
from core.backoffice.site import page
from core.backoffice.uploads import Kind, declare
from core.enums import JobState
from core.errors import DomainError
from core.models import Job
from growth import links
from growth.admin import reach
from growth.admin.rfm_model import MODELS
from growth.admin.rules import RULES
from growth.admin.schemes import version_url
from growth.models import RfmVersion, RuleSet, SchemeVersion
from growth.rules.simulation import Happening, LevelCount, Sample, Simulation, Step, Subject
from growth.services import re_evaluation
from growth.services import simulation as services
from stores import selectors as stores_selectors

if TYPE_CHECKING:
    from stores.models import Membership, Programme

SUBJECT = "growth.levelscheme"
HAPPENINGS = {
    Happening.UP: gettext_lazy("rises"),
    Happening.DOWN: gettext_lazy("falls"),
    Happening.INACTIVE: gettext_lazy("falls after long inactivity"),
    Happening.MAPPED: gettext_lazy("gets the level that replaces the removed one"),
    Happening.PROTECTED: gettext_lazy("is protected"),
    Happening.WAITS: gettext_lazy("falls at the end of the grace"),
    Happening.SAME: gettext_lazy("stays"),
}
STEPS = {"publishing": gettext_lazy("on publishing"), "review": gettext_lazy("at the review")}


PHASES = {
    services.MEASURING: gettext_lazy("measuring the members"),
    services.DECIDING: gettext_lazy("deciding their levels"),
    services.COUNTING: gettext_lazy("counting"),
}
declare(Kind(services.JOB, gettext_lazy("Simulation"), SUBJECT, phases=PHASES))
declare(Kind(re_evaluation.JOB, gettext_lazy("Levels after publishing"), SUBJECT))


class StartForm(BackOfficeForm):
    """review_on: the review to look ahead to; empty for none."""

    review_on = forms.DateField(
        label=gettext_lazy("and then a review on"),
        required=False,
        widget=DayInput(),
        help_text=gettext_lazy("Empty: only what publishing does."),
    )


class RfmStartForm(StartForm):
    period_on = forms.DateField(
        label=gettext_lazy("cycle of the month"),
        required=False,
        input_formats=["%Y-%m"],
        widget=forms.DateInput(format="%Y-%m", attrs={"type": "month"}),
        help_text=gettext_lazy("Empty: as of the last day that has been reckoned."),
    )
    field_order = ("period_on", "review_on")


class BehaviourStartForm(StartForm):
    period_from = forms.DateField(label=gettext_lazy("what members did from"), required=False, widget=DayInput())
    period_to = forms.DateField(
        label=gettext_lazy("until and including"),
        required=False,
        widget=DayInput(),
        help_text=gettext_lazy("Empty: the thirty days that end yesterday."),
    )
    field_order = ("period_from", "period_to", "review_on")


FORMS = {Subject.LEVELS: StartForm, Subject.RFM: RfmStartForm, Subject.BEHAVIOUR: BehaviourStartForm}
DRAFTS: dict[Subject, tuple[Any, str]] = {  # where a draft lies, and the way from it to its programme
    Subject.LEVELS: (SchemeVersion.objects.select_related("scheme__programme"), "scheme__programme"),
    Subject.RFM: (RfmVersion.objects.select_related("programme"), "programme"),
    Subject.BEHAVIOUR: (RuleSet.objects.select_related("programme"), "programme"),
}


def _draft(request: HttpRequest, subject: str, draft_id: int, verb: str) -> "tuple[Subject, Any, Programme]":
    """What is simulated, and its programme. Raises Http404 or PermissionDenied."""
    kind = next((each for each in Subject if each == subject), None)
    if kind is None:
        raise Http404
    rows, path = DRAFTS[kind]
    found = reach.row(request, rows.filter(pk=draft_id), SUBJECT, f"{path}_id", verb)
    return kind, found, found.scheme.programme if kind == Subject.LEVELS else found.programme


def _back(kind: Subject, draft_id: int) -> str:
    urls = {Subject.LEVELS: version_url, Subject.RFM: MODELS.url, Subject.BEHAVIOUR: RULES.url}
    return urls[kind](draft_id)


def _next_review(programme: "Programme") -> date:
    today = clock.now().astimezone(ZoneInfo(programme.time_zone)).date()
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


@page("levels/simulate/<slug:subject>/<int:draft_id>/", name="growth_simulate")
def start(request: HttpRequest, subject: str, draft_id: int) -> HttpResponse:
    kind, version, programme = _draft(request, subject, draft_id, "change")
    form = FORMS[kind](posted(request), initial={"review_on": _next_review(programme)})
    if request.method == "POST" and form.is_valid():
        try:
            job = services.submit(
                subject=kind,
                version_id=version.pk,
                **form.cleaned_data,
                created_by_id=user_id_of(request),
                store_id=stores_selectors.first_store_id(programme.pk),
                at=clock.now(),
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return HttpResponseRedirect(reverse("admin:growth_simulation", args=[job.pk]))
    return reach.show(
        request,
        "growth/simulate.html",
        title=_("Simulate version %(number)s") % {"number": version.number},
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:growth_schemes"),
        status=400 if form.errors else 200,
        form=form,
        back=_back(kind, version.pk),
    )


def _job(request: HttpRequest, simulation_id: int) -> "tuple[Job, Programme]":
    """A simulation of a programme the caller may see. Raises Http404 alike for foreign and missing ones, and when its draft is gone."""
    job = Job.objects.filter(pk=simulation_id, kind=services.JOB).select_related("created_by").first()
    if job is None:
        raise Http404
    _kind, _version, programme = _draft(request, job.parameters["subject"], job.parameters["version_id"], "view")
    return job, programme


def _progress(job: Job) -> dict[str, Any]:
    return {
        "job": job,
        "phase": PHASES.get(job.phase, job.phase),
        "is_over": job.state in (JobState.DONE, JobState.FAILED),
        "percent": min(100, 100 * job.done // job.total) if job.total else None,
    }


@page("levels/simulations/<int:simulation_id>/", name="growth_simulation")
def result(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """How far it is, then what it found."""
    job, programme = _job(request, simulation_id)
    found = Simulation.from_json(job.result) if job.state == JobState.DONE else None
    return reach.show(
        request,
        "growth/simulation.html",
        title=_("Simulation"),
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:growth_schemes"),
        found=found,
        back=_back(Subject(job.parameters["subject"]), job.parameters["version_id"]),
        **_progress(job),
        **(_told(found) if found else {}),
    )


@page("levels/simulations/<int:simulation_id>/progress/", name="growth_simulation_progress")
def progress(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """The part that changes; when the work is over it asks the browser for the whole page."""
    job, _programme = _job(request, simulation_id)
    response = TemplateResponse(request, "growth/simulation_progress.html", _progress(job))
    if job.state == JobState.DONE:
        response["HX-Refresh"] = "true"
    return response


def _told(found: Simulation) -> dict[str, Any]:
    """The result as the page shows it."""
    names = {level.code: level.name for level in found.levels}
    levels = list(found.levels)
    members = stores_selectors.memberships_by_id(sample.membership_id for sample in found.samples)
    steps = [(STEPS["publishing"], found.publishing)] + ([(STEPS["review"], found.review)] if found.review else [])
    return {
        "levels": levels,
        "published_at": datetime.fromisoformat(found.publishing.at),
        "most": max((count for level in levels for count in (level.before, level.after, level.after_review or 0)), default=0),
        "steps": [(words, step, _matrix(step, levels)) for words, step in steps],
        "gifts": [(names.get(gift.level, gift.level), gift) for gift in found.gifts],
        "samples": [_sample(sample, names, members) for sample in found.samples],
    }


def _matrix(step: Step, levels: list[LevelCount]) -> list[tuple[str, list[int]]]:
    """Members by the level they come from (rows) and go to (columns); rows nobody comes from are left out."""
    counts = {(move.level_from, move.level_to): move.members for move in step.moves}
    rows = [(level.code, level.name) for level in levels] + [("", "—")]
    found = [(name, [counts.get((code, level.code), 0) for level in levels]) for code, name in rows]
    return [row for row in found if any(row[1])]


def _sample(sample: Sample, names: dict[str, str], members: "dict[int, Membership]") -> dict[str, Any]:
    membership = members.get(sample.membership_id)
    return {
        "sample": sample,
        "step": STEPS.get(sample.step, sample.step),
        "happens": HAPPENINGS[sample.happening],
        "level_from": names.get(sample.level_from, sample.level_from) or "—",
        "level_to": names.get(sample.level_to, sample.level_to) or "—",
        "url": f"{links.member_page(membership.member_id)}#level" if membership else "",
    }
