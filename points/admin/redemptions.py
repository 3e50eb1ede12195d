"""Who redeemed what, and a redemption that is cancelled for a reason (PTS-10..12)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, registry
from core.backoffice import actors, menu
from core.backoffice.access import scope_of
from core.backoffice.forms import ReasonForm, form_page, posted
from core.backoffice.menu import Entry
from core.backoffice.reveal import show
from core.backoffice.site import page
from core.masking import FieldClass
from growth.admin import reach
from growth.admin.people import whose
from points.admin import people
from points.enums import RedemptionState
from points.models import Redemption
from points.selectors import rewards as selectors
from points.services import redemptions as services

SUBJECT = "points.redemption"
ROWS = Redemption.objects.select_related("reward__programme", "account__membership__member", "entry")
PATH = "reward__programme_id"


@page("points/redemptions/", name="points_redemptions")
def listed(request: HttpRequest) -> HttpResponse:
    """The newest first; of one reward, in one state, if asked for."""
    programme = reach.chosen(request, SUBJECT)
    state, reward_id = request.GET.get("state", ""), request.GET.get("reward", "")
    rows = selectors.redemptions(programme.pk)
    if state in RedemptionState.values:
        rows = rows.filter(state=state)
    if reward_id.isdecimal():
        rows = rows.filter(reward_id=int(reward_id))
    shown, next_cursor = people.newest(rows, request.GET.get("cursor"), "created_at")
    members = people.named(request, [row.account.membership for row in shown])
    who = actors.names(row.actor for row in shown)
    return reach.show(
        request,
        "points/redemptions.html",
        title=_("Redemptions"),
        programme=programme,
        subject=SUBJECT,
        rows=[{"row": row, "member": members[row.account_id], "by": who[row.actor]} for row in shown],
        rewards=selectors.rewards(programme.pk),
        reward=reward_id,
        state=state,
        states=RedemptionState.choices,
        more_filters=f"state={state}&reward={reward_id}",
        next_cursor=next_cursor,
    )


@page("points/redemptions/<int:redemption_id>/", name="points_redemption")
def one(request: HttpRequest, redemption_id: int) -> HttpResponse:
    redemption = reach.row(request, ROWS.filter(pk=redemption_id), SUBJECT, PATH)
    programme, membership = redemption.reward.programme, redemption.account.membership
    who = actors.names([redemption.actor, redemption.cancelled_by])
    at_home = scope_of(request).within(registry.stores_of([membership.member_id])[membership.member_id])
    code = str(redemption.result.get("code", ""))
    return reach.show(
        request,
        "points/redemption.html",
        title=_("Redemption %(number)s") % {"number": redemption.pk},
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:points_redemptions"),
        row=redemption,
        member=people.named(request, [membership])[membership.pk],
        member_id=membership.member_id,
        code=show(FieldClass.EXTERNAL_ID, code, at_home, kind="reward_code", reference=redemption.pk),
        by=who[redemption.actor],
        cancelled_by=who[redemption.cancelled_by] if redemption.cancelled_by else "",
        may_cancel=redemption.state == RedemptionState.FULFILLED and reach.may(request, programme.pk, SUBJECT, "cancel"),
    )


@page("points/redemptions/<int:redemption_id>/cancel/", name="points_redemption_cancel")
def cancel(request: HttpRequest, redemption_id: int) -> HttpResponse:
    redemption = reach.row(request, ROWS.filter(pk=redemption_id), SUBJECT, PATH, "cancel")

    def act(values: dict[str, Any]) -> None:
        services.cancel_redemption(redemption_id=redemption.pk, reason=values["reason"], actor=scope_of(request).actor, at=clock.now())

    return form_page(
        request,
        title=_("Cancel redemption %(number)s") % {"number": redemption.pk},
        whose=whose(request, redemption.account.membership),
        explanation=_("%(reward)s: %(points)s points go back into the lots they came from, with their old ends. A code is not given again.")
        % {"reward": redemption.reward.name, "points": f"{redemption.points:,}"},
        form=ReasonForm(posted(request)),
        act=act,
        done=_("The redemption has been cancelled."),
        back=reverse("admin:points_redemption", args=[redemption.pk]),
        submit=_("Cancel the redemption"),
        danger=True,
    )


menu.add(Entry("assets", gettext_lazy("Redemptions"), "admin:points_redemptions", "shopping_bag", 50, SUBJECT))
