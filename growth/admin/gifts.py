"""Gifts of levels that nobody has given yet, and those given (LVL-28)."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.backoffice import keyset, menu
from core.backoffice.menu import Entry
from core.backoffice.panels import PAGE
from core.backoffice.site import page
from growth.admin import reach
from growth.enums import GiftState
from growth.models import GiftGrant
from growth.selectors import cards

SUBJECT = "growth.giftgrant"


@page("levels/gifts/", name="growth_gifts")
def listed(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    state = request.GET.get("state", GiftState.PENDING)
    place = keyset.read_numbered(request.GET.get("cursor"))
    rows = GiftGrant.objects.filter(membership__programme=programme, state=state).select_related("membership", "item", "level")
    if place:
        rows = rows.filter(pk__lt=place[1])
    found = list(rows.order_by("-id")[: PAGE + 1])
    shown = found[:PAGE]
    names = cards.names_of([row.level_id for row in shown])
    return reach.show(
        request,
        "growth/gifts.html",
        title=_("Gifts of levels"),
        programme=programme,
        subject=SUBJECT,
        rows=[(row, names.get(row.level_id, row.level.code)) for row in shown],
        state=state,
        states=GiftState.choices,
        more_filters=f"state={state}",
        next_cursor=keyset.write(shown[-1].granted_at, shown[-1].pk) if len(found) > PAGE else None,
    )


menu.add(Entry("levels", gettext_lazy("Gifts of levels"), "admin:growth_gifts", "featured_seasonal_and_gifts", 110, SUBJECT))
