"""A programme with points rules, members with points of known ends, and rewards: what the tests of spending stand on."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from points.enums import EntryKind
from points.models import PointsAccount, PointsEntry, PointsLot, PointsVersion, Reward
from points.rules.versions import DEFAULT_TERMS
from points.services import ledger, rewards, versions
from points.services.ledger import EntryIn, LotTerms
from points.services.rewards import RewardIn
from stores.models import Membership, Programme
from tests.growth import house as growth_house
from tests.world import NOW

DAY = timedelta(days=1)
JUNE, SEPTEMBER = datetime.fromisoformat("2024-07-01T00:00:00+08:00"), datetime.fromisoformat("2024-10-01T00:00:00+08:00")
BY: dict[str, Any] = {"actor": "client:1", "at": NOW}
_numbers = count(1)


def pointed(programme: Programme, **changes: Any) -> PointsVersion:
    """Give a programme points rules: the usual ones with changes, fields as in PointsTerms."""
    draft = versions.create_draft(programme_id=programme.pk, actor="test", at=NOW)
    versions.change_draft(version_id=draft.pk, terms=replace(DEFAULT_TERMS, **changes), actor="test", at=NOW)
    return versions.publish_draft(version_id=draft.pk, actor="test", at=NOW)


def member(programme: Programme, *lots: tuple[int, datetime | None], level: str | None = None) -> Membership:
    """Somebody with lots of so many points that end then. level: held in the free track of a programme that counts growth."""
    found = growth_house.membership(programme, level=level) if level else _joined(programme)
    for points, ends_at in lots:
        give(found, points, ends_at)
    return found


def _joined(programme: Programme, member_id: int | None = None) -> Membership:
    values = {"member_no": f"W{next(_numbers)}", "joined_at": NOW, "source": "registration"}
    found, _created = Membership.objects.get_or_create(
        member_id=member_id or growth_house.enrol().member_id, programme=programme, defaults=values
    )
    return found


def also_in(programme: Programme, other: Membership) -> Membership:
    """The same person in another programme."""
    return _joined(programme, other.member_id)


def give(of: Membership, points: int, ends_at: datetime | None = None, *, at: datetime = NOW - DAY) -> int:
    """One earning of a day ago; answers the entry's id."""
    number = next(_numbers)
    entry = EntryIn(
        membership_id=of.pk,
        kind=EntryKind.EARN,
        requested=points,
        source_type="test",
        source_id=str(number),
        effect_key=f"test:{number}",
        occurred_at=at,
        actor="test",
        lot=LotTerms(earned_at=at, available_from=at, ends_at=ends_at),
    )
    [posted] = ledger.post_entries(entries=[entry], booked_at=at)
    return posted.entry_id


def lots(of: Membership) -> list[tuple[int, datetime | None]]:
    """What is left in each lot, and its end, in the order of their making."""
    return list(PointsLot.objects.filter(account_id=of.pk).order_by("id").values_list("remaining", "ends_at"))


def balance(of: Membership) -> int:
    return PointsAccount.objects.get(pk=of.pk).balance


def entries(of: Membership) -> int:
    return PointsEntry.objects.filter(account_id=of.pk).count()


def reward(
    programme: Programme, code: str = "film", *, points: int = 50, codes: int = 0, kind: str = "virtual_code", **said: Any
) -> Reward:
    """On offer; one of codes has so many of them."""
    made = rewards.save_reward(
        programme_id=programme.pk, code=code, kind=kind, said=RewardIn(name=code, points=points, **said), actor="test", at=NOW
    )
    if codes:
        rewards.add_codes(reward_id=made.pk, codes=[f"{code}-{number:03d}" for number in range(1, codes + 1)], actor="test", at=NOW)
    made.refresh_from_db()
    return made
