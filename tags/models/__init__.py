"""Tables of tags: what they mean, who has them and why, when they were judged; saved audiences."""

from tags.models.facts import FactClock, FactStale, MemberFact, WatchedFigure
from tags.models.runs import MemberBits, TagDue
from tags.models.segments import Segment
from tags.models.summary import DaySource, DayStale, MemberDay, MemberSeries
from tags.models.tags import MemberTag, Tag, TagExclusion, TagRun, TagVersion

__all__ = [
    "DaySource",
    "DayStale",
    "FactClock",
    "FactStale",
    "MemberBits",
    "MemberDay",
    "MemberFact",
    "MemberSeries",
    "MemberTag",
    "Segment",
    "Tag",
    "TagDue",
    "TagExclusion",
    "TagRun",
    "TagVersion",
    "WatchedFigure",
]
