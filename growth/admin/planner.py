"""The level planner: from the shares of members one wants on each level to thresholds, read from what members have (LVL-31)."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.backoffice import menu
from core.backoffice.access import scope_of
from core.backoffice.forms import BackOfficeForm, add_refusal
from core.backoffice.menu import Entry
from core.backoffice.site import page
from core.errors import DomainError
from growth.admin import reach
from growth.admin.schemes import SUBJECT, version_url
from growth.enums import Basis, Track
from growth.selectors import levels, schemes
from growth.services import planner as services
from growth.services.planner import DEFAULT_SHARES

LEVELS_AT_MOST = 20


class SharesForm(BackOfficeForm):
    """Per cent, the lowest level first: 60/25/10/4/1."""

    shares = forms.CharField(
        label=gettext_lazy("shares in per cent, the lowest level first"),
        max_length=200,
        help_text=gettext_lazy("Separated by slashes, together 100: 60/25/10/4/1"),
    )

    def clean_shares(self) -> tuple[Decimal, ...]:
        said: str = self.cleaned_data["shares"]
        try:
            shares = tuple(Decimal(part.strip()) / 100 for part in said.split("/"))
        except InvalidOperation:
            raise forms.ValidationError(_("Numbers with slashes between them, as in 60/25/10/4/1.")) from None
        if len(shares) > LEVELS_AT_MOST or not all(share.is_finite() for share in shares):
            raise forms.ValidationError(_("Numbers with slashes between them, as in 60/25/10/4/1."))
        return shares


@page("levels/planner/", name="growth_planner")
def planner(request: HttpRequest) -> HttpResponse:
    """Ask and show by GET; take over into the draft by POST."""
    programme = reach.chosen(request, SUBJECT)
    usual = "/".join(f"{(100 * share).normalize():f}" for share in DEFAULT_SHARES)
    said = request.POST if request.method == "POST" else {"shares": request.GET.get("shares", usual)}
    form, proposals = SharesForm(said), []
    if request.method == "POST":
        reach.need(request, programme.pk, SUBJECT, "change")
    if form.is_valid():
        try:
            if request.method == "POST":
                draft = services.take_over(
                    programme_id=programme.pk, shares=form.cleaned_data["shares"], actor=scope_of(request).actor, at=clock.now()
                )
                return HttpResponseRedirect(version_url(draft.pk))
            proposals = services.propose(programme_id=programme.pk, shares=form.cleaned_data["shares"], at=clock.now())
        except DomainError as refusal:
            add_refusal(form, refusal)
    version = schemes.draft(programme.pk, Track.FREE) or schemes.published(programme.pk, Track.FREE)
    terms: dict[str, Any] = {each.level.code: each for each in version.terms.all()} if version else {}
    shares = levels.distribution(programme.pk, Track.FREE, clock.now()) if proposals else []
    held = {share.terms.level.code: share.members for share in shares}
    return reach.show(
        request,
        "growth/planner.html",
        title=_("Level planner"),
        programme=programme,
        subject=SUBJECT,
        status=400 if form.errors else 200,
        form=form,
        rows=[(each, terms.get(each.code), held.get(each.code)) for each in proposals],
        total=sum(each.members for each in proposals),
        most=max((count for each in proposals for count in (each.members, each.members_now or 0)), default=0),
        basis=version.basis if version else Basis.GROWTH,
        may_take_over=len(proposals) == len(terms) and reach.may(request, programme.pk, SUBJECT, "change"),
    )


menu.add(Entry("levels", gettext_lazy("Level planner"), "admin:growth_planner", "straighten", 30, SUBJECT))
