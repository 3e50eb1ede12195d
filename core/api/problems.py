"""Refusals as RFC 9457 problems, in the request's language (API-04).

`type` is a URN of the code, `errors` lists what is wrong where: a JSON pointer into the body or the name of a query parameter.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.core import exceptions as django_errors
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, RawPostDataException
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from rest_framework import exceptions as drf_errors
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.utils.encoders import JSONEncoder

from core import errors as core_errors
from core.api import errors
from core.errors import DomainError, InvalidInput

CONTENT_TYPE = "application/problem+json"
logger = logging.getLogger(__name__)
_OURS = frozenset({"field", "membership"})  # told as a pointer; the number of a row of ours
_RESERVED = frozenset({"type", "title", "status", "detail", "code", "request_id", "errors"})
_OF_DRF: dict[type[Exception], type[DomainError]] = {
    drf_errors.NotAuthenticated: errors.NotAuthenticated,
    drf_errors.AuthenticationFailed: errors.NotAuthenticated,
    drf_errors.PermissionDenied: core_errors.PermissionDenied,
    django_errors.PermissionDenied: core_errors.PermissionDenied,
    drf_errors.NotFound: core_errors.NotFound,
    Http404: core_errors.NotFound,
    drf_errors.MethodNotAllowed: errors.MethodNotAllowed,
    drf_errors.NotAcceptable: errors.NotAcceptable,
    drf_errors.UnsupportedMediaType: errors.UnsupportedMediaType,
    drf_errors.ParseError: errors.Malformed,
    django_errors.RequestDataTooBig: errors.BodyTooLarge,
    django_errors.SuspiciousOperation: errors.Malformed,
    RawPostDataException: errors.Malformed,
}


class _Encoder(JSONEncoder):
    """Times with the offset that answers have everywhere."""

    def default(self, obj: Any) -> Any:
        return super().default(timezone.localtime(obj) if isinstance(obj, datetime) else obj)


class InvalidFields(DomainError):
    """Several fields hold what they must not. details: as rest_framework nests them; within: where they are, "" or "/items/3"."""

    code = InvalidInput.code
    status = InvalidInput.status
    title = InvalidInput.title

    def __init__(self, details: Any, *, within: str = "", parameters: bool = False) -> None:
        self.found = [
            {
                "parameter" if parameters else "pointer": pointer.lstrip("/") if parameters else pointer,
                "code": str(detail.code),
                "message": str(detail),
            }
            for pointer, detail in _flat(details, within)
        ]
        super().__init__(
            _("{count} fields are not valid.").format(count=len(self.found)) if len(self.found) > 1 else self.found[0]["message"]
        )


def _flat(details: Any, pointer: str) -> Iterator[tuple[str, drf_errors.ErrorDetail]]:
    if isinstance(details, Mapping):
        for name, inner in details.items():
            step = "" if name == api_settings.NON_FIELD_ERRORS_KEY else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from _flat(inner, pointer + step)
    elif isinstance(details, list):
        for place, inner in enumerate(details):
            nested = not isinstance(inner, drf_errors.ErrorDetail)
            yield from _flat(inner, f"{pointer}/{place}" if nested else pointer)
    else:
        yield pointer, details


def body_of(refusal: DomainError, *, request_id: str = "", within: str = "") -> dict[str, Any]:
    """The problem's members. within: the pointer of the item the refusal is about, in a batch."""
    body: dict[str, Any] = {
        "type": f"urn:guanxi:problem:{refusal.code}",
        "title": force_str(refusal.title),
        "status": refusal.status,
        "detail": force_str(refusal.detail),
        "code": refusal.code,
    }
    if request_id:
        body["request_id"] = request_id
    if isinstance(refusal, InvalidFields):
        body["errors"] = refusal.found
    elif "field" in refusal.values:
        pointer = f"{within}/{str(refusal.values['field']).replace('.', '/')}"
        body["errors"] = [{"pointer": pointer, "code": refusal.code, "message": force_str(refusal.detail)}]
    values = {name: value for name, value in refusal.values.items() if name not in _RESERVED | _OURS}
    return {**body, **json.loads(json.dumps(values, cls=_Encoder))}


def refusal_for(problem: Exception) -> DomainError | None:
    """The refusal that an exception of Django or rest_framework amounts to; None for a fault of ours."""
    if isinstance(problem, DomainError):
        return problem
    if isinstance(problem, drf_errors.ValidationError):
        return InvalidFields(problem.detail)
    for known, refusal in _OF_DRF.items():
        if isinstance(problem, known):
            return refusal()
    return None


def handle(problem: Exception, context: dict[str, Any]) -> Response:
    """rest_framework's EXCEPTION_HANDLER. A fault is logged and announced as Django would, and answered without its words."""
    request = context["request"]
    refusal = refusal_for(problem)
    if refusal is None:
        logger.exception("api_fault", exc_info=problem)
        got_request_exception.send(sender=type(context["view"]), request=request._request)
        refusal = errors.InternalError()
    headers = {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if "retry_after" in refusal.values:
        headers["Retry-After"] = str(refusal.values["retry_after"])
    body = body_of(refusal, request_id=getattr(request._request, "request_id", ""))
    return Response(body, status=refusal.status, headers=headers, content_type=CONTENT_TYPE)


def plain(refusal: DomainError, request: HttpRequest) -> HttpResponse:
    """The same problem for doors that are not rest_framework's."""
    body = body_of(refusal, request_id=getattr(request, "request_id", ""))
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=refusal.status, content_type=CONTENT_TYPE)
