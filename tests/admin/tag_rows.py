"""What a shop can have of tags: a row of every kind that the back office has an address for, and words by which a leak is seen."""

from datetime import datetime, timedelta

from core.models import Job
from stores.models import Membership, Programme
from tags.enums import TagKind, TagSource
from tags.models import MemberTag, Tag, TagExclusion, TagRun, TagVersion
from tags.services import giving, runs, segments, tags, trials, versions
from tags.services.segments import SegmentIn
from tags.services.tags import TagIn

WOMEN = {"==": [{"var": "gender"}, "female"]}


def fill(programme: Programme, member_id: int, mark: str, now: datetime) -> tuple[dict[str, int], list[str]]:
    """Ids by what the addresses call them, and the words of this shop alone."""
    at = now - timedelta(minutes=5)
    membership = Membership.objects.get(programme=programme, member_id=member_id)
    by_rule = tags.create_tag(
        programme_id=programme.pk, code=f"women-{membership.pk}", kind=TagKind.AUTO, said=TagIn(f"女性{mark}", "demographic"),
        rule={"and": [WOMEN]}, actor="test", at=at,
    )  # fmt: skip
    [version] = TagVersion.objects.filter(tag=by_rule)
    by_hand = tags.create_tag(
        programme_id=programme.pk, code=f"picky-{membership.pk}", kind=TagKind.MANUAL, said=TagIn(f"挑剔{mark}"), actor="test", at=at
    )
    never = tags.create_tag(
        programme_id=programme.pk, code=f"never-{membership.pk}", kind=TagKind.MANUAL, said=TagIn(f"免扰{mark}"), actor="test", at=at
    )
    giving.give_tag(
        membership_ids=[membership.pk], tag_id=by_hand.pk, source=TagSource.STAFF, reason=f"退货多{mark}", actor="staff:0", at=at
    )
    giving.exclude(membership_ids=[membership.pk], tag_id=never.pk, reason=f"不要给{mark}", actor="staff:0", at=at)
    segment = segments.create_segment(
        programme_id=programme.pk, code=f"s-{membership.pk}", said=SegmentIn(f"人群{mark}", WOMEN), actor="test", at=at
    )
    run = runs.request_run(programme_id=programme.pk, actor="test", at=at)
    trial = trials.submit(programme_id=programme.pk, at=at)
    Job.objects.filter(pk=trial.pk).update(
        state="done",
        result={
            "programme_id": programme.pk,
            "as_of_on": at.date().isoformat(),
            "tags": [{"tag_id": by_hand.pk, "added": 1, "removed": 0, "new": [membership.pk], "gone": []}],
        },
    )
    ids = {
        "tag_id": by_rule.pk,
        "tag_version_id": version.pk,
        "member_tag_id": MemberTag.objects.get(tag=by_hand).pk,
        "exclusion_id": TagExclusion.objects.get(tag=never).pk,
        "segment_id": segment.pk,
        "tag_run_id": run.pk,
        "trial_id": trial.pk,
    }
    return ids, [f"女性{mark}", f"挑剔{mark}", f"退货多{mark}", f"不要给{mark}", f"人群{mark}"]


def publish(tag: Tag, *, at: datetime) -> TagRun:
    """Publish the tag's draft and do the run that this asks for."""
    [draft] = TagVersion.objects.filter(tag=tag, state="draft")
    versions.publish_draft(version_id=draft.pk, actor="test", at=at)
    done = runs.run(run_id=TagRun.objects.filter(tag_ids__contains=[tag.pk]).latest("pk").pk, now=lambda: at)
    assert done is not None
    return done


def many_tags(membership: Membership, count: int, until: datetime) -> None:
    """Tags that came by hand and went again, an hour apart, the newest last."""
    tag = Tag.objects.filter(programme=membership.programme, kind=TagKind.MANUAL).order_by("pk")[0]
    MemberTag.objects.bulk_create(
        MemberTag(
            membership=membership, tag=tag, source=TagSource.STAFF, started_by="staff:0", ended_by="staff:0",
            started_at=until - timedelta(hours=count - number, minutes=10), ended_at=until - timedelta(hours=count - number),
        )
        for number in range(count)
    )  # fmt: skip
