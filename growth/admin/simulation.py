"""Simulation of a draft over the whole population: start, progress, result; nothing is written (ruling 23, LVL-08, OP-1)."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.backoffice.access import user_id_of
from core.backoffice.forms import BackOfficeForm, add_refusal, posted
from core.backoffice.site import page
from core.enums import JobState
from core.errors import DomainError
from core.models import Job
from growth import links
from growth.admin import reach
from growth.admin.rfm_model import MODELS
from growth.admin.rules import RULES
from growth.admin.schemes import reached, version_url
from growth.rules.simulation import Happening, LevelCount, Sample, Simulation, Step, Subject
from growth.services import simulation as services
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


class StartForm(BackOfficeForm):
    """review_on: the review to look ahead to; empty for none."""

    review_on = forms.DateField(
        label=gettext_lazy("and then a review on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Empty: only what publishing does."),
    )


def _draft(request: HttpRequest, subject: str, draft_id: int) -> tuple[Subject, Any, Programme, str]:
    """What is to be simulated, its programme, and its page."""
    match subject:
        case Subject.LEVELS:
            version = reached(request, draft_id, "change")
            return Subject.LEVELS, version, version.scheme.programme, version_url(version.pk)
        case Subject.RFM:
            model = MODELS.reached(request, draft_id, "change")
            return Subject.RFM, model, model.programme, MODELS.url(model.pk)
        case Subject.BEHAVIOUR:
            rules = RULES.reached(request, draft_id, "change")
            return Subject.BEHAVIOUR, rules, rules.programme, RULES.url(rules.pk)
    raise Http404


def _next_review(programme: Programme) -> date:
    today = clock.now().astimezone(ZoneInfo(programme.time_zone)).date()
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


@page("levels/simulate/<slug:subject>/<int:draft_id>/", name="growth_simulate")
def start(request: HttpRequest, subject: str, draft_id: int) -> HttpResponse:
    kind, version, programme, back = _draft(request, subject, draft_id)
    form = StartForm(posted(request), initial={"review_on": _next_review(programme)})
    if request.method == "POST" and form.is_valid():
        try:
            job = services.start(
                subject=kind,
                version_id=version.pk,
                review_on=form.cleaned_data["review_on"],
                created_by_id=user_id_of(request),
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
        back=back,
    )


def _job(request: HttpRequest, simulation_id: int) -> tuple[Job, Programme]:
    """A simulation of a programme the caller may see. Raises Http404 alike for foreign and missing ones."""
    job = Job.objects.filter(pk=simulation_id, kind=services.KIND).select_related("created_by").first()
    programmes = {programme.pk: programme for programme in reach.programmes(request, SUBJECT)}
    programme = programmes.get(job.parameters["programme_id"]) if job else None
    if job is None or programme is None:
        raise Http404
    return job, programme


def _progress(job: Job) -> dict[str, Any]:
    return {
        "job": job,
        "phase": services.PHASES.get(job.phase, job.phase),
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
        back=_back(job),
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


def _back(job: Job) -> str:
    urls = {Subject.LEVELS: version_url, Subject.RFM: MODELS.url, Subject.BEHAVIOUR: RULES.url}
    return urls[Subject(job.parameters["subject"])](job.parameters["version_id"])


def _told(found: Simulation) -> dict[str, Any]:
    """The result as the page shows it."""
    names = {level.code: level.name for level in found.levels}
    levels = sorted(found.levels, key=lambda level: (level.rank is None, -(level.rank or 0)))
    members = Membership.objects.in_bulk([sample.membership_id for sample in found.samples])
    steps = [(STEPS["publishing"], found.publishing)] + ([(STEPS["review"], found.review)] if found.review else [])
    return {
        "levels": levels,
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


def _sample(sample: Sample, names: dict[str, str], members: dict[int, Membership]) -> dict[str, Any]:
    membership = members.get(sample.membership_id)
    return {
        "sample": sample,
        "step": STEPS.get(sample.step, sample.step),
        "happens": HAPPENINGS[sample.happening],
        "level_from": names.get(sample.level_from, sample.level_from) or "—",
        "level_to": names.get(sample.level_to, sample.level_to) or "—",
        "url": f"{links.member_page(membership.member_id)}#level" if membership else "",
    }
