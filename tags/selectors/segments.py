"""Reads of segments: which there are, and who is in them now."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from tags.errors import SegmentNotFound
from tags.models import Segment
from tags.selectors.matching import page


def of_programme(programme_id: int) -> QuerySet[Segment]:
    """The segments of a programme that are in use, by code."""
    return Segment.objects.filter(programme_id=programme_id, retired_at=None).order_by("code")


def segment_by_code(programme_id: int, code: str) -> Segment:
    """A segment in use, with its programme. Raises SegmentNotFound."""
    found = of_programme(programme_id).filter(code=code).select_related("programme").first()
    if found is None:
        raise SegmentNotFound()
    return found


def members(segment: Segment, at: datetime, *, after: int, limit: int) -> list[int]:
    """Membership ids of the segment behind `after`, in id order, at most `limit`, by facts as they were refreshed last."""
    on = at.astimezone(ZoneInfo(segment.programme.time_zone)).date()
    return page(segment.rule, segment.programme_id, on, after, limit)
