"""What makes points count more than once: member day, campaigns, levels (PTS-20, A-24, A-31, ruling 3)."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core.enums import Origin
from growth.models import Level
from growth.services import overrides
from points.enums import MultiplierKind
from points.models import PointsEntry
from points.rules.versions import MultiplierIn
from stores.models import Membership, Programme, Store
from tests.activity.facts import line, order, record
from tests.growth import house as growth_house
from tests.points.buying import buy, campaign, posted, rules
from tests.world import NOW

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


def joined(programme: Programme, at: datetime) -> Membership:
    """Somebody who joined then, at the lowest level since."""
    return Membership.objects.get(member_id=growth_house.enrol(at=at).member_id, programme=programme)


@pytest.mark.parametrize(
    ("paid_at", "expected"),
    [
        (datetime(2024, 4, 28, 0, 0, tzinfo=SHANGHAI), [("earn", 2, 2), ("bonus", 2, 2)]),
        (datetime(2024, 4, 28, 23, 59, 59, tzinfo=SHANGHAI), [("earn", 2, 2), ("bonus", 2, 2)]),
        (datetime(2024, 4, 29, 0, 0, tzinfo=SHANGHAI), [("earn", 2, 2)]),
    ],
)
def test_on_member_day_points_count_twice(shop: Store, member: Membership, paid_at: datetime, expected: list[tuple[str, int, int]]) -> None:
    """PTS-20, OP-7, A-31: 250.00 paid on the 28th gives 2 and 2 more, an entry of its own; paid on the 29th at 00:00 it gives 2."""
    buy(shop, member, 25000, placed_at=paid_at, paid_at=paid_at)
    assert posted(member) == expected
    if len(expected) == 2:
        bonus = PointsEntry.objects.get(kind="bonus")
        assert (bonus.rule, bonus.details["multiplier"]) == ("member_day", {"kind": "member_day", "key": "", "factor": "2.00"})


def test_the_highest_multiplier_counts_alone(programme: Programme, shop: Store) -> None:
    """A-24: gold 1.50, campaign 3.00, member day 2.00: 3.00, never their product; each at its own moment."""
    growth_house.counting(programme)
    gold = joined(programme, NOW - 100 * DAY)
    growth_house.hold(gold, "L3", since=NOW - 100 * DAY)
    times = (campaign("3.00"), MultiplierIn(MultiplierKind.LEVEL, Decimal("1.50"), "L3"))
    rules(programme, multipliers=(*times, MultiplierIn(MultiplierKind.MEMBER_DAY, Decimal("2.00"), day_of_month=28)))
    buy(shop, gold, 100000)
    buy(shop, gold, 100000, "O2", paid_at=NOW - 2 * DAY)  # its last moment is over
    bonuses = PointsEntry.objects.filter(kind="bonus").order_by("account_version")
    assert [(each.requested, each.rule, each.details["multiplier"]["key"]) for each in bonuses] == [
        (20, "campaign", "双11"), (5, "level", "L3"),
    ]  # fmt: skip


def test_a_bonus_is_rounded_down(programme: Programme, shop: Store, member: Membership) -> None:
    rules(programme, multipliers=(campaign("1.50"),))
    buy(shop, member, 30000)
    buy(shop, member, 10000, "O2")
    assert posted(member) == [("earn", 3, 3), ("bonus", 1, 1), ("earn", 1, 1)]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("origin", [Origin.LIVE, Origin.BACKFILL])
def test_the_level_held_immediately_before_the_order_counts(programme: Programme, shop: Store, together: bool, origin: Origin) -> None:
    """Ruling 3: the order that makes a member silver counts as bronze's, the next as silver's; in one batch as one by one."""
    growth_house.counting(programme)
    member = joined(programme, NOW - 10 * DAY)
    levels = ((MultiplierIn(MultiplierKind.LEVEL, Decimal(factor), code)) for factor, code in (("2.00", "L2"), ("3.00", "L3")))
    rules(programme, multipliers=tuple(levels))
    said = [
        order(shop.pk, member.member_id, f"O{number}", lines=[line(1, paid)], status="completed", completed_at=NOW - (9 - number) * DAY,
              placed_at=NOW - 9 * DAY)
        for number, paid in ((1, 900000), (2, 1100000), (3, 100000))
    ]  # fmt: skip
    for some in [said] if together else [[each] for each in said]:
        assert all(answer.ok for answer in record(*some, origin=origin))
    assert posted(member) == [("earn", 90, 90), ("earn", 110, 110), ("bonus", 110, 110), ("earn", 10, 10), ("bonus", 20, 20)]
    if origin == Origin.BACKFILL:  # ruling 6: each is booked when it happened
        entries = PointsEntry.objects.order_by("account_version")
        assert [each.booked_at for each in entries] == [NOW - (9 - number) * DAY for number in (1, 2, 2, 3, 3)]


def test_a_level_by_hand_counts_from_its_moment_and_until_its_end(programme: Programme, shop: Store) -> None:
    """Ruling 3, A-23: whatever is held when the order is told."""
    growth_house.counting(programme)
    member = joined(programme, NOW)
    rules(programme, multipliers=(MultiplierIn(MultiplierKind.LEVEL, Decimal("2.00"), "L1"),))
    bronze = Level.objects.get(programme=programme, code="L1")
    overrides.set_level(
        membership_id=member.pk, level_id=bronze.pk, reason="for a complaint", valid_until=NOW + 3 * DAY, actor="staff:1", at=NOW + DAY
    )
    for number, held in enumerate((DAY, 2 * DAY, 3 * DAY, 4 * DAY), start=1):
        buy(shop, member, 10000, f"O{number}", completed_at=NOW + held, at=NOW + 5 * DAY)
    details = PointsEntry.objects.filter(kind="earn").order_by("account_version").values_list("details__multiplier__key", flat=True)
    assert list(details) == [None, "L1", "L1", None]
