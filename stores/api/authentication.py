"""Who calls: the API client of a bearer token, and what it may reach."""

import hashlib
from typing import Any

from django.utils import timezone
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from core.api.caller import Caller
from core.api.errors import NotAuthenticated
from core.scope import Scope
from stores.models import ApiClient


class ClientAuthentication(BaseAuthentication):
    """A bearer token that has not ended, of a client that is in use: asked at every request, so that a revoked one is out at once.

    The token's end is of the wall clock: X-Clock does not make a token live longer.
    """

    def authenticate(self, request: Request) -> tuple[Caller, Any] | None:
        kind, _space, token = get_authorization_header(request).partition(b" ")
        if kind.lower() != b"bearer" or not token.strip():
            return None
        known = (
            AccessToken.objects.filter(token_checksum=hashlib.sha256(token.strip()).hexdigest(), expires__gt=timezone.now())
            .select_related("application__store")
            .first()
        )
        if known is None or known.application is None or not known.application.is_usable(request):
            raise NotAuthenticated()
        return caller_of(known.application, granted=frozenset(known.scope.split())), known

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def caller_of(client: ApiClient, *, granted: frozenset[str]) -> Caller:
    """granted: scopes of the token; those the client has lost since do not count."""
    actor = f"client:{client.pk}"
    grants = granted & frozenset(client.scopes)
    if client.store is None:
        return Caller(Scope(actor=actor, platform=True, grants=grants), "", client.requests_per_minute)
    scope = Scope(
        actor=actor,
        store_ids=frozenset({client.store.pk}),
        programme_ids=frozenset({client.store.programme_id}),
        grants=grants,
    )
    return Caller(scope, client.store.code, client.requests_per_minute)
