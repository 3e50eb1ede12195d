"""Which wrong passwords are counted together before an account is closed for a while (R17). Named in the settings, called by axes."""

from datetime import timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest

KNOWN_FOR = timedelta(days=30)


def lockout_parameters(request: HttpRequest, credentials: dict[str, Any] | None = None) -> list[str | list[str]]:
    """An address from which somebody has lately logged in to the account answers for itself; all others are counted together.

    So a thousand addresses have as few tries as one, and whoever uses them up closes the account to strangers, not to its owner.
    """
    return [["username", "ip_address"]] if _is_at_home(request, credentials) else ["username"]


def _is_at_home(request: HttpRequest, credentials: dict[str, Any] | None) -> bool:
    """Whether somebody has lately logged in to the account from this address."""
    username: str | None = get_client_username(request, credentials)
    address, at = getattr(request, "axes_ip_address", None), getattr(request, "axes_attempt_time", None)
    if not (username and address and at):
        return False
    return bool(AccessLog.objects.filter(username=username, ip_address=address, attempt_time__gt=at - KNOWN_FOR).exists())


class LoginHandler(AxesDatabaseHandler):
    """Counts the wrong passwords of an address over all accounts, too: a list of logins and one password is no way in.

    Used up, they close the address to accounts that are not used from it: colleagues who share it stay in, nobody is shut out elsewhere.
    """

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return super().is_locked(request, credentials) or (_has_guessed(request) and not _is_at_home(request, credentials))


def _has_guessed(request: HttpRequest) -> bool:
    address, at = getattr(request, "axes_ip_address", None), getattr(request, "axes_attempt_time", None)
    if not (address and at):
        return False
    lately = AccessAttempt.objects.filter(ip_address=address, attempt_time__gt=at - settings.AXES_COOLOFF_TIME)
    wrong: int | None = lately.aggregate(wrong=Sum("failures_since_start"))["wrong"]
    return (wrong or 0) >= settings.LOGIN_FAILURES_PER_ADDRESS
