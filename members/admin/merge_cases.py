"""Members who may be one person, side by side (OP-8, A-44)."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, phones, registry
from core.backoffice.access import demand, scope_of
from core.backoffice.reveal import called, show
from core.backoffice.scoped import ReadOnlyAdmin
from core.masking import FieldClass
from members.admin.lookup import hit_rows
from members.admin.reach import log_view, narrowest, page_url
from members.enums import MergeCaseState
from members.models import Member, MergeCase


@admin.register(MergeCase)
class MergeCaseAdmin(ReadOnlyAdmin):
    """Two members who may be one person, side by side (OP-8, A-44). Executing a merge comes later."""

    list_display = ["id", "reason", "state", "created_at"]
    list_filter = ["state", "reason"]
    list_select_related = ["first", "second"]
    ordering = ["-id"]
    comes_from = gettext_lazy("An import or a registration that meets two members who may be one person puts them here side by side.")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        scope = narrowest(scope_of(request))

        def said(member: Member) -> str:
            number = show(FieldClass.PHONE, phones.national(member.phone), scope).text
            return f"{called(member, scope)} {number}".strip()

        @admin.display(description=gettext_lazy("first member"))
        def first(case: MergeCase) -> str:
            return said(case.first)

        @admin.display(description=gettext_lazy("second member"))
        def second(case: MergeCase) -> str:
            return said(case.second)

        number, *others = self.list_display
        return [number, first, second, *others]

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
            log_view(request, member_id, "merge_case", clock.now())
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
    rows = hit_rows(members, request)
    homes = registry.stores_of([member.pk for member in members])
    scopes = [scope_of(request).within(homes[member.pk]) for member in members]
    fields: list[dict[str, Any]] = []

    def line(label: Any, values: list[Any]) -> None:
        fields.append({"label": label, "values": [str(value) for value in values], "differs": str(values[0]) != str(values[1])})

    line(_("One-ID"), [member.one_id for member in members])
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
        line(column.heading, [row["columns"][position][1] for row in rows])
    return fields
