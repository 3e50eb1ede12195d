"""Who looked at whom."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from core.backoffice.actors import names
from core.backoffice.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from core.registry import Text
from members.models import AccessLog
from members.panels import looked_at


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    """Who looked at whom (SEC-07). Nobody can change it, not even here."""

    list_display = ["at", "who", "action", "member", "what", "reason", "hits", "ip", "request_id"]
    list_display_links = None
    list_filter = ["action", ("user", ScopedRelatedFilter)]
    list_select_related = ["user", "member"]
    ordering = ["-at", "-id"]
    comes_from = gettext_lazy("Every search for a member, every page looked at and every masked number shown stands here.")

    @admin.display(description=gettext_lazy("field"))
    def what(self, line: AccessLog) -> Text:
        return looked_at(line.field)

    @admin.display(description=gettext_lazy("actor"))
    def who(self, line: AccessLog) -> str:
        """The login of a person, the name of a program."""
        return str(line.user.get_username() if line.user is not None else vars(line)["program"])

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Programs get their names by one statement for the whole page."""
        listed = super().get_changelist_instance(request)
        listed.result_list = lines = list(listed.result_list)
        known = names(line.actor for line in lines if line.user is None)
        for line in lines:
            vars(line)["program"] = known.get(line.actor, "")
        return listed

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        raise Http404

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        raise Http404
