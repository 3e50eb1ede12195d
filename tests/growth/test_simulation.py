"""What a simulation says is what publishing and the named review then do (ruling 23); it writes nothing (OP-1.2, LVL-08, GRW-10)."""

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import InternalError, connection, transaction

from activity.models import Order
from core import clock, jobs
from core.errors import NotADraft
from core.models import Job
from growth.enums import Basis, Demotion, LevelCause, Track
from growth.errors import SchemeInvalid, SchemeNotFound
from growth.models import GiftGrant, LevelHistory, LevelReview, MemberLevel, SchemeVersion
from growth.rules.schemes import SchemeTerms
from growth.rules.simulation import Happening, Move, Simulation, Subject
from growth.selectors import schemes as selectors
from growth.services import presets, reviews, schemes, simulation
from stores.models import Membership, Programme
from tests import world
from tests.growth import crowd, house
from tests.world import NOW

BY: dict[str, Any] = {"actor": "staff:1", "at": NOW}
REVIEW_ON = date(2024, 6, 1)
REVIEW_AT = simulation.review_moment(REVIEW_ON, "Asia/Shanghai")
SHANGHAI = ZoneInfo("Asia/Shanghai")
CODES = ["L0", "L1", "L2", "L3", "L4"]


@pytest.fixture
def programme(db: None) -> Programme:
    """The platform with the preset of five levels."""
    made = world.platform()
    presets.apply_preset(programme_id=made.pk, preset="jd_five", **BY)
    return made


def drafted(programme: Programme, **values: Any) -> SchemeVersion:
    """A draft of the published scheme. thresholds by level code; other values are fields of the terms."""
    draft = schemes.create_draft(programme_id=programme.pk, **BY)
    terms = selectors.terms_of(draft.pk)
    thresholds = {code: values.pop(code) for code in list(values) if code in CODES}
    levels = tuple(replace(level, threshold=thresholds.get(level.code, level.threshold)) for level in terms.levels)
    return schemes.change_draft(version_id=draft.pk, terms=replace(terms, **{"levels": levels, **values}), **BY)


def without(terms: SchemeTerms, code: str) -> SchemeTerms:
    kept = [level for level in terms.levels if level.code != code]
    return replace(terms, levels=tuple(replace(level, rank=rank) for rank, level in enumerate(kept)))


def held(programme: Programme) -> Counter[str]:
    """Members by the level the scheme gives them."""
    rows = MemberLevel.objects.filter(track=Track.FREE, membership__programme=programme)
    return Counter(code or "" for code in rows.values_list("automatic_level__code", flat=True))


def in_thought(found: Simulation, place: str) -> Counter[str]:
    return Counter({level.code: getattr(level, place) for level in found.levels if getattr(level, place)})


def rows_of_growth() -> str:
    """A digest of every row of growth's and the outbox's tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND (relname LIKE 'growth%' OR relname LIKE 'core%' OR relname LIKE 'stores_member%') ORDER BY 1"
        )
        tables = [row[0] for row in cursor.fetchall()]
        digests = []
        for table in tables:
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
            digests.append(cursor.fetchone()[0])
    return "".join(digests)


# --- one member, every number ---


def test_op_1_m1_would_rise(programme):
    """OP-1.2: 银牌 to 7,000 as draft: "M1 (7,200) would rise; 1 of N members changes", distribution before and after."""
    m1 = house.membership(programme, growth=7_200)
    house.membership(programme, growth=500)
    house.membership(programme, growth=60_000)
    found = simulation.simulate_levels(version_id=drafted(programme, L2=7000).pk, at=NOW)
    assert (found.members, found.changes, found.publishing.ups) == (3, 1, 1)
    assert found.publishing.moves == (Move("L1", "L2", 1),)
    assert [(level.before, level.after) for level in found.levels] == [(1, 1), (1, 0), (0, 1), (0, 0), (1, 1)]
    (sample,) = found.samples
    assert (sample.membership_id, sample.happening, sample.level_from, sample.level_to) == (m1.pk, Happening.UP, "L1", "L2")
    assert (sample.value, sample.threshold, sample.step) == (7200, 7000, "publishing")
    assert [(gift.level, gift.kind, gift.packs, gift.items) for gift in found.gifts] == [("L2", "points", 1, 1), ("L2", "coupon", 1, 1)]
    assert found.review is None
    assert found.levels[0].after_review is None


def test_members_within_a_fifth_below_each_threshold_are_counted(programme):
    """LVL-08: members within 20 % below the threshold, per level."""
    for growth in (2_399, 2_400, 2_999, 6_399, 6_400, 7_999, 60_000):
        house.membership(programme, growth=growth)
    found = simulation.simulate_levels(version_id=drafted(programme).pk, at=NOW)
    assert [level.near for level in found.levels] == [None, 2, 2, 0, 0]


def test_the_review_is_seen_ahead_with_what_prevents_a_fall(programme):
    """A fall, one that protection prevents, and one that waits out its grace."""
    fallen, kept, rich = (house.membership(programme, growth=growth, level="L2") for growth in (7_000, 6_000, 60_000))
    MemberLevel.objects.filter(membership=kept).update(protected_until=REVIEW_AT + timedelta(hours=1))
    house.hold(rich, "L4")
    draft = drafted(programme)
    found = simulation.simulate_levels(version_id=draft.pk, at=NOW, review_at=REVIEW_AT)
    assert found.review is not None
    assert found.review_on == "2024-06-01"
    assert (found.review.ups, found.review.downs, found.review.protected, found.review.waiting) == (0, 1, 1, 0)
    assert found.review.moves == (Move("L2", "L1", 1),)
    by_member = {sample.membership_id: (sample.happening, sample.level_to, sample.threshold) for sample in found.samples}
    assert by_member == {fallen.pk: (Happening.DOWN, "L1", 8000), kept.pk: (Happening.PROTECTED, "L2", 8000)}
    schemes.change_draft(version_id=draft.pk, terms=replace(selectors.terms_of(draft.pk), grace_days=10), **BY)
    found = simulation.simulate_levels(version_id=draft.pk, at=NOW, review_at=REVIEW_AT)
    assert found.review is not None
    assert (found.review.downs, found.review.protected, found.review.waiting) == (0, 1, 1)


def test_the_cost_of_gifts_is_what_the_app_that_gives_them_says(programme, monkeypatch):
    from growth.services import gifts

    monkeypatch.setattr(gifts, "_kinds", {})
    gifts.register_gift_kind(
        kind="points", validator=lambda *_: [], cost=lambda payload, _programme: payload["points"] * 100, fulfiller=lambda *_: {}
    )
    for growth in (7_200, 7_300):
        house.membership(programme, growth=growth)
    house.membership(programme, growth=60_000)
    found = simulation.simulate_levels(version_id=drafted(programme, L2=7000).pk, at=NOW)
    assert {gift.kind: gift.cost_minor for gift in found.gifts} == {"points": 2 * 100 * 100, "coupon": None}


# --- the whole population ---


def populate(programme: Programme, rng: random.Random, number: int = 150) -> list[Membership]:
    """People whose value lies at, just below and far from thresholds; a third hold another level than they reach; some are frozen."""
    some = crowd.people(programme, number, joined_at=NOW - timedelta(days=700))
    marks = [0, 2_400, 3_000, 7_000, 8_000, 12_000, 20_000, 50_000]
    values = [max(0, rng.choice(marks) + rng.choice([-1, 0, 1, rng.randint(-900, 5_000)])) for _ in some]
    crowd.worth(some, values, at=NOW - timedelta(days=100))
    reached = [sum(value >= mark for mark in (3_000, 8_000, 20_000, 50_000)) for value in values]
    ranks = [rng.randint(0, 4) if rng.random() < 0.35 else rank for rank in reached]
    crowd.hold(some, [CODES[rank] for rank in ranks], since=NOW - timedelta(days=100), rng=rng, at=REVIEW_AT)
    crowd.gifted(some[:40], "L2", ago_days=[rng.choice([10, 364, 366, 500]) for _ in range(40)], at=NOW)
    frozen = [each.pk for each in rng.sample(some, 8)]
    Membership.objects.filter(pk__in=frozen).update(status="frozen")
    store = world.store("S001")
    days = [1, 5, 20, 180, 352, 353, 354, 364, 365, 366, 400]
    bought = [(rng.choice(some), NOW - timedelta(days=rng.choice(days), hours=rng.randint(0, 30)), rng.choice([50_000, 150_000, 400_000]))
              for _ in range(300)]  # fmt: skip
    crowd.orders(store, bought)
    return some


def bought_within(membership: Membership, days: int) -> bool:
    """In so many local days before NOW, or today."""
    first = NOW.astimezone(SHANGHAI).date() - timedelta(days=days)
    moments = Order.objects.filter(member_id=membership.member_id, completed_at__lte=NOW).values_list("completed_at", flat=True)
    return any(moment.astimezone(SHANGHAI).date() >= first for moment in moments if moment)


def by_hand(programme: Programme, terms: SchemeTerms) -> Counter[str]:
    """How many rises a growth-value scheme brings on publishing, in plain words (ruling 28: shares no code with the SQL)."""
    ladder = sorted((level.threshold, level.code) for level in terms.levels)
    order = [code for _threshold, code in ladder]
    risen: Counter[str] = Counter()
    for level in MemberLevel.objects.filter(track=Track.FREE, membership__programme=programme).select_related(
        "automatic_level", "membership"
    ):
        assert level.automatic_level is not None
        here = level.automatic_level.code
        here = terms.mapping.get(here, here) if here not in order else here
        balance = level.membership.growth_account.balance
        reached = [code for threshold, code in ladder if threshold <= balance][-1]
        idle = terms.inactivity_demote_days is not None and not bought_within(level.membership, terms.inactivity_demote_days)
        if level.membership.status == "active" and not idle and order.index(reached) > order.index(here):
            risen[reached] += 1
    return risen


CHANGES: list[dict[str, Any]] = [
    {"L2": 7_000},
    {"L1": 5_000, "L3": 18_000, "demotion": Demotion.DIRECT},
    {"L2": 12_000, "demotion": Demotion.NONE},
    {"L3": 21_000, "grace_days": 7, "protection_days": 10},
    {"basis": Basis.SPEND, "window_days": 365, "mode": "behaviour", "L1": 50_000, "L2": 150_000, "L3": 400_000, "L4": 900_000},
    {"basis": Basis.ORDER_COUNT, "window_days": 365, "mode": "behaviour", "L1": 1, "L2": 2, "L3": 3, "L4": 4, "protection_days": 5},
    {"L2": 7_500, "inactivity_demote_days": 180},
    {
        "basis": Basis.SPEND,
        "window_days": 365,
        "mode": "behaviour",
        "L1": 50_000,
        "L2": 150_000,
        "L3": 400_000,
        "L4": 900_000,
        "grace_days": 5,
        "protection_days": 0,
        "demotion": Demotion.DIRECT,
    },
]


@pytest.mark.parametrize("place", range(len(CHANGES)))
def test_publishing_and_the_named_review_do_what_was_simulated(programme, place):
    """Ruling 23: ups at publishing, ups and downs at the named review, distribution and gifts, to the member."""
    rng = random.Random(place)
    populate(programme, rng)
    draft = drafted(programme, **dict(CHANGES[place]))
    found = simulation.simulate_levels(version_id=draft.pk, at=NOW, review_at=REVIEW_AT)
    assert found.review is not None
    terms = selectors.terms_of(draft.pk)
    if terms.basis == Basis.GROWTH:
        assert sum(by_hand(programme, terms).values()) == found.publishing.ups
    assert in_thought(found, "before") == held(programme)
    before = GiftGrant.objects.count()
    schemes.publish_draft(version_id=draft.pk, **BY)
    assert LevelHistory.objects.filter(cause=LevelCause.PUBLISHED).count() == found.publishing.ups > 0
    assert held(programme) == in_thought(found, "after")
    with_gifts = [level.code for level in terms.levels if level.gifts]
    assert {gift.level for gift in found.gifts} <= set(with_gifts)
    review = reviews.run_review(scheme_id=draft.scheme_id, review_on=REVIEW_ON, now=lambda: REVIEW_AT)
    assert review is not None
    counts = Counter({name: count for name, count in review.result.items() if name != "moves"})
    step = found.review
    assert (counts["up"], counts["down"] + counts["inactive"]) == (step.ups, step.downs)
    assert (counts["protected"], counts["waits"]) == (step.protected, step.waiting)
    assert {(move.level_from, move.level_to): move.members for move in step.moves} == {
        (here, there): members for (here, there), members in reviews.Outcome.from_json(review.result).moves.items()
    }
    assert held(programme) == in_thought(found, "after_review")
    assert GiftGrant.objects.count() - before == sum(gift.items for gift in found.gifts)
    if place in {1, 3, 5, 6, 7}:
        assert step.downs + step.protected + step.waiting > 0


def test_replaced_levels_move_as_simulated(programme):
    """Ruling 22 and 23: the mapping of an occupied level, then rises and falls."""
    populate(programme, random.Random(99))
    draft = drafted(programme)
    terms = replace(without(selectors.terms_of(draft.pk), "L2"), mapping={"L2": "L1"})
    schemes.change_draft(version_id=draft.pk, terms=terms, **BY)
    found = simulation.simulate_levels(version_id=draft.pk, at=NOW, review_at=REVIEW_AT)
    assert sum(by_hand(programme, terms).values()) == found.publishing.ups
    gone = found.levels[-1]
    assert (gone.code, gone.rank, gone.after) == ("L2", None, 0)
    assert gone.before == found.publishing.mapped > 10
    schemes.publish_draft(version_id=draft.pk, **BY)
    assert LevelHistory.objects.filter(cause=LevelCause.MAPPED).count() == found.publishing.mapped
    assert LevelHistory.objects.filter(cause=LevelCause.PUBLISHED).count() == found.publishing.ups
    assert held(programme) == in_thought(found, "after")
    reviews.run_review(scheme_id=draft.scheme_id, review_on=REVIEW_ON, now=lambda: REVIEW_AT)
    assert held(programme) == in_thought(found, "after_review")


def test_the_first_scheme_of_a_programme_is_simulated_too(db):
    made = world.platform()
    some = crowd.people(made, 30, joined_at=NOW - timedelta(days=50))
    crowd.worth(some, [place * 700 for place in range(30)], at=NOW)
    plan = presets.read("taobao_three")
    presets._benefit(made.pk, "discount", plan.benefits["discount"])
    draft = schemes.create_draft(programme_id=made.pk, **BY)
    levels = tuple(replace(level, benefits=(), gifts=()) for level in plan.schemes[0].terms.levels)
    schemes.change_draft(version_id=draft.pk, terms=replace(plan.schemes[0].terms, levels=levels), **BY)
    found = simulation.simulate_levels(version_id=draft.pk, at=NOW)
    assert [(level.before, level.after) for level in found.levels] == [(0, 2), (0, 2), (0, 26)]
    assert found.publishing.ups == 28
    schemes.publish_draft(version_id=draft.pk, **BY)
    assert held(made) == in_thought(found, "after")
    assert LevelHistory.objects.filter(cause=LevelCause.PUBLISHED).count() == 28


# --- what it must not do ---


def test_a_simulation_writes_nothing(programme):
    """LVL-08, ruling 23: no row of growth, outbox, jobs or memberships differs, and Postgres refuses to write meanwhile."""
    populate(programme, random.Random(5), 60)
    draft = drafted(programme, L2=7000)
    before = rows_of_growth()
    simulation.simulate_levels(version_id=draft.pk, at=NOW, review_at=REVIEW_AT)
    assert rows_of_growth() == before
    with pytest.raises(InternalError, match="read-only transaction"), transaction.atomic(), simulation._read_only():
        MemberLevel.objects.update(falls_on=None)
    assert rows_of_growth() == before


def test_only_drafts_that_could_be_published_are_simulated(programme):
    published = selectors.published(programme.pk)
    assert published is not None
    with pytest.raises(NotADraft):
        simulation.simulate_levels(version_id=published.pk, at=NOW)
    with pytest.raises(SchemeNotFound):
        simulation.simulate_levels(version_id=0, at=NOW)
    draft = drafted(programme, L2=3000)
    with pytest.raises(SchemeInvalid):
        simulation.submit(subject=Subject.LEVELS, version_id=draft.pk, at=NOW)
    assert not Job.objects.exists()


def test_a_job_keeps_the_result_for_the_page(programme):
    populate(programme, random.Random(7))
    draft = drafted(programme, L2=7000)
    job = simulation.submit(subject=Subject.LEVELS, version_id=draft.pk, review_on=REVIEW_ON, at=NOW)
    with clock.at(NOW):
        assert jobs.run(job.pk, now=clock.now)
    job.refresh_from_db()
    assert (job.phase, job.done, job.total) == (simulation.COUNTING, 150, 150)
    kept = Simulation.from_json(json.loads(json.dumps(job.result)))
    assert kept == simulation.simulate_levels(version_id=draft.pk, at=NOW, review_at=REVIEW_AT)
    assert len(kept.samples) == 20
    assert LevelReview.objects.count() == 0


def test_the_review_of_a_day_runs_at_two_in_the_morning():
    assert simulation.review_moment(date(2024, 6, 1), "Asia/Shanghai").isoformat() == "2024-06-01T02:00:00+08:00"
    assert isinstance(REVIEW_AT, datetime)
