"""System: jobs with their progress, the schedule of beat, logins that failed. The apps of others, on our scoped bases."""

from collections.abc import Iterable, Mapping
from typing import Any

from axes.models import AccessAttempt
from axes.models import AccessLog as LoginLog
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from core import permissions, scope
from core.backoffice import actors, menu, uploads
from core.backoffice.access import may, scope_of, user_id_of
from core.backoffice.menu import Entry
from core.backoffice.scoped import ReadOnlyAdmin, ScopedAdmin
from core.backoffice.site import page
from core.enums import JobState
from core.models import Job

page("imports/template/<slug:kind>/", name="import_template")(uploads.template)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Long work: how far it is, what came of it, the lines it refused."""

    list_display = ["id", "kind_in_words", "state", "phase_in_words", "done", "total", "starter", "created_at", "finished_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["created_by"]
    ordering = ["-id"]
    comes_from = gettext_lazy("Imports, trials and simulations that somebody started stand here with their progress.")
    ways_in = ["admin:import_members", "admin:import_orders"]

    @admin.display(description=gettext_lazy("kind"))
    def kind_in_words(self, job: Job) -> str:
        return str(uploads.kind_of(job).words)

    @admin.display(description=gettext_lazy("phase"))
    def phase_in_words(self, job: Job) -> str:
        """What it is at just now; what has ended is at nothing."""
        return "" if job.state in (JobState.DONE, JobState.FAILED) else str(uploads.kind_of(job).phases.get(job.phase, job.phase))

    @admin.display(description=gettext_lazy("started by"))
    def starter(self, job: Job) -> str:
        return actors.person(job.created_by)

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> Any:
            return path(f"<int:job_id>/{route}/", self.admin_site.admin_view(view), name=f"core_job_{name}")

        return [own("progress", progress, "progress"), own("errors", errors, "errors"), own("real", real, "real"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not object_id.isdecimal():
            raise Http404
        return TemplateResponse(
            request, "backoffice/job.html", {**admin.site.each_context(request), **_context(request, _job(request, int(object_id)))}
        )

    def stores_of(self, obj: Model) -> Iterable[int] | None:
        assert isinstance(obj, Job)
        return () if obj.store_id is None else (obj.store_id,)


def _job(request: HttpRequest, job_id: int) -> Job:
    """A job the caller may see. Raises Http404 alike for foreign and missing ones."""
    job = scope.narrow(Job.objects.filter(pk=job_id), scope_of(request)).select_related("created_by").first()
    if job is None:
        raise Http404
    if not permissions.allowed("core.job", "view", scope_of(request).within([job.store_id] if job.store_id else ())):
        raise PermissionDenied
    return job


def _is_own(request: HttpRequest, job: Job) -> bool:
    return job.created_by_id == user_id_of(request)


def _context(request: HttpRequest, job: Job) -> dict[str, Any]:
    own, kind = _is_own(request, job), uploads.kind_of(job)
    return {
        "title": kind.words,
        "phase": kind.phases.get(job.phase, job.phase),
        "job": job,
        "again": reverse(kind.start) if kind.start and may(request, kind.subject, "import") else "",
        "is_own": own,
        "is_over": job.state in (JobState.DONE, JobState.FAILED),
        "is_dry": bool(job.parameters.get("dry_run")),
        "percent": min(100, 100 * job.done // job.total) if job.total else None,
        "counts": _counts(job.result, dry=bool(job.parameters.get("dry_run"))),
        "preview": uploads.preview(job) if own else [],
        "refused": uploads.refused(job) if own else [],
        "has_errors": own and bool(job.error_file),
        "may_run": own and job.state == JobState.DONE and bool(job.parameters.get("dry_run")),
    }


COUNT_NAMES = {
    "lines": gettext_lazy("lines read"),
    "orders": gettext_lazy("orders that can be read"),
    "applied": gettext_lazy("taken over"),
    "created": gettext_lazy("new"),
    "new": gettext_lazy("new"),
    "linked": gettext_lazy("linked"),
    "unchanged": gettext_lazy("unchanged"),
    "refused": gettext_lazy("lines refused"),
    "errors": gettext_lazy("lines refused"),
    "bad": gettext_lazy("lines refused"),
    "merge_cases": gettext_lazy("same person twice?"),
}


DRY_NAMES = {"applied": gettext_lazy("would be taken over")}


def _counts(result: Mapping[str, Any], *, dry: bool) -> list[tuple[object, int]]:
    """The whole numbers of a result, in the order in which people want to know them."""
    found = {name: value for name, value in result.items() if isinstance(value, int) and not isinstance(value, bool)}
    order = list(COUNT_NAMES)
    names = sorted(found, key=lambda name: order.index(name) if name in order else len(order))
    words = COUNT_NAMES | (DRY_NAMES if dry else {})
    return [(words.get(name, name.replace("_", " ")), found[name]) for name in names]


def progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """The part of the job's page that changes, asked for again every second until the job is over."""
    return TemplateResponse(request, "backoffice/job_progress.html", _context(request, _job(request, job_id)))


def errors(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """The refused lines, for whoever uploaded them."""
    job = _job(request, job_id)
    if not _is_own(request, job):
        raise PermissionDenied
    return uploads.error_file(job)


def real(request: HttpRequest, job_id: int) -> HttpResponse:
    """Run what was a dry run for real."""
    job = _job(request, job_id)
    if request.method != "POST" or not _is_own(request, job):
        raise PermissionDenied
    held = scope_of(request).within([job.store_id] if job.store_id else ())
    if not permissions.allowed(uploads.kind_of(job).subject, "import", held):
        raise PermissionDenied
    return HttpResponseRedirect(uploads.job_url(uploads.run_for_real(job, request).pk))


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(ScopedAdmin):
    """When beat does what. New tasks come with the program; people move their times and switch them off."""

    list_display = ["name_in_words", "schedule_in_words", "enabled", "last_run_at", "total_run_count"]
    list_filter = ["enabled"]
    fields = ["name", "task", "enabled", "interval", "crontab", "last_run_at", "total_run_count"]
    readonly_fields = ["name", "task", "last_run_at", "total_run_count"]
    ordering = ["name"]
    list_select_related = ["interval", "crontab"]

    @admin.display(description=gettext_lazy("what"), ordering="name")
    def name_in_words(self, task: PeriodicTask) -> str:
        return _(task.name)

    @admin.display(description=gettext_lazy("when"))
    def schedule_in_words(self, task: PeriodicTask) -> str:
        return str(task.crontab or task.interval or "")


class _ScheduleAdmin(ScopedAdmin):
    """Times that tasks share."""

    ordering = ["id"]


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(_ScheduleAdmin):
    list_display = ["__str__", "every", "period"]


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(_ScheduleAdmin):
    list_display = ["__str__", "minute", "hour", "day_of_week", "day_of_month", "month_of_year"]
    fields = ["minute", "hour", "day_of_week", "day_of_month", "month_of_year"]


@admin.register(AccessAttempt)
class FailedLoginAdmin(ReadOnlyAdmin):
    """Logins that failed and count towards the lockout; taking a line away lifts it."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start"]
    fields = ["attempt_time", "username", "ip_address", "user_agent", "failures_since_start"]
    ordering = ["-attempt_time"]
    comes_from = gettext_lazy("Logins with a wrong password stand here for as long as they count.")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.allowed(request, "delete")


@admin.register(LoginLog)
class LoginLogAdmin(ReadOnlyAdmin):
    list_display = ["attempt_time", "username", "ip_address", "logout_time"]
    list_display_links = None  # the page behind would say no more
    fields = ["attempt_time", "username", "ip_address", "user_agent", "logout_time"]
    ordering = ["-attempt_time"]


menu.add(Entry("system", gettext_lazy("Jobs"), "admin:core_job_changelist", "pending_actions", 20, "core.job"))
menu.add(
    Entry(
        "system",
        gettext_lazy("Schedule"),
        "admin:django_celery_beat_periodictask_changelist",
        "schedule",
        30,
        "django_celery_beat.periodictask",
    )
)
menu.add(Entry("system", gettext_lazy("Failed logins"), "admin:axes_accessattempt_changelist", "lock_clock", 50, "axes.accessattempt"))
menu.add(Entry("system", gettext_lazy("Logins"), "admin:axes_accesslog_changelist", "login", 60, "axes.accesslog"))
