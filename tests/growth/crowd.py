"""A programme full of people at random: values near thresholds, levels above and below what they reach, protections, graces, gifts."""

import random
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from activity.models import Order
from growth.enums import Track
from growth.models import GiftGrant, GiftItem, GrowthAccount, GrowthEntry, Level, LevelHistory, MemberLevel
from members.models import Member
from stores.models import Membership, Programme, Store

_numbers = count(1)


def people(programme: Programme, number: int, *, joined_at: datetime) -> list[Membership]:
    """New members of one programme without a word to anybody: no level, no growth value."""
    members = Member.objects.bulk_create(
        Member(one_id=f"crowd{next(_numbers):012d}", name="某人", registered_at=joined_at, updated_at=joined_at) for _ in range(number)
    )
    return Membership.objects.bulk_create(
        Membership(member=member, programme=programme, member_no=f"C{member.pk}", joined_at=joined_at, source="import")
        for member in members
    )


def worth(memberships: list[Membership], values: list[int], *, at: datetime) -> None:
    """Growth value out of nothing, one opening entry each."""
    GrowthAccount.objects.bulk_create(
        GrowthAccount(membership=each, balance=value, version=1 if value else 0) for each, value in zip(memberships, values, strict=True)
    )
    GrowthEntry.objects.bulk_create(
        GrowthEntry(
            account_id=each.pk, account_version=1, requested=value, applied=value, balance_after=value, reason="opening",
            source_type="test", source_id="1", effect_key="opening", request_digest="test", actor="test", occurred_at=at, booked_at=at,
        )
        for each, value in zip(memberships, values, strict=True)
        if value
    )  # fmt: skip


def hold(memberships: list[Membership], codes: list[str], *, since: datetime, rng: random.Random, at: datetime) -> None:
    """Levels of the free track as if they had come about: some protected until around `at`, some waiting for their fall."""
    programme = memberships[0].programme
    levels = {level.code: level for level in Level.objects.filter(programme=programme, track=Track.FREE)}
    rows = []
    for each, code in zip(memberships, codes, strict=True):
        protected = at + timedelta(days=rng.choice([-30, 1, 12, 40])) if rng.random() < 0.4 else None
        falls_on = (at + timedelta(days=rng.choice([-3, 0, 20]))).date() if rng.random() < 0.15 else None
        level = levels[code]
        rows.append(
            MemberLevel(
                membership=each, track=Track.FREE, level=level, automatic_level=level, since=since, protected_until=protected,
                falls_on=falls_on,
            )
        )  # fmt: skip
    MemberLevel.objects.bulk_create(rows)
    LevelHistory.objects.bulk_create(
        LevelHistory(
            membership=row.membership, track=Track.FREE, level_to=row.level, cause="joined", source="test", actor="test", occurred_at=since,
            booked_at=since,
        )
        for row in rows
    )  # fmt: skip


def gifted(memberships: list[Membership], code: str, *, ago_days: list[int], at: datetime) -> None:
    """The pack of a level, given so many days before `at`."""
    items = list(GiftItem.objects.filter(terms__level__programme=memberships[0].programme, terms__level__code=code))
    GiftGrant.objects.bulk_create(
        GiftGrant(membership=each, level=item.terms.level, item=item, effect_key=f"test:{item.pk}", granted_at=at - timedelta(days=ago))
        for each, ago in zip(memberships, ago_days, strict=True)
        for item in items
    )


def orders(store: Store, bought: list[tuple[Membership, datetime, int]], **values: Any) -> None:
    """Completed orders (who, when, minor units) without their effects."""
    Order.objects.bulk_create(
        Order(
            store=store, order_no=f"X{next(_numbers)}", digest="test", member_id=each.member_id, status="completed", channel="app",
            currency="CNY", goods_minor=minor, paid_minor=minor, settled_minor=minor, net_minor=minor, placed_at=moment, paid_at=moment,
            completed_at=moment, booked_at=moment, **values,
        )
        for each, moment, minor in bought
    )  # fmt: skip
