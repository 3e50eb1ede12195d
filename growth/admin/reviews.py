"""Periodic reviews: what was found, run one now, look what one of a day would do (LVL-09, LVL-10, LVL-25)."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
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
from growth.enums import Track
from growth.models import LevelReview, LevelScheme, SchemeVersion
from growth.selectors import schemes
from growth.services import reviews
from growth.services.reviews import Outcome

SUBJECT = "growth.levelreview"
SHOWN = 24
WORDS = {  # outcomes in the order in which people want to know them
    "up": gettext_lazy("risen"),
    "down": gettext_lazy("fallen"),
    "inactive": gettext_lazy("fallen after long inactivity"),
    "protected": gettext_lazy("kept: protected"),
    "waits": gettext_lazy("fall waits for the end of the grace"),
    "recovered": gettext_lazy("waiting fall called off"),
    "same": gettext_lazy("unchanged"),
}


class DayForm(BackOfficeForm):
    on = forms.DateField(label=gettext_lazy("day"), widget=DayInput())


class PreviewForm(DayForm):
    version = forms.ChoiceField(label=gettext_lazy("version"))

    def __init__(self, *args: Any, versions: list[SchemeVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["version"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (str(each.pk), _("version %(number)s") % {"number": each.number} + f" · {each.get_state_display()}") for each in versions
        ]


def _usable(programme_id: int) -> list[SchemeVersion]:
    return list(schemes.versions(programme_id, Track.FREE).exclude(state=VersionState.RETIRED))


@page("levels/reviews/", name="growth_reviews")
def listed(request: HttpRequest) -> HttpResponse:
    """The newest reviews of a programme; `?review=` leads to one of them, whichever programme it is of."""
    if asked := request.GET.get("review"):
        return _way_to(request, asked)
    programme = reach.chosen(request, SUBJECT)
    rows = LevelReview.objects.filter(scheme__programme=programme).select_related("version", "scheme__programme")
    found = list(rows.order_by("-review_on", "-id")[:SHOWN])
    names = _names(programme.pk)
    today = clock.now().astimezone(ZoneInfo(programme.time_zone)).date()
    usable = _usable(programme.pk)
    return reach.show(
        request,
        "growth/reviews.html",
        title=_("Level reviews"),
        programme=programme,
        subject=SUBJECT,
        reviews=[line(review, names) for review in found],
        day_form=DayForm(initial={"on": today}),
        preview_form=PreviewForm(initial={"on": today}, versions=usable),
        has_scheme=any(each.state == VersionState.PUBLISHED for each in usable),
        may_run=reach.may(request, programme.pk, SUBJECT, "run"),
    )


def _way_to(request: HttpRequest, number: str) -> HttpResponse:
    if not number.isdecimal():
        raise Http404
    rows = LevelReview.objects.select_related("scheme__programme")
    review = reach.row(request, rows, SUBJECT, "scheme__programme_id", pk=int(number))
    return HttpResponseRedirect(f"{reverse('admin:growth_reviews')}?programme={review.scheme.programme.code}#review-{review.pk}")


def line(review: LevelReview, names: Mapping[str, str]) -> dict[str, Any]:
    return {"review": review, **told(Outcome.from_json(review.result), names)}


def told(outcome: Outcome, names: Mapping[str, str]) -> dict[str, Any]:
    """An outcome in words: counts, and who goes from where to where."""
    return {
        "counts": [(WORDS[name], outcome.counts[name], name) for name in WORDS if outcome.counts.get(name)],
        "moves": [
            (names.get(left, left) or "—", names.get(reached, reached) or "—", members)
            for (left, reached), members in sorted(outcome.moves.items(), key=lambda each: -each[1])
        ],
    }


def _names(programme_id: int) -> Mapping[str, str]:
    published = schemes.published(programme_id, Track.FREE)
    return {each.level.code: each.name for each in published.terms.all()} if published else {}


@page("levels/reviews/run/", name="growth_review_run")
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Ask for the review of a day; refused in words when that day's is done or lies ahead."""
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "run")
    now = clock.now()
    form = DayForm(request.POST)
    day = form.cleaned_data["on"] if form.is_valid() else now.astimezone(ZoneInfo(programme.time_zone)).date()
    scheme = LevelScheme.objects.filter(programme=programme, track=Track.FREE).first()
    return reach.act(
        request,
        lambda: reviews.request_review(scheme_id=scheme.pk if scheme else 0, review_on=day, at=now),
        done=_("The review of %(day)s has been asked for; below you see how far it is.") % {"day": f"{day:%Y-%m-%d}"},
        back=f"{reverse('admin:growth_reviews')}?programme={programme.code}",
    )


@page("levels/reviews/<int:review_id>/progress/", name="growth_review_progress")
def progress(request: HttpRequest, review_id: int) -> HttpResponse:
    """The line of one review, asked for again every second until it is done."""
    rows = LevelReview.objects.filter(pk=review_id).select_related("version", "scheme__programme")
    review = reach.row(request, rows, SUBJECT, "scheme__programme_id")
    programme = review.scheme.programme
    context = {**line(review, _names(programme.pk)), "zone": programme.time_zone, "programme": programme}
    return TemplateResponse(request, "growth/review.html", {"each": context, **context})


@page("levels/reviews/preview/", name="growth_review_preview")
def preview(request: HttpRequest) -> HttpResponse:
    """What a review at the end of a day would do by a version, draft or not; nothing is written."""
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "run")
    form = PreviewForm(request.GET if "on" in request.GET else None, versions=_usable(programme.pk))
    shown: dict[str, Any] = {}
    if form.is_valid():
        version = schemes.version(int(form.cleaned_data["version"]))
        names = {**_names(programme.pk), **{each.level.code: each.name for each in version.terms.all()}}
        outcome = reviews.preview_review(version_id=version.pk, at=_end_of(form.cleaned_data["on"], programme.time_zone))
        shown = {"outcome": outcome, **told(outcome, names)}
    return reach.show(
        request,
        "growth/review_preview.html",
        title=_("Preview of a review"),
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:growth_reviews"),
        status=400 if form.is_bound and form.errors else 200,
        form=form,
        **shown,
    )


def _end_of(day: Any, zone: str) -> datetime:
    """The local midnight after a day."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))


menu.add(Entry("levels", gettext_lazy("Level reviews"), "admin:growth_reviews", "event_repeat", 60, SUBJECT))
