"""Whom a caller may open, and the line in the access log that says they did (SEC-07)."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse

from core import clock, masking, permissions, registry
from core.backoffice.access import demand, ip_of, request_id_of, scope_of, user_id_of
from core.errors import NotFound
from core.masking import FieldClass
from core.scope import Scope
from members import search, services
from members.enums import AccessAction
from members.models import Member
from members.panels import member_within

PAGE_REMEMBERED = timedelta(minutes=30)  # panels of a page seen this recently belong to that one view


def reach(request: HttpRequest, member_id: int) -> tuple[Member, Scope]:
    """The member, and the caller with the roles that count for this member. Raises Http404 alike for foreign and missing ones."""
    demand(request, "members.member", "view")
    try:
        member = member_within(member_id, scope_of(request))
    except NotFound:
        raise Http404 from None
    return member, scope_of(request).within(registry.stores_of([member_id])[member_id])


def reach_to(request: HttpRequest, member_id: int, verb: str) -> tuple[Member, Scope]:
    """As `reach`, for callers whose roles at this member's stores allow the verb."""
    member, scope = reach(request, member_id)
    if not permissions.allowed("members.member", verb, scope):
        raise PermissionDenied
    log_unless_viewed(request, member.pk, verb, clock.now())
    return member, scope


def log_view(request: HttpRequest, member_id: int, what: str, now: datetime) -> None:
    services.log_access(
        scope=scope_of(request),
        user_id=user_id_of(request),
        action=AccessAction.VIEW,
        at=now,
        member_id=member_id,
        field=what,
        ip=ip_of(request),
        request_id=request_id_of(request),
    )


def log_unless_viewed(request: HttpRequest, member_id: int, what: str, now: datetime) -> None:
    """Parts and forms of a page that was opened a while ago belong to that view; opened by themselves they are one."""
    if not search.has_viewed(user_id=user_id_of(request), member_id=member_id, since=now - PAGE_REMEMBERED):
        log_view(request, member_id, what, now)


def page_url(member_id: int) -> str:
    return reverse("admin:members_member_change", args=[member_id])


def narrowest(scope: Scope) -> Scope:
    """A list spans stores: a role held in some of them only must not unmask the others' members, so the weakest one counts."""
    platform_roles = frozenset(role for store_id, role in scope.assignments if store_id is None)
    if not scope.assignments or platform_roles:
        return scope
    by_store = [scope.within([store_id]) for store_id in sorted(scope.store_ids)]
    ranks = [masking.Visibility.HIDDEN, masking.Visibility.MASKED, masking.Visibility.REVEAL, masking.Visibility.FULL]
    return min(by_store, key=lambda held: [ranks.index(masking.visibility(field, held)) for field in FieldClass], default=scope)
