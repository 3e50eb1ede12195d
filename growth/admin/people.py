"""Members in lists, by name where the caller may read it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from django.http import HttpRequest

from core import registry
from core.backoffice.access import scope_of
from core.backoffice.reveal import called
from growth import links
from members import selectors as members_selectors

if TYPE_CHECKING:
    from stores.models import Membership


class Person(NamedTuple):
    """name: as the caller's roles in the member's stores let it be read, or that there is none.  url: the member page."""

    name: str
    url: str


def whose(request: HttpRequest, membership: "Membership") -> str:
    """Whose membership a form is about: the name, the programme and the number there."""
    name = named(request, [membership.member_id])[membership.member_id].name
    return f"{name} · {membership.programme.name} {membership.member_no}"


def named(request: HttpRequest, member_ids: Iterable[int]) -> dict[int, Person]:
    """By member id; two statements for any number."""
    members = members_selectors.members_by_id(member_ids)
    homes = registry.stores_of(list(members)) if members else {}
    return {
        pk: Person(
            called(member, scope_of(request).within(homes[pk])),
            links.member_page(pk),
        )
        for pk, member in members.items()
    }
