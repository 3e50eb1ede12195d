"""Points that are set aside for orders in the making, and what became of earlier holds (SF-6)."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.backoffice import actors, menu
from core.backoffice.menu import Entry
from core.backoffice.site import page
from growth.admin import reach
from points.admin import people
from points.enums import HoldState
from points.models import PointsHold

SUBJECT = "points.pointshold"


@page("points/holds/", name="points_holds")
def listed(request: HttpRequest) -> HttpResponse:
    """Active ones unless another state is asked for; by the clock, whether or not a job has closed those whose time is over."""
    programme, now = reach.chosen(request, SUBJECT), clock.now()
    state = request.GET.get("state", HoldState.ACTIVE)
    rows = PointsHold.objects.filter(account__membership__programme=programme).select_related("account__membership__member", "store")
    over = Q(state=HoldState.ACTIVE, expires_at__lte=now)
    if state == HoldState.ACTIVE:
        rows = rows.filter(state=state).exclude(over)
    elif state == HoldState.TIMED_OUT:
        rows = rows.filter(Q(state=state) | over)
    else:
        rows = rows.filter(state=state)
    shown, next_cursor = people.newest(rows, request.GET.get("cursor"), "created_at")
    members = people.named(request, [row.account.membership for row in shown])
    who = actors.names(row.actor for row in shown)
    may_release = state == HoldState.ACTIVE and reach.may(request, programme.pk, SUBJECT, "release")
    return reach.show(
        request,
        "points/holds.html",
        title=_("Holds of points"),
        programme=programme,
        subject=SUBJECT,
        rows=[{"row": row, "member": members[row.account_id], "by": who[row.actor]} for row in shown],
        state=state,
        states=HoldState.choices,
        may_release=may_release,
        more_filters=f"state={state}",
        next_cursor=next_cursor,
    )


menu.add(Entry("assets", gettext_lazy("Holds of points"), "admin:points_holds", "lock_clock", 60, SUBJECT))
