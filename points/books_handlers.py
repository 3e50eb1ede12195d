"""Reactions to what was posted: others are told, closed days of the books taken back (ruling 5)."""

from core.enums import Origin
from points.events import PointsPosted
from points.services import books, telling


def on_points_posted(fact: PointsPosted) -> None:
    """Live postings are told of; history is not, and may fall into days that are closed."""
    if fact.origin == Origin.LIVE:
        telling.tell(entry_ids=fact.entry_ids, booked_at=fact.booked_at)
    else:
        books.restate(entry_ids=fact.entry_ids)
