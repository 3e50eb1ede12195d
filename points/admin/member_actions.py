"""What is done to the points of one membership from the member page: adjust, take an entry back, release a hold (CS-3, PTS-28)."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.backoffice.access import scope_of
from core.backoffice.forms import ReasonForm, form_page, posted
from core.backoffice.site import page
from core.words import signed
from growth.admin import reach
from growth.admin.people import whose
from growth.links import member_page
from points.enums import AdjustmentState
from points.models import PointsEntry, PointsHold
from points.selectors import versions
from points.services import adjustments, holds, ledger
from stores import selectors as stores_selectors

if TYPE_CHECKING:
    from stores.models import Membership


class AdjustForm(ReasonForm):
    """token: names this form, so that sending it twice adjusts once."""

    delta = forms.IntegerField(
        label=pgettext_lazy("points", "change"),
        min_value=-adjustments.AT_MOST,
        max_value=adjustments.AT_MOST,
        help_text=gettext_lazy("With a minus sign to take away; never more than is available."),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("delta", "reason")

    def clean_delta(self) -> int:
        delta: int = self.cleaned_data["delta"]
        if delta == 0:
            raise forms.ValidationError(_("0 changes nothing."))
        return delta


class ReverseForm(ReasonForm):
    points = forms.IntegerField(
        label=gettext_lazy("points"), min_value=1, help_text=gettext_lazy("All of the entry, or a part of what is left of it.")
    )
    token = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("points", "reason")


def _panel(membership: "Membership") -> str:
    return f"{member_page(membership.member_id)}#points"


@page("points/memberships/<int:membership_id>/adjust/", name="points_adjust")
def adjust(request: HttpRequest, membership_id: int) -> HttpResponse:
    membership = reach.row(request, stores_selectors.membership_rows(membership_id), "points.pointsentry", verb="adjust")
    asker, rules = scope_of(request), versions.published(membership.programme_id)
    limit = adjustments.limit_of(rules, membership.programme_id, asker) if rules else 0
    return form_page(
        request,
        title=_("Adjust points"),
        whose=whose(request, membership),
        explanation=_(
            "Booked as an entry of its own with your name and the reason. "
            "You may move up to %(limit)s points at once; more wait for a second person."
        )
        % {"limit": f"{limit:,}"},
        form=AdjustForm(posted(request), initial={"token": uuid4()}),
        act=lambda values: adjustments.adjust_points(
            membership_id=membership.pk,
            delta=values["delta"],
            reason=values["reason"],
            token=str(values["token"]),
            asker=asker,
            at=clock.now(),
        ),
        done=lambda adjusted: (
            (
                _("%(points)s points wait for a second person; until then nothing changes.")
                if adjusted.adjustment.state == AdjustmentState.PENDING
                else _("%(points)s points are booked.")
            )
            % {"points": signed(adjusted.adjustment.delta)}
        ),
        back=_panel(membership),
        submit=_("Adjust"),
    )


@page("points/entries/<int:entry_id>/reverse/", name="points_reverse")
def take_back(request: HttpRequest, entry_id: int) -> HttpResponse:
    """An entry of orders, rewards or exchanges has a way back of its own: its refund, its cancellation, or none."""
    rows = PointsEntry.objects.filter(pk=entry_id).select_related("account__membership__programme")
    entry = reach.row(request, rows, "points.pointsentry", "account__membership__programme_id", "reverse")
    left = abs(entry.requested) - sum(abs(each.requested) for each in entry.reversals.all())
    initial = {"points": max(left, 1), "token": uuid4()}

    def act(values: dict[str, Any]) -> None:
        ledger.reverse_entry(
            entry_id=entry.pk,
            points=values["points"],
            effect_key=f"reverse:{values['token']}",
            source_type="staff",
            source_id=scope_of(request).actor.removeprefix("staff:"),
            actor=scope_of(request).actor,
            at=clock.now(),
            note=values["reason"],
        )

    return form_page(
        request,
        title=_("Take back entry %(number)s") % {"number": entry.account_version},
        whose=whose(request, entry.account.membership),
        explanation=_(
            "%(kind)s, %(points)s points. What it gave is taken from its lot; what it took goes back into its lots, with their old ends. "
            "The entry itself stays as it is."
        )
        % {"kind": entry.get_kind_display(), "points": signed(entry.delta)},
        form=ReverseForm(posted(request), initial=initial),
        act=act,
        done=_("The entry has been taken back."),
        back=_panel(entry.account.membership),
        submit=_("Take back"),
        danger=True,
    )


@page("points/holds/<int:hold_id>/release/", name="points_hold_release")
@require_POST
def release(request: HttpRequest, hold_id: int) -> HttpResponse:
    rows = PointsHold.objects.filter(pk=hold_id).select_related("account__membership__programme")
    hold = reach.row(request, rows, "points.pointshold", "account__membership__programme_id", "release")
    return reach.act(
        request,
        lambda: holds.release_hold(hold_id=hold.pk, actor=scope_of(request).actor, at=clock.now()),
        done=_("The hold has been released; its points can be spent again."),
        back=_panel(hold.account.membership),
    )
