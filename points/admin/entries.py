"""The points ledger of a programme, the last booked first: what came and went, for whom, by what; as a file, too (PTS-09, PTS-21)."""

import csv
from collections.abc import Iterable
from typing import Any, TextIO
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import clock
from core.backoffice import actors, keyset, menu
from core.backoffice.access import ip_of, request_id_of, scope_of, user_id_of
from core.backoffice.downloads import csv_file
from core.backoffice.forms import BackOfficeForm, DayInput
from core.backoffice.menu import Entry
from core.backoffice.panels import PAGE
from core.backoffice.site import page
from core.csvio import defused
from growth.admin import reach
from members import services as members_services
from members.enums import AccessAction
from points import links
from points.admin import people
from points.enums import EntryKind, Source
from points.models import PointsEntry
from points.selectors import entry_history, programme_entries
from points.selectors.programme_entries import Wanted

SUBJECT = "points.pointsentry"
LINES_AT_MOST = 20_000  # of one file
ALL = pgettext_lazy("choice", "all")


class FilterForm(BackOfficeForm):
    """Local days, both included. The kind is chosen by a link beside it."""

    kind = forms.ChoiceField(choices=[("", ""), *EntryKind.choices], required=False, widget=forms.HiddenInput)
    source = forms.ChoiceField(label=gettext_lazy("cause"), choices=[("", ALL), *Source.choices], required=False)
    from_on = forms.DateField(label=pgettext_lazy("day", "from"), required=False, widget=DayInput())
    until_on = forms.DateField(label=gettext_lazy("until and including"), required=False, widget=DayInput())
    store_id = forms.TypedChoiceField(label=gettext_lazy("store"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, stores: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        store = self.fields["store_id"]
        assert isinstance(store, forms.ChoiceField)
        store.choices = [("", ALL), *stores]
        if len(stores) < 2:
            store.widget = forms.HiddenInput()

    def wanted(self) -> Wanted | None:
        """What is asked for; None for what cannot be read, which is said beside the box."""
        return Wanted(**self.cleaned_data) if self.is_valid() else None

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("from_on") and said.get("until_on") and said["until_on"] < said["from_on"]:
            self.add_error("until_on", _("The end must lie after the beginning."))
        return said


def _form(request: HttpRequest, programme: Any) -> FilterForm:
    """programme: stores.Programme. A kind nobody knows is no kind."""
    said = request.GET.copy()
    if said.get("kind") not in EntryKind.values:
        said["kind"] = ""
    return FilterForm(said, stores=list(people.stores_of(request, programme).values_list("pk", "name")))


@page("points/entries/", name="points_entries")
def listed(request: HttpRequest) -> HttpResponse:
    """Of one kind, cause, store or of some days, if asked for. Why an entry is what it is stands on the member page."""
    programme = reach.chosen(request, SUBJECT)
    form = _form(request, programme)
    wanted = form.wanted()
    rows = programme_entries.entries(programme.pk, ZoneInfo(programme.time_zone), wanted) if wanted else PointsEntry.objects.none()
    shown, has_more = programme_entries.page(rows, keyset.read_numbered(request.GET.get("cursor")), PAGE)
    members = people.named(request, [row.account.membership for row in shown])
    who = actors.names(row.actor for row in shown)
    said = {name: form.data.get(name, "") for name in form.fields}
    return reach.show(
        request,
        "points/entries.html",
        title=_("Points ledger"),
        programme=programme,
        subject=SUBJECT,
        status=200 if wanted else 400,
        rows=[
            {
                "entry": row,
                "member": members[row.account_id],
                "by": who[row.actor],
                "cause": links.of_entry(row, row.account.membership.member_id),
                "note": links.note_of(row),
            }
            for row in shown
        ],
        form=form,
        is_narrowed=any(said.values()),
        kind=said["kind"],
        kinds=EntryKind.choices,
        other_filters=urlencode({name: value for name, value in said.items() if value and name != "kind"}),
        more_filters=urlencode({name: value for name, value in said.items() if value}),
        may_export=reach.may(request, programme.pk, SUBJECT, "export"),
        next_cursor=keyset.write(shown[-1].booked_at, shown[-1].pk) if has_more else None,
    )


@page("points/entries/csv/", name="points_entries_csv")
def as_csv(request: HttpRequest) -> HttpResponse:
    """What the list shows, the last booked first, as a file that spreadsheets open as it is. It is written down who took it.

    Members stand in it by number and not by name, so that it holds nothing that somebody else would have to release (SEC-08).
    """
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "export")
    form, zone, now = _form(request, programme), ZoneInfo(programme.time_zone), clock.now()
    wanted = form.wanted()
    found = list(programme_entries.entries(programme.pk, zone, wanted)[: LINES_AT_MOST + 1]) if wanted else []
    if wanted is None or len(found) > LINES_AT_MOST:
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, said or _("A file holds at most %(most)s lines: ask for fewer days.") % {"most": f"{LINES_AT_MOST:,}"})
        back = urlencode({"programme": programme.code, **{name: form.data.get(name, "") for name in form.fields}})
        return HttpResponseRedirect(f"{reverse('admin:points_entries')}?{back}")
    members_services.log_access(
        scope=scope_of(request),
        user_id=user_id_of(request),
        action=AccessAction.EXPORT,
        at=now,
        field=f"points {programme.code}",
        hits=len(found),
        ip=ip_of(request),
        request_id=request_id_of(request),
    )
    name = f"points-ledger-{programme.code}-{now.astimezone(zone):%Y%m%d}.csv"
    return csv_file(name, lambda file: _write(file, found, zone))


def _write(target: TextIO, entries: Iterable[PointsEntry], zone: ZoneInfo) -> None:
    rows = list(entries)
    who = actors.names(row.actor for row in rows)
    writer = csv.writer(target)
    heading = (
        _("booked"), _("time"), _("member number"), _("number"), _("kind"), _("points"), _("balance after"), _("owed"), _("cause"),
        _("words"), _("reason"), _("rules"), _("by"),
    )  # fmt: skip
    writer.writerow([defused(name) for name in heading])
    for row in rows:
        membership = row.account.membership
        words = (
            str(row.get_kind_display()),
            row.delta,
            row.balance_after,
            row.owed,
            links.of_entry(row, membership.member_id).words,
            entry_history.words(row),
            links.note_of(row),
            row.rules.number if row.rules else "",
            who[row.actor],
        )
        cells = (*(f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" for at in (row.booked_at, row.occurred_at)), membership.member_no)
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in (*cells, row.account_version, *words)])


menu.add(Entry("assets", gettext_lazy("Points ledger"), "admin:points_entries", "receipt_long", 25, SUBJECT))
