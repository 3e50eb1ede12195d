"""Where members stand in the menu, and what stands there for parts of the house that are still to come."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy

from core.backoffice import menu
from core.backoffice.menu import Entry
from core.backoffice.site import page


@page("coming/<slug:group>/", name="coming")
def coming(request: HttpRequest, group: str) -> HttpResponse:
    """A part of the house that is promised and not there yet, in words."""
    found = menu.group_of(group)
    if found is None or not menu.is_coming(found):
        raise Http404
    return TemplateResponse(
        request, "backoffice/coming.html", {**admin.site.each_context(request), "title": found.title, "words": found.promise}
    )


menu.add(
    Entry(
        "lookup",
        gettext_lazy("Find a member"),
        "admin:lookup",
        "search",
        10,
        "members.member",
        covers=r"/admin/$|/lookup/|/members/member/\d+/",
    )
)
menu.add(
    Entry(
        "profiles",
        gettext_lazy("All members"),
        "admin:members_member_changelist",
        "groups",
        10,
        "members.member",
        covers=r"/members/member/$",
    )
)
menu.add(Entry("profiles", gettext_lazy("Same person twice?"), "admin:members_mergecase_changelist", "call_merge", 20, "members.mergecase"))
menu.add(Entry("system", gettext_lazy("Who looked at whom"), "admin:members_accesslog_changelist", "visibility", 40, "members.accesslog"))
