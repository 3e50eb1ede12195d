"""Tables of tags: what they mean, who has them and why, when they were judged; saved audiences."""

from tags.models.runs import MemberBits, TagDue
from tags.models.segments import Segment
from tags.models.tags import MemberTag, Tag, TagExclusion, TagRun, TagVersion

__all__ = ["MemberBits", "MemberTag", "Segment", "Tag", "TagDue", "TagExclusion", "TagRun", "TagVersion"]
