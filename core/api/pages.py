"""Pages by keyset: the cursor names the last row seen, is signed, and holds for one list with one set of filters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import Field, Model, Q, QuerySet

from core.api.errors import InvalidCursor


@dataclass(frozen=True)
class Page:
    """rows: at most `limit`.  next_cursor: None when nothing follows."""

    rows: list[Any]
    next_cursor: str | None

    def answer(self, render: Callable[[Any], Any]) -> dict[str, Any]:
        return {"data": [render(row) for row in self.rows], "next_cursor": self.next_cursor}


def page(queryset: QuerySet[Any], *, order: Sequence[str], query: Mapping[str, Any], of: str) -> Page:
    """One page of `queryset` after query["cursor"].

    order: fields whose values together are unique, "-" for descending.  query: the checked parameters (limit, cursor and filters).
    of: the list's name; a cursor of another list or other filters raises InvalidCursor.
    """
    limit: int = query["limit"]
    if place := place_of(query, of=of):
        queryset = queryset.filter(_after(queryset.model, order, place))
    rows = list(queryset.order_by(*order)[: limit + 1])
    if len(rows) <= limit:
        return Page(rows, None)
    last = rows[limit - 1]
    values = [_field(queryset.model, name).value_to_string(last) for name in order]
    return Page(rows[:limit], cursor_at(values, query, of=of))


def place_of(query: Mapping[str, Any], *, of: str) -> list[str]:
    """The values a cursor holds; [] for the first page. Raises InvalidCursor."""
    if "cursor" not in query:
        return []
    try:
        found: list[str] = signing.Signer(salt=_salt(of, query)).unsign_object(query["cursor"])
    except (signing.BadSignature, ValueError):
        raise InvalidCursor() from None
    return found


def cursor_at(values: Sequence[str], query: Mapping[str, Any], *, of: str) -> str:
    """The cursor of the page after the row that has these values."""
    return str(signing.Signer(salt=_salt(of, query)).sign_object(list(values)))


def _salt(of: str, query: Mapping[str, Any]) -> str:
    filters = sorted((name, str(value)) for name, value in query.items() if name not in ("limit", "cursor"))
    return f"cursor:{of}:{filters}"


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    field = model._meta.get_field(name.removeprefix("-"))
    assert isinstance(field, Field)
    return field


def _after(model: type[Model], order: Sequence[str], values: Sequence[str]) -> Q:
    """Rows behind `values` in `order`; the bound on the first field alone lets its index begin there."""
    typed = [_field(model, name).to_python(value) for name, value in zip(order, values, strict=True)]
    behind, equal = Q(), Q()
    for name, value in zip(order, typed, strict=True):
        field = name.removeprefix("-")
        behind |= equal & Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{field: value})
    first = order[0].removeprefix("-")
    return Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": typed[0]}) & behind
