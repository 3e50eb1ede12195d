"""Places in a newest-first list: the last row shown, as text for an address. Pages cost the same wherever they are."""

from datetime import datetime
from typing import NamedTuple

from core.errors import NotFound


class Place(NamedTuple):
    """The row after which the next page begins. key: unique and sortable within the instant."""

    at: datetime
    key: str


def write(at: datetime, key: object) -> str:
    return f"{at.isoformat()}~{key}"


def read(text: str | None) -> Place | None:
    """None for the first page. Raises NotFound for what no page of ours has written."""
    if not text:
        return None
    moment, _, key = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        raise NotFound() from None
    if at.tzinfo is None or not key:
        raise NotFound()
    return Place(at, key)


def read_numbered(text: str | None) -> tuple[datetime, int] | None:
    """As `read`, for lists whose key is a row's id."""
    place = read(text)
    if place is None:
        return None
    if not place.key.isdecimal():
        raise NotFound()
    return place.at, int(place.key)
