"""Points for facts that were recorded before anybody gave any, and for what could not be given at the time (rulings 4-6)."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from core import events, replays
from core.models import EffectSkipped
from core.replays import Replayed
from points.enums import MultiplierKind
from points.models import PointsAccount, PointsEntry, PointsLot
from points.rules.versions import MultiplierIn
from points.services import replay
from stores.models import Membership, Programme, Store
from tests.activity.facts import after_sale, event, line, order, record
from tests.growth import house as growth_house
from tests.points import house
from tests.points.buying import balance, buy, refund, rules
from tests.world import NOW

pytestmark = pytest.mark.django_db


def day(month: int, number: int) -> datetime:
    return datetime(2023, month, number, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def history(programme: Programme, shop: Store) -> Membership:
    """Facts that came in while nobody listened: 4,000.00 in January, a review, half refunded in March, 100.00 in April.

    With 4,000 growth value comes bronze, whose points count twice.
    """
    growth_house.counting(programme)
    rules(programme, multipliers=(MultiplierIn(MultiplierKind.LEVEL, Decimal("2.00"), "L1"),))
    member = Membership.objects.get(member_id=growth_house.enrol(at=day(1, 1)).member_id, programme=programme)
    kept = {fact: events._handlers.pop(fact) for fact in list(events._handlers)}
    try:
        record(
            order(
                shop.pk, member.member_id, "O1", lines=[line(1, 400000)], status="completed", placed_at=day(1, 2), completed_at=day(1, 3)
            ),
            order(shop.pk, member.member_id, "O2", status="completed", placed_at=day(4, 2), completed_at=day(4, 3)),
        )
        record(after_sale(shop.pk, refund_minor=200000, applied_at=day(3, 1), settled_at=day(3, 2)))
        record(event(member.member_id, "E1", kind="review.approved", store_id=shop.pk, order_no="O1", line_no=1, occurred_at=day(1, 4)))
    finally:
        events._handlers.update(kept)
    assert not PointsEntry.objects.exists()
    return member


EXPECTED = [
    ("earn", 40, day(1, 3)),
    ("earn", 5, day(1, 4)),
    ("reverse", -20, day(3, 2)),
    ("earn", 1, day(4, 3)),
    ("bonus", 1, day(4, 3)),
]


def posted() -> list[tuple[str, int, datetime]]:
    return list(PointsEntry.objects.order_by("account_version").values_list("kind", "requested", "booked_at"))


@pytest.mark.parametrize("at_once", [1, 2, 2000])
def test_facts_are_replayed_in_the_order_in_which_they_happened(history: Membership, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue item 1: points from facts, each on its day, at the level held then; whatever the size of a transaction; twice is once."""
    monkeypatch.setattr(replay, "AT_ONCE", at_once)
    assert replays.replay_effects(booked_at=NOW, apply=True)["points"] == Replayed(facts=4, posted=5, retried=0, settled=0)
    assert posted() == EXPECTED
    assert replays.replay_effects(booked_at=NOW, apply=True)["points"] == Replayed(4, 0, 0, 0)
    assert (posted(), balance(history)) == (EXPECTED, 27)
    assert PointsLot.objects.order_by("id")[0].ends_at == datetime(2025, 1, 4, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert not PointsAccount.objects.get().is_live
    assert not EffectSkipped.objects.exists()


def test_a_look_keeps_nothing(history: Membership) -> None:
    assert replays.replay_effects(booked_at=NOW, apply=False)["points"].posted == 5
    out = StringIO()
    call_command("replay_effects", "--now", NOW.isoformat(), stdout=out)
    assert not PointsEntry.objects.exists()
    call_command("replay_effects", "--now", NOW.isoformat(), "--apply", stdout=out)
    assert posted() == EXPECTED


def test_what_was_skipped_is_given_once_it_can_be(programme: Programme, shop: Store, member: Membership) -> None:
    """Ruling 4: frozen when the order came; thawed, it is given as of now, less what was refunded since."""
    Membership.objects.filter(pk=member.pk).update(status="frozen")
    buy(shop, member, 50000)
    refund(shop, 20000)
    later = NOW + timedelta(days=1)
    assert replays.replay_effects(booked_at=later, apply=True)["points"].settled == 0
    Membership.objects.filter(pk=member.pk).update(status="active")
    done = replays.replay_effects(booked_at=later, apply=True)["points"]
    assert (balance(member), EffectSkipped.objects.filter(effect_key__startswith="points:", settled_at=None).count()) == (3, 0)
    assert (done.retried, done.settled) == (1, 1)
    assert replays.replay_effects(booked_at=later, apply=True)["points"].posted == 0


def test_history_stays_out_of_accounts_that_live(history: Membership) -> None:
    """Ruling 6: noted, and not tried again."""
    house.give(history, 100)
    for _twice in range(2):
        replays.replay_effects(booked_at=NOW, apply=True)
        assert balance(history) == 100
    assert set(EffectSkipped.objects.filter(effect_key__startswith="points:").values_list("code", "settled_at")) == {
        ("history_closed", None)
    }
