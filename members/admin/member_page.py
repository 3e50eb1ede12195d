"""The member page: who is this, what did they buy (CSL-05..08, MEM-24..31, design section 9).

It is composed of what the apps offer in core.registry, and costs the same for a member with five orders and one with 50,000.
Every view and reveal is in the access log (SEC-07).
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core import clock, masking, permissions, phones, registry
from core.backoffice.access import ip_of, request_id_of, scope_of, user_id_of
from core.backoffice.forms import posted
from core.backoffice.reveal import called, show
from core.errors import NotFound
from core.masking import FieldClass
from members import services
from members.admin.reach import log_unless_viewed, log_view, reach
from members.enums import AccessAction, MemberStatus
from members.forms import RevealForm
from members.rules import age_on


def member_page(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach(request, member_id)
    now = clock.now()
    log_view(request, member.pk, "page", now)
    cards = [
        {"key": part.key, "template_name": part.template_name, **part.build(member.pk, scope, now, None)} for part in registry.parts("head")
    ]
    clocks: Mapping[registry.Clock, str] = next((card["clocks"] for card in cards if "clocks" in card), {})
    panels = [
        {
            "key": panel.key,
            "heading": panel.heading,
            "clock": clocks.get(panel.clock, ""),
            "url": reverse("admin:members_member_panel", args=[member.pk, panel.key]) + _sought(request, panel.key),
        }
        for panel in registry.panels("members.Member")
        if not panel.roles or panel.roles & scope.roles
    ]
    return TemplateResponse(
        request,
        "members/member_page.html",
        {
            **admin.site.each_context(request),
            "title": called(member, scope),
            "member": member,
            "name": show(FieldClass.NAME, member.name, scope),
            "nickname": show(FieldClass.NAME, member.nickname, scope),
            "phone": show(FieldClass.PHONE, phones.national(member.phone), scope, kind="phone"),
            "email": show(FieldClass.EMAIL, member.email, scope, kind="email"),
            "birthday": show(FieldClass.BIRTHDAY, member.birthday.isoformat() if member.birthday else "", scope),
            "age": age_on(member.birthday, timezone.localdate(now))
            if member.birthday and masking.visibility(FieldClass.BIRTHDAY, scope) is masking.Visibility.FULL
            else None,
            "cards": cards,
            "panels": panels,
            "may_change": permissions.allowed("members.member", "change", scope) and member.status == MemberStatus.ACTIVE,
            "may_freeze": permissions.allowed("members.member", "freeze", scope),
            "may_note": permissions.allowed("stores.servicenote", "add", scope),
        },
    )


def _sought(request: HttpRequest, panel: str) -> str:
    """What the lookup was asked for, for the part in which it stands (core.registry.SearchKey)."""
    term = request.GET.get("sought", "")
    return f"?{urlencode({'sought': term})}" if term and request.GET.get("at") == panel else ""


@require_http_methods(["GET"])
def panel(request: HttpRequest, member_id: int, key: str) -> HttpResponse:
    """One part of the page, or its next rows."""
    member, scope = reach(request, member_id)
    found = next((panel for panel in registry.panels("members.Member") if panel.key == key), None)
    if found is None or (found.roles and not found.roles & scope.roles):
        raise Http404
    now = clock.now()
    log_unless_viewed(request, member.pk, key, now)
    filters = {name: str(value) for name, value in request.GET.items() if name != "cursor"}
    try:
        built = found.context(subject_id=member.pk, scope=scope, now=now, cursor=request.GET.get("cursor"), filters=filters)
    except NotFound:
        raise Http404 from None
    context = {**built, "member_id": member.pk, "panel": found, "panel_url": request.path, "is_first": not request.GET.get("cursor")}
    return TemplateResponse(request, found.template_name, context)


@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, member_id: int) -> HttpResponse:
    """Ask why, write it down, show the value in this one answer (CSL-17)."""
    member, scope = reach(request, member_id)
    form = RevealForm(posted(request), initial={"kind": request.GET.get("kind", ""), "reference": request.GET.get("reference", "")})
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    found = registry.revealable(kind)
    if found is None:
        raise Http404
    if not masking.may_reveal(found.field_class, scope):
        raise PermissionDenied
    if request.method == "GET" or not form.is_valid():
        context = {"form": form, "member_id": member.pk, "kind": kind, "reference": form["reference"].value() or ""}
        return TemplateResponse(request, "members/reveal_form.html", context)
    reference = form.cleaned_data["reference"]
    try:
        value = found.read(member.pk, reference, scope)
    except NotFound:
        raise Http404 from None
    services.log_access(
        scope=scope_of(request),
        user_id=user_id_of(request),
        action=AccessAction.REVEAL,
        at=clock.now(),
        member_id=member.pk,
        field=f"{kind}:{reference}"[:40] if reference else kind,
        reason=form.cleaned_data["reason"],
        ip=ip_of(request),
        request_id=request_id_of(request),
    )
    return TemplateResponse(request, "members/revealed.html", {"value": value})
