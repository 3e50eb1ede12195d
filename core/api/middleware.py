"""Whatever goes wrong under /api/ before or beside a resource leaves as a problem too: unknown addresses, bad hosts, faults."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from core import errors as core_errors
from core.api import errors, problems

GetResponse = Callable[[HttpRequest], HttpResponseBase]
PREFIX = "/api/"
_REFUSALS = {400: errors.Malformed, 403: core_errors.PermissionDenied, 404: core_errors.NotFound, 405: errors.MethodNotAllowed}


class ApiProblemsMiddleware:
    """Django answers errors in HTML; programs are told in problem+json."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code < 400 or not request.path.startswith(PREFIX):
            return response
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        refusal = _REFUSALS.get(response.status_code, errors.InternalError)()
        answer: HttpResponse = problems.plain(refusal, request)
        if "Allow" in response.headers:
            answer["Allow"] = response.headers["Allow"]
        return answer
