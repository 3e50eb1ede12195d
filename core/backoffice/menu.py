"""The side menu: seven parts of the house in the readers' words, filled by the apps, each entry only for roles that may (CSL-04)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import permissions
from core.backoffice.access import scope_of
from core.registry import Text
from core.scope import Scope


@dataclass(frozen=True)
class Group:
    """A part of the menu, which folds. is_open: also while one is on a page of another part."""

    key: str
    title: Text
    icon: str
    is_open: bool = False


GROUPS = (
    Group("lookup", _("Member lookup"), "person_search", is_open=True),
    Group("levels", _("Levels"), "military_tech"),
    Group("assets", _("Assets"), "account_balance_wallet"),
    Group("profiles", _("Member profiles"), "badge", is_open=True),
    Group("tags", pgettext_lazy("menu", "Tags"), "sell"),
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


def ways(links: Sequence[str], scope: Scope) -> list[tuple[Text, str]]:
    """Title and address of these lines of the menu, as far as the caller may open them."""
    addresses = [reverse(link) for link in links]  # the first look at an address loads the back office, which fills the menu
    by_link = {entry.link: entry for entry in _entries}
    return [
        (entry.title, address)
        for entry, address in zip((by_link[link] for link in links), addresses, strict=True)
        if permissions.allowed(entry.subject, entry.verb, scope)
    ]


def title_at(path: str) -> Text | None:
    """What the line of the menu that leads to this very address is called, so that its page is called the same."""
    return next((entry.title for entry in _entries if reverse(entry.link) == path), None)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """What templates/unfold/helpers/app_list.html draws (UNFOLD: SIDEBAR.navigation)."""
    scope = scope_of(request)
    found = []
    for group in GROUPS:
        items = [
            _item(entry, request.path)
            for entry in sorted(_entries, key=lambda entry: entry.position)
            if entry.group == group.key and permissions.allowed(entry.subject, entry.verb, scope)
        ]
        if items:
            found.append({"title": group.title, "items": items, "is_open": group.is_open or any(item["active"] for item in items)})
    return found


def _item(entry: Entry, path: str) -> dict[str, Any]:
    link = reverse(entry.link)
    active = re.search(entry.covers, path) is not None if entry.covers else path.startswith(link)
    return {"title": entry.title, "icon": entry.icon, "link": link, "active": active}
