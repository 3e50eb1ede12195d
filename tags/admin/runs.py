"""The runs that give and take tags by rule: what each did, 立即运行, 试算 with its progress and what it would change (TAG-16)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.backoffice import actors, menu
from core.backoffice.access import scope_of, user_id_of
from core.backoffice.menu import Entry
from core.backoffice.site import page
from core.backoffice.uploads import Kind, declare
from core.enums import JobState
from core.models import Job
from growth.admin import reach
from points.admin import people
from stores import selectors as stores_selectors
from tags.enums import RunState
from tags.models import Tag, TagRun
from tags.services import runs as services
from tags.services import trials

if TYPE_CHECKING:
    from stores.models import Programme

SUBJECT = "tags.tagrun"
PHASES = {"facts": gettext_lazy("bringing the facts up to date"), "judging": gettext_lazy("judging members")}
declare(Kind(trials.JOB, gettext_lazy("Trial of tags"), SUBJECT, phases=PHASES))


def list_url(programme: "Programme") -> str:
    return f"{reverse('admin:tags_runs')}?programme={programme.code}"


@page("tags/runs/", name="tags_runs")
def listed(request: HttpRequest) -> HttpResponse:
    """The newest first; those that are under way say how far they are."""
    programme = reach.chosen(request, SUBJECT)
    rows, next_cursor = people.newest(
        TagRun.objects.filter(programme=programme).select_related("programme"), request.GET.get("cursor"), "created_at"
    )
    tags = {tag.pk: tag for tag in Tag.objects.filter(programme=programme)}
    who = actors.names(row.requested_by for row in rows)
    last_trial = Job.objects.filter(kind=trials.JOB, parameters__programme_id=programme.pk).order_by("-pk").first()
    return reach.show(
        request,
        "tags/runs.html",
        title=_("Tagging runs"),
        programme=programme,
        subject=SUBJECT,
        runs=[{**told(row, tags), "by": who[row.requested_by]} for row in rows],
        last_trial=last_trial,
        may_run=reach.may(request, programme.pk, SUBJECT, "run"),
        next_cursor=next_cursor,
    )


def told_of(run: TagRun, tag: Tag) -> dict[str, Any]:
    """A run as a line on the page of one tag: what it did to this one, whatever else came and went."""
    added, removed = moved(run, tag)
    return {**told(run, {tag.pk: tag}), "added": added, "removed": removed, "moves": []}


def moved(run: TagRun, tag: Tag) -> tuple[int, int]:
    """How many got the tag by the run, and how many lost it."""
    key = str(tag.pk)
    return run.result.get("added", {}).get(key, 0), run.result.get("removed", {}).get(key, 0)


def told(run: TagRun, tags: dict[int, Tag]) -> dict[str, Any]:
    """A run as a line: its tags that came and went, the most moved first."""
    added, removed = run.result.get("added", {}), run.result.get("removed", {})
    moved = {int(tag_id): (added.get(tag_id, 0), removed.get(tag_id, 0)) for tag_id in {*added, *removed}}
    return {
        "run": run,
        "phase": PHASES.get(run.phase, run.phase),
        "added": sum(added.values()),
        "removed": sum(removed.values()),
        "moves": [
            (tags[tag_id], *counts)
            for tag_id, counts in sorted(moved.items(), key=lambda each: -sum(each[1]))
            if tag_id in tags and sum(counts)
        ],
        "only": [tags[tag_id] for tag_id in run.tag_ids if tag_id in tags],
    }


@page("tags/runs/start/", name="tags_run")
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """立即运行: over all members, by the next tick."""
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "run")
    return reach.act(
        request,
        lambda: services.request_run(programme_id=programme.pk, actor=scope_of(request).actor, at=clock.now()),
        done=_("The run has been asked for; below you see how far it is."),
        back=list_url(programme),
    )


@page("tags/runs/<int:tag_run_id>/progress/", name="tags_run_progress")
def progress(request: HttpRequest, tag_run_id: int) -> HttpResponse:
    """The line of one run, asked for again every second until it is done."""
    run = reach.row(request, TagRun.objects.filter(pk=tag_run_id).select_related("programme"), SUBJECT)
    tags = Tag.objects.in_bulk([int(tag_id) for of in ("added", "removed") for tag_id in run.result.get(of, {})] + list(run.tag_ids))
    context = {**told(run, tags), "zone": run.programme.time_zone, "programme": run.programme, "is_shown_alone": run.state == RunState.DONE}
    return TemplateResponse(request, "tags/run_line.html", context)


# --- 试算 ---


@page("tags/runs/try/", name="tags_trial_start")
@require_POST
def begin_trial(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "run")
    job = trials.submit(
        programme_id=programme.pk,
        created_by_id=user_id_of(request),
        store_id=stores_selectors.first_store_id(programme.pk),
        at=clock.now(),
    )
    return HttpResponseRedirect(reverse("admin:tags_trial", args=[job.pk]))


def _job(request: HttpRequest, trial_id: int) -> "tuple[Job, Programme]":
    """A trial of a programme the caller may see. Raises Http404 alike for foreign and missing ones."""
    job = Job.objects.filter(pk=trial_id, kind=trials.JOB).select_related("created_by").first()
    programme = next((each for each in reach.programmes(request, SUBJECT) if job and each.pk == job.parameters["programme_id"]), None)
    if job is None or programme is None:
        raise Http404
    return job, programme


def _progress(job: Job) -> dict[str, Any]:
    return {
        "job": job,
        "phase": PHASES.get(job.phase, job.phase),
        "is_over": job.state in (JobState.DONE, JobState.FAILED),
        "percent": min(100, 100 * job.done // job.total) if job.total else None,
        "progress_url": reverse("admin:tags_trial_progress", args=[job.pk]),
    }


@page("tags/trials/<int:trial_id>/", name="tags_trial")
def trial(request: HttpRequest, trial_id: int) -> HttpResponse:
    """How far it is, then what it would change: per tag how many come and go, and who."""
    job, programme = _job(request, trial_id)
    found = trials.read(job.result) if job.state == JobState.DONE else None
    return reach.show(
        request,
        "tags/trial.html",
        title=_("Trial of tags"),
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:tags_runs"),
        found=found,
        lines=_lines(request, found.tags) if found else [],
        added=sum(each.added for each in found.tags) if found else 0,
        removed=sum(each.removed for each in found.tags) if found else 0,
        back=list_url(programme),
        **_progress(job),
    )


@page("tags/trials/<int:trial_id>/progress/", name="tags_trial_progress")
def trial_progress(request: HttpRequest, trial_id: int) -> HttpResponse:
    """The part that changes; when the work is over it asks the browser for the whole page."""
    job, _programme = _job(request, trial_id)
    response = TemplateResponse(request, "tags/trial_progress.html", _progress(job))
    if job.state == JobState.DONE:
        response["HX-Refresh"] = "true"
    return response


def _lines(request: HttpRequest, tried: Sequence[services.Tried]) -> list[dict[str, Any]]:
    tags = Tag.objects.in_bulk([each.tag_id for each in tried])
    memberships = stores_selectors.memberships_with_members(pk for each in tried for pk in (*each.new, *each.gone))
    members = people.named(request, memberships.values())
    return [
        {
            "tag": tags[each.tag_id],
            "tried": each,
            "new": [members[pk] for pk in each.new if pk in members],
            "gone": [members[pk] for pk in each.gone if pk in members],
        }
        for each in tried
        if each.tag_id in tags
    ]


menu.add(Entry("tags", gettext_lazy("Tagging runs"), "admin:tags_runs", "autorenew", 30, SUBJECT, covers=r"/tags/(runs|trials)/"))
