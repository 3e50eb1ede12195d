"""Tags of the demo: those of demo/data/tags.toml with their rules, given to everybody by one run, and one by hand (OP-4, TAG-07)."""

import json
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from core.lanes import lanes
from demo.world.house import ACTOR, House
from demo.world.moments import before
from stores import selectors as stores_selectors
from tags.enums import RunState, TagKind, TagSource
from tags.models import DayStale, MemberDay, Segment, Tag, TagRun
from tags.services import facts, giving, runs, segments, summary, tags, versions
from tags.services.segments import SegmentIn
from tags.services.tags import TagIn

SOURCE = Path(__file__).resolve().parents[1] / "data" / "tags.toml"
MILK, PICKY = "M", "PICKY"
SET_UP_AGO = timedelta(days=30)
_EVER = (date(2000, 1, 1), date(2100, 1, 1))


def read(kind: str = "tag") -> list[dict[str, Any]]:
    """The tags of the file, or its segments."""
    found: list[dict[str, Any]] = tomllib.loads(SOURCE.read_text(encoding="utf-8"))[kind]
    return found


def set_up_tags(house: House, now: datetime) -> None:
    """Make the tags of the file and publish their rules. What is there stays as it is."""
    for said in read():
        programme_id = house.programmes[said["programme"]]
        if Tag.objects.filter(programme_id=programme_id, code=said["code"]).exists():
            continue
        tag = tags.create_tag(
            programme_id=programme_id,
            code=said["code"],
            kind=TagKind.AUTO if "rule" in said else TagKind.MANUAL,
            said=TagIn(said["name"], said["group"], said["description"], said["colour"], said.get("priority", 0)),
            rule=json.loads(said["rule"]) if "rule" in said else None,
            actor=ACTOR,
            at=now - SET_UP_AGO,
        )
        for draft in tag.versions.all():
            versions.publish_draft(version_id=draft.pk, actor=ACTOR, at=now - SET_UP_AGO)


def set_up_segments(house: House, now: datetime) -> None:
    """Save the segments of the file. What is there stays as it is."""
    for said in read("segment"):
        programme_id = house.programmes[said["programme"]]
        if not Segment.objects.filter(programme_id=programme_id, code=said["code"]).exists():
            segments.create_segment(
                programme_id=programme_id,
                code=said["code"],
                said=SegmentIn(said["name"], json.loads(said["rule"]), said["description"]),
                actor=ACTOR,
                at=now - SET_UP_AGO,
            )


def give_tags(house: House, at: datetime, *, at_once: int) -> int:
    """Bring the members' days up to date, then do the runs that publishing asked for, as history: nobody is told.

    at_once: 2 where that may be done side by side, 1 in somebody's transaction.  Answers how many tags were given. The slowest run, that
    of the real purchases, waits for days of members, and its facts for nothing: they are reckoned beside the days.
    """
    large, small = house.programmes["UKGIFT"], [house.programmes[code] for code in ("P1", "P2")]
    first: list[Callable[[], int]] = [partial(_sum_up, house), *(partial(_judge, programme_id, at) for programme_id in small)]
    beside: list[Callable[[], int]] = [partial(_judge, house.programmes["platform"], at), partial(_read, large, at)]
    with lanes(at_once) as side_by_side:
        parts = [first, beside] if len(side_by_side) > 1 else [[*first, *beside]]
        given = sum(side_by_side.run(lambda steps: sum(step() for step in steps), parts))
    return given + _judge(large, at)


def _sum_up(house: House) -> int:
    """In a demo from before there were days of members, of all that was ever told."""
    if not MemberDay.objects.exists() and not DayStale.objects.exists():
        from_on, until_on = _EVER
        summary.repair(store_ids=list(house.stores.values()), from_on=from_on, until_on=until_on, apply=True)
    summary.refresh(at_once=1_000_000)
    return 0


def _read(programme_id: int, at: datetime) -> int:
    facts.refresh(now=at, programme_id=programme_id)
    return 0


def _judge(programme_id: int, at: datetime) -> int:
    given = 0
    waiting = TagRun.objects.exclude(state=RunState.DONE).filter(programme_id=programme_id).order_by("pk")
    for run_id in waiting.values_list("pk", flat=True):
        done = runs.run(run_id=run_id, now=lambda: at, announce=False)
        given += sum(done.result["added"].values()) if done else 0
    return given


def note_by_hand(house: House, member_ids: Mapping[str, int], now: datetime) -> None:
    """张三 is 挑剔客户, and stays so whatever runs find (OP-4). Twice is once."""
    giving.give_tag(
        membership_ids=[stores_selectors.membership(member_ids["M1"], house.programmes["P1"]).pk],
        tag_id=tag_id(house, "P1", PICKY),
        source=TagSource.STAFF,
        reason="连续两次要求换货，发货前请先电话确认尺码",
        actor=f"staff:{house.staff['cs01']}",
        at=before(now, 10),
        announce=False,
    )


def tag_id(house: House, programme: str, code: str) -> int:
    """Of a tag of the file."""
    return Tag.objects.values_list("pk", flat=True).get(programme_id=house.programmes[programme], code=code)
