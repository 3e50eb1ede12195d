"""Names of those who did things: "staff:12" becomes a person's name, "client:7" a program's."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from oauth2_provider.models import get_application_model


def names(actors: Iterable[str]) -> dict[str, str]:
    """Words by actor, in one statement for any number of people, and one for programs."""
    wanted = set(actors)
    users = _by_id(get_user_model(), "staff", wanted)
    clients = _by_id(get_application_model(), "client", wanted)
    return {actor: _name(actor, users, clients) for actor in wanted}


def _by_id(model: Any, kind: str, actors: set[str]) -> Mapping[int, Any]:
    parts = [actor.partition(":") for actor in actors]
    ids = {int(number) for found, _colon, number in parts if found == kind and number.isdecimal()}
    rows: Mapping[int, Any] = model.objects.in_bulk(ids) if ids else {}
    return rows


def person(user: Any) -> str:
    """What a colleague is called; nothing for nobody."""
    return str(user.get_full_name() or user) if user is not None else ""


def _name(actor: str, users: Mapping[int, Any], clients: Mapping[int, Any]) -> str:
    kind, _colon, rest = actor.partition(":")
    if kind == "staff":
        user = users.get(int(rest)) if rest.isdecimal() else None
        return person(user) or actor
    if kind == "client":
        client = clients.get(int(rest)) if rest.isdecimal() else None
        return _("API client %(name)s") % {"name": client.name if client is not None else rest}
    if kind == "job":
        return _("job %(number)s") % {"number": rest}
    if kind in ("command", "system", "clock", "import", "rfm", "tags", ""):
        return _("the system")
    return actor
