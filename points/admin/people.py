"""Members in lists of points, by name where the caller may read it; their stores; the keyset all those lists share."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from core import registry
from core.backoffice import keyset
from core.backoffice.access import scope_of
from core.backoffice.panels import PAGE
from core.backoffice.reveal import called
from growth.links import member_page
from stores import selectors as stores_selectors
from stores.enums import ProgrammeKind

if TYPE_CHECKING:
    from stores.models import Membership, Programme, Store

M = TypeVar("M", bound=Model)


def named(request: HttpRequest, memberships: "Iterable[Membership]") -> dict[int, dict[str, Any]]:
    """Name and page by membership id; the name as the caller's roles in the member's stores let it be read."""
    found = {each.pk: each for each in memberships}
    homes = registry.stores_of([each.member_id for each in found.values()]) if found else {}
    return {
        pk: {
            "name": called(each.member, scope_of(request).within(homes[each.member_id])),
            "number": each.member_no,
            "url": member_page(each.member_id),
        }
        for pk, each in found.items()
    }


def stores_of(request: HttpRequest, programme: "Programme") -> "QuerySet[Store]":
    """The stores of a programme that the caller reaches, by code; of the platform's, all of them."""
    stores = stores_selectors.within(scope_of(request)).order_by("code")
    return stores if programme.kind == ProgrammeKind.PLATFORM else stores.filter(programme=programme)


def newest(rows: QuerySet[M], cursor: str | None, at: str) -> tuple[Sequence[M], str | None]:
    """A page of rows by falling id, and the place the next one begins after. at: the field that says when."""
    place = keyset.read_numbered(cursor)
    if place:
        rows = rows.filter(pk__lt=place[1])
    found = list(rows.order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    if len(found) <= PAGE:
        return shown, None
    moment: datetime = getattr(shown[-1], at)
    return shown, keyset.write(moment, shown[-1].pk)
