"""OAuth 2.0 client credentials (API-02): which scopes a token may have, and where it is handed out."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from oauth2_provider.scopes import BaseScopes
from oauth2_provider.views import TokenView as ProviderTokenView

from core.api import problems, throttle
from core.api.errors import RateLimited
from stores.enums import ClientScope
from stores.models import ApiClient

TRIES_PER_MINUTE = 60


class ClientScopes(BaseScopes):
    """A token has what its client has, never more."""

    def get_all_scopes(self) -> Mapping[str, str]:
        return {scope.value: str(scope.label) for scope in ClientScope}

    def get_available_scopes(self, application: ApiClient | None = None, request: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        return list(application.scopes) if application else []

    def get_default_scopes(self, application: ApiClient | None = None, request: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        return self.get_available_scopes(application)


class TokenView(ProviderTokenView):
    """Hands out tokens of one hour. Tries are limited per address, for each costs a slow hash (R17, R18)."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rate = throttle.spend(f"token:{request.META.get('REMOTE_ADDR', '')}"[:100], limit=TRIES_PER_MINUTE)
        if rate.exceeded:
            refused = problems.plain(RateLimited(retry_after=rate.reset_seconds), request)
            refused["Retry-After"] = str(rate.reset_seconds)
            return refused
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer
