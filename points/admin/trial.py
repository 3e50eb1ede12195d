"""What would this order earn, and why? The statements that pay orders, on one that is there or typed in, taken back (OP-6, ruling 28)."""

from datetime import datetime, time
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity import selectors as activity_selectors
from activity.enums import OrderStatus
from activity.inputs import OrderIn, OrderLineIn
from core import clock
from core.backoffice.forms import BackOfficeForm, DayInput, add_refusal
from core.backoffice.site import page
from core.enums import Channel
from core.errors import DomainError
from core.money import to_minor
from growth.admin import reach
from points.admin import people
from points.admin.rules import RULES, SUBJECT, level_names
from points.effects import REASONS
from points.models import PointsVersion
from points.services import dry_run
from stores import selectors as stores_selectors

NOON = time(12)


class TrialForm(BackOfficeForm):
    """An order that has been told, by its number; or one of one line, paid at noon of a local day."""

    order_no = forms.CharField(
        label=gettext_lazy("order number"),
        required=False,
        max_length=64,
        help_text=gettext_lazy("Of an order that is there: then nothing else is asked. What has been refunded of it does not count."),
    )
    member_no = forms.CharField(label=gettext_lazy("member number"), required=False, max_length=40)
    amount = forms.DecimalField(label=gettext_lazy("paid for goods"), required=False, min_value=0, max_digits=13, decimal_places=2)
    paid_on = forms.DateField(label=gettext_lazy("paid on"), required=False, widget=DayInput())
    category = forms.CharField(label=gettext_lazy("category"), required=False, max_length=100)
    sku = forms.CharField(label=gettext_lazy("SKU"), required=False, max_length=64)
    is_virtual = forms.BooleanField(label=gettext_lazy("virtual goods"), required=False)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        for name in () if said.get("order_no") else ("member_no", "amount", "paid_on"):
            if name in said and said[name] in (None, ""):
                self.add_error(name, _("Say this, or the number of an order."))
        return said

    def order(self, *, store_id: int, member_id: int, currency: str, paid_at: datetime) -> OrderIn:
        said, minor = self.cleaned_data, to_minor(self.cleaned_data["amount"])
        line = OrderLineIn(
            line_no=1,
            sku=said["sku"] or "-",
            name="-",
            quantity=1,
            unit_price_minor=minor,
            paid_minor=minor,
            category=said["category"],
            is_virtual=said["is_virtual"],
        )
        return OrderIn(
            store_id=store_id,
            order_no=f"TRIAL-{uuid4()}",
            member_id=member_id,
            status=OrderStatus.PAID,
            channel=Channel.APP,
            currency=currency,
            goods_minor=minor,
            paid_minor=minor,
            placed_at=paid_at,
            paid_at=paid_at,
            lines=(line,),
        )


@page("points/rules/<int:points_version_id>/try/", name="points_trial")
def trial(request: HttpRequest, points_version_id: int) -> HttpResponse:
    """Ask and answer by GET: nothing is kept."""
    version: PointsVersion = RULES.reached(request, points_version_id)
    programme, now = version.programme, clock.now()
    zone = ZoneInfo(programme.time_zone)
    is_asked = not {"member_no", "order_no"}.isdisjoint(request.GET)
    form = TrialForm(request.GET if is_asked else None, initial={"paid_on": now.astimezone(zone).date()})
    found: dry_run.Explained | None = None
    if form.is_bound and form.is_valid():
        try:
            found = _told(request, form, version, now) if form.cleaned_data["order_no"] else _try(form, version, zone, now)
        except DomainError as refusal:
            add_refusal(form, refusal)
    return reach.show(
        request,
        "points/trial.html",
        title=_("Try version %(number)s on an order") % {"number": version.number},
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:points_rules"),
        status=400 if form.errors else 200,
        form=form,
        found=found,
        reasons=_reasons(found),
        level_names=dict(level_names(programme.pk)),
        back=RULES.url(version.pk),
    )


def _told(request: HttpRequest, form: TrialForm, version: PointsVersion, now: datetime) -> dry_run.Explained | None:
    """None, with the reason on the form, where no store of the programme that the caller reaches has told of such an order."""
    stores = people.stores_of(request, version.programme).values_list("pk", flat=True)
    order_id = activity_selectors.order_id(stores, form.cleaned_data["order_no"])
    if order_id is None:
        form.add_error("order_no", _("No store of this programme has an order of this number."))
        return None
    found = dry_run.explain_order(order_id=order_id, at=now, version_id=version.pk)
    return next((each for each in found if each.programme_id == version.programme_id), None)


def _try(form: TrialForm, version: PointsVersion, zone: ZoneInfo, now: datetime) -> dry_run.Explained | None:
    """None, with the reason on the form, where nobody of the programme bears the number or it has no store."""
    membership_id = stores_selectors.membership_id_by_number(version.programme_id, form.cleaned_data["member_no"])
    store_id = stores_selectors.first_store_id(version.programme_id)
    if membership_id is None:
        form.add_error("member_no", _("Nobody of this programme bears this number."))
        return None
    if store_id is None:
        form.add_error(None, _("The programme has no store yet."))
        return None
    paid_at = datetime.combine(form.cleaned_data["paid_on"], NOON, zone)
    member_id = stores_selectors.memberships_by_id([membership_id])[membership_id].member_id
    order = form.order(store_id=store_id, member_id=member_id, currency=version.programme.currency, paid_at=paid_at)
    found = dry_run.explain_basket(order=order, at=max(now, paid_at), version_id=version.pk)
    return next((each for each in found if each.membership_id == membership_id), None)


def _reasons(found: dry_run.Explained | None) -> list[Any]:
    """Why it is less than one might think, in words."""
    if found is None:
        return []
    return [
        *dict.fromkeys(each.label for _line, each in found.left_out),
        *([REASONS.get(found.skipped, found.skipped)] if found.skipped else []),
    ]
