"""Levels set by hand that wait for a second person, and those decided before (A-23, R19)."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, registry
from core.backoffice import actors, keyset, menu
from core.backoffice.access import scope_of
from core.backoffice.forms import BackOfficeForm, posted
from core.backoffice.menu import Entry
from core.backoffice.panels import PAGE
from core.backoffice.reveal import called
from core.backoffice.site import page
from growth import links
from growth.admin import reach
from growth.enums import OverrideState
from growth.models import LevelOverride
from growth.selectors import cards
from growth.services import overrides

SUBJECT = "growth.leveloverride"


class DecisionForm(BackOfficeForm):
    """Which of the two buttons was pressed."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("reject", "")])


def _rows(request: HttpRequest, found: list[LevelOverride]) -> list[dict[str, Any]]:
    """Requests as lines: who, which level, why, by whom; the member's name as the caller's roles in the member's stores let it be read."""
    names = cards.names_of([row.level_id for row in found])
    who = actors.names(actor for row in found for actor in (row.requested_by, row.decided_by))
    homes = registry.stores_of([row.membership.member_id for row in found]) if found else {}
    return [
        {
            "row": row,
            "level": names.get(row.level_id, row.level.code),
            "requested_by": who[row.requested_by],
            "decided_by": who[row.decided_by] if row.decided_by else "",
            "zone": row.membership.programme.time_zone,
            "member": called(row.membership.member, scope_of(request).within(homes[row.membership.member_id])),
            "member_url": links.member_page(row.membership.member_id),
        }
        for row in found
    ]


@page("levels/overrides/", name="growth_overrides")
def listed(request: HttpRequest) -> HttpResponse:
    """Those that wait first, then the newest decided ones, by keyset."""
    programme = reach.chosen(request, SUBJECT)
    rows = LevelOverride.objects.filter(membership__programme=programme).select_related(
        "membership__programme", "membership__member", "level"
    )
    place = keyset.read_numbered(request.GET.get("cursor"))
    decided = rows.exclude(state=OverrideState.PENDING).order_by("-id")
    if place:
        decided = decided.filter(pk__lt=place[1])
    waiting = [] if place else list(rows.filter(state=OverrideState.PENDING).order_by("id")[: PAGE * 5])
    older = list(decided[: PAGE + 1])
    return reach.show(
        request,
        "growth/overrides.html",
        title=_("Levels set by hand"),
        programme=programme,
        subject=SUBJECT,
        waiting=_rows(request, waiting),
        decided=_rows(request, older[:PAGE]),
        is_first=place is None,
        next_cursor=keyset.write(older[PAGE - 1].requested_at, older[PAGE - 1].pk) if len(older) > PAGE else None,
    )


@page("levels/overrides/<int:override_id>/", name="growth_override")
def decide(request: HttpRequest, override_id: int) -> HttpResponse:
    """One request; approved or refused by somebody else than who asked."""
    rows = LevelOverride.objects.filter(pk=override_id).select_related("membership__programme", "membership__member", "level")
    override = reach.row(request, rows, SUBJECT, "membership__programme_id")
    programme = override.membership.programme
    form = DecisionForm(posted(request))
    if request.method == "POST":
        reach.need(request, programme.pk, SUBJECT, "decide")
        if form.is_valid():
            approve = form.cleaned_data["decision"] == "approve"
            return reach.act(
                request,
                lambda: overrides.decide_override(override_id=override.pk, approve=approve, actor=scope_of(request).actor, at=clock.now()),
                done=_("The level is approved and holds from now on.") if approve else _("The request has been refused."),
                back=reverse("admin:growth_override", args=[override.pk]),
            )
    is_own = override.requested_by == scope_of(request).actor
    return reach.show(
        request,
        "growth/override.html",
        title=_("Level set by hand"),
        programme=programme,
        subject=SUBJECT,
        status=400 if request.method == "POST" else 200,
        line=_rows(request, [override])[0],
        is_waiting=override.state == OverrideState.PENDING,
        is_own=is_own,
        may_decide=not is_own and reach.may(request, programme.pk, SUBJECT, "decide"),
    )


menu.add(Entry("levels", gettext_lazy("Levels set by hand"), "admin:growth_overrides", "how_to_reg", 90, SUBJECT))
