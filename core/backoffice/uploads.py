"""Files people upload become jobs; a page shows how far they are and what came of them (issue item 4, OP-8).

Whoever uploaded a file may see its first rows and fetch the lines that were refused: they hold the file anyway. Others see counts.
"""

import csv
import io
from itertools import islice
from typing import Any

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock, jobs
from core.backoffice.access import user_id_of
from core.backoffice.forms import BackOfficeForm
from core.enums import JobState
from core.models import Job
from core.registry import Text

BYTES_AT_MOST = 512 * 1024 * 1024
PREVIEW_ROWS = 10
PREVIEW_BYTES = 64 * 1024


class UploadForm(BackOfficeForm):
    upload = forms.FileField(label=_("CSV file"), help_text=_("UTF-8 or GB18030, first line with the column names."))
    dry_run = forms.BooleanField(
        label=_("Dry run: check everything, keep nothing"), required=False, initial=True, help_text=_("What would happen, line by line. You can run it for real from its page.")
    )  # fmt: skip

    def clean_upload(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["upload"]
        if (upload.size or 0) > BYTES_AT_MOST:
            raise forms.ValidationError(_("The file is larger than 512 MB: use the command instead."))
        return upload


def upload_page(
    request: HttpRequest, *, kind: str, title: Text, form: UploadForm, explanation: Text, back: str, template_url: str = ""
) -> HttpResponse:
    """Ask for a file; write it down as a job of `kind`, and go to the job's page."""
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        store = values.pop("store")
        upload = values.pop("upload")
        job = jobs.submit(
            kind=kind,
            parameters={name: value for name, value in values.items() if value not in ("", None)},
            created_at=clock.now(),
            created_by_id=user_id_of(request),
            store_id=store.pk,
            upload=upload,
        )
        return HttpResponseRedirect(job_url(job.pk))
    context = {
        **admin.site.each_context(request),
        "title": title,
        "form": form,
        "explanation": explanation,
        "submit": _("Upload"),
        "back": back,
        "template_url": template_url,
    }
    return TemplateResponse(request, "backoffice/upload.html", context, status=400 if form.errors else 200)


def job_url(job_id: int) -> str:
    return reverse("admin:core_job_change", args=[job_id])


def preview(job: Job) -> list[list[str]]:
    """The first rows of the file as they stand there, column names first; [] where there is no file any more."""
    if not job.upload or not job.upload.storage.exists(job.upload.name):
        return []
    with job.upload.open("rb") as file:
        head = file.read(PREVIEW_BYTES)
    text = _decoded(head)
    if len(head) == PREVIEW_BYTES:
        text = text[: text.rfind("\n") + 1]
    return [row for row in islice(csv.reader(io.StringIO(text)), PREVIEW_ROWS + 1) if row]


def _decoded(head: bytes) -> str:
    """The file's head in either of the two encodings; a character cut in two at its end is dropped."""
    for encoding in ("utf-8-sig", "gb18030"):
        for cut in range(4):
            try:
                return head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
    return head.decode("utf-8", errors="replace")


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
    if not job.error_file or not job.error_file.storage.exists(job.error_file.name):
        raise Http404
    return FileResponse(job.error_file.open("rb"), as_attachment=True, filename=f"errors-{job.pk}.csv", content_type="text/csv; charset=utf-8")
