"""The lookup and the member page: who is this, what did they buy (CSL-01..08, MEM-24..31, design section 9).

The page is composed of what the apps offer in core.registry; it costs the same for a member with five orders and one with 50,000.
Every search, view and reveal is in the access log (SEC-07).
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core import clock, masking, permissions, phones, registry
from core.backoffice import menu
from core.backoffice.access import demand, ip_of, request_id_of, scope_of, user_id_of
from core.backoffice.forms import ConfirmForm, ReasonForm, form_page, posted
from core.backoffice.menu import Entry
from core.backoffice.panels import ComingPanel
from core.backoffice.reveal import show
from core.backoffice.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from core.backoffice.site import front_page, page
from core.enums import Channel
from core.errors import NotFound
from core.masking import FieldClass
from core.scope import Scope
from members import regions, search, selectors, services
from members.enums import AccessAction, MemberStatus, MergeCaseState
from members.forms import AddressChangeForm, AddressForm, ChildForm, ConsentForm, PreferencesForm, ProfileForm, RevealForm
from members.models import AccessLog, Address, Child, Consent, Member, MergeCase
from members.panels import ChangesPanel, member_within
from members.rules import age_on

HITS = 20
SEARCHES_PER_MINUTE = 30
RECENT = 10
PAGE_REMEMBERED = timedelta(minutes=30)  # panels of a page seen this recently belong to that one view


# The lookup


@front_page
@page("lookup/", name="lookup")
def lookup(request: HttpRequest) -> HttpResponse:
    """One box. `?q=` opens the only hit; else a list, or the members one has just looked at."""
    if not scope_of(request).roles:
        return _lookup_page(request, no_role=True)
    demand(request, "members.member", "view")
    term = "".join(character for character in request.GET.get("q", "") if character.isprintable()).strip()[:100]
    if not term:
        return _lookup_page(
            request, recent=_rows(search.recently_viewed(user_id=user_id_of(request), scope=scope_of(request), limit=RECENT), request)
        )
    now = clock.now()
    if search.searches_since(user_id=user_id_of(request), since=now - timedelta(minutes=1)) >= SEARCHES_PER_MINUTE:
        return _lookup_page(request, term=term, too_many=True, status=429)
    ids = search.find(term, scope_of(request), HITS + 1)
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
        return HttpResponseRedirect(reverse("admin:members_member_change", args=ids))
    members = Member.objects.in_bulk(ids[:HITS])
    hits = _rows([members[member_id] for member_id in ids[:HITS] if member_id in members], request)
    return _lookup_page(request, term=term, hits=hits, searched=True, more=len(ids) > HITS)


def _rows(members: list[Member], request: HttpRequest) -> list[dict[str, Any]]:
    """Lines of a list of members, each masked by the roles the caller has in that member's stores."""
    ids = [member.pk for member in members]
    homes = registry.stores_of(ids) if ids else {}
    columns = [column.build(ids, scope_of(request)) if ids else {} for column in registry.hit_columns()]
    found = []
    for member in members:
        scope = scope_of(request).within(homes.get(member.pk, ()))
        found.append(
            {
                "member": member,
                "name": show(FieldClass.NAME, member.name or member.nickname, scope),
                "phone": show(FieldClass.PHONE, phones.national(member.phone), scope),
                "columns": [column.get(member.pk, "") for column in columns],
                "url": reverse("admin:members_member_change", args=[member.pk]),
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
            "title": _("Member lookup"),
            "hide_header_search": True,
            "columns": registry.hit_columns(),
            "keys": [key.label for key in registry.search_keys()],
            "sections": sections,
            **context,
        },
        status=status,
    )


@page("regions/", name="regions")
def region_options(request: HttpRequest) -> HttpResponse:
    """What lies in a province or city, as options of the next box (MEM-11)."""
    parent = request.GET.get("province_code") or request.GET.get("city_code") or ""
    below = regions.children(parent) if parent else []
    options = "".join(f'<option value="{escape(region.code)}">{escape(region.name)}</option>' for region in below)
    return HttpResponse(f'<option value="">—</option>{options}')


@page("coming/<slug:group>/", name="coming")
def coming(request: HttpRequest, group: str) -> HttpResponse:
    """A part of the house that is promised and not there yet, in words."""
    found = menu.group_of(group)
    if found is None or not menu.is_coming(found):
        raise Http404
    return TemplateResponse(
        request, "backoffice/coming.html", {**admin.site.each_context(request), "title": found.title, "words": found.promise}
    )


# The member page


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
    _log_unless_viewed(request, member.pk, verb, clock.now())
    return member, scope


def _log_view(request: HttpRequest, member_id: int, what: str, now: datetime) -> None:
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


def _log_unless_viewed(request: HttpRequest, member_id: int, what: str, now: datetime) -> None:
    """Parts and forms of a page that was opened a while ago belong to that view; opened by themselves they are one."""
    if not search.has_viewed(user_id=user_id_of(request), member_id=member_id, since=now - PAGE_REMEMBERED):
        _log_view(request, member_id, what, now)


def page_url(member_id: int) -> str:
    return reverse("admin:members_member_change", args=[member_id])


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    """The list of members is for leafing through; finding one is the lookup's work, so there is no search box here."""

    list_display = ["one_id", "gender", "status", "register_channel", "registered_at"]
    list_filter = ["status", "register_channel", "gender"]
    ordering = ["-id"]
    list_per_page = 50

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        scope = scope_of(request)

        @admin.display(description=gettext_lazy("name"))
        def shown_name(member: Member) -> str:
            return show(FieldClass.NAME, member.name or member.nickname, _narrowest(scope)).text

        @admin.display(description=gettext_lazy("phone"))
        def shown_phone(member: Member) -> str:
            return show(FieldClass.PHONE, phones.national(member.phone), _narrowest(scope)).text

        return ["one_id", shown_name, shown_phone, *self.list_display[1:]]

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> Any:
            return path(f"<int:member_id>/{route}", self.admin_site.admin_view(view), name=f"members_member_{name}")

        return [
            own("panel/<slug:key>/", panel, "panel"),
            own("reveal/", reveal, "reveal"),
            own("edit/", edit, "edit"),
            own("freeze/", freeze, "freeze"),
            own("unfreeze/", unfreeze, "unfreeze"),
            own("addresses/add/", add_address, "address_add"),
            own("addresses/<int:address_id>/", change_address, "address_change"),
            own("addresses/<int:address_id>/default/", make_default, "address_default"),
            own("addresses/<int:address_id>/remove/", remove_address, "address_remove"),
            own("children/add/", add_child, "child_add"),
            own("children/<int:child_id>/remove/", remove_child, "child_remove"),
            own("consents/give/", give_consent, "consent_give"),
            own("consents/<int:consent_id>/withdraw/", withdraw_consent, "consent_withdraw"),
            own("preferences/", preferences, "preferences"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The member page. Anything but reading has its own address."""
        if not object_id.isdecimal():
            raise Http404
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return member_page(request, int(object_id))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The changes panel is the history, for those who may read it."""
        if not object_id.isdecimal():
            raise Http404
        member, scope = reach(request, int(object_id))
        if not ChangesPanel().roles & scope.roles:
            raise PermissionDenied
        return HttpResponseRedirect(f"{page_url(member.pk)}#changes")


def _narrowest(scope: Scope) -> Scope:
    """A list spans stores: a role held in some of them only must not unmask the others' members, so the weakest one counts."""
    platform_roles = frozenset(role for store_id, role in scope.assignments if store_id is None)
    if not scope.assignments or platform_roles:
        return scope
    by_store = [scope.within([store_id]) for store_id in sorted(scope.store_ids)]
    ranks = [masking.Visibility.HIDDEN, masking.Visibility.MASKED, masking.Visibility.REVEAL, masking.Visibility.FULL]
    return min(by_store, key=lambda held: [ranks.index(masking.visibility(field, held)) for field in FieldClass], default=scope)


def member_page(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach(request, member_id)
    now = clock.now()
    _log_view(request, member.pk, "page", now)
    cards = [
        {"key": part.key, "template_name": part.template_name or "backoffice/cards/coming.html", **part.build(member.pk, scope, now, None)}
        for part in registry.parts("head")
    ]
    panels = [
        {
            "key": panel.key,
            "heading": panel.heading,
            "words": panel.words if isinstance(panel, ComingPanel) else "",
            "url": reverse("admin:members_member_panel", args=[member.pk, panel.key]),
        }
        for panel in registry.panels("members.Member")
        if not panel.roles or panel.roles & scope.roles
    ]
    return TemplateResponse(
        request,
        "members/member_page.html",
        {
            **admin.site.each_context(request),
            "title": show(FieldClass.NAME, member.name or member.nickname, scope).text or member.one_id,
            "member": member,
            "name": show(FieldClass.NAME, member.name, scope),
            "nickname": show(FieldClass.NAME, member.nickname, scope),
            "phone": show(FieldClass.PHONE, phones.national(member.phone), scope, kind="phone"),
            "email": show(FieldClass.EMAIL, member.email, scope, kind="email"),
            "birthday": show(FieldClass.BIRTHDAY, member.birthday.isoformat() if member.birthday else "", scope),
            "age": age_on(member.birthday, now.date())
            if member.birthday and masking.visibility(FieldClass.BIRTHDAY, scope) is masking.Visibility.FULL
            else None,
            "cards": cards,
            "panels": panels,
            "may_change": permissions.allowed("members.member", "change", scope) and member.status == MemberStatus.ACTIVE,
            "may_freeze": permissions.allowed("members.member", "freeze", scope),
            "may_note": permissions.allowed("stores.servicenote", "add", scope),
        },
    )


@require_http_methods(["GET"])
def panel(request: HttpRequest, member_id: int, key: str) -> HttpResponse:
    """One part of the page, or its next rows."""
    member, scope = reach(request, member_id)
    found = next((panel for panel in registry.panels("members.Member") if panel.key == key), None)
    if found is None or (found.roles and not found.roles & scope.roles):
        raise Http404
    now = clock.now()
    _log_unless_viewed(request, member.pk, key, now)
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


# What can be done on the page


def edit(request: HttpRequest, member_id: int) -> HttpResponse:
    """Change the profile; refused when somebody else changed it since the form was opened (MEM-24)."""
    member, scope = reach_to(request, member_id, "change")
    form = ProfileForm(posted(request), initial=ProfileForm.initial_of(member))

    def act(values: dict[str, Any]) -> None:
        services.update_profile(
            member_id=member.pk,
            changes=form.changes(),
            expected_version=values["version"],
            actor=scope.actor,
            at=clock.now(),
            reason=values["reason"],
            channel=Channel.ADMIN,
        )

    return form_page(
        request,
        title=_("Edit profile"),
        form=form,
        act=act,
        done=_("The profile has been changed."),
        back=page_url(member.pk),
        submit=_("Save"),
    )


def freeze(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "freeze")
    return form_page(
        request,
        title=_("Freeze member"),
        explanation=_("A frozen member earns and spends nothing, in any store, until somebody lifts it. Orders are still recorded."),
        form=ReasonForm(posted(request)),
        act=lambda values: services.freeze_member(member_id=member.pk, reason=values["reason"], actor=scope.actor, at=clock.now()),
        done=_("The member is frozen."),
        back=page_url(member.pk),
        submit=_("Freeze"),
        danger=True,
    )


def unfreeze(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "freeze")
    return form_page(
        request,
        title=_("Lift the freeze"),
        form=ReasonForm(posted(request)),
        act=lambda values: services.unfreeze_member(member_id=member.pk, reason=values["reason"], actor=scope.actor, at=clock.now()),
        done=_("The member is active again."),
        back=page_url(member.pk),
        submit=_("Lift the freeze"),
    )


def add_address(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    form = AddressForm(posted(request))
    return form_page(
        request,
        title=_("Add an address"),
        form=form,
        act=lambda values: services.add_address(member_id=member.pk, address=form.address(), actor=scope.actor, at=clock.now()),
        done=_("The address has been added."),
        back=page_url(member.pk),
        submit=_("Save"),
    )


def change_address(request: HttpRequest, member_id: int, address_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    old = _address(member, address_id)
    form = AddressChangeForm(posted(request), initial=AddressChangeForm.initial_of(old))
    return form_page(
        request,
        title=_("Change the address"),
        form=form,
        act=lambda values: services.change_address(
            member_id=member.pk, address_id=old.pk, address=form.address_over(old), actor=scope.actor, at=clock.now()
        ),
        done=_("The address has been changed."),
        back=page_url(member.pk),
        submit=_("Save"),
    )


def make_default(request: HttpRequest, member_id: int, address_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    address = _address(member, address_id)
    return form_page(
        request,
        title=_("Make this the default address"),
        form=ConfirmForm(posted(request)),
        act=lambda values: services.make_default_address(member_id=member.pk, address_id=address.pk, actor=scope.actor, at=clock.now()),
        done=_("The default address has been changed."),
        back=page_url(member.pk),
        submit=_("Make default"),
    )


def remove_address(request: HttpRequest, member_id: int, address_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    address = _address(member, address_id)
    return form_page(
        request,
        title=_("Remove the address"),
        form=ConfirmForm(posted(request)),
        act=lambda values: services.remove_address(member_id=member.pk, address_id=address.pk, actor=scope.actor, at=clock.now()),
        done=_("The address has been removed."),
        back=page_url(member.pk),
        submit=_("Remove"),
        danger=True,
    )


def _address(member: Member, address_id: int) -> Address:
    address = Address.objects.filter(member=member, pk=address_id).first()
    if address is None:
        raise Http404
    return address


def add_child(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    return form_page(
        request,
        title=_("Add a child"),
        explanation=_("Only the birth month and the gender are kept, never a name, and only with the guardian's consent."),
        form=ChildForm(posted(request)),
        act=lambda values: services.add_child(
            member_id=member.pk,
            birth_month=values["birth_month"],
            gender=values["gender"],
            guardian_consent_at=clock.now(),
            actor=scope.actor,
            at=clock.now(),
        ),
        done=_("The child has been added."),
        back=page_url(member.pk),
        submit=_("Save"),
    )


def remove_child(request: HttpRequest, member_id: int, child_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    if not Child.objects.filter(member=member, pk=child_id).exists():
        raise Http404
    return form_page(
        request,
        title=_("Remove the child"),
        form=ConfirmForm(posted(request)),
        act=lambda values: services.remove_child(member_id=member.pk, child_id=child_id, actor=scope.actor, at=clock.now()),
        done=_("The child has been removed."),
        back=page_url(member.pk),
        submit=_("Remove"),
        danger=True,
    )


def give_consent(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    return form_page(
        request,
        title=_("Record a consent"),
        form=ConsentForm(posted(request)),
        act=lambda values: services.give_consent(member_id=member.pk, **values, actor=scope.actor, at=clock.now()),
        done=_("The consent has been recorded."),
        back=page_url(member.pk),
        submit=_("Save"),
    )


def withdraw_consent(request: HttpRequest, member_id: int, consent_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    consent = Consent.objects.filter(member=member, pk=consent_id, withdrawn_at=None).first()
    if consent is None:
        raise Http404
    return form_page(
        request,
        title=_("Withdraw the consent"),
        explanation=consent.get_purpose_display(),
        form=ConfirmForm(posted(request)),
        act=lambda values: services.withdraw_consent(member_id=member.pk, purpose=consent.purpose, actor=scope.actor, at=clock.now()),
        done=_("The consent has been withdrawn."),
        back=page_url(member.pk),
        submit=_("Withdraw"),
        danger=True,
    )


def preferences(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    form = PreferencesForm(posted(request), switches=selectors.preferences(member.pk))
    return form_page(
        request,
        title=_("What the member wants to hear"),
        form=form,
        act=lambda values: services.set_preferences(member_id=member.pk, switches=form.switches(), actor=scope.actor, at=clock.now()),
        done=_("The preferences have been changed."),
        back=page_url(member.pk),
        submit=_("Save"),
    )


# Merge cases and the access log


@admin.register(MergeCase)
class MergeCaseAdmin(ReadOnlyAdmin):
    """Two members who may be one person, side by side (OP-8, A-44). Executing a merge comes later."""

    list_display = ["id", "first", "second", "reason", "state", "created_at"]
    list_filter = ["state", "reason"]
    list_select_related = ["first", "second"]
    ordering = ["-id"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not object_id.isdecimal():
            raise Http404
        demand(request, "members.mergecase", "view")
        case = self.get_queryset(request).select_related("first", "second").filter(pk=object_id).first()
        if case is None:
            raise Http404
        for member_id in (case.first_id, case.second_id):
            _log_view(request, member_id, "merge_case", clock.now())
        return TemplateResponse(
            request,
            "members/merge_case.html",
            {
                **admin.site.each_context(request),
                "title": _("Merge case %(number)s") % {"number": case.pk},
                "case": case,
                "is_open": case.state == MergeCaseState.OPEN,
                "fields": _side_by_side(request, case),
                "urls": [page_url(case.first_id), page_url(case.second_id)],
            },
        )


def _side_by_side(request: HttpRequest, case: MergeCase) -> list[dict[str, Any]]:
    """Both members' fields in the same order, masked, with what differs marked."""
    members = [case.first, case.second]
    rows = _rows(members, request)
    homes = registry.stores_of([member.pk for member in members])
    scopes = [scope_of(request).within(homes[member.pk]) for member in members]
    fields: list[dict[str, Any]] = []

    def line(label: Any, values: list[Any]) -> None:
        fields.append({"label": label, "values": [str(value) for value in values], "differs": str(values[0]) != str(values[1])})

    line("one_id", [member.one_id for member in members])
    line(_("status"), [member.get_status_display() for member in members])
    for label, field_class, values in (
        (_("name"), FieldClass.NAME, [member.name for member in members]),
        (_("nickname"), FieldClass.NAME, [member.nickname for member in members]),
        (_("phone"), FieldClass.PHONE, [phones.national(member.phone) for member in members]),
        (_("e-mail"), FieldClass.EMAIL, [member.email for member in members]),
        (_("birthday"), FieldClass.BIRTHDAY, [member.birthday.isoformat() if member.birthday else "" for member in members]),
    ):
        line(label, [show(field_class, value, scope) for value, scope in zip(values, scopes, strict=True)])
        fields[-1]["differs"] = values[0] != values[1]
    line(_("phone verified"), [_("yes") if member.phone_verified_at else _("no") for member in members])
    line(_("gender"), [member.get_gender_display() for member in members])
    line(_("registered through"), [member.get_register_channel_display() for member in members])
    for position, column in enumerate(registry.hit_columns()):
        line(column.heading, [row["columns"][position] for row in rows])
    return fields


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    """Who looked at whom (SEC-07). Nobody can change it, not even here."""

    list_display = ["at", "user", "action", "member", "field", "reason", "hits", "ip", "request_id"]
    list_display_links = None
    list_filter = ["action", ("user", ScopedRelatedFilter)]
    list_select_related = ["user", "member"]
    ordering = ["-at", "-id"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        raise Http404

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        raise Http404


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
