"""Which programmes a person may see and change here, and the frame all pages of levels share.

A programme may have several stores: it is seen, and its members are served, by who may in one of them; its rules are changed only by who
may in all of them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from core import permissions
from core.backoffice.access import demand, scope_of
from core.errors import DomainError
from core.registry import Text
from core.scope import Scope
from stores import selectors as stores_selectors

if TYPE_CHECKING:
    from stores.models import Programme

FOR_ALL_STORES = {"change", "run", "approve"}  # what they do holds for every store of the programme
M = TypeVar("M", bound=Model)


def programmes(request: HttpRequest, subject: str, verb: str = "view") -> "list[Programme]":
    """Where the caller's roles allow the verb; the platform's first. Two statements, remembered for the request."""
    known: dict[tuple[str, str], list[Programme]] = request.__dict__.setdefault("_growth_programmes", {})
    if (subject, verb) not in known:
        known[subject, verb] = programmes_of(scope_of(request), subject, verb)
    return known[subject, verb]


def programmes_of(scope: Scope, subject: str, verb: str) -> "list[Programme]":
    """The same of any caller. Two statements."""
    held = permissions.held(subject, verb, scope)
    rows = stores_selectors.programmes_with_stores()
    if held.platform:
        return [programme for programme, _stores in rows] if permissions.allowed(subject, verb, held) else []
    return [programme for programme, stores in rows if _reaches(stores, held.store_ids, verb)]


def _reaches(stores: frozenset[int], held: frozenset[int], verb: str) -> bool:
    return bool(stores) and stores <= held if verb in FOR_ALL_STORES else bool(stores & held)


def may(request: HttpRequest, programme_id: int, subject: str, verb: str) -> bool:
    return any(programme.pk == programme_id for programme in programmes(request, subject, verb))


def need(request: HttpRequest, programme_id: int, subject: str, verb: str) -> None:
    """Raises PermissionDenied (403) where the caller may see the programme but not do this to it."""
    if not may(request, programme_id, subject, verb):
        raise PermissionDenied


def chosen(request: HttpRequest, subject: str) -> "Programme":
    """The programme of `?programme=`, else the first one. Raises Http404 alike for foreign and missing ones."""
    demand(request, subject, "view")
    found, code = programmes(request, subject), request.GET.get("programme", "")
    programme = next((each for each in found if not code or each.code == code), None)
    if programme is None:
        raise Http404
    return programme


def row(request: HttpRequest, rows: QuerySet[M], subject: str, path: str = "programme_id", verb: str = "view", **wanted: Any) -> M:
    """The one row of a programme the caller may see. Raises Http404 for others, PermissionDenied where the verb is not theirs."""
    demand(request, subject, "view")
    ids = [programme.pk for programme in programmes(request, subject)]
    found = rows.filter(**{f"{path}__in": ids}, **wanted).first()
    if found is None:
        raise Http404
    if verb != "view":
        need(request, _value(found, path), subject, verb)
    return found


def _value(found: Model, path: str) -> int:
    value: Any = found
    for name in path.split("__"):
        value = getattr(value, name)
    return int(value)


def show(
    request: HttpRequest,
    template: str,
    *,
    title: Text,
    programme: "Programme",
    subject: str,
    home: str = "",
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """A page about one programme, with the way to the caller's others. home: where those stand, if not at this very address."""
    context = {
        **admin.site.each_context(request),
        "title": title,
        "programme": programme,
        "programmes": programmes(request, subject),
        "home": home,
        "zone": programme.time_zone,
        **more,
    }
    return TemplateResponse(request, template, context, status=status)


def act(request: HttpRequest, service: Callable[[], object], *, done: Text, back: str, refused: str = "") -> HttpResponse:
    """Make one service call; say what was done, or why it was refused; go `back`. refused: where to go then, if not there as well."""
    try:
        service()
    except DomainError as refusal:
        messages.error(request, str(refusal.detail))
        return HttpResponseRedirect(refused or back)
    messages.success(request, str(done))
    return HttpResponseRedirect(back)
