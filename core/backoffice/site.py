"""The back office's site: our pages beside Django's, and only admin classes that say how their rows are narrowed."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

View = Callable[..., Any]
_pages: list[tuple[str, View, str]] = []
_front: list[View] = []


def page(route: str, *, name: str) -> Callable[[View], View]:
    """Offer a page of one's own under the admin's address, for logged-in staff: `@page("lookup/", name="lookup")`."""

    def register(view: View) -> View:
        _pages.append((route, view, name))
        return view

    return register


def front_page(view: View) -> View:
    """Offer the first page after the login."""
    _front[:] = [view]
    return view


class Site(UnfoldAdminSite):
    """Third-party classes know no scope, so they are left out; the apps register their own in their place (rule 8)."""

    index_title = _("Member lookup")
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def register(
        self, model_or_iterable: type[Model] | Iterable[type[Model]], admin_class: type[Any] | None = None, **options: Any
    ) -> None:
        from core.backoffice.scoped import ScopedAdmin  # unfold's admin classes need the app registry, this module is read before it

        if admin_class is None or not issubclass(admin_class, ScopedAdmin):
            return
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else list(model_or_iterable)
        for model in models:
            super().register(model, admin_class, **options)

    def unregister(self, model_or_iterable: type[Model] | Iterable[type[Model]]) -> None:
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else list(model_or_iterable)
        super().unregister([model for model in models if self.is_registered(model)])

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own: list[URLPattern | URLResolver] = [path(route, self.admin_view(view), name=name) for route, view, name in _pages]
        return own + list(super().get_urls())

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Apps and models are our business, not the reader's: the menu has its own words (core.backoffice.menu)."""
        return []

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = _front[0](request)
        return response

    def app_index(self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:index"))

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The theme's search over all models would read past the lookup, its limits and its log."""
        raise Http404


def registered() -> dict[type[Model], Any]:
    """What the back office shows, by model."""
    from django.contrib import admin

    return dict(admin.site._registry)
