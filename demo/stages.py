"""What `seed_demo` does, stage by stage. A stage that is wholly loaded leaves a LoadedStage row and is skipped from then on.

Killed at any moment and started again, the load goes on: what a stage had committed is found by the services' own keys, and the moment
and the shift of the first start are kept in the row of the first stage, so that the second start plans the very same world.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from activity.management.commands.import_orders import summary
from core import replays
from core.watching import Watcher
from coupons.models import Coupon
from demo import customers, purchases
from demo.models import LoadedStage
from demo.months import Months, ends
from demo.world import couponing, crowd, facts, openings, story, tagging
from demo.world.cast import Cast, cast_facts, finish_cast, register_cast
from demo.world.crowd import Crowd
from demo.world.deeds import Deeds
from demo.world.facts import Facts
from demo.world.house import House, open_clients, open_house
from demo.world.mall import open_mall
from demo.world.parts import PARTS
from demo.world.savings import Savings
from demo.world.scenes import Scenes
from growth.enums import LevelCause
from growth.models import LevelHistory, RfmSnapshot
from points.models import PointsEntry
from points.services import books
from points.services import replay as points_replay

LAST_PURCHASE = datetime(2011, 12, 9, 12, 50, tzinfo=customers.SHOP_ZONE)  # the last line of the real purchases


@dataclass
class Load:
    """What the stages share. shift_days: whole weeks by which the real purchases are moved.  said: what people read at the end.

    is_upgrade: the facts were loaded before there was growth value: their effects are replayed, no month of the past is judged.
    is_without_points: they were loaded before there were points, or that long ago.
    """

    now: datetime
    shift_days: int
    watcher: Watcher
    is_upgrade: bool = False
    is_without_points: bool = False
    house: House = field(init=False)
    said: list[str] = field(default_factory=list)

    @cached_property
    def people(self) -> "People":
        """The story's people, registered: those who are there already keep what they have."""
        plan = crowd.plan(self.now)
        cast = register_cast(self.house, self.now)
        member_ids = story.register_crowd(plan, house=self.house, now=self.now)
        savings = Savings(plan, house=self.house, member_ids=member_ids)
        savings.bring()
        return People(cast, plan, member_ids, Deeds(self.now, self.house, cast.member_ids), savings)


@dataclass(frozen=True)
class People:
    """plan: of the crowd.  member_ids: of the crowd, by number.  deeds, savings: what cast and crowd do with their points."""

    cast: Cast
    plan: Crowd
    member_ids: Mapping[int, int]
    deeds: Deeds
    savings: Savings


@dataclass(frozen=True)
class Stage:
    """run: does the work and answers the facts that are kept with the stage's row."""

    name: str
    title: str | Promise
    run: Callable[[Load], dict[str, Any]]


def whole_weeks_until(now: datetime) -> int:
    """Days to add to the real purchases so that their last one lies less than a week before `now`, never after it."""
    return (now - LAST_PURCHASE).days // 7 * 7


def load(*, now: datetime, with_real: bool, watcher: Watcher) -> list[str]:
    """Run the stages that are not loaded yet; answers what they have to say. The first run's now (aware) and shift hold for all."""
    first = LoadedStage.objects.filter(name=HOUSE.name).first()
    is_upgrade = LoadedStage.objects.filter(name=BEFORE_GROWTH).exists()
    work = Load(
        now=datetime.fromisoformat(first.facts["now"]) if first else now,
        shift_days=first.facts["shift_days"] if first else whole_weeks_until(now),
        watcher=watcher,
        is_upgrade=is_upgrade,
        is_without_points=is_upgrade or LoadedStage.objects.filter(name=SCENES.name).exists(),
    )
    work.house = open_house(work.now, set_up_at=now if work.is_upgrade else None)
    open_mall(work.house, work.now)
    for stage in (HOUSE, PEOPLE, *((CUSTOMERS, PURCHASES) if with_real else ()), MONTHS, SCENES, POINTS, TAGS):
        if not LoadedStage.objects.filter(name=stage.name).exists():
            facts = stage.run(work)
            LoadedStage.objects.create(name=stage.name, facts=facts)
    open_clients(work.house, credentials_file())
    return work.said


def credentials_file() -> Path:
    """Where the API clients' ids and secrets are written; git-ignored."""
    return Path(settings.DATA_DIR) / "demo.http.env"


def _house(work: Load) -> dict[str, Any]:
    work.said.append(_("{stores} stores, {staff} staff.").format(stores=len(work.house.stores), staff=len(work.house.staff)))
    return {"now": work.now.isoformat(), "shift_days": work.shift_days}


def _people(work: Load) -> dict[str, Any]:
    work.watcher.phase(str(PEOPLE.title), total=0)
    counts = story.counts(work.people.plan)
    work.said.append(_("Story world: a cast of {people}, each with a scene.").format(people=len(PARTS)))
    words = _("Story world: {members:,} members, {orders:,} orders, {after_sales:,} after-sales, {events:,} events.")
    work.said.append(words.format_map(counts))
    return {"one_ids": dict(work.people.cast.one_ids), "seed": crowd.SEED, **counts}


def _customers(work: Load) -> dict[str, Any]:
    found = customers.read_customers()
    advance = _counting(work.watcher, CUSTOMERS, len(found))
    count = customers.load_customers(found, house=work.house, shift_days=work.shift_days, now=work.now, advance=advance)
    work.said.append(_("Real purchases: {customers:,} customers under made-up names.").format(customers=count))
    return {"customers": count, "seed": customers.SEED}


def _purchases(work: Load) -> dict[str, Any]:
    """The file's orders and, where they are not there yet, the story's facts: together, month by month."""
    months = _months_of(work)
    months.at_once = purchases.AT_ONCE
    stops = () if work.is_upgrade else ends(work.now)
    report = purchases.load_purchases(shift_days=work.shift_days, now=work.now, watcher=work.watcher, stops=stops, at_stop=months.close)
    if not work.is_upgrade:
        months.finish()
        LoadedStage.objects.get_or_create(name=MONTHS.name)
    work.said += summary(report)
    return report.as_json()


def _months(work: Load) -> dict[str, Any]:
    """The story's facts alone, month by month; after an upgrade, what all facts are worth."""
    months = _months_of(work)
    months.advance = _counting(work.watcher, MONTHS, len(months.facts))
    if work.is_upgrade:
        months.facts.record(work.now, months.advance)
        replayed = replays.replay_effects(booked_at=work.now, apply=True, watcher=work.watcher)
        openings.take_over(work.house, work.people.cast.member_ids, Facts(), work.now, work.now)
        return {name: {"replayed": done.facts, "posted": done.posted} for name, done in replayed.items()}
    for moment in ends(work.now):
        months.close(moment)
    months.finish()
    return {}


def _months_of(work: Load) -> Months:
    people = work.people
    facts = cast_facts(people.cast, work.now)
    facts += story.crowd_facts(people.plan, house=work.house, member_ids=people.member_ids, now=work.now)
    return Months(
        work.now,
        work.house,
        facts,
        people.deeds,
        people.savings,
        at_last=lambda moment, coming: openings.take_over(work.house, people.cast.member_ids, coming, moment, work.now),
    )


def _scenes(work: Load) -> dict[str, Any]:
    work.watcher.phase(str(SCENES.title), total=0)
    finish_cast(work.people.cast, work.now)
    judged = {
        "snapshots": RfmSnapshot.objects.count(),
        "rises": LevelHistory.objects.filter(cause=LevelCause.UP).count(),
        "falls": LevelHistory.objects.filter(cause=LevelCause.DOWN).count(),
    }
    words = _("Twelve months of RFM cycles: {snapshots:,} snapshots; levels rose {rises:,} times and fell {falls:,} times.")
    work.said.append(words.format_map(judged))
    return judged


def _points(work: Load) -> dict[str, Any]:
    """What happened to points in the last days, and the books of all days. In a demo from before points, the facts give theirs first."""
    work.watcher.phase(str(POINTS.title), total=0)
    deeds = work.people.deeds
    if work.is_without_points:
        if not work.is_upgrade:  # then all facts were replayed with growth value
            points_replay.tell(work.now, work.watcher)
        deeds.catch_up()
    deeds.nights()
    deeds.do_the_rest()
    days = books.close_days(now=work.now)
    counts = {"entries": PointsEntry.objects.count(), "days": days}
    work.said.append(_("Points: {entries:,} entries in the ledger; the books of {days:,} days.").format_map(counts))
    return counts


def _tags(work: Load) -> dict[str, Any]:
    """Tags of all members, what the cast has of tags and coupons, and the campaign that has run."""
    work.watcher.phase(str(TAGS.title), total=0)
    cast = register_cast(work.house, work.now)
    facts.record_orders(Scenes(work.now, work.house, cast.member_ids).tins(), work.now)  # in a demo from before there were tags
    tagging.set_up_tags(work.house, work.now)
    tagging.set_up_segments(work.house, work.now)
    at_once = purchases.AT_ONCE if LoadedStage.objects.filter(name=PURCHASES.name).exists() else 1
    given = tagging.give_tags(work.house, couponing.campaign_began(work.now), at_once=at_once)
    tagging.note_by_hand(work.house, cast.member_ids, work.now)
    couponing.set_up_coupons(work.house, work.now)
    couponing.give_cast(work.house, cast.member_ids, work.now)
    campaign = couponing.run_campaign(work.house, work.now)
    couponing.plan_campaigns(work.house, work.now)
    counts = {"tags": given, "targeted": campaign.targeted, "coupons": Coupon.objects.count()}
    work.said.append(_("Tags: {tags:,} given by rules; a campaign to {targeted} members; {coupons} coupons.").format_map(counts))
    return counts


def _counting(watcher: Watcher, stage: Stage, total: int) -> Callable[[int], None]:
    """A stage's phase begins; the answer is told how many things more are done."""
    watcher.phase(str(stage.title), total=total)
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        watcher.at(done)

    return advance


BEFORE_GROWTH = "crowd"  # a stage of the time before there was growth value
HOUSE = Stage("house", _("Stores and staff"), _house)
PEOPLE = Stage("people", _("Story world: the people"), _people)
CUSTOMERS = Stage("customers", _("Real purchases: customers"), _customers)
PURCHASES = Stage("purchases", _("Orders, reviews, RFM cycles, month by month"), _purchases)
MONTHS = Stage("months", _("Story world, month by month"), _months)
SCENES = Stage("scenes", _("Story world: the last touches"), _scenes)
POINTS = Stage("points", _("Points of the last days, and the books"), _points)
TAGS = Stage("tags", _("Tags, coupons, a campaign"), _tags)
