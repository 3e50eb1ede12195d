"""Runs: what comes and goes by rule, only the difference, and by hand nothing (TAG-01, TAG-02, TAG-15, TAG-16, A-34)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import OutboxMessage
from members import services as members_services
from stores.models import Membership, Programme
from tags import checks
from tags.enums import RunReason, RunState, TagGroup, TagSource
from tags.models import MemberBits, MemberTag, TagDue, TagRun
from tags.services import giving, runs
from tags.tasks import forget_runs
from tests import world
from tests.tags import house
from tests.tags.house import counts, having, judge
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WOMEN = {"==": [{"var": "gender"}, "female"]}
MEN = {"==": [{"var": "gender"}, "male"]}


def changes(at: Any = NOW) -> list[tuple[int, int]]:
    """Judge who changed; what came and went in each programme where something did."""
    return [counts(run) for run in runs.judge_changes(now=lambda: at)]


def test_a_new_rule_tags_who_is_there_and_later_who_comes(programme: Programme):
    """TAG-01: 120 of 1,000 at the first run (存量); a newcomer at the next one (增量), and nobody else again."""
    women = house.crowd(programme, 120, gender="female")
    house.crowd(programme, 880, gender="male")
    tag = house.by_rule(programme, WOMEN)
    first = judge(programme)
    assert counts(first) == (120, 0)
    assert having(tag) == {each.pk for each in women}
    rows = set(MemberTag.objects.values_list("pk", flat=True))
    [newcomer] = house.crowd(programme, 1, gender="female", at=NOW + DAY)
    second = judge(programme, at=NOW + DAY)
    assert counts(second) == (1, 0)
    assert set(MemberTag.objects.exclude(pk__in=rows).values_list("membership_id", "started_at")) == {(newcomer.pk, NOW + DAY)}


def test_a_second_run_on_the_same_data_writes_nothing(programme: Programme):
    """TAG-16: +0 -0."""
    house.crowd(programme, 5, gender="female")
    house.by_rule(programme, WOMEN)
    assert counts(judge(programme)) == (5, 0)
    before = list(MemberTag.objects.order_by("pk").values()), list(MemberBits.objects.order_by("pk").values())
    with CaptureQueriesContext(connection) as queries:
        again = judge(programme, at=NOW + DAY)
    assert counts(again) == (0, 0)
    assert (list(MemberTag.objects.order_by("pk").values()), list(MemberBits.objects.order_by("pk").values())) == before
    wrote = [query["sql"] for query in queries if query["sql"].startswith(("INSERT INTO tags_membertag", "UPDATE tags_membertag"))]
    assert wrote == []


def test_a_tag_ends_when_its_rule_no_longer_holds_and_leaves_its_history(programme: Programme, member: Membership):
    """TAG-15, A-34: tagged on day 1, no match on day 2: ended on day 2, and the row stays."""
    house.become(member, gender="female")
    tag = house.by_rule(programme, WOMEN, "women")
    judge(programme)
    house.become(member, gender="male")
    assert counts(judge(programme, at=NOW + DAY)) == (0, 1)
    row = MemberTag.objects.get(membership=member, tag=tag)
    assert (row.started_at, row.ended_at, row.started_by, row.ended_by) == (
        NOW, NOW + DAY, f"run:{TagRun.objects.order_by('pk')[0].pk}", f"run:{TagRun.objects.order_by('-pk')[0].pk}"
    )  # fmt: skip
    house.become(member, gender="female")
    judge(programme, at=NOW + 2 * DAY)
    assert house.rows(member) == [("women", "rule", False), ("women", "rule", True)]


def test_a_row_says_by_which_version_and_for_which_values(programme: Programme, member: Membership):
    """TAG-16: "why" shows the rule's version and the values that matched."""
    house.become(member, gender="female")
    tag = house.by_rule(programme, {"and": [WOMEN, {"==": [{"var": "orders"}, 0]}]})
    judge(programme)
    row = MemberTag.objects.get()
    assert (row.version, row.why) == (tag.versions.get(), {"gender": "female", "orders": 0})


def test_what_is_given_by_hand_no_run_takes(programme: Programme, member: Membership):
    """TAG-02, A-34, OP-4 step 5: neither a tag by hand nor an automatic one given by hand."""
    picky, women = house.by_hand(programme), house.by_rule(programme, WOMEN, "women")
    house.become(member, gender="male")
    for tag in (picky, women):
        giving.give_tag(membership_ids=[member.pk], tag_id=tag.pk, source=TagSource.STAFF, actor="staff:1", at=NOW)
    assert counts(judge(programme, at=NOW + DAY)) == (0, 0)
    house.become(member, gender="female")
    assert counts(judge(programme, at=NOW + 2 * DAY)) == (1, 0)  # by rule as well
    house.become(member, gender="male")
    assert counts(judge(programme, at=NOW + 3 * DAY)) == (0, 1)
    assert house.rows(member) == [("picky", "staff", True), ("women", "staff", True), ("women", "rule", False)]


def test_who_is_never_to_have_a_tag_gets_it_by_no_rule(programme: Programme):
    """A-34: the exclusion list is honoured, and when it ends the next run gives the tag again."""
    never, other = house.crowd(programme, 2, gender="female")
    tag = house.by_rule(programme, WOMEN)
    judge(programme)
    giving.exclude(membership_ids=[never.pk], tag_id=tag.pk, reason="本人不愿意", actor="staff:1", at=NOW + DAY)
    assert having(tag) == {other.pk}
    assert counts(judge(programme, at=NOW + DAY)) == (0, 0)
    giving.allow(membership_ids=[never.pk], tag_id=tag.pk, actor="staff:1", at=NOW + 2 * DAY)
    assert changes(NOW + 2 * DAY) == [(1, 0)]
    assert having(tag) == {never.pk, other.pk}


def test_excluded_and_allowed_before_the_next_run_the_tag_comes_back(programme: Programme):
    [member] = house.crowd(programme, 1, gender="female")
    tag = house.by_rule(programme, WOMEN)
    judge(programme)
    giving.exclude(membership_ids=[member.pk], tag_id=tag.pk, reason="本人不愿意", actor="staff:1", at=NOW)
    giving.allow(membership_ids=[member.pk], tag_id=tag.pk, actor="staff:1", at=NOW)
    judge(programme, at=NOW + DAY)
    assert having(tag) == {member.pk}


def test_only_members_of_whom_something_changed_are_judged_in_between(programme: Programme):
    """TAG-11: a minute's run looks at those with notes, and is written down only where a tag came or went."""
    a, b = house.crowd(programme, 2, gender="male")
    tag = house.by_rule(programme, WOMEN)
    judge(programme)
    assert not TagDue.objects.exists()
    Member = type(b.member)
    Member.objects.filter(pk=b.member_id).update(gender="female")  # nobody was told
    house.become(a, gender="female")
    assert changes(NOW + DAY) == [(1, 0)]
    assert having(tag) == {a.pk}
    assert changes(NOW + DAY) == []
    house.become(a, nickname="小张")
    assert changes(NOW + DAY) == []
    assert [run.reason for run in TagRun.objects.order_by("pk")] == [RunReason.BY_HAND, RunReason.CHANGES]


def test_a_rule_that_asks_for_another_tag_sees_what_the_same_run_gives(programme: Programme):
    """Layers: B asks for A, C asks for not B; one run settles them, and a second finds nothing to do."""
    women, men = house.crowd(programme, 3, gender="female"), house.crowd(programme, 2, gender="male")
    c = house.by_rule(programme, {"!": {"has_tag": "b"}}, "c")
    b = house.by_rule(programme, {"and": [{"has_tag": "a"}, {"==": [{"var": "gender"}, "female"]}]}, "b")
    a = house.by_rule(programme, WOMEN, "a")
    assert counts(judge(programme)) == (8, 0)
    assert (having(a), having(b), having(c)) == ({m.pk for m in women}, {m.pk for m in women}, {m.pk for m in men})
    assert counts(judge(programme, at=NOW + DAY)) == (0, 0)
    house.become(women[0], gender="male")
    assert changes(NOW + DAY) == [(1, 2)]
    assert women[0].pk in having(c)


def test_a_tag_by_hand_counts_in_rules(programme: Programme, member: Membership):
    picky = house.by_hand(programme)
    watch = house.by_rule(programme, {"has_tag": "picky"}, "watch")
    judge(programme)
    giving.give_tag(membership_ids=[member.pk], tag_id=picky.pk, source=TagSource.STAFF, actor="staff:1", at=NOW)
    assert changes() == [(1, 0)]
    giving.take_tag(membership_ids=[member.pk], tag_id=picky.pk, actor="staff:1", at=NOW + DAY)
    assert changes(NOW + DAY) == [(0, 1)]
    assert having(watch) == set()


def test_more_tags_than_one_word_has_bits(programme: Programme):
    """130 tags: three words; the last tag of each word comes and goes like any other."""
    [woman] = house.crowd(programme, 1, gender="female")
    [man] = house.crowd(programme, 1, gender="male")
    tags = [house.by_rule(programme, WOMEN if number % 2 else MEN) for number in range(130)]
    assert counts(judge(programme)) == (130, 0)
    assert all(having(tag) == ({woman.pk} if number % 2 else {man.pk}) for number, tag in enumerate(tags))
    assert len(MemberBits.objects.get(pk=man.pk).words) == 3
    house.become(man, gender="female")
    assert counts(judge(programme, at=NOW + DAY)) == (65, 65)
    assert counts(judge(programme, at=NOW + DAY)) == (0, 0)
    assert checks.disagreements() == []


def test_overlapping_tags_stand_side_by_side(programme: Programme, member: Membership):
    """TAG-14, the part of tags: a member of two audiences has both tags."""
    house.become(member, gender="female")
    milk = house.by_rule(programme, WOMEN, "milk")
    new = house.by_rule(programme, {"==": [{"var": "orders"}, 0]}, "new")
    judge(programme)
    assert having(milk) & having(new) == {member.pk}


def test_tags_have_six_groups(programme: Programme):
    """TAG-08: four families, and life cycle and what staff note."""
    assert {group.value for group in TagGroup} == {"demographic", "behaviour", "interest", "consumption", "lifecycle", "service"}
    tag = house.by_hand(programme, group=TagGroup.INTEREST)
    assert [each.pk for each in type(tag).objects.filter(group="interest")] == [tag.pk]


def test_a_trial_says_what_a_run_does_and_keeps_nothing(programme: Programme):
    """Ruling 28: the same code rolled back; the same counts when it is run."""
    women = house.crowd(programme, 3, gender="female")
    tag = house.by_rule(programme, WOMEN)
    tried = runs.trial(programme_id=programme.pk, now=lambda: NOW)
    assert tried.tags == (runs.Tried(tag.pk, 3, 0, tuple(each.pk for each in women), ()),)
    assert not MemberTag.objects.exists() and not MemberBits.objects.exists() and not TagRun.objects.exists()
    assert not OutboxMessage.objects.filter(topic="tag.changed").exists()
    assert counts(judge(programme)) == (3, 0)
    assert runs.trial(programme_id=programme.pk, now=lambda: NOW).tags == ()


def test_the_night_judges_every_programme_once_a_day(programme: Programme):
    """TAG-01, ruling 8: a row a programme and local day, whoever ticks how often."""
    store = world.store("S001")
    [member] = house.crowd(store.programme, 1, gender="female")
    tag = house.by_rule(store.programme, WOMEN)
    done = runs.judge_night(now=lambda: NOW)
    assert {run.programme_id for run in done} == {programme.pk, store.programme_id}
    assert runs.judge_night(now=lambda: NOW) == []
    assert having(tag) == {member.pk}
    assert len(runs.judge_night(now=lambda: NOW + DAY)) == 2
    assert {(run.reason, run.state) for run in TagRun.objects.all()} == {(RunReason.NIGHTLY, RunState.DONE)}


def test_a_run_names_the_day_it_judged(programme: Programme):
    """Asked for before midnight and done after it, it judges by the new day and says so; a night's run stays that night's."""
    house.crowd(programme, 1, gender="female")
    tag = house.by_rule(programme, WOMEN)
    asked = runs.request_published(programme_id=programme.pk, tag_ids=[tag.pk], actor="staff:1", at=NOW)
    night = TagRun.objects.create(programme=programme, reason=RunReason.NIGHTLY, as_of_on=NOW.date(), created_at=NOW)
    assert len(runs.run_waiting(now=lambda: NOW + DAY)) == 2
    asked.refresh_from_db()
    night.refresh_from_db()
    assert (asked.as_of_on, night.as_of_on) == ((NOW + DAY).date(), NOW.date())


def test_runs_of_changes_are_forgotten_after_thirty_days(programme: Programme):
    """Every other run stays, and so does what the forgotten ones gave."""
    [member] = house.crowd(programme, 1, gender="male")
    tag = house.by_rule(programme, WOMEN)
    judge(programme)
    house.become(member, gender="female")
    assert changes() == [(1, 0)]
    forget_runs(at=(NOW + 30 * DAY).isoformat())
    assert TagRun.objects.count() == 2
    forget_runs(at=(NOW + 30 * DAY + timedelta(seconds=1)).isoformat())
    assert list(TagRun.objects.values_list("reason", flat=True)) == [RunReason.BY_HAND]
    assert having(tag) == {member.pk}


def test_a_programme_without_tags_is_left_alone(programme: Programme):
    Programme.objects.filter(pk=programme.pk).update(tags_on=False)
    house.crowd(programme, 1, gender="female")
    house.by_rule(programme, WOMEN)
    assert runs.judge_night(now=lambda: NOW) == []
    assert not MemberTag.objects.exists()


def test_members_who_leave_or_are_frozen_have_no_automatic_tags(programme: Programme, member: Membership):
    house.become(member, gender="female")
    tag = house.by_rule(programme, WOMEN)
    judge(programme)
    members_services.freeze_member(member_id=member.member_id, reason="有盗号的嫌疑", actor="staff:1", at=NOW)
    judge(programme, at=NOW + DAY)
    assert having(tag) == set()
    members_services.unfreeze_member(member_id=member.member_id, reason="已经核实本人", actor="staff:1", at=NOW + DAY)
    judge(programme, at=NOW + 2 * DAY)
    assert having(tag) == {member.pk}


def test_other_programs_hear_of_a_run_one_message_a_member(programme: Programme, member: Membership):
    house.become(member, gender="female")
    for code in ("b", "a"):
        house.by_rule(programme, WOMEN, code)
    judge(programme)
    told = OutboxMessage.objects.filter(topic="tag.changed")
    assert [(row.ordering_key, row.payload["added"], row.payload["removed"]) for row in told] == [(member.member.one_id, ["a", "b"], [])]
    house.become(member, gender="male")
    judge(programme, at=NOW + DAY, announce=False)
    assert told.count() == 1


def test_a_rule_that_cannot_be_read_any_more_keeps_no_other_from_being_judged(programme: Programme):
    """A derived variable that is no more: who has the tag keeps it, and the log says so."""
    [member] = house.crowd(programme, 1, gender="female")
    women, broken = house.by_rule(programme, WOMEN), house.by_rule(programme, WOMEN)
    judge(programme)
    broken.versions.update(rule={"==": [{"derived": {"name": "gone"}}, 1]})
    house.become(member, gender="male")
    assert counts(judge(programme, at=NOW + DAY)) == (0, 1)
    assert (having(women), having(broken)) == (set(), {member.pk})


def test_bits_and_rows_say_the_same_or_it_is_seen(programme: Programme):
    """The nightly check compares what runs remember with the rows."""
    [member] = house.crowd(programme, 1, gender="female")
    house.by_rule(programme, WOMEN)
    judge(programme)
    assert checks.disagreements() == []
    MemberTag.objects.update(ended_at=NOW)
    [found] = checks.disagreements()
    assert (found.membership_id, found.what, found.expected, found.found) == (member.pk, "tags", 0, 1)
