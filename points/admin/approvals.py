"""Adjustments of points that wait for a second person, and those decided before (PTS-28, CS-3)."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.backoffice import actors, menu
from core.backoffice.access import scope_of
from core.backoffice.forms import BackOfficeForm, posted
from core.backoffice.menu import Entry
from core.backoffice.panels import PAGE
from core.backoffice.site import page
from growth.admin import reach
from points.admin import people
from points.enums import AdjustmentState
from points.models import PointsAdjustment
from points.services import adjustments

SUBJECT = "points.pointsadjustment"
ROWS = PointsAdjustment.objects.select_related("account__membership__programme", "account__membership__member", "entry")


class DecisionForm(BackOfficeForm):
    """Which of the two buttons was pressed."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("reject", "")])


def _lines(request: HttpRequest, found: list[PointsAdjustment]) -> list[dict[str, Any]]:
    """Requests as lines: who, how many, why, by whom."""
    members = people.named(request, [row.account.membership for row in found])
    who = actors.names(actor for row in found for actor in (row.requested_by, row.decided_by))
    return [
        {
            "row": row,
            "member": members[row.account_id],
            "requested_by": who[row.requested_by],
            "decided_by": who[row.decided_by] if row.decided_by else "",
        }
        for row in found
    ]


@page("points/adjustments/", name="points_adjustments")
def listed(request: HttpRequest) -> HttpResponse:
    """Those that wait first, then the newest decided ones, by keyset; what was within the limit needed no decision and is not here."""
    programme = reach.chosen(request, SUBJECT)
    rows = ROWS.filter(account__membership__programme=programme)
    cursor = request.GET.get("cursor")
    waiting = [] if cursor else list(rows.filter(state=AdjustmentState.PENDING).order_by("id")[: PAGE * 5])
    decided, next_cursor = people.newest(rows.exclude(decided_at=None), cursor, "requested_at")
    return reach.show(
        request,
        "points/adjustments.html",
        title=_("Points adjustments"),
        programme=programme,
        subject=SUBJECT,
        waiting=_lines(request, waiting),
        decided=_lines(request, list(decided)),
        is_first=not cursor,
        next_cursor=next_cursor,
    )


@page("points/adjustments/<int:adjustment_id>/", name="points_adjustment")
def decide(request: HttpRequest, adjustment_id: int) -> HttpResponse:
    """One request; approved or refused by somebody else than who asked."""
    adjustment = reach.row(request, ROWS.filter(pk=adjustment_id), SUBJECT, "account__membership__programme_id")
    programme = adjustment.account.membership.programme
    form = DecisionForm(posted(request))
    if request.method == "POST":
        reach.need(request, programme.pk, SUBJECT, "decide")
        if form.is_valid():
            approve = form.cleaned_data["decision"] == "approve"
            return reach.act(
                request,
                lambda: adjustments.decide_adjustment(
                    adjustment_id=adjustment.pk, approve=approve, actor=scope_of(request).actor, at=clock.now()
                ),
                done=_("Approved: the points are booked.") if approve else _("The request has been refused."),
                back=reverse("admin:points_adjustment", args=[adjustment.pk]),
            )
    is_own = adjustment.requested_by == scope_of(request).actor
    return reach.show(
        request,
        "points/adjustment.html",
        title=_("Adjustment of points"),
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:points_adjustments"),
        status=400 if request.method == "POST" else 200,
        line=_lines(request, [adjustment])[0],
        is_waiting=adjustment.state == AdjustmentState.PENDING,
        is_own=is_own,
        may_decide=not is_own and reach.may(request, programme.pk, SUBJECT, "decide"),
    )


menu.add(Entry("assets", gettext_lazy("Points adjustments"), "admin:points_adjustments", "how_to_reg", 70, SUBJECT))
