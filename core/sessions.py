"""How long a login lasts: until nobody used it for a while, and never longer than a working day (SEC; R17)."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

STARTED, SEEN = "login_started_at", "login_seen_at"  # seconds since 1970 by the machine's clock, which no header can set
WRITE_EVERY = 60  # seconds: "seen" is written at most this often, so that reading pages costs no writes


class SessionLimitsMiddleware:
    """End a login SESSION_IDLE_SECONDS after its last request and SESSION_COOKIE_AGE after it began."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = int(time.time())
            started = request.session.setdefault(STARTED, now)
            seen = request.session.setdefault(SEEN, now)
            if now - seen >= settings.SESSION_IDLE_SECONDS or now - started >= settings.SESSION_COOKIE_AGE:
                logout(request)
            elif now - seen >= WRITE_EVERY:
                request.session[SEEN] = now
        return self.get_response(request)
