"""A programme with tags and a segment, for the tests of the API."""

from typing import Any

from stores.models import Programme
from tags.enums import TagGroup, TagKind, TagSource
from tags.models import Segment, Tag
from tags.services import giving, runs, segments, tags, versions
from tags.services.segments import SegmentIn
from tags.services.tags import TagIn
from tests.world import NOW

BY: dict[str, Any] = {"actor": "test", "at": NOW}
BUYERS = {">=": [{"var": "orders"}, 1]}


def tagged(programme: Programme) -> Programme:
    """ "picky" by hand, "buyer" by rule and in force, the segment "buyers"."""
    if not Tag.objects.filter(programme=programme, code="picky").exists():
        tags.create_tag(programme_id=programme.pk, code="picky", kind=TagKind.MANUAL, said=TagIn("挑剔客户"), **BY)
    if not Tag.objects.filter(programme=programme, code="buyer").exists():
        said = TagIn("买过东西", TagGroup.CONSUMPTION, priority=5)
        made = tags.create_tag(programme_id=programme.pk, code="buyer", kind=TagKind.AUTO, said=said, rule=BUYERS, **BY)
        versions.publish_draft(version_id=made.versions.get().pk, **BY)
    if not Segment.objects.filter(programme=programme, code="buyers").exists():
        segments.create_segment(programme_id=programme.pk, code="buyers", said=SegmentIn("买家", {"has_tag": "buyer"}), **BY)
    return programme


def judged() -> None:
    """Bring all tags up to now."""
    runs.run_waiting(now=lambda: NOW)
    runs.judge_changes(now=lambda: NOW)


def give(programme: Programme, code: str, membership_id: int) -> None:
    tag = Tag.objects.get(programme=programme, code=code)
    giving.give_to_one(membership_id=membership_id, tag_id=tag.pk, source=TagSource.STAFF, reason="三次要求换货", actor="staff:1", at=NOW)
