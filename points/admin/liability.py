"""What the points that are out come to: books by month or day, consumption rate, a file for accountants (PTS-13, PTS-15, PTS-26)."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import clock
from core.backoffice import menu
from core.backoffice.downloads import csv_file
from core.backoffice.forms import BackOfficeForm, DayInput
from core.backoffice.menu import Entry
from core.backoffice.site import page
from growth.admin import reach
from points.rules import books as rules
from points.selectors import books
from points.selectors.expiring import ExpiringMonth, expiring
from points.services import books as services

if TYPE_CHECKING:
    from stores.models import Programme

SUBJECT = "points.liabilityday"
DAYS = 31
MONTHS = 12
BY = {"month": gettext_lazy("by month"), "day": gettext_lazy("by day")}
DAYS_AT_MOST = 3660  # of one file


class PeriodForm(BackOfficeForm):
    """Local days, both included."""

    from_on = forms.DateField(label=pgettext_lazy("day", "from"), widget=DayInput())
    until_on = forms.DateField(label=gettext_lazy("until and including"), widget=DayInput())

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if {"from_on", "until_on"} <= said.keys():
            days = (said["until_on"] - said["from_on"]).days
            if days < 0:
                self.add_error("until_on", _("The end must lie after the beginning."))
            elif days > DAYS_AT_MOST:
                self.add_error("until_on", _("At most ten years at once."))
        return said


def _periods(programme_id: int, by: str, until_on: date) -> list[books.Period]:
    if by == "day":
        return books.days(programme_id, until_on - timedelta(days=DAYS - 1), until_on)
    return books.months(programme_id, until_on, MONTHS)


def _adds_up(period: books.Period) -> int:
    """What is missing of opening + issued - redeemed - expired - reversed = closing: nothing, ever (PTS-15)."""
    return period.opening + period.issued - period.redeemed - period.expired - period.reversed - period.closing


def _row(period: books.Period, by: str) -> dict[str, Any]:
    label = f"{period.until_on:%Y-%m-%d}" if by == "day" else f"{period.from_on:%Y-%m}"
    return {"period": period, "label": label, "difference": _adds_up(period)}


@page("points/liability/", name="points_liability")
def liability(request: HttpRequest) -> HttpResponse:
    """The last closed day, what has happened since, months or days as a chart."""
    programme = reach.chosen(request, SUBJECT)
    by = request.GET.get("by", "month")
    by = by if by in BY else "month"
    last_on = books.last_day(programme.pk)
    rows = [_row(period, by) for period in _periods(programme.pk, by, last_on)] if last_on else []
    today = books.since_closed(programme.pk, clock.now())
    latest = rows[-1]["period"] if rows else None
    first_of_month = last_on.replace(day=1) if last_on else None
    return reach.show(
        request,
        "points/liability.html",
        title=_("Points liability"),
        programme=programme,
        subject=SUBJECT,
        by=by,
        choices=BY.items(),
        last_on=last_on,
        latest=latest,
        rows=list(reversed(rows)),
        most=max((max(row["period"].issued, row["period"].redeemed, row["period"].expired) for row in rows), default=0),
        most_value=max((row["period"].value_minor for row in rows), default=0),
        today=today,
        today_difference=_adds_up(today) if today else 0,
        consumption=books.consumption(programme.pk, last_on) if last_on else None,
        healthy_from=rules.HEALTHY_FROM,
        healthy_to=rules.HEALTHY_TO,
        form=PeriodForm(initial={"from_on": first_of_month, "until_on": last_on}) if last_on else None,
    )


@page("points/liability/csv/", name="points_liability_csv")
def as_csv(request: HttpRequest) -> HttpResponse:
    """The closed days as a file that spreadsheets open as it is."""
    programme = reach.chosen(request, SUBJECT)
    form = PeriodForm(request.GET)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return HttpResponseRedirect(f"{reverse('admin:points_liability')}?programme={programme.code}")
    from_on, until_on = form.cleaned_data["from_on"], form.cleaned_data["until_on"]
    name = f"points-liability-{programme.code}-{from_on:%Y%m%d}-{until_on:%Y%m%d}.csv"
    return csv_file(name, lambda file: services.write_csv(file, programme_id=programme.pk, from_on=from_on, until_on=until_on))


@page("points/liability/expiring/", name="points_expiring")
def will_expire(request: HttpRequest) -> HttpResponse:
    """A part of the page that comes after it, since it reads every lot that ends in a year: what will expire, month by month."""
    programme = reach.chosen(request, SUBJECT)
    months, cost = _expiring(programme, clock.now())
    free = sum(month.free for month in months)
    context = {
        "programme": programme,
        "expiring": [{"month": month, "value_minor": month.free * cost} for month in months],
        "expiring_most": max(month.free for month in months),
        "expiring_free": free,
        "expiring_held": sum(month.held for month in months),
        "expiring_value": free * cost,
    }
    return TemplateResponse(request, "points/expiring.html", context)


@page("points/liability/expiring/csv/", name="points_expiring_csv")
def expiring_csv(request: HttpRequest) -> HttpResponse:
    """What will expire in twelve months, one line a month."""
    programme = reach.chosen(request, SUBJECT)
    months, cost = _expiring(programme, clock.now())
    name = f"points-expiring-{programme.code}-{months[0].month_on:%Y%m}.csv"
    return csv_file(name, lambda file: services.write_expiring_csv(file, months, unit_cost_minor=cost, currency=programme.currency))


def _expiring(programme: "Programme", now: datetime) -> tuple[list[ExpiringMonth], int]:
    """The months, and what a point costs now in minor units."""
    return expiring(programme.pk, ZoneInfo(programme.time_zone), now), rules.cost_at(books.unit_costs(programme.pk), now)


menu.add(Entry("assets", gettext_lazy("Points liability"), "admin:points_liability", "account_balance", 20, SUBJECT))
