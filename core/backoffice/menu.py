"""The side menu: seven parts of the house in the readers' words, filled by the apps, each entry only for roles that may (CSL-04)."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import permissions
from core.backoffice.access import scope_of
from core.registry import Text


@dataclass(frozen=True)
class Group:
    """A part of the menu. promise: what will stand here, for as long as no app offers an entry."""

    key: str
    title: Text
    icon: str
    promise: Text = ""


GROUPS = (
    Group("lookup", _("Member lookup"), "person_search"),
    Group(
        "levels",
        _("Levels"),
        "military_tech",
        _("Level schemes, growth value, upgrades and downgrades, simulation before publishing, and level history will be kept here."),
    ),
    Group("assets", _("Assets"), "account_balance_wallet"),
    Group("profiles", _("Member profiles"), "badge"),
    Group(
        "tags",
        pgettext_lazy("menu", "Tags"),
        "sell",
        _("Manual tags, tags by rule with preview, and segments for campaigns will be kept here."),
    ),
    Group("stores", _("Stores and platform"), "storefront"),
    Group("system", _("System"), "settings"),
)


@dataclass(frozen=True)
class Entry:
    """A line of the menu. subject and verb: the permission that shows it.

    covers: which addresses it is lit up for, where that is not simply what lies below its own (a regular expression).
    """

    group: str
    title: Text
    link: str  # name of an address: "admin:lookup"
    icon: str
    position: int
    subject: str
    verb: str = "view"
    covers: str = ""


_entries: list[Entry] = []


def add(entry: Entry) -> None:
    assert entry.group in {group.key for group in GROUPS}, entry.group
    _entries.append(entry)


def group_of(key: str) -> Group | None:
    return next((group for group in GROUPS if group.key == key), None)


def is_coming(group: Group) -> bool:
    """Whether no app has offered anything for this part yet."""
    return bool(group.promise) and not any(entry.group == group.key for entry in _entries)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """What the theme draws (UNFOLD: SIDEBAR.navigation)."""
    scope = scope_of(request)
    found = []
    for group in GROUPS:
        items = [
            _item(entry, request.path)
            for entry in sorted(_entries, key=lambda entry: entry.position)
            if entry.group == group.key and permissions.allowed(entry.subject, entry.verb, scope)
        ]
        if is_coming(group) and scope.roles:
            items = [{"title": _("Coming later"), "icon": group.icon, "link": reverse("admin:coming", args=[group.key])}]
        if items:
            found.append({"title": group.title, "items": items})
    return found


def _item(entry: Entry, path: str) -> dict[str, Any]:
    link = reverse(entry.link)
    active = re.search(entry.covers, path) is not None if entry.covers else path.startswith(link)
    return {"title": entry.title, "icon": entry.icon, "link": link, "active": active}
