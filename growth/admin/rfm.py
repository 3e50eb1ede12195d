"""The RFM page: the model that holds, the 125 cells of the last cycle as a heat map, runs with their progress, preview of any day."""

from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.backoffice import menu
from core.backoffice.forms import BackOfficeForm, DayInput
from core.backoffice.menu import Entry
from core.backoffice.site import page
from core.enums import VersionState
from growth.admin import reach
from growth.admin.rfm_model import MODELS, SUBJECT, bands_of
from growth.enums import RunState
from growth.models import RfmRun, RfmVersion
from growth.rules import rfm as rules
from growth.selectors import cards
from growth.selectors import rfm as selectors
from growth.selectors.rfm import HeatMap
from growth.services import rfm_cycles, rfm_previews
from stores import selectors as stores_selectors

if TYPE_CHECKING:
    from stores.models import Programme

RUNS = 12
SCORES = (5, 4, 3, 2, 1)
SHOWN_ROWS = 50
PHASES = {
    rfm_cycles.STATES: gettext_lazy("bringing the states to the month's end"),
    rfm_cycles.CUTS: gettext_lazy("finding the cut points"),
    rfm_cycles.POSTING: gettext_lazy("judging members and booking growth value"),
}


class PreviewForm(BackOfficeForm):
    """on: last local day that counts.  member_no: one member's number, or empty for all.  version: number of the model."""

    on = forms.DateField(label=gettext_lazy("as of the end of"), widget=DayInput())
    member_no = forms.CharField(label=gettext_lazy("member number (empty: all)"), required=False, max_length=40)
    version = forms.ChoiceField(label=gettext_lazy("model"))

    def __init__(self, *args: Any, versions: list[RfmVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["version"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (str(each.pk), _("version %(number)s") % {"number": each.number} + f" · {each.get_state_display()}") for each in versions
        ]


class MonthForm(BackOfficeForm):
    month = forms.DateField(
        label=gettext_lazy("month"), input_formats=["%Y-%m"], widget=forms.DateInput(format="%Y-%m", attrs={"type": "month"})
    )


def _last_closed_month(programme: "Programme") -> date:
    return selectors.last_closed_month(clock.now().astimezone(ZoneInfo(programme.time_zone)).date())


def _shown(found: HeatMap) -> dict[str, Any]:
    """The map as five squares, M best first; in each the rows of R, best first, with members and class of F 5 to 1."""
    return {
        "members": found.members,
        "filled": found.filled,
        "most": max(found.cells.values(), default=0),
        "grids": [(m, [(r, [(f, found.cells[r, f, m], rules.rfm_class((r, f, m))) for f in SCORES]) for r in SCORES]) for m in SCORES],
        "classes": found.classes.items(),
        "groups": found.groups.items(),
        "layers": found.layers.items(),
    }


@page("levels/rfm/", name="growth_rfm")
def overview(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    versions = list(selectors.versions(programme.pk).select_related("programme"))
    published = next((each for each in versions if each.state == VersionState.PUBLISHED), None)
    runs = selectors.last_runs(programme.pk, limit=RUNS)
    wanted = request.GET.get("run", "")
    shown = next((run for run in runs if run.state == RunState.DONE and wanted in ("", str(run.pk))), None)
    usable = [each for each in versions if each.state != VersionState.RETIRED]
    return reach.show(
        request,
        "growth/rfm.html",
        title=_("RFM"),
        programme=programme,
        subject=SUBJECT,
        versions=versions,
        published=published,
        bands=bands_of(rules.terms_of(published)) if published else [],
        weight_sum=rules.decimal_of(sum(rules.terms_of(published).weights)) if published else None,
        has_draft=any(each.state == VersionState.DRAFT for each in versions),
        runs=[(run, PHASES.get(run.phase, run.phase)) for run in runs],
        shown=shown,
        found=_shown(selectors.heat_map(shown.pk)) if shown else None,
        month_form=MonthForm(initial={"month": _last_closed_month(programme)}),
        preview_form=PreviewForm(
            initial={"on": clock.now().astimezone(ZoneInfo(programme.time_zone)).date(), "version": published.pk if published else None},
            versions=usable,
        ),
        may_run=reach.may(request, programme.pk, SUBJECT, "run"),
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
    )


@page("levels/rfm/run/", name="growth_rfm_run")
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Ask for the cycle of a month; refused in words when it is done or the month has not ended (RFM-09)."""
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "run")
    form = MonthForm(request.POST)
    month = form.cleaned_data["month"] if form.is_valid() else _last_closed_month(programme)
    return reach.act(
        request,
        lambda: rfm_cycles.request_cycle(programme_id=programme.pk, period_on=month, at=clock.now()),
        done=_("The cycle of %(month)s has been asked for; below you see how far it is.") % {"month": f"{month:%Y-%m}"},
        back=MODELS.list_url(programme),
    )


@page("levels/rfm/runs/<int:rfm_run_id>/progress/", name="growth_rfm_progress")
def progress(request: HttpRequest, rfm_run_id: int) -> HttpResponse:
    """The line of one run, asked for again every second until it is done."""
    rows = RfmRun.objects.filter(pk=rfm_run_id).select_related("programme", "version")
    found = reach.row(request, rows, SUBJECT)
    context = {"run": found, "phase": PHASES.get(found.phase, found.phase), "zone": found.programme.time_zone, "programme": found.programme}
    return TemplateResponse(request, "growth/rfm_run.html", context)


@page("levels/rfm/preview/", name="growth_rfm_preview")
def preview(request: HttpRequest) -> HttpResponse:
    """What a cycle of a day would find, for all or for one member; nothing is written (OP-2)."""
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "run")
    versions = list(RfmVersion.objects.filter(programme=programme).exclude(state=VersionState.RETIRED).order_by("-number"))
    form = PreviewForm(request.GET if "on" in request.GET else None, versions=versions)
    found, memberships = None, {}
    if form.is_valid():
        said = form.cleaned_data
        only = None
        if said["member_no"]:
            found_id = stores_selectors.membership_id_by_number(programme.pk, said["member_no"])
            only = [found_id] if found_id else []
            if not only:
                form.add_error("member_no", _("No member of this programme has this number."))
        if form.is_valid():
            found = rfm_previews.preview_cycle(
                version_id=int(said["version"]), as_of_on=said["on"], membership_ids=only, rows_at_most=SHOWN_ROWS
            )
            memberships = stores_selectors.memberships_by_id(row.membership_id for row in found.rows)
    names = cards.names_of([row.level_id for row in found.rows if row.level_id]) if found else {}
    return reach.show(
        request,
        "growth/rfm_preview.html",
        title=_("RFM preview"),
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:growth_rfm"),
        status=400 if form.is_bound and form.errors else 200,
        form=form,
        preview=found,
        found=_shown(selectors.heat_map_of(found.cells)) if found else None,
        rows=[(row, memberships[row.membership_id], names.get(row.level_id or 0, "")) for row in found.rows] if found else [],
        currency=programme.currency,
    )


menu.add(Entry("levels", gettext_lazy("RFM"), "admin:growth_rfm", "grid_on", 50, SUBJECT))
