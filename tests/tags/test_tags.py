"""Tags themselves, the editions of their rules, segments, lists of people, and what a programme begins with."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.enums import VersionState
from core.errors import DraftExists, InvalidInput, NotADraft
from growth.services import presets as growth_presets
from members.models import Member
from stores.models import Membership, Programme
from tags.enums import LifecycleStage, RunReason, RunState, TagKind, TagSource
from tags.errors import RuleInvalid, SegmentNotFound, TagByHand, TagInUse, TagRetired
from tags.models import FactStale, MemberTag, Segment, Tag, TagRun, TagVersion
from tags.services import giving, presets, runs, segments, tags, versions
from tags.services.segments import SegmentIn
from tags.services.tags import TagIn
from tests.growth import house as growth_house
from tests.tags import house
from tests.tags.house import counts, having, judge
from tests.world import NOW

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"actor": "staff:1", "at": NOW}
DAY = timedelta(days=1)
WOMEN = {"==": [{"var": "gender"}, "female"]}


def auto(programme: Programme, code: str, rule: object) -> Tag:
    return tags.create_tag(programme_id=programme.pk, code=code, kind=TagKind.AUTO, said=TagIn(code), rule=rule, **BY)


def publish(tag: Tag) -> TagVersion:
    return versions.publish_draft(version_id=tag.versions.get(state=VersionState.DRAFT).pk, **BY)


# --- tags ---


def test_automatic_tags_get_a_bit_for_ever(programme: Programme):
    first, second = auto(programme, "a", WOMEN), auto(programme, "b", WOMEN)
    by_hand = tags.create_tag(programme_id=programme.pk, code="c", kind=TagKind.MANUAL, said=TagIn("c"), **BY)
    tags.retire_tag(tag_id=second.pk, **BY)
    assert [tag.slot for tag in (first, second, by_hand, auto(programme, "d", WOMEN))] == [0, 1, None, 2]


@pytest.mark.parametrize(
    ("code", "said"),
    [("a b", TagIn("x")), ("a", TagIn("x")), ("x", TagIn(" ")), ("x", TagIn("x" * 41)), ("x", TagIn("x", "nothing")),
     ("x", TagIn("x", colour="ultraviolet")), ("x", TagIn("x", priority=-1))],
)  # fmt: skip
def test_a_tag_that_makes_no_sense_is_refused(programme: Programme, code: str, said: TagIn):
    auto(programme, "a", WOMEN)
    with pytest.raises(InvalidInput):
        tags.create_tag(programme_id=programme.pk, code=code, kind=TagKind.MANUAL, said=said, **BY)
    assert Tag.objects.filter(programme=programme).count() == 1


def test_a_retired_tag_is_taken_from_all_and_leaves_its_history(programme: Programme):
    """By hand at once, by rule at the run that retiring asks for."""
    woman, man = house.crowd(programme, 1, gender="female") + house.crowd(programme, 1, gender="male")
    tag = auto(programme, "women", WOMEN)
    publish(tag)
    runs.run_waiting(now=lambda: NOW)
    giving.give_tag(membership_ids=[man.pk], tag_id=tag.pk, source=TagSource.STAFF, **BY)
    assert having(tag) == {woman.pk, man.pk}
    tags.retire_tag(tag_id=tag.pk, reason="不再使用", actor="staff:1", at=NOW + DAY)
    assert having(tag) == {woman.pk}
    runs.run_waiting(now=lambda: NOW + DAY)
    assert having(tag) == set()
    assert MemberTag.objects.filter(tag=tag).count() == 2
    with pytest.raises(TagRetired):
        versions.create_draft(tag_id=tag.pk, **BY)


def test_a_tag_that_rules_ask_for_stays(programme: Programme):
    picky = house.by_hand(programme)
    segments.create_segment(programme_id=programme.pk, code="s", said=SegmentIn("难伺候", {"has_tag": "picky"}), **BY)
    with pytest.raises(TagInUse) as refused:
        tags.retire_tag(tag_id=picky.pk, **BY)
    assert refused.value.values == {"used_by": ["难伺候"]}
    assert Tag.objects.get(pk=picky.pk).retired_at is None


# --- editions of rules ---


def test_a_published_rule_asks_for_its_run_and_nobody_has_the_tag_before(programme: Programme):
    """TAG-01: what waits already takes the next one on."""
    [woman] = house.crowd(programme, 1, gender="female")
    a, b = auto(programme, "a", WOMEN), auto(programme, "b", WOMEN)
    publish(a)
    publish(b)
    [run] = TagRun.objects.all()
    assert (run.reason, run.state, run.tag_ids) == (RunReason.PUBLISHED, RunState.DUE, [a.pk, b.pk])
    assert having(a) == set()
    [done] = runs.run_waiting(now=lambda: NOW)
    assert counts(done) == (2, 0)
    assert having(a) == having(b) == {woman.pk}


def test_another_version_of_a_rule_keeps_who_still_matches(programme: Programme):
    woman, man = house.crowd(programme, 1, gender="female") + house.crowd(programme, 1, gender="male")
    tag = auto(programme, "a", WOMEN)
    first = publish(tag)
    runs.run_waiting(now=lambda: NOW)
    draft = versions.create_draft(tag_id=tag.pk, **BY)
    assert (draft.number, draft.rule) == (2, WOMEN)
    with pytest.raises(DraftExists):
        versions.create_draft(tag_id=tag.pk, **BY)
    versions.change_draft(version_id=draft.pk, rule={"==": [{"var": "orders"}, 0]}, **BY)
    second = publish(tag)
    [done] = runs.run_waiting(now=lambda: NOW + DAY)
    assert counts(done) == (1, 0)
    by_version = dict(MemberTag.objects.filter(tag=tag).values_list("membership_id", "version_id"))
    assert by_version == {woman.pk: first.pk, man.pk: second.pk}
    first.refresh_from_db()
    assert (first.state, first.retired_at) == (VersionState.RETIRED, NOW)
    with pytest.raises(NotADraft):
        versions.change_draft(version_id=first.pk, rule=WOMEN, **BY)


def test_a_rule_with_something_wrong_is_not_published(programme: Programme):
    tag = auto(programme, "a", {"and": [{"==": [{"var": "shoe_size"}, 42]}, {"has_tag": "nothing"}]})
    with pytest.raises(RuleInvalid) as refused:
        publish(tag)
    assert len(refused.value.problems) == 2
    assert TagVersion.objects.get().state == VersionState.DRAFT
    assert not TagRun.objects.exists()


def test_tags_that_would_ask_for_one_another_are_refused(programme: Programme):
    a, b = auto(programme, "a", WOMEN), auto(programme, "b", {"has_tag": "a"})
    publish(a)
    publish(b)
    draft = versions.create_draft(tag_id=a.pk, **BY)
    versions.change_draft(version_id=draft.pk, rule={"!": {"has_tag": "b"}}, **BY)
    with pytest.raises(RuleInvalid) as refused:
        publish(a)
    assert "a > b > a" in refused.value.problems[0]
    itself = auto(programme, "c", {"has_tag": "c"})
    with pytest.raises(RuleInvalid):
        publish(itself)
    assert set(TagVersion.objects.filter(state=VersionState.PUBLISHED).values_list("tag__code", flat=True)) == {"a", "b"}


def test_a_tag_by_hand_has_no_rule(programme: Programme):
    with pytest.raises(TagByHand):
        versions.create_draft(tag_id=house.by_hand(programme).pk, **BY)
    assert not TagVersion.objects.exists()


# --- lists of people ---


def test_fifty_people_of_a_file_have_fifty_rows(programme: Programme, tmp_path: Path):
    """TAG-02: bulk by CSV of 50 ids; an unknown one goes to the report; again, nobody is tagged twice."""
    people = house.crowd(programme, 50)
    tag, file = house.by_hand(programme), tmp_path / "people.csv"
    file.write_text("one_id\n" + "".join(f"{each.member.one_id}\n" for each in people) + "mem_nobody\n", encoding="utf-8")
    for apply, rows in (([], 0), (["--apply"], 50), (["--apply"], 50)):
        call_command(
            "tag_members", str(file), "--programme", "platform", "--tag", "picky", "--reason", "投诉名单", *apply, stdout=io.StringIO()
        )
        assert MemberTag.objects.filter(tag=tag).count() == rows
    assert set(MemberTag.objects.values_list("source", "reason", "started_by")) == {("file", "投诉名单", "command:tag_members")}
    with (tmp_path / "people.csv.errors.csv").open(encoding="utf-8-sig") as report:
        [refused] = csv.DictReader(report)
    assert (refused["line"], refused["field"], refused["one_id"]) == ("52", "one_id", "mem_nobody")
    house.by_rule(programme, WOMEN)
    assert counts(judge(programme, at=NOW + DAY)) == (0, 0)
    assert having(tag) == {each.pk for each in people}  # a run takes nothing


# --- segments ---


def test_a_segment_counts_who_its_rule_holds_for(programme: Programme):
    """TAG-10: tag A and not tag B and level 2 or higher."""
    growth_house.counting(programme)
    members = [growth_house.membership(programme, growth=growth) for growth in (0, 8_000, 9_000, 20_000)]
    a, b = house.by_hand(programme, "a"), house.by_hand(programme, "b")
    giving.give_tag(membership_ids=[each.pk for each in members], tag_id=a.pk, source=TagSource.STAFF, **BY)
    giving.give_tag(membership_ids=[members[2].pk], tag_id=b.pk, source=TagSource.STAFF, **BY)
    FactStale.objects.bulk_create(FactStale(membership=each) for each in members)
    runs.judge_changes(now=lambda: NOW)
    rule = {"and": [{"has_tag": "a"}, {"!": {"has_tag": "b"}}, {">=": [{"var": "level"}, "L2"]}]}
    made = segments.create_segment(programme_id=programme.pk, code="good", said=SegmentIn("好客", rule), **BY)
    assert segments.count_segment(segment_id=made.pk, at=NOW) == 2
    made.refresh_from_db()
    assert (made.members, made.counted_at) == (2, NOW)
    segments.change_segment(segment_id=made.pk, said=SegmentIn("好客", {"has_tag": "b"}), **BY)
    assert Segment.objects.get().members is None
    assert segments.count_segment(segment_id=made.pk, at=NOW) == 1


def test_a_segment_that_makes_no_sense_is_refused_and_a_retired_one_is_gone(programme: Programme):
    with pytest.raises(RuleInvalid):
        segments.create_segment(programme_id=programme.pk, code="s", said=SegmentIn("x", {"has_tag": "nothing"}), **BY)
    assert not Segment.objects.exists()
    made = segments.create_segment(programme_id=programme.pk, code="s", said=SegmentIn("x", WOMEN), **BY)
    with pytest.raises(InvalidInput):
        segments.create_segment(programme_id=programme.pk, code="s", said=SegmentIn("y", WOMEN), **BY)
    segments.retire_segment(segment_id=made.pk, **BY)
    with pytest.raises(SegmentNotFound):
        segments.change_segment(segment_id=made.pk, said=SegmentIn("y", WOMEN), **BY)


# --- what a programme begins with ---


def staged(programme: Programme) -> dict[int, list[str]]:
    """Stages that members have now, by membership."""
    found: dict[int, list[str]] = {}
    open_rows = MemberTag.objects.filter(tag__programme=programme, tag__group="lifecycle", ended_at=None)
    for membership_id, code in open_rows.values_list("membership_id", "tag__code"):
        found.setdefault(membership_id, []).append(code.removeprefix("stage_"))
    return found


def test_a_programme_begins_with_stages_and_classes_and_keeps_its_own(programme: Programme):
    made = presets.apply_presets(programme_id=programme.pk, language="en", **BY)
    assert [tag.code for tag in made][:7] == [f"stage_{stage.value}" for stage in LifecycleStage]
    assert [tag.name for tag in made][:2] == ["lost", "registered"]
    assert len(made) == 14
    assert made[-1].code == "f_dropped"
    assert all(tag.versions.get().state == VersionState.PUBLISHED for tag in made)
    assert presets.apply_presets(programme_id=programme.pk, language="en", **BY) == []


def test_a_programme_from_before_there_were_tags_is_given_them_by_a_command(programme: Programme):
    """A look first; with --apply those that are missing, and one run for all of them. What is there stays, retired or not."""
    kept = house.by_hand(programme, "stage_lost", name="走了")
    said = io.StringIO()
    call_command("load_tags", programme=programme.code, stdout=said)
    assert "试运行" in said.getvalue()
    assert list(Tag.objects.all()) == [kept]
    call_command("load_tags", all=True, apply=True, now=NOW.isoformat(), stdout=said)
    assert Tag.objects.count() == 14
    assert Tag.objects.get(code="stage_loyal").versions.get().published_by == "command:load_tags"
    assert Tag.objects.get(code="stage_lost").name == "走了"
    assert [len(run.tag_ids) for run in TagRun.objects.filter(reason=RunReason.PUBLISHED)] == [13]
    call_command("load_tags", programme=programme.code, apply=True, stdout=said)
    assert Tag.objects.count() == 14
    with pytest.raises(CommandError):
        call_command("load_tags", programme="nowhere", apply=True)


def test_every_member_has_one_stage_on_every_day(programme: Programme):
    """TAG-13, ruling 29: 10 members over 3 days are in 30 stages, kept as periods; two changes are two rows more."""
    growth_presets.apply_preset(programme_id=programme.pk, preset=growth_presets.DEFAULT, **BY)
    presets.apply_presets(programme_id=programme.pk, language="en", **BY)
    members = house.crowd(programme, 10, at=NOW - 30 * DAY)
    stages = []
    for day in range(3):
        runs.judge_night(now=lambda day=day: NOW + day * DAY)  # type: ignore[misc]
        found = staged(programme)
        assert {membership_id: len(has) for membership_id, has in found.items()} == {each.pk: 1 for each in members}
        stages += [has[0] for has in found.values()]
        for each in members[day : day + 1] if day < 2 else []:
            joined = NOW - 400 * DAY  # nobody has seen them since
            Member.objects.filter(pk=each.member_id).update(registered_at=joined)
            Membership.objects.filter(pk=each.pk).update(joined_at=joined)
            FactStale.objects.create(membership=each)
    assert (len(stages), stages.count("registered"), stages.count("lost")) == (30, 27, 3)
    rows = MemberTag.objects.filter(tag__group="lifecycle")
    assert (rows.count(), rows.filter(ended_at__isnull=False).count()) == (12, 2)
