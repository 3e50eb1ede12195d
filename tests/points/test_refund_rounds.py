"""R07: orders with several lines, points paid and earned, partial returns in any order: when all has come back, all is as it was before."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from activity.inputs import AfterSaleIn, AfterSaleLineIn, OrderIn
from points.enums import MultiplierKind
from points.models import PointsAccount, PointsEntry, PointsLot
from points.rules.versions import MultiplierIn
from points.services import holds
from stores.models import Membership, Programme, Store
from tests.activity.facts import after_sale, line, order, record
from tests.points import house
from tests.points.buying import rules
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PEOPLE = 60
ORDERS = (2, 5)
LINES = (1, 5)
RETURNS = (1, 4)
SEED = 20240520


@dataclass
class Deal:
    """An order to come, and the returns that will take all of it back. parts: by return, by line, (minor, pieces)."""

    number: int
    lines: list[tuple[int, int]]  # minor, pieces
    wants_points: float
    parts: list[list[tuple[int, int]]]


@dataclass
class Buyer:
    member: Membership
    script: list[tuple[Deal, int]] = field(default_factory=list)  # the deal and the step: 0 buys it, then its returns

    def before(self) -> list[tuple[int, int, datetime | None]]:
        return list(PointsLot.objects.filter(account=self.member.pk).order_by("id").values_list("id", "remaining", "ends_at"))


def cut(total: int, into: int, dice: random.Random) -> list[int]:
    """Parts that add up; some are empty."""
    places = sorted(dice.randint(0, total) for _each in range(into - 1))
    return [end - begin for begin, end in zip([0, *places], [*places, total], strict=True)]


def deals(dice: random.Random) -> Iterator[Deal]:
    for number in range(dice.randint(*ORDERS)):
        lines = [
            (dice.choice([0, dice.randint(1, 9999), dice.randint(1, 300) * 100]), dice.randint(1, 3))
            for _line in range(dice.randint(*LINES))
        ]
        returns = dice.randint(*RETURNS)
        minors = [cut(minor, returns, dice) for minor, _pieces in lines]
        pieces = [cut(count, returns, dice) for _minor, count in lines]
        parts = [[(minors[at][nth], pieces[at][nth]) for at in range(len(lines))] for nth in range(returns)]
        yield Deal(number, lines, dice.choice([0, 0.3, 1]), parts)


def script(dice: random.Random) -> list[tuple[Deal, int]]:
    """All steps of all deals in a random order, each deal bought before anything of it comes back."""
    waiting = [[(deal, step) for step in range(len(deal.parts) + 1)] for deal in deals(dice)]
    steps = []
    while waiting := [steps_of for steps_of in waiting if steps_of]:
        steps.append(dice.choice(waiting).pop(0))
    return steps


def buys(buyer: Buyer, deal: Deal, shop: Store, at: datetime, dice: random.Random) -> OrderIn:
    """Pays with some of what is available, all of it held and captured, and completes the order."""
    account = PointsAccount.objects.get(pk=buyer.member.pk)
    points = int(account.balance * deal.wants_points)
    order_no = f"O{buyer.member.pk}.{deal.number}"
    if points:
        made = holds.hold_points(
            membership_id=buyer.member.pk,
            points=points,
            store_id=shop.pk,
            order_no=order_no,
            effect_key=f"h:{order_no}",
            actor="test",
            at=at,
        )
        taken = points if dice.random() < 0.8 else dice.randint(1, points)
        holds.capture_hold(hold_id=made.pk, points=taken, effect_key=f"c:{order_no}", actor="test", at=at)
        points = taken
    lines = [line(place, minor, quantity=pieces) for place, (minor, pieces) in enumerate(deal.lines, start=1)]
    paid = sum(minor for minor, _pieces in deal.lines)
    return order(
        shop.pk, buyer.member.member_id, order_no, lines=lines, status="completed", completed_at=at, points_used=points,
        points_minor=points * 100, goods_minor=paid + points * 100,
    )  # fmt: skip


def returns(buyer: Buyer, deal: Deal, nth: int, shop: Store, at: datetime) -> AfterSaleIn:
    order_no = f"O{buyer.member.pk}.{deal.number}"
    back = [
        AfterSaleLineIn(line_no=place, refund_minor=minor, quantity=pieces)
        for place, (minor, pieces) in enumerate(deal.parts[nth], start=1)
    ]
    return after_sale(shop.pk, f"R{order_no}.{nth}", order_no, lines=back, applied_at=at, settled_at=at)


def test_after_full_return_all_is_as_before(programme: Programme, shop: Store) -> None:
    """R07, PTS-22, PTS-12, ruling 15: balances, debts, lots and ends; nothing comes back twice on the way."""
    campaign = MultiplierIn(MultiplierKind.CAMPAIGN, Decimal("1.50"), "party", valid_from=NOW - timedelta(days=9), valid_until=NOW)
    rules(programme, points_per_unit=Decimal(1), multipliers=(campaign,))
    dice = random.Random(SEED)
    buyers = []
    for _each in range(PEOPLE):
        member = house.membership(programme)
        for _lot in range(dice.randint(1, 3)):
            days = dice.choice([None, dice.randint(100, 400)])
            house.give(member, dice.randint(1, 200), ends_at=NOW + timedelta(days=days) if days else None)
        buyers.append(Buyer(member, script(dice)))
    before = {buyer.member.pk: buyer.before() for buyer in buyers}
    balances = dict(PointsAccount.objects.values_list("membership_id", "balance"))

    at = NOW
    while any(buyer.script for buyer in buyers):
        at += timedelta(minutes=1)
        facts: list[OrderIn | AfterSaleIn] = []
        for buyer in buyers:
            if buyer.script:
                deal, step = buyer.script.pop(0)
                facts.append(returns(buyer, deal, step - 1, shop, at) if step else buys(buyer, deal, shop, at, dice))
        for kind in (OrderIn, AfterSaleIn):
            some = [fact for fact in facts if isinstance(fact, kind)]
            assert all(answer.ok for answer in record(*some, at=at)) if some else True

    wrong = [
        account.pk
        for account in PointsAccount.objects.all()
        if (account.balance, account.debt, account.held) != (balances[account.pk], 0, 0)
    ]
    assert wrong == []
    for buyer in buyers:
        first = before[buyer.member.pk]
        now = buyer.before()
        assert now[: len(first)] == first
        assert [remaining for _id, remaining, _end in now[len(first) :] if remaining] == []
    # the generator has met what it is for
    kinds = list(PointsEntry.objects.values_list("kind", flat=True))
    assert kinds.count("redeem") > 50 and kinds.count("restore") > 100 and kinds.count("reverse") > 200
    assert kinds.count("bonus") > 50 and kinds.count("repay") > 20
    assert PointsEntry.objects.filter(kind="reverse", owed__gt=0).count() >= 10
