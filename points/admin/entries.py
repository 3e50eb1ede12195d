"""The points ledger of a programme, newest first: what came and went, for whom, by what (PTS-09, PTS-21)."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.backoffice import actors, menu
from core.backoffice.menu import Entry
from core.backoffice.site import page
from growth.admin import reach
from points import links
from points.admin import people
from points.enums import EntryKind
from points.models import PointsEntry

SUBJECT = "points.pointsentry"


@page("points/entries/", name="points_entries")
def listed(request: HttpRequest) -> HttpResponse:
    """Of one kind, if asked for. Why an entry is what it is stands on the member page."""
    programme = reach.chosen(request, SUBJECT)
    kind = request.GET.get("kind", "")
    kind = kind if kind in EntryKind.values else ""
    rows = PointsEntry.objects.filter(account__membership__programme=programme)
    if kind:
        rows = rows.filter(kind=kind)
    related = rows.select_related("account__membership__member", "hold", "redemption__reward", "rules")
    shown, next_cursor = people.newest(related, request.GET.get("cursor"), "booked_at")
    members = people.named(request, [row.account.membership for row in shown])
    who = actors.names(row.actor for row in shown)
    return reach.show(
        request,
        "points/entries.html",
        title=_("Points ledger"),
        programme=programme,
        subject=SUBJECT,
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
        kind=kind,
        kinds=EntryKind.choices,
        more_filters=f"kind={kind}",
        next_cursor=next_cursor,
    )


menu.add(Entry("assets", gettext_lazy("Points ledger"), "admin:points_entries", "receipt_long", 25, SUBJECT))
