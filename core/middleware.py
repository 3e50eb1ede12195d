"""What every request carries: whence it comes, an id, a clock in demo and test, and who changed what for the history tables."""

import ipaddress
import re
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pghistory.middleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime

from core import clock
from core.api import problems
from core.api.errors import InvalidClock

GetResponse = Callable[[HttpRequest], HttpResponse]
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class ClientAddressMiddleware:
    """Behind proxies of ours, REMOTE_ADDR becomes the address of who called the outermost of them.

    Each proxy adds the address it was called from at the end of X-Forwarded-For, so the one that counts stands as many places from the end
    as there are proxies; what stands before it anybody may have written. A request without it has not come through them, and keeps its own.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if 0 < settings.TRUSTED_PROXIES <= len(told):
            with suppress(ValueError):  # not an address: nothing that a proxy of ours writes
                request.META["REMOTE_ADDR"] = str(ipaddress.ip_address(told[-settings.TRUSTED_PROXIES].strip()))
        return self.get_response(request)


class RequestIdMiddleware:
    """Take the caller's X-Request-ID when it is harmless, else make one; send it back on every answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.headers.get("X-Request-ID", "")
        request_id = said if _REQUEST_ID.fullmatch(said) else uuid.uuid4().hex
        request.META["HTTP_X_REQUEST_ID"] = request_id
        request.request_id = request_id  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class ClockMiddleware:
    """Let the header X-Clock say what "now" is, where settings allow it (design section 8)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.headers.get("X-Clock")
        if not said or not settings.CLOCK_OVERRIDE:
            return self.get_response(request)
        try:
            moment = parse_datetime(said)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            return problems.plain(InvalidClock(), request)
        with clock.at(moment):
            return self.get_response(request)


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Who changed a tracked row, from where: written beside the row's history by its trigger."""

    def get_context(self, request: Any) -> dict[str, Any]:
        return {**super().get_context(request), "request_id": getattr(request, "request_id", "")}
