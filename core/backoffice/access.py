"""The caller of a back-office request: scope, actor, address, permission. Every door of the admin asks here."""

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from core import permissions, scope
from core.scope import Scope


def scope_of(request: HttpRequest) -> Scope:
    """The scope of the logged-in user, read once a request."""
    found: Scope | None = getattr(request, "staff_scope", None)
    if found is None:
        found = scope.of_user(request.user)
        request.staff_scope = found  # type: ignore[attr-defined]
    return found


def user_id_of(request: HttpRequest) -> int:
    assert isinstance(request.user, AbstractBaseUser)
    return int(request.user.pk)


def may(request: HttpRequest, subject: str, verb: str) -> bool:
    return permissions.allowed(subject, verb, scope_of(request))


def demand(request: HttpRequest, subject: str, verb: str) -> None:
    """Raises PermissionDenied (403) unless the caller's roles allow it."""
    if not may(request, subject, verb):
        raise PermissionDenied


def ip_of(request: HttpRequest) -> str | None:
    """Where the request came from, as the server sees it; headers a client can write are not believed."""
    return request.META.get("REMOTE_ADDR") or None


def request_id_of(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))
