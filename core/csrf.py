"""The page for a form that was not taken: too old, or sent from an address the site does not know."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW. Behind a proxy that changes the host no form is ever taken, and waiting does not help: that is said."""
    return render(request, "403_csrf.html", {"unknown_address": "trusted origins" in reason}, status=403)
