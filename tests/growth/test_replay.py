"""Growth value for facts that were recorded before anybody counted it, and for what could not be given at the time."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from core import events, replays
from core.models import EffectSkipped
from core.replays import Replayed
from core.watching import Unwatched
from growth.models import GrowthEntry
from growth.selectors import ledger as ledger_selectors
from growth.services import replay
from stores.models import Membership, Programme, Store
from tests.activity.facts import after_sale, event, line, order, record
from tests.growth import house
from tests.world import NOW

pytestmark = pytest.mark.django_db


def day(month: int, number: int) -> datetime:
    return datetime(2023, month, number, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def history(programme: Programme, shop: Store) -> Membership:
    """Facts that came in while nobody listened: 4,000.00 in January, a review, logins, half refunded in March, 100.00 in April."""
    member = house.membership(programme, member_id=house.enrol(at=day(1, 1)).member_id)
    kept = {fact: events._handlers.pop(fact) for fact in list(events._handlers)}
    try:
        big = order(
            shop.pk, member.member_id, "O1", lines=[line(1, 400000)], status="completed", placed_at=day(1, 2), completed_at=day(1, 3)
        )
        small = order(shop.pk, member.member_id, "O2", status="completed", placed_at=day(4, 2), completed_at=day(4, 3))
        record(big, small)
        record(after_sale(shop.pk, refund_minor=200000, applied_at=day(3, 1), settled_at=day(3, 2)))
        review: dict[str, Any] = {"kind": "review.approved", "store_id": shop.pk, "order_no": "O1", "line_no": 1}
        record(
            event(member.member_id, "E1", kind="login", attributes={"manual": True}, occurred_at=day(1, 2)),
            event(member.member_id, "E2", occurred_at=day(1, 4), **review),
            event(member.member_id, "E3", kind="login", attributes={"manual": True}, occurred_at=day(1, 5)),
        )
    finally:
        events._handlers.update(kept)
    assert not GrowthEntry.objects.exists()
    return member


def posted() -> list[tuple[str, int, datetime]]:
    return list(GrowthEntry.objects.order_by("account_version").values_list("reason", "applied", "booked_at"))


EXPECTED = [
    ("purchase", 4000, day(1, 3)),
    ("review", 20, day(1, 4)),
    ("login", 5, day(1, 5)),  # bronze since the third; the login of the second found the lowest level
    ("refund", -2000, day(3, 2)),
    ("purchase", 100, day(4, 3)),
]


@pytest.mark.parametrize("at_once", [1, 2, 2000])
def test_facts_are_replayed_in_the_order_in_which_they_happened(history: Membership, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue item 9: growth from facts, each on its day; whatever the size of a transaction; a second run posts nothing."""
    monkeypatch.setattr(replay, "AT_ONCE", at_once)
    done = replays.replay_effects(booked_at=NOW, apply=True)["growth"]
    assert posted() == EXPECTED
    assert done == Replayed(facts=6, posted=5, retried=0, settled=0)
    assert replays.replay_effects(booked_at=NOW, apply=True)["growth"] == Replayed(6, 0, 0, 0)
    assert posted() == EXPECTED
    assert not EffectSkipped.objects.exists()


def test_a_dry_run_counts_and_keeps_nothing(history: Membership) -> None:
    assert replays.replay_effects(booked_at=NOW, apply=False)["growth"].posted == 5
    assert not GrowthEntry.objects.exists()
    out = StringIO()
    call_command("replay_effects", "--now", NOW.isoformat(), stdout=out)
    assert not GrowthEntry.objects.exists()
    call_command("replay_effects", "--now", NOW.isoformat(), "--apply", stdout=out)
    assert posted() == EXPECTED


def test_what_was_skipped_is_given_once_it_can_be(shop: Store, programme: Programme) -> None:
    """Ruling 4: frozen when the order came; thawed, it is given as of now, less what was refunded since."""
    member = house.membership(programme)
    Membership.objects.filter(pk=member.pk).update(status="frozen")
    record(order(shop.pk, member.member_id, status="completed"))
    record(after_sale(shop.pk, refund_minor=4000))
    later = NOW + timedelta(days=1)
    assert replays.replay_effects(booked_at=later, apply=True)["growth"].settled == 0
    assert EffectSkipped.objects.get().settled_at is None
    Membership.objects.filter(pk=member.pk).update(status="active")
    retried = replay.retry(later, Unwatched())
    assert retried == (1, 1, 1)
    assert ledger_selectors.balance(member.pk) == 60
    assert EffectSkipped.objects.get().settled_at == later
    assert replay.retry(later, Unwatched()) == (0, 0, 0)


def test_history_stays_out_of_accounts_that_live(history: Membership, shop: Store) -> None:
    """Ruling 6."""
    record(order(shop.pk, history.member_id, "O3", status="completed"))
    assert ledger_selectors.balance(history.pk) == 100
    replays.replay_effects(booked_at=NOW + timedelta(days=1), apply=True)
    assert ledger_selectors.balance(history.pk) == 100
    assert set(EffectSkipped.objects.values_list("code", flat=True)) == {"history_closed"}
    assert GrowthEntry.objects.filter(booked_at__lt=NOW).count() == 0
