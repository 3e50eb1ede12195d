"""What goes into the logs: ids, never names or phone numbers, and no address with a query, for people type phones there."""

import re
from collections.abc import MutableMapping
from typing import Any

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

_PHONE = re.compile(r"(?<![0-9A-Za-z])(\+?86)?(1[3-9]\d)\d{4}(\d{4})(?![0-9A-Za-z])")
_EMAIL = re.compile(r"\b([A-Za-z0-9])[A-Za-z0-9._+-]*@([A-Za-z0-9-]+\.[A-Za-z0-9.-]+)\b")


def masked(text: str) -> str:
    """`text` with mobile numbers and e-mail addresses made unreadable, such as a database error brings along."""
    return _EMAIL.sub(r"\1***@\2", _PHONE.sub(r"\1\2****\3", text))


def mask_personal_data(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The step of structlog that applies `masked` to every text of an event, traceback included."""
    for name, value in event.items():
        if isinstance(value, str) and not name.startswith("_"):
            event[name] = masked(value)
    return event


class RequestLogMiddleware(RequestMiddleware):
    """One line when a request starts and one when it ends, with method and path alone."""

    def prepare(self, request: HttpRequest) -> None:
        """Log under the id that RequestIdMiddleware gave: `headers` is a copy, made before it was given."""
        vars(request).pop("headers", None)
        super().prepare(request)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"
