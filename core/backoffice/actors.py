"""Names of those who did things: "staff:12" becomes a person's name, "client:7" a program."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _


def names(actors: Iterable[str]) -> dict[str, str]:
    """Words by actor, in one statement for any number of people."""
    wanted = set(actors)
    ids = {int(actor[6:]) for actor in wanted if actor.startswith("staff:") and actor[6:].isdecimal()}
    users: Mapping[int, Any] = get_user_model().objects.in_bulk(ids) if ids else {}
    return {actor: _name(actor, users) for actor in wanted}


def _name(actor: str, users: Mapping[int, Any]) -> str:
    kind, _colon, rest = actor.partition(":")
    if kind == "staff":
        user = users.get(int(rest)) if rest.isdecimal() else None
        return str(user.get_full_name() or user) if user is not None else actor
    if kind == "client":
        return _("API client %(number)s") % {"number": rest}
    if kind in ("command", "system", "clock", "import", "rfm", ""):
        return _("the system")
    return actor
