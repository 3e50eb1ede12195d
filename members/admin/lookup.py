"""The lookup: one box that finds a member by whatever is known of them (CSL-01..04). Every search is in the access log."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, phones, registry
from core.backoffice import menu
from core.backoffice.access import demand, ip_of, request_id_of, scope_of, user_id_of
from core.backoffice.reveal import called, show
from core.backoffice.site import front_page, page
from core.masking import FieldClass
from members import search, selectors, services
from members.enums import AccessAction
from members.models import Member

HITS = 20
SEARCHES_PER_MINUTE = 30
RECENT = 10
COMES_FROM = gettext_lazy("Members come from a file, or one by one from the shop's programs by API.")
WAYS_IN = ("admin:import_members", "admin:stores_apiclient_changelist")


@front_page
@page("lookup/", name="lookup")
def lookup(request: HttpRequest) -> HttpResponse:
    """One box. `?q=` opens the only hit; else a list, or the members one has just looked at."""
    if not scope_of(request).roles:
        return _lookup_page(request, no_role=True)
    demand(request, "members.member", "view")
    term = "".join(character for character in request.GET.get("q", "") if character.isprintable()).strip()[:100]
    if not term:
        recent = search.recently_viewed(user_id=user_id_of(request), scope=scope_of(request), limit=RECENT)
        if recent or selectors.within(scope_of(request)).exists():
            return _lookup_page(request, recent=hit_rows(recent, request))
        return _lookup_page(request, comes_from=COMES_FROM, ways_in=menu.ways(WAYS_IN, scope_of(request)))
    now = clock.now()
    if search.searches_since(user_id=user_id_of(request), since=now - timedelta(minutes=1)) >= SEARCHES_PER_MINUTE:
        return _lookup_page(request, term=term, too_many=True, status=429)
    found = search.found_by(term, scope_of(request), HITS + 1)
    ids = list(found)
    places = {member_id: _place(member_id, key.panel, term) for member_id, key in found.items()}
    services.log_access(
        scope=scope_of(request),
        user_id=user_id_of(request),
        action=AccessAction.SEARCH,
        at=now,
        search_text=term,
        hits=len(ids),
        ip=ip_of(request),
        request_id=request_id_of(request),
    )
    if len(ids) == 1:
        return HttpResponseRedirect(places[ids[0]])
    members = Member.objects.in_bulk(ids[:HITS])
    hits = hit_rows([members[member_id] for member_id in ids[:HITS] if member_id in members], request, places)
    return _lookup_page(request, term=term, hits=hits, searched=True, more=len(ids) > HITS)


def _place(member_id: int, panel: str, term: str) -> str:
    """The member page, at the part that shows what was searched for where there is one."""
    page_url = reverse("admin:members_member_change", args=[member_id])
    return f"{page_url}?{urlencode({'at': panel, 'sought': term})}#{panel}" if panel else page_url


def hit_rows(members: list[Member], request: HttpRequest, places: Mapping[int, str] | None = None) -> list[dict[str, Any]]:
    """Lines of a list of members, each masked by the roles the caller has in that member's stores. places: where each leads."""
    ids = [member.pk for member in members]
    homes = registry.stores_of(ids) if ids else {}
    columns = [(column.heading, column.build(ids, scope_of(request)) if ids else {}) for column in registry.hit_columns()]
    found = []
    for member in members:
        scope = scope_of(request).within(homes.get(member.pk, ()))
        found.append(
            {
                "member": member,
                "name": called(member, scope),
                "phone": show(FieldClass.PHONE, phones.national(member.phone), scope),
                "columns": [(heading, words.get(member.pk, "")) for heading, words in columns],
                "url": (places or {}).get(member.pk) or reverse("admin:members_member_change", args=[member.pk]),
            }
        )
    return found


def _lookup_page(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    sections = []
    for section in registry.front_sections():
        built = None if context.get("searched") else section.build(scope_of(request), clock.now())
        if built is not None:
            sections.append({"template_name": section.template_name, **built})
    return TemplateResponse(
        request,
        "members/lookup.html",
        {
            **admin.site.each_context(request),
            "title": _("Find a member"),
            "hide_header_search": True,
            "columns": registry.hit_columns(),
            "keys": [key.label for key in registry.search_keys()],
            "sections": sections,
            **context,
        },
        status=status,
    )
