"""The docs that Swagger's page names, as they lie in docs/: plain text, read without a token."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

PAGES = frozenset({"quickstart", "api", "webhooks"})


@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One of PAGES; anything else is an unknown address."""
    file = settings.BASE_DIR / "docs" / f"{name}.md"
    if name not in PAGES or not file.exists():
        raise Http404
    return HttpResponse(file.read_text(encoding="utf-8"), content_type="text/plain; charset=utf-8")
