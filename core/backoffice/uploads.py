"""Files people upload become jobs; a page shows how far they are and what came of them (issue item 4, OP-8).

Whoever uploaded a file may see its first rows and fetch the lines that were refused: they hold the file anyway. Others see counts.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO, cast

from django import forms
from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock, csvio, jobs
from core.backoffice import menu
from core.backoffice.access import may, user_id_of
from core.backoffice.downloads import csv_file
from core.backoffice.forms import BackOfficeForm
from core.enums import JobState
from core.models import Job
from core.registry import Text

BYTES_AT_MOST = 512 * 1024 * 1024
PREVIEW_ROWS = 10


@dataclass(frozen=True)
class Kind:
    """A kind of job people start by uploading. subject: what the right "import" is held on.  phases: words for Job.phase.

    columns: the heading of the template people may download.  start: the name of the address where a file is uploaded.
    """

    key: str
    words: Text
    subject: str
    phases: Mapping[str, Text] = field(default_factory=dict)
    columns: Callable[[], Sequence[str]] | None = None
    start: str = ""


_kinds: dict[str, Kind] = {}


def declare(kind: Kind) -> Kind:
    _kinds[kind.key] = kind
    return kind


def kind_of(job: Job) -> Kind:
    """What is known of a job's kind; others are shown by their own name and nobody may start them here."""
    return _kinds.get(job.kind) or Kind(job.kind, job.kind, "")


class UploadForm(BackOfficeForm):
    upload = forms.FileField(label=_("CSV file"), help_text=_("UTF-8 or GB18030, first line with the column names."))
    dry_run = forms.BooleanField(
        label=_("Dry run: check everything, keep nothing"),
        required=False,
        initial=True,
        help_text=_("What would happen, line by line. You can run it for real from its page."),
    )

    def clean_upload(self) -> Any:
        upload: Any = self.cleaned_data["upload"]
        if (upload.size or 0) > BYTES_AT_MOST:
            raise forms.ValidationError(_("The file is larger than 512 MB: use the command instead."))
        return upload


def upload_page(
    request: HttpRequest,
    *,
    kind: Kind,
    form: UploadForm,
    explanation: Text,
    needs: Text = "",
    parameters: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> HttpResponse:
    """Ask for a file; write it down as a job of `kind`, and go to the job's page.

    needs: what must be in the file, in words.  parameters: makes what the job keeps of the form's other values.
    """
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        store = values.pop("store")
        upload = values.pop("upload")
        job = jobs.submit(
            kind=kind.key,
            parameters=parameters(values),
            created_at=clock.now(),
            created_by_id=user_id_of(request),
            store_id=store.pk,
            upload=upload,
        )
        return HttpResponseRedirect(job_url(job.pk))
    context = {
        **admin.site.each_context(request),
        "title": menu.title_at(request.path) or kind.words,
        "form": form,
        "explanation": explanation,
        "needs": needs,
        "submit": _("Upload"),
        "back": reverse("admin:index"),
        "template_url": reverse("admin:import_template", args=[kind.key]) if kind.columns else "",
    }
    return TemplateResponse(request, "backoffice/upload.html", context, status=400 if form.errors else 200)


def template(request: HttpRequest, kind: str) -> HttpResponse:
    """A file with nothing but the column names, to be filled in."""
    found = _kinds.get(kind)
    if found is None or found.columns is None or not may(request, found.subject, "import"):
        raise Http404
    columns = found.columns()
    return csv_file(f"{kind}.csv", lambda file: csv.writer(file).writerow(columns))


def job_url(job_id: int) -> str:
    return reverse("admin:core_job_change", args=[job_id])


def preview(job: Job) -> list[list[str]]:
    """The first rows of the file as they stand there, column names first; [] where the file is gone or is none that can be read."""
    name = job.upload.name
    if not name or not job.upload.storage.exists(name):
        return []

    def opened() -> BinaryIO:
        return cast(BinaryIO, job.upload.storage.open(name, "rb"))

    try:
        layout = csvio.look(opened)
    except csvio.NotACsvFile:
        return []
    rows = [row.cells for row in islice(csvio.rows(opened, layout), PREVIEW_ROWS) if isinstance(row, csvio.Row)]
    return [list(layout.heading), *rows]


def refused(job: Job) -> list[list[str]]:
    """The first of the refused lines: line, field, reason."""
    if not job.error_file.name or not job.error_file.storage.exists(job.error_file.name):
        return []
    with job.error_file.open("rb") as stored, io.TextIOWrapper(stored, encoding="utf-8-sig", newline="") as text:
        return [row[: len(csvio.REPORT_COLUMNS)] for row in islice(csv.reader(text), 1, 1 + PREVIEW_ROWS)]


def run_for_real(job: Job, request: HttpRequest) -> Job:
    """The same file again, this time kept."""
    if job.state != JobState.DONE or not job.parameters.get("dry_run"):
        raise Http404
    return jobs.submit(
        kind=job.kind,
        parameters={**job.parameters, "dry_run": False},
        created_at=clock.now(),
        created_by_id=user_id_of(request),
        store_id=job.store_id,
        upload=job.upload.name,
    )


def error_file(job: Job) -> FileResponse:
    """The refused lines with their reasons, to be mended and uploaded again."""
    if not job.error_file.name or not job.error_file.storage.exists(job.error_file.name):
        raise Http404
    return FileResponse(
        job.error_file.open("rb"), as_attachment=True, filename=f"errors-{job.pk}.csv", content_type="text/csv; charset=utf-8"
    )
