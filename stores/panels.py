"""What stores offer to the member page: memberships in the head, service notes, columns of the list of hits, member numbers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import registry
from core import scope as scopes
from core.backoffice import keyset
from core.backoffice.panels import PAGE
from core.enums import TimelineType
from core.permissions import allowed, roles_for
from core.registry import Clock, HitColumn, Part, SearchKey, Text, TimelineEntry, TimelineSource
from core.scope import Scope
from core.words import listed, with_remark
from stores import selectors
from stores.models import Membership, ServiceNote


def _memberships(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
    found = selectors.memberships_with_zones(member_id, scope)
    programmes = {membership.programme.name: membership.programme.time_zone for membership, _zones in found}
    return {
        "memberships": [membership for membership, _zones in found],
        "clocks": _clocks(programmes, sorted({zone for _membership, zones in found for zone in zones})),
    }


def _clocks(of_programmes: Mapping[str, str], of_stores: Sequence[str]) -> dict[Clock, str]:
    """By which clock the times of a part are, in words; nothing where there is but one."""
    house = timezone.get_current_timezone_name()
    if len({house, *of_programmes.values(), *of_stores}) == 1:
        return {}
    named = listed(with_remark(name, zone) for name, zone in of_programmes.items())
    return {
        Clock.STORE: _("Times by the clock of each store: %(zones)s") % {"zones": listed(of_stores)},
        Clock.PROGRAMME: _("Times by the clock of the programme: %(zones)s") % {"zones": named},
        Clock.HOUSE: _("Times by the clock of %(zone)s") % {"zone": house},
    }


class NotesPanel:
    key: str = "notes"
    heading: Text = gettext_lazy("Service notes")
    position: int = 100
    clock: Clock = Clock.PROGRAMME
    template_name: str = "stores/panels/notes.html"
    roles: frozenset[str] = roles_for("stores.servicenote", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        place = keyset.read_numbered(cursor)
        rows = scopes.narrow(ServiceNote.objects.filter(member_id=subject_id), scope).select_related("author", "programme")
        if place:
            rows = rows.filter(Q(created_at__lt=place[0]) | Q(created_at=place[0], id__lt=place[1]))
        found = list(rows.order_by("-created_at", "-id")[: PAGE + 1])
        shown = found[:PAGE]
        return {
            "notes": shown,
            "add_url": reverse("admin:members_member_note", args=[subject_id]) if allowed("stores.servicenote", "add", scope) else "",
            "next_cursor": keyset.write(shown[-1].created_at, shown[-1].pk) if len(found) > PAGE else None,
        }


def _timeline(member_id: int, scope: Scope, before: datetime, limit: int) -> Sequence[TimelineEntry]:
    """Joining programmes, and what service wrote down."""
    entries = [
        TimelineEntry(
            at=membership.joined_at,
            type=TimelineType.MEMBERSHIP,
            title=_("Joined"),
            key=f"membership:{membership.pk:012d}",
            store=membership.programme.name,
            detail=membership.member_no,
        )
        for membership in selectors.memberships_of(member_id, scope)
        if membership.joined_at < before
    ]
    if roles_for("stores.servicenote", "view") & scope.roles:
        notes = scopes.narrow(ServiceNote.objects.filter(member_id=member_id, created_at__lt=before), scope)
        for note in notes.select_related("author", "programme").order_by("-created_at", "-id")[:limit]:
            entries.append(
                TimelineEntry(
                    at=note.created_at,
                    type=TimelineType.SERVICE_NOTE,
                    title=note.body,
                    key=f"note:{note.pk:012d}",
                    store=note.programme.name,
                    detail=note.author.get_full_name() or note.author.get_username(),
                )
            )
    return sorted(entries, key=lambda entry: (entry.at, entry.key), reverse=True)[:limit]


def _by_member_number(term: str, scope: Scope, limit: int) -> Sequence[int]:
    if not 2 <= len(term) <= 20 or " " in term:
        return ()
    rows = scopes.narrow(Membership.objects.filter(member_no__in={term, term.upper()}), scope)
    return list(dict.fromkeys(rows.values_list("member_id", flat=True)[:limit]))


def _programme_names(member_ids: Sequence[int], scope: Scope) -> Mapping[int, Text]:
    return {member_id: listed(row.programme.name for row in rows) for member_id, rows in _by_member(member_ids, scope).items()}


def _member_numbers(member_ids: Sequence[int], scope: Scope) -> Mapping[int, Text]:
    return {member_id: " ".join(row.member_no for row in rows) for member_id, rows in _by_member(member_ids, scope).items()}


def _by_member(member_ids: Sequence[int], scope: Scope) -> dict[int, list[Membership]]:
    rows = scopes.narrow(Membership.objects.filter(member_id__in=member_ids), scope).select_related("programme").order_by("programme_id")
    found: dict[int, list[Membership]] = {}
    for row in rows:
        found.setdefault(row.member_id, []).append(row)
    return found


registry.set_locator(selectors.member_stores)
registry.add_panel("members.Member", NotesPanel())
registry.add_part(Part("head", "memberships", _memberships, 5, "stores/cards/memberships.html"))
registry.add_timeline_source(TimelineSource("stores", _timeline))
registry.add_search_key(SearchKey("member_no", gettext_lazy("member number"), _by_member_number, 50))
registry.add_hit_column(HitColumn("stores", gettext_lazy("stores"), _programme_names, 20))
registry.add_hit_column(HitColumn("member_no", gettext_lazy("member number"), _member_numbers, 30))
