"""Level schemes: drafted, checked in words, published, members re-evaluated (OP-1, LVL-05..08, LVL-23, LVL-27, LVL-32, BEN-01, BEN-10)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from core import jobs
from core.enums import VersionState
from core.errors import DraftExists, InvalidInput, NotADraft
from core.models import Job, Notice
from growth.enums import Basis, LevelCause, OverrideState, Track
from growth.errors import BenefitNotFound, SchemeInvalid, SchemeNotFound
from growth.models import (
    GiftGrant,
    Level,
    LevelHistory,
    LevelOverride,
    LevelTerms,
    MemberLevel,
    PaidPlan,
    SchemeVersion,
)
from growth.rules import schemes as rules
from growth.rules.schemes import BenefitIn, Finding, GiftIn, LevelIn, SchemeTerms, Severity
from growth.selectors import schemes as selectors
from growth.services import overrides, presets, re_evaluation, schemes
from stores.models import Membership, Programme
from tests import world
from tests.growth import house
from tests.growth.threads import at_once
from tests.world import NOW


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What findings say is asserted in the language of the code."""
    with translation.override("en"):
        yield


BY: dict[str, Any] = {"actor": "staff:1", "at": NOW}


@pytest.fixture
def programme(db: None) -> Programme:
    """The platform with the preset of five levels."""
    made = world.platform()
    presets.apply_preset(programme_id=made.pk, preset="jd_five", **BY)
    return made


def drafted(programme: Programme, **changes: Any) -> SchemeVersion:
    """A draft of the published scheme; changes of thresholds by level code: L2=7000."""
    draft = schemes.create_draft(programme_id=programme.pk, **BY)
    terms = selectors.terms_of(draft.pk)
    levels = tuple(replace(level, threshold=changes.get(level.code, level.threshold)) for level in terms.levels)
    return schemes.change_draft(version_id=draft.pk, terms=replace(terms, levels=levels), **BY)


def changed(draft: SchemeVersion, **values: Any) -> SchemeVersion:
    return schemes.change_draft(version_id=draft.pk, terms=replace(selectors.terms_of(draft.pk), **values), **BY)


def with_level(terms: SchemeTerms, code: str, /, **values: Any) -> tuple[LevelIn, ...]:
    return tuple(replace(level, **values) if level.code == code else level for level in terms.levels)


def found(draft: SchemeVersion, severity: Severity | None = None) -> list[Finding]:
    return [each for each in schemes.check_draft(version_id=draft.pk, at=NOW) if severity in (None, each.severity)]


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def held(membership: Membership) -> str:
    return MemberLevel.objects.get(membership=membership, track=Track.FREE).level.code


def level(programme: Programme, code: str) -> Level:
    return Level.objects.get(programme=programme, track=Track.FREE, code=code)


def richest(programme: Programme) -> Membership:
    """Somebody on the highest level, so that no check finds it empty."""
    return house.membership(programme, growth=60_000)


# --- drafting ---


def test_a_draft_says_what_the_published_version_says(programme):
    draft = schemes.create_draft(programme_id=programme.pk, **BY)
    published = selectors.published(programme.pk)
    assert published is not None
    assert (draft.number, draft.state, draft.based_on_id) == (2, VersionState.DRAFT, published.pk)
    assert selectors.terms_of(draft.pk) == selectors.terms_of(published.pk)
    assert len(selectors.terms_of(draft.pk).levels[2].gifts) == 2
    assert {benefit.code for benefit in selectors.terms_of(draft.pk).levels[0].benefits} == {"discount", "service"}


def test_an_old_version_can_be_drafted_again_to_go_back(programme):
    """以旧版本新建草稿 undoes a publish."""
    first = selectors.published(programme.pk)
    assert first is not None
    richest(programme)
    schemes.publish_draft(version_id=drafted(programme, L2=7000).pk, **BY)
    back = schemes.create_draft(programme_id=programme.pk, based_on_id=first.pk, **BY)
    assert back.number == 3
    assert selectors.terms_of(back.pk) == selectors.terms_of(first.pk)


def test_there_is_one_draft_at_a_time(programme):
    drafted(programme)
    with pytest.raises(DraftExists) as refused:
        schemes.create_draft(programme_id=programme.pk, **BY)
    assert refused.value.values == {"version": 2}
    assert SchemeVersion.objects.count() == 2


def test_a_draft_is_never_based_on_another_programmes_version(programme):
    other = world.store("S002", preset="jd_five").programme
    foreign = selectors.published(other.pk)
    assert foreign is not None
    with pytest.raises(SchemeNotFound):
        schemes.create_draft(programme_id=programme.pk, based_on_id=foreign.pk, **BY)
    assert selectors.draft(programme.pk) is None


def test_a_new_scheme_counts_growth_value_unless_said_otherwise(db):
    """LVL-04: the default basis of a new scheme is growth."""
    draft = schemes.create_draft(programme_id=world.platform().pk, **BY)
    assert draft.basis == Basis.GROWTH
    assert codes(found(draft)) == ["no_levels"]


def test_a_published_version_never_changes(programme):
    published = selectors.published(programme.pk)
    assert published is not None
    terms = selectors.as_terms(published)
    with pytest.raises(NotADraft):
        schemes.change_draft(version_id=published.pk, terms=replace(terms, note="x"), **BY)
    with pytest.raises(NotADraft):
        schemes.discard_draft(version_id=published.pk, **BY)
    with pytest.raises(NotADraft):
        schemes.publish_draft(version_id=published.pk, **BY)
    assert selectors.terms_of(published.pk) == terms


def test_a_draft_thrown_away_leaves_nothing(programme):
    draft = drafted(programme, L2=7000)
    schemes.discard_draft(version_id=draft.pk, **BY)
    assert SchemeVersion.objects.count() == 1
    assert LevelTerms.objects.count() == 5


@pytest.mark.parametrize(("window_days", "basis"), [(None, Basis.SPEND), (29, Basis.SPEND), (366, Basis.ORDER_COUNT), (365, Basis.GROWTH)])
def test_all_but_growth_value_counts_within_a_window(programme, window_days, basis):
    """LVL-27: unlimited -> validation error; 30 to 365 days."""
    draft = drafted(programme)
    with pytest.raises(SchemeInvalid):
        changed(draft, basis=basis, window_days=window_days)
    assert selectors.terms_of(draft.pk).basis == Basis.GROWTH


def test_names_are_free_text_of_at_most_32_characters(programme):
    """LVL-11."""
    draft = drafted(programme)
    terms = selectors.terms_of(draft.pk)
    changed(draft, levels=with_level(terms, "L4", name="钻" * 32))
    with pytest.raises(SchemeInvalid, match="longer than 32"):
        changed(draft, levels=with_level(terms, "L4", name="钻" * 33))
    assert selectors.terms_of(draft.pk).levels[4].name == "钻" * 32


def test_what_no_table_could_hold_is_refused_whole(programme):
    draft = drafted(programme)
    terms = selectors.terms_of(draft.pk)
    for levels in (
        with_level(terms, "L4", rank=3),
        with_level(terms, "L4", code="L3"),
        with_level(terms, "L4", threshold=-1),
        with_level(terms, "L4", name=" "),
    ):
        with pytest.raises(SchemeInvalid):
            changed(draft, levels=levels)
    with pytest.raises(BenefitNotFound):
        changed(draft, levels=with_level(terms, "L4", benefits=(BenefitIn("helicopter"),)))
    with pytest.raises(InvalidInput):
        changed(draft, levels=with_level(terms, "L4", benefits=(BenefitIn("discount", {"rate": "1.5"}),)))
    assert selectors.terms_of(draft.pk) == terms


# --- checks in words ---


@pytest.mark.parametrize(("count", "warned"), [(3, True), (4, False), (5, False), (6, False), (7, True)])
def test_four_to_six_levels_are_best(programme, count, warned):
    """LVL-05: 3 or 7 levels show a warning, do not block; 4, 5, 6 none."""
    draft = drafted(programme)
    benefits = (BenefitIn("service", {"tier": "standard"}),)
    levels = tuple(LevelIn(f"L{rank}", rank, f"第{rank}级", 500 * 2**rank if rank else 0, benefits=benefits) for rank in range(count))
    changed(draft, levels=levels)
    assert ("level_count" in codes(found(draft, Severity.WARNING))) is warned
    assert found(draft, Severity.ERROR) == []


def test_gaps_of_two_to_three_times_are_best(programme):
    """LVL-06: defaults give 2.67, 2.50, 2.50 -> no warning; 3000 -> 12000 (4.0) -> warning "4.0 倍"."""
    richest(programme)
    assert found(drafted(programme)) == []
    draft = selectors.draft(programme.pk)
    assert draft is not None
    terms = selectors.terms_of(draft.pk)
    changed(draft, levels=with_level(terms, "L2", threshold=12_000))
    (finding, other) = found(draft)
    assert (finding.code, finding.severity, finding.levels) == ("gap", Severity.WARNING, ("L1", "L2"))
    assert "4.0 times" in finding.words
    assert "1.67 times" in other.words  # 12,000 -> 20,000
    with translation.override("zh-hans"):
        assert "4.0 倍" in found(draft)[0].words


def test_the_gaps_of_op_1_are_fine(programme):
    """OP-1.2: 3,000 -> 7,000 = 2.33 ok; 7,000 -> 20,000 = 2.86 ok."""
    richest(programme)
    assert found(drafted(programme, L2=7000)) == []


def test_a_sixth_level_is_fine_and_a_seventh_only_warned_of(programme):
    """OP-1.3: add 黑钻 100,000 -> six levels, no warning; a seventh -> warning only."""
    house.membership(programme, growth=300_000)
    draft = drafted(programme)
    terms = selectors.terms_of(draft.pk)
    top = terms.levels[4]
    sixth = replace(top, code="L5", rank=5, name="黑钻会员", threshold=100_000)
    changed(draft, levels=(*terms.levels, sixth))
    assert found(draft) == []
    changed(draft, levels=(*terms.levels, sixth, replace(sixth, code="L6", rank=6, name="至尊会员", threshold=250_000)))
    assert [(each.severity, each.code) for each in found(draft)] == [(Severity.WARNING, "level_count")]


def test_thresholds_rise_strictly_from_0(programme):
    """LVL-07."""
    draft = drafted(programme, L2=3000)
    (finding,) = found(draft, Severity.ERROR)
    assert (finding.code, finding.levels) == ("thresholds_not_increasing", ("L1", "L2"))
    assert finding.words == "银牌会员 (3,000) must have a higher threshold than 铜牌会员 (3,000)."
    terms = selectors.terms_of(draft.pk)
    changed(draft, levels=with_level(terms, "L0", threshold=1))
    assert "lowest_not_zero" in codes(found(draft, Severity.ERROR))


def test_a_higher_level_never_gets_a_worse_discount(programme):
    """BEN-01, OP-1.4, LVL-07: silver's 0.96 > bronze's 0.95 -> publishing refused with both names."""
    draft = drafted(programme)
    terms = selectors.terms_of(draft.pk)
    bronze = terms.levels[1]
    worse = with_level(terms, "L1", benefits=(*bronze.benefits, BenefitIn("discount", {"rate": "0.95"})))
    changed(draft, levels=worse)
    silver = [each for each in terms.levels[2].benefits if each.code != "discount"]
    changed(draft, levels=with_level(selectors.terms_of(draft.pk), "L2", benefits=(*silver, BenefitIn("discount", {"rate": "0.96"}))))
    (finding,) = found(draft, Severity.ERROR)
    assert (finding.code, finding.levels) == ("benefit_worsens", ("L1", "L2"))
    assert "银牌会员 (96 %" in finding.words
    assert "铜牌会员 (95 %" in finding.words
    with pytest.raises(SchemeInvalid) as refused:
        schemes.publish_draft(version_id=draft.pk, **BY)
    assert refused.value.values["problems"] == [finding.words]
    published = selectors.published(programme.pk)
    assert published is not None
    assert published.number == 1


def test_a_benefit_that_ends_with_rank_or_shrinks_is_worse(programme):
    """BEN-01: what silver has, gold has too; so with quotas."""
    draft = drafted(programme)
    terms = selectors.terms_of(draft.pk)
    gold = tuple(each for each in terms.levels[3].benefits if each.code != "priority-dispatch")
    changed(draft, levels=with_level(terms, "L3", benefits=gold))
    assert [each.levels for each in found(draft, Severity.ERROR)] == [("L2", "L3")]
    quota = tuple(replace(each, monthly_quota=2) if each.code == "after-sales" else each for each in terms.levels[4].benefits)
    changed(draft, levels=with_level(terms, "L4", benefits=quota))
    (finding,) = found(draft, Severity.ERROR)
    assert "2 times a month" in finding.words
    assert "without limit" in finding.words


def test_a_level_without_benefits_is_named_once(programme):
    """LVL-32: level with 0 benefits -> 1 warning naming it on publishing."""
    richest(programme)
    draft = drafted(programme)
    changed(draft, levels=with_level(selectors.terms_of(draft.pk), "L0", benefits=()))
    (finding,) = found(draft)
    assert (finding.severity, finding.code, finding.levels) == (Severity.WARNING, "level_without_benefits", ("L0",))
    assert "普通会员" in finding.words
    schemes.publish_draft(version_id=draft.pk, **BY)


def test_benefits_are_counted_by_nature_and_the_top_needs_something_unique(programme):
    """BEN-10: 3 practical, 1 emotional, 0 unique -> 3/1/0 and, for the top level, 1 warning."""
    richest(programme)
    draft = drafted(programme)
    terms = selectors.terms_of(draft.pk)
    some = ("discount", "free-shipping", "next-day", "identity")
    gold = tuple(each for each in terms.levels[3].benefits if each.code in some)
    facts = selectors.benefit_facts(programme.pk)
    assert list(rules.natures(replace(terms.levels[3], benefits=gold), facts).values()) == [3, 1, 0]
    plain = tuple(each for each in terms.levels[4].benefits if each.code != "early-access")
    without = tuple(each for each in terms.levels[3].benefits if each.code != "early-access")
    levels = with_level(replace(terms, levels=with_level(terms, "L3", benefits=without)), "L4", benefits=plain)
    changed(draft, levels=levels)
    (finding,) = found(draft)
    assert (finding.severity, finding.code, finding.levels) == (Severity.WARNING, "top_level_without_unique", ("L4",))


def test_a_top_level_nobody_would_hold_is_warned_of(programme):
    """LVL-07: share of members at the top level 0 % -> warning."""
    house.membership(programme, growth=49_999)
    assert codes(found(drafted(programme))) == ["top_level_empty"]
    house.membership(programme, growth=50_000)
    draft = selectors.draft(programme.pk)
    assert draft is not None
    assert found(draft) == []


def test_removing_a_level_that_is_held_needs_a_level_to_go_to(programme):
    """Ruling 22."""
    richest(programme)
    house.membership(programme, growth=9_000)
    draft = drafted(programme)
    terms = selectors.terms_of(draft.pk)
    without = tuple(replace(level, rank=rank) for rank, level in enumerate(each for each in terms.levels if each.code != "L2"))
    changed(draft, levels=without)
    (finding,) = found(draft, Severity.ERROR)
    assert (finding.code, finding.levels) == ("mapping_missing", ("L2",))
    assert finding.words.startswith("1 member holds 银牌会员")
    changed(draft, mapping={"L2": "L9"})
    assert codes(found(draft, Severity.ERROR)) == ["mapping_missing"]
    changed(draft, mapping={"L2": "L1"})
    assert found(draft, Severity.ERROR) == []


# --- publishing ---


def test_publishing_raises_who_reaches_more_with_gift_and_message(programme):
    """OP-1.5: version 2; the re-evaluation makes M1 银牌, gift pack once (100 points + coupon), message queued."""
    richest(programme)
    m1 = house.membership(programme, growth=7_200)
    below = house.membership(programme, growth=6_999)
    version = schemes.publish_draft(version_id=drafted(programme, L2=7000).pk, **BY)
    assert (version.number, version.state, version.published_by) == (2, VersionState.PUBLISHED, "staff:1")
    assert (held(m1), held(below)) == ("L2", "L1")
    line: Any = LevelHistory.objects.get(membership=m1, cause=LevelCause.PUBLISHED)
    assert (line.level_from.code, line.level_to.code, line.version_id, line.source) == ("L1", "L2", version.pk, f"version:{version.pk}")
    assert line.details["value"] == 7200
    assert line.details["threshold"] == 7000
    assert sorted(GiftGrant.objects.filter(membership=m1).values_list("item__kind", flat=True)) == ["coupon", "points"]
    assert Notice.objects.filter(member_id=m1.member_id, template="level_up").count() == 1
    assert MemberLevel.objects.get(membership=m1).protected_until == NOW + timedelta(days=90)
    assert not LevelHistory.objects.filter(membership=below, cause=LevelCause.PUBLISHED).exists()
    retired = SchemeVersion.objects.get(scheme=version.scheme, number=1)
    assert (retired.state, retired.retired_at) == (VersionState.RETIRED, NOW)


def test_publishing_lowers_nobody(programme):
    richest(programme)
    silver = house.membership(programme, growth=8_000)
    schemes.publish_draft(version_id=drafted(programme, L2=9000).pk, **BY)
    assert held(silver) == "L2"


def test_members_of_a_removed_level_get_the_one_it_is_mapped_to(programme):
    """Ruling 22; protection goes on, nothing is won."""
    richest(programme)
    silver = house.membership(programme, growth=9_000)
    MemberLevel.objects.filter(membership=silver).update(protected_until=NOW + timedelta(days=10))
    draft = drafted(programme)
    terms = selectors.terms_of(draft.pk)
    without = tuple(replace(level, rank=rank) for rank, level in enumerate(each for each in terms.levels if each.code != "L2"))
    changed(draft, levels=without, mapping={"L2": "L1"})
    schemes.publish_draft(version_id=draft.pk, **BY)
    level: Any = MemberLevel.objects.get(membership=silver)
    assert (level.level.code, level.automatic_level.code, level.protected_until) == ("L1", "L1", NOW + timedelta(days=10))
    line: Any = LevelHistory.objects.get(membership=silver, cause=LevelCause.MAPPED)
    assert (line.level_from.code, line.level_to.code) == ("L2", "L1")
    assert not GiftGrant.objects.filter(membership=silver).exists()


def test_what_names_a_removed_level_names_its_replacement(programme):
    """A hand, a plan: none of them keeps a level alive that is gone."""
    richest(programme)
    by_hand = house.membership(programme, growth=4_000)
    overrides.set_level(membership_id=by_hand.pk, level_id=level(programme, "L2").pk, reason="投诉处理后补偿", actor="staff:1", at=NOW)
    plan = PaidPlan.objects.create(programme=programme, code="gold", name="年卡", price_minor=100, days=365, level=level(programme, "L2"))
    draft = drafted(programme)
    terms = selectors.terms_of(draft.pk)
    without = tuple(replace(level, rank=rank) for rank, level in enumerate(each for each in terms.levels if each.code != "L2"))
    changed(draft, levels=without, mapping={"L2": "L3"})
    schemes.publish_draft(version_id=draft.pk, **BY)
    assert held(by_hand) == "L3"
    assert LevelOverride.objects.get(state=OverrideState.ACTIVE).level.code == "L3"
    plan.refresh_from_db()
    assert plan.level.code == "L3"


def test_publishing_one_track_leaves_the_others_alone(programme):
    """LVL-23: edit free-track rule -> its version 1 to 2, recharge-track version stays 1; 0 recharge rows touched."""
    presets.apply_preset(programme_id=programme.pk, preset="stored_value", **BY)
    richest(programme)
    rich = house.membership(programme, growth=7_500)
    house.hold(rich, "SV1", track=Track.RECHARGE)
    before = list(MemberLevel.objects.filter(track=Track.RECHARGE).values())
    schemes.publish_draft(version_id=drafted(programme, L2=7000).pk, **BY)
    numbers = {track: selectors.published(programme.pk, track).number for track in (Track.FREE, Track.RECHARGE)}  # type: ignore[union-attr]
    assert numbers == {Track.FREE: 2, Track.RECHARGE: 1}
    assert list(MemberLevel.objects.filter(track=Track.RECHARGE).values()) == before
    assert held(rich) == "L2"


def test_the_first_version_gives_everybody_the_lowest_level(db):
    made = world.platform()
    someone = Membership.objects.get(pk=next(iter(house.enrol().membership_ids.values())))
    assert not MemberLevel.objects.filter(membership=someone).exists()
    house.give(someone, 3_500)
    presets.apply_preset(programme_id=made.pk, preset="jd_five", **BY)
    assert held(someone) == "L1"
    assert list(LevelHistory.objects.order_by("id").values_list("cause", flat=True)) == [LevelCause.JOINED, LevelCause.PUBLISHED]


def test_a_large_programme_is_re_evaluated_by_a_job_that_goes_on(programme, monkeypatch):
    """A killed job goes on behind the last chunk, and a chunk done twice finds nothing."""
    monkeypatch.setattr(re_evaluation, "AT_ONCE", 2)
    monkeypatch.setattr(re_evaluation, "CHUNK", 2)
    members = [house.membership(programme, growth=7_500) for _ in range(4)]
    richest(programme)
    version = schemes.publish_draft(version_id=drafted(programme, L2=7000).pk, **BY)
    assert {held(each) for each in members} == {"L1"}
    job = Job.objects.get(kind=re_evaluation.JOB)
    progress = jobs.Progress(job.pk)

    class Killed(jobs.Progress):
        def at(self, done: int) -> None:
            if done > 2:
                raise KeyboardInterrupt
            progress.at(done)

    with pytest.raises(KeyboardInterrupt):
        re_evaluation.raise_all(version_id=version.pk, begin=0, actor="staff:1", now=lambda: NOW, watcher=Killed(job.pk))
    assert [held(each) for each in members] == ["L2", "L2", "L1", "L1"]
    assert jobs.run(job.pk, now=lambda: NOW)
    assert {held(each) for each in members} == {"L2"}
    job.refresh_from_db()
    assert (job.done, job.total, job.result) == (5, 5, {"raised": 2})


def test_a_frozen_member_does_not_rise(programme):
    richest(programme)
    frozen = house.membership(programme, growth=7_500)
    Membership.objects.filter(pk=frozen.pk).update(status="frozen")
    schemes.publish_draft(version_id=drafted(programme, L2=7000).pk, **BY)
    assert held(frozen) == "L1"


@pytest.mark.django_db(transaction=True)
def test_of_two_people_publishing_at_once_one_wins():
    programme = world.platform()
    presets.apply_preset(programme_id=programme.pk, preset="jd_five", **BY)
    m1 = house.membership(programme, growth=7_200)
    draft = drafted(programme, L2=7000)

    def publish(who: str) -> str:
        try:
            schemes.publish_draft(version_id=draft.pk, actor=f"staff:{who}", at=NOW)
        except NotADraft:
            return "refused"
        return "published"

    assert sorted(str(each) for each in at_once(lambda: publish("1"), lambda: publish("2"))) == ["published", "refused"]
    assert held(m1) == "L2"
    assert LevelHistory.objects.filter(membership=m1, cause=LevelCause.PUBLISHED).count() == 1


def test_gifts_of_unknown_kinds_wait_for_the_app_that_gives_them(programme):
    draft = drafted(programme)
    terms = selectors.terms_of(draft.pk)
    changed(draft, levels=with_level(terms, "L1", gifts=(GiftIn("balloon", {"colour": "red"}),)))
    assert found(draft, Severity.ERROR) == []
    assert selectors.terms_of(draft.pk).levels[1].gifts == (GiftIn("balloon", {"colour": "red"}),)
