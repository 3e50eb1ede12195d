"""Messages to members as they were queued: text, member, cause, state. Sending is simulated until messaging exists (LVL-29)."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import notices
from core.backoffice import keyset, menu
from core.backoffice.menu import Entry
from core.backoffice.panels import PAGE
from core.backoffice.site import page
from core.enums import NoticeState
from core.models import Notice
from growth import links
from growth.admin import people, reach

SUBJECT = "core.notice"


@page("levels/notices/", name="growth_notices")
def outbox(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    state = request.GET.get("state", "")
    place = keyset.read_numbered(request.GET.get("cursor"))
    rows = Notice.objects.filter(programme_id=programme.pk).order_by("-created_at", "-id")
    if state in NoticeState:
        rows = rows.filter(state=state)
    if place:
        rows = rows.filter(Q(created_at__lt=place[0]) | Q(created_at=place[0], id__lt=place[1]))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return reach.show(
        request,
        "growth/notices.html",
        title=_("Messages (simulated)"),
        programme=programme,
        subject=SUBJECT,
        rows=_rows(request, shown),
        state=state,
        states=NoticeState.choices,
        next_cursor=keyset.write(shown[-1].created_at, shown[-1].pk) if len(found) > PAGE else None,
    )


@page("levels/notices/<int:notice_id>/", name="growth_notice")
def one(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One message, as the member's timeline links to it."""
    notice = reach.row(request, Notice.objects.filter(pk=notice_id), SUBJECT)
    return reach.show(
        request,
        "growth/notices.html",
        title=_("Messages to members (simulated)"),
        programme=next(each for each in reach.programmes(request, SUBJECT) if each.pk == notice.programme_id),
        subject=SUBJECT,
        home=reverse("admin:growth_notices"),
        rows=_rows(request, [notice]),
        states=NoticeState.choices,
    )


def _rows(request: HttpRequest, shown: list[Notice]) -> list[dict[str, Any]]:
    members = people.named(request, (notice.member_id for notice in shown))
    return [
        {
            "notice": notice,
            "label": notices.label(notice),
            "text": notices.text(notice),
            "state": notices.state(notice),
            "member": members[notice.member_id],
            "cause": links.of_source(notice.cause, notice.member_id),
        }
        for notice in shown
        if notice.member_id in members
    ]


menu.add(Entry("levels", gettext_lazy("Messages (simulated)"), "admin:growth_notices", "outgoing_mail", 120, SUBJECT))
