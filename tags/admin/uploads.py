"""A list of people who get a tag by hand, uploaded as a file (TAG-02)."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, jobs, reasons
from core.backoffice.access import scope_of, user_id_of
from core.backoffice.forms import posted
from core.backoffice.site import page
from core.backoffice.uploads import Kind, UploadForm, declare, job_url
from core.errors import InvalidInput
from growth.admin import reach
from stores import selectors as stores_selectors
from tags.models import Tag
from tags.services import files

SUBJECT = "tags.membertag"
TAGGING = declare(Kind(files.JOB, gettext_lazy("Tags from a list"), SUBJECT, phases={"tagging": gettext_lazy("giving the tag")}))


class ListForm(UploadForm):
    """The reason stands with every row that is written."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=reasons.AT_MOST)
    field_order = ("upload", "reason", "dry_run")

    def clean_reason(self) -> str:
        try:
            return reasons.checked(self.cleaned_data["reason"])
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal.detail)) from None


@page("tags/tags/<int:tag_id>/list/", name="tags_upload")
def upload(request: HttpRequest, tag_id: int) -> HttpResponse:
    """A column one_id or phone; a dry run first, unless somebody says otherwise."""
    rows = Tag.objects.filter(pk=tag_id, retired_at=None).select_related("programme")
    tag = reach.row(request, rows, SUBJECT, verb="import")
    form = ListForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        job = jobs.submit(
            kind=files.JOB,
            parameters={"tag_id": tag.pk, "reason": said["reason"], "actor": scope_of(request).actor, "dry_run": said["dry_run"]},
            created_at=clock.now(),
            created_by_id=user_id_of(request),
            store_id=stores_selectors.first_store_id(tag.programme_id),
            upload=said["upload"],
        )
        return HttpResponseRedirect(job_url(job.pk))
    return reach.show(
        request,
        "tags/upload.html",
        title=_("Give %(name)s to a list of people") % {"name": tag.name},
        programme=tag.programme,
        subject=SUBJECT,
        status=400 if form.errors else 200,
        form=form,
        tag=tag,
    )
