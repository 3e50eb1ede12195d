"""Saved audiences: a list with how many are in each, and the same editor as for tags (TAG-10)."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.backoffice import menu
from core.backoffice.access import scope_of
from core.backoffice.forms import BackOfficeForm, ConfirmForm, add_refusal, form_page
from core.backoffice.menu import Entry
from core.backoffice.site import page
from core.errors import DomainError
from growth.admin import reach
from tags.admin import rule_editor
from tags.admin.tags import words_of
from tags.admin.versions import digest
from tags.models import Segment
from tags.selectors import catalogues
from tags.selectors import segments as selectors
from tags.services import segments as services
from tags.services.segments import SegmentIn

if TYPE_CHECKING:
    from stores.models import Programme

SUBJECT = "tags.segment"


class SegmentForm(BackOfficeForm):
    """An old segment keeps its code."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "name"), max_length=80)
    code = forms.CharField(
        label=gettext_lazy("code"), max_length=40, help_text=gettext_lazy("Letters, digits, hyphens: what programs call it.")
    )
    description = forms.CharField(label=gettext_lazy("description"), required=False, max_length=300)

    def __init__(self, *args: Any, segment: Segment | None = None, **kwargs: Any) -> None:
        said = {name: getattr(segment, name) for name in self.base_fields} if segment else None
        super().__init__(*args, initial=said, **kwargs)
        self.fields["code"].disabled = segment is not None


def list_url(programme: "Programme") -> str:
    return f"{reverse('admin:tags_segments')}?programme={programme.code}"


def _reached(request: HttpRequest, segment_id: int, verb: str = "view") -> Segment:
    rows = Segment.objects.filter(pk=segment_id, retired_at=None).select_related("programme")
    return reach.row(request, rows, SUBJECT, verb=verb)


@page("tags/segments/", name="tags_segments")
def listed(request: HttpRequest) -> HttpResponse:
    """Each with its sentence; counted when somebody asks."""
    programme = reach.chosen(request, SUBJECT)
    segments = list(selectors.of_programme(programme.pk))
    catalogue = catalogues.catalogue(programme.pk)
    return reach.show(
        request,
        "tags/segments.html",
        title=_("Segments"),
        programme=programme,
        subject=SUBJECT,
        rows=[(segment, words_of(segment.rule, catalogue)) for segment in segments],
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
    )


@page("tags/segments/<int:segment_id>/count/", name="tags_segment_count")
@require_POST
def count(request: HttpRequest, segment_id: int) -> HttpResponse:
    segment = _reached(request, segment_id)
    return reach.act(
        request,
        lambda: services.count_segment(segment_id=segment.pk, at=clock.now()),
        done=_("Counted."),
        back=list_url(segment.programme),
    )


@page("tags/segments/add/", name="tags_segment_add")
def add(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "change")
    return _edit(request, programme, None)


@page("tags/segments/<int:segment_id>/", name="tags_segment")
def change(request: HttpRequest, segment_id: int) -> HttpResponse:
    segment = _reached(request, segment_id, "change")
    return _edit(request, segment.programme, segment)


@page("tags/segments/<int:segment_id>/retire/", name="tags_segment_retire")
def retire(request: HttpRequest, segment_id: int) -> HttpResponse:
    segment = _reached(request, segment_id, "change")
    return form_page(
        request,
        title=_("Retire the segment %(name)s") % {"name": segment.name},
        explanation=_("It is offered nowhere any more; what was frozen for a campaign stays."),
        form=ConfirmForm(request.POST if request.method == "POST" else None),
        act=lambda _values: services.retire_segment(segment_id=segment.pk, actor=scope_of(request).actor, at=clock.now()),
        done=_("The segment has been retired."),
        back=list_url(segment.programme),
        submit=_("Retire"),
        danger=True,
    )


def _edit(request: HttpRequest, programme: "Programme", segment: Segment | None) -> HttpResponse:
    rule = segment.rule if segment else {}
    draft, form, names_missing = rule_editor.kept(programme, rule), SegmentForm(segment=segment), False
    if request.method == "POST":
        action = request.POST.get("action", "save")
        form = SegmentForm(request.POST, segment=segment)
        if action != "save":  # a button of the editor, without scripts
            draft = rule_editor.rearranged(programme, request.POST, action)
        elif request.POST.get("seen") != digest(rule):
            messages.error(request, _("Somebody else has changed this meanwhile. What they wrote is shown; yours was not saved."))
            form = SegmentForm(segment=segment)
        else:
            draft, names_missing = rule_editor.read(programme, request.POST), True
            if form.is_valid() and _save(request, programme, segment, form, draft):
                return HttpResponseRedirect(list_url(programme))
    return reach.show(
        request,
        "tags/segment.html",
        title=_("Change the segment") if segment else _("Add a segment"),
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:tags_segments"),
        status=400 if request.method == "POST" else 200,
        form=form,
        segment=segment,
        seen=digest(rule),
        back=list_url(programme),
        **rule_editor.boxes(draft, names_missing=names_missing),
        **rule_editor.says(draft),
    )


def _save(request: HttpRequest, programme: "Programme", segment: Segment | None, form: SegmentForm, draft: rule_editor.Draft) -> bool:
    """Only a rule without a fault is kept: a segment has no drafts."""
    if not draft.is_sound:
        messages.error(request, _("Nothing has been saved: something below is not right yet."))
        return False
    said = SegmentIn(form.cleaned_data["name"], draft.rule, form.cleaned_data["description"])
    done: dict[str, Any] = {"said": said, "actor": scope_of(request).actor, "at": clock.now()}
    try:
        if segment is None:
            segment = services.create_segment(programme_id=programme.pk, code=form.cleaned_data["code"], **done)
        else:
            services.change_segment(segment_id=segment.pk, **done)
    except DomainError as refusal:
        add_refusal(form, refusal)
        return False
    services.count_segment(segment_id=segment.pk, at=clock.now())
    messages.success(request, _("The segment has been saved."))
    return True


menu.add(Entry("tags", gettext_lazy("Segments"), "admin:tags_segments", "group_work", 20, SUBJECT))
