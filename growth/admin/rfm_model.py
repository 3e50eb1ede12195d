"""The RFM model of a programme as versions: bands, window, weights; edited while it is a draft (RFM-04, RFM-05, OP-2)."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.backoffice import actors
from core.backoffice.access import scope_of
from core.backoffice.forms import BackOfficeForm, posted
from core.backoffice.site import page
from core.enums import VersionState
from core.money import to_minor
from growth.admin import reach, versions
from growth.admin.changes import of_boxes
from growth.admin.scheme_forms import major
from growth.enums import BandMethod, MonetaryMode
from growth.models import RfmVersion
from growth.rules import rfm
from growth.rules.rfm import RfmTerms
from growth.rules.simulation import Subject
from growth.services import rfm_models, simulation

SUBJECT = "growth.rfmversion"
SCORES = (5, 4, 3, 2)
MODELS = versions.Kind(
    subject=SUBJECT,
    rows=RfmVersion.objects,
    listed="admin:growth_rfm",
    shown="admin:growth_rfm_version",
    key="version_id",
    create=rfm_models.create_draft,
    publish=rfm_models.publish_draft,
    discard=rfm_models.discard_draft,
    problems=lambda version_id: [problem.words for problem in rfm_models.check_draft(version_id)],
    changes=lambda held, draft: of_boxes(*(ModelForm(terms=rfm.terms_of(each)) for each in (held, draft))),
    publishing=gettext_lazy("Published, the next cycle reckons by it. Snapshots of earlier cycles keep the version they were made by."),
)


class ModelForm(BackOfficeForm):
    """Cut points for the scores 5, 4, 3, 2; weights of three places."""

    window_days = forms.IntegerField(label=gettext_lazy("window (days)"), min_value=1, max_value=3650)
    method = forms.ChoiceField(label=gettext_lazy("bands"), choices=BandMethod.choices)
    m_mode = forms.ChoiceField(label=gettext_lazy("monetary value"), choices=MonetaryMode.choices)

    def __init__(self, *args: Any, terms: RfmTerms, **kwargs: Any) -> None:
        said: dict[str, Any] = {"window_days": terms.window_days, "method": terms.method, "m_mode": terms.m_mode}
        for axis in "rfm":
            said[f"weight_{axis}"] = getattr(terms, f"weight_{axis}")
            for score, cut in zip(SCORES, getattr(terms, f"{axis}_cuts"), strict=True):
                said[f"{axis}_{score}"] = major(cut) if axis == "m" else cut
        super().__init__(*args, initial=said, **kwargs)
        for axis in "rfm":
            for score in SCORES:
                label = _("%(axis)s for score %(score)s") % {"axis": axis.upper(), "score": score}
                self.fields[f"{axis}_{score}"] = (
                    forms.DecimalField(label=label, min_value=0, max_digits=15, decimal_places=2)
                    if axis == "m"
                    else forms.IntegerField(label=label, min_value=0, max_value=100_000)
                )
            self.fields[f"weight_{axis}"] = forms.DecimalField(
                label=_("weight of %(axis)s") % {"axis": axis.upper()}, min_value=0, max_value=1, decimal_places=3
            )

    def axes(self) -> list[tuple[str, list[Any], Any]]:
        """Axis, its boxes from 5 to 2, its weight."""
        return [(axis, [self[f"{axis}_{score}"] for score in SCORES], self[f"weight_{axis}"]) for axis in "rfm"]

    def terms(self) -> RfmTerms:
        said = self.cleaned_data
        cuts = {axis: tuple(said[f"{axis}_{score}"] for score in SCORES) for axis in "rf"}
        return RfmTerms(
            window_days=said["window_days"],
            method=BandMethod(said["method"]),
            m_mode=MonetaryMode(said["m_mode"]),
            r_cuts=cuts["r"],
            f_cuts=cuts["f"],
            m_cuts=tuple(to_minor(said[f"m_{score}"]) for score in SCORES),
            weight_r=said["weight_r"],
            weight_f=said["weight_f"],
            weight_m=said["weight_m"],
        )


@page("levels/rfm/draft/", name="growth_rfm_draft")
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    return versions.draft(request, MODELS)


@page("levels/rfm/versions/<int:rfm_version_id>/publish/", name="growth_rfm_publish")
def publish(request: HttpRequest, rfm_version_id: int) -> HttpResponse:
    return versions.publish(request, MODELS, rfm_version_id)


@page("levels/rfm/versions/<int:rfm_version_id>/discard/", name="growth_rfm_discard")
@require_POST
def discard(request: HttpRequest, rfm_version_id: int) -> HttpResponse:
    return versions.discard(request, MODELS, rfm_version_id)


@page("levels/rfm/versions/<int:rfm_version_id>/", name="growth_rfm_version")
def version(request: HttpRequest, rfm_version_id: int) -> HttpResponse:
    """A model; boxes to type into while it is a draft. Weights that do not sum to 1.000 are kept and said, never published."""
    found: RfmVersion = MODELS.reached(request, rfm_version_id)
    may_change = reach.may(request, found.programme_id, SUBJECT, "change")
    terms = rfm.terms_of(found)
    form = ModelForm(posted(request), terms=terms) if found.state == VersionState.DRAFT and may_change else None
    if request.method == "POST":
        reach.need(request, found.programme_id, SUBJECT, "change")
        if form is not None and form.is_valid():
            changed = form.terms()
            return reach.act(
                request,
                lambda: rfm_models.change_draft(version_id=found.pk, terms=changed, actor=scope_of(request).actor, at=clock.now()),
                done=_("The draft has been saved."),
                back=MODELS.url(found.pk),
            )
        if form is None:
            return HttpResponseRedirect(MODELS.url(found.pk))
        versions.not_saved(request)
    return reach.show(
        request,
        "growth/rfm_version.html",
        title=_("RFM model, version %(number)s") % {"number": found.number},
        programme=found.programme,
        subject=SUBJECT,
        home=reverse("admin:growth_rfm"),
        status=400 if form is not None and form.errors else 200,
        version=found,
        terms=terms,
        bands=bands_of(terms),
        weights=terms.weights,
        weight_sum=rfm.decimal_of(sum(terms.weights)),
        form=form,
        errors=[problem.words for problem in rfm.problems(terms)] if form and not form.errors else [],
        simulated=simulation.latest(Subject.RFM, found.pk) if form else None,
        unsaved=form is not None and bool(form.errors),
        who=actors.names([found.created_by, found.published_by]),
        may_change=may_change,
    )


def bands_of(terms: RfmTerms) -> list[dict[str, Any]]:
    """Per axis the cut points beside their scores and the weight, for reading; M in major units of money."""
    weights: dict[str, Decimal] = {"r": terms.weight_r, "f": terms.weight_f, "m": terms.weight_m}
    return [
        {"axis": axis, "cuts": list(zip(SCORES, getattr(terms, f"{axis}_cuts"), strict=True)), "weight": weights[axis]} for axis in "rfm"
    ]
