"""The list of all members, and the addresses of everything about one of them."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy

from core import clock, phones, registry
from core.backoffice.access import scope_of
from core.backoffice.reveal import called, show
from core.backoffice.scoped import ReadOnlyAdmin
from core.masking import FieldClass
from members import selectors
from members.admin import actions
from members.admin.lookup import COMES_FROM, WAYS_IN
from members.admin.member_page import member_page, panel, reveal
from members.admin.reach import narrowest, page_url, reach
from members.models import Member
from members.panels import ChangesPanel


class CallableFilter(admin.SimpleListFilter):
    """The calling list: who can be called at this moment (DAT-17)."""

    title = gettext_lazy("callable")
    parameter_name = "callable"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", gettext_lazy("callable now"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        return selectors.callable_at(queryset, timezone.localtime(clock.now()).time()) if self.value() else queryset


class _OfferedFilter(admin.SimpleListFilter):
    """A filter that an upper app offers."""

    offered: registry.MemberFilter

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.offered.choices(scope_of(request), self.value() or ""))

    def has_output(self) -> bool:
        """Also of what nobody may choose: Django would drop the filter, and list everybody."""
        return bool(self.value()) or super().has_output()

    @property
    def said(self) -> Any:
        """What is chosen, in words above the list: the filters themselves stand behind a button."""
        return dict(self.lookup_choices).get(self.value() or "")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        value = self.value()
        if not value:
            return queryset
        if value not in {choice for choice, _words in self.lookup_choices}:
            return queryset.none()
        return queryset.filter(pk__in=self.offered.members(value, clock.now()))


def _filter_of(offered: registry.MemberFilter) -> type[_OfferedFilter]:
    said = {"title": offered.title, "parameter_name": offered.key, "offered": offered}
    return type(f"{offered.key.title()}Filter", (_OfferedFilter,), said)


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    """The list of members is for leafing through; finding one is the lookup's work, so there is no search box here."""

    list_display = ["gender", "status", "register_channel", "registered_at"]
    list_filter = [CallableFilter, "status", "register_channel", "gender"]
    ordering = ["-id"]
    list_per_page = 50
    comes_from = COMES_FROM
    ways_in = WAYS_IN

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        first, *others = self.list_filter
        return [first, *(_filter_of(offered) for offered in registry.member_filters()), *others]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        scope = scope_of(request)

        @admin.display(description=gettext_lazy("name"))
        def shown_name(member: Member) -> str:
            return called(member, narrowest(scope))

        @admin.display(description=gettext_lazy("phone"))
        def shown_phone(member: Member) -> str:
            return show(FieldClass.PHONE, phones.national(member.phone), narrowest(scope)).text

        @admin.display(description=gettext_lazy("One-ID"))
        def one_id(member: Member) -> str:
            return member.one_id

        return [shown_name, shown_phone, *self.list_display, one_id]

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> Any:
            return path(f"<int:member_id>/{route}", self.admin_site.admin_view(view), name=f"members_member_{name}")

        return [
            own("panel/<slug:key>/", panel, "panel"),
            own("reveal/", reveal, "reveal"),
            own("edit/", actions.edit, "edit"),
            own("freeze/", actions.freeze, "freeze"),
            own("unfreeze/", actions.unfreeze, "unfreeze"),
            own("addresses/add/", actions.add_address, "address_add"),
            own("addresses/<int:address_id>/", actions.change_address, "address_change"),
            own("addresses/<int:address_id>/default/", actions.make_default, "address_default"),
            own("addresses/<int:address_id>/remove/", actions.remove_address, "address_remove"),
            own("children/add/", actions.add_child, "child_add"),
            own("children/<int:child_id>/remove/", actions.remove_child, "child_remove"),
            own("consents/give/", actions.give_consent, "consent_give"),
            own("consents/<int:consent_id>/withdraw/", actions.withdraw_consent, "consent_withdraw"),
            own("preferences/", actions.preferences, "preferences"),
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
