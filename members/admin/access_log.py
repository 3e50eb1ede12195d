"""Who looked at whom."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse

from core.backoffice.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from members.models import AccessLog


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
