"""The demo's own page of the back office: what of its data is real, converted, shifted or made up."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.backoffice.site import page
from demo import handout


@page("demo/data/", name="demo-data")
def data_table(request: HttpRequest) -> HttpResponse:
    """docs/demo-data.md, or its Chinese twin, as a page."""
    name = "demo-data.zh-Hans.md" if (get_language() or "").startswith("zh") else "demo-data.md"
    blocks = handout.blocks((settings.BASE_DIR / "docs" / name).read_text(encoding="utf-8"))
    context = {**admin.site.each_context(request), "title": _("What is real and what is made up"), "blocks": blocks}
    return TemplateResponse(request, "demo/data.html", context)
