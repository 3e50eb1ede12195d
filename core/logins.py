"""Which wrong passwords are counted together before an account is closed for a while (R17). Named in the settings, called by axes."""

from datetime import timedelta
from typing import Any

from axes.helpers import get_client_username
from axes.models import AccessLog
from django.http import HttpRequest

KNOWN_FOR = timedelta(days=30)


def lockout_parameters(request: HttpRequest, credentials: dict[str, Any] | None = None) -> list[str | list[str]]:
    """An address from which somebody has lately logged in to the account answers for itself; all others are counted together.

    So a thousand addresses have as few tries as one, and whoever uses them up closes the account to strangers, not to its owner.
    """
    username: str | None = get_client_username(request, credentials)
    address, at = getattr(request, "axes_ip_address", None), getattr(request, "axes_attempt_time", None)
    if username and address and at:
        logins = AccessLog.objects.filter(username=username, ip_address=address, attempt_time__gt=at - KNOWN_FOR)
        if logins.exists():
            return [["username", "ip_address"]]
    return ["username"]
