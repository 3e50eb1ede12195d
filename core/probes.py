"""Where machines ask how we are: answered before hosts, TLS, sessions and logs, since probes come by address and every few seconds."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core import health, metrics

PROBES = {"/livez": health.livez, "/readyz": health.readyz, "/metrics": metrics.metrics}


class ProbesMiddleware:
    """Answer the addresses of PROBES, whatever name or protocol they are asked by; leave all others alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return PROBES.get(request.path_info, self.get_response)(request)
