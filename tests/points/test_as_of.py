"""The balance of a past moment, reckoned from what was booked, is what the live selector said at that moment."""

import re
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

import pytest
from django.core.management import CommandError, call_command

from core.errors import DomainError
from points.enums import EntryKind, HoldState
from points.models import PointsEntry, PointsHold
from points.selectors import ledger as live
from points.selectors.as_of import AsOf, balance_as_of
from points.selectors.ledger import Balance
from points.services import expiry, holds
from stores.models import Membership, Programme
from tests.points import house
from tests.points.house import DAY
from tests.world import NOW

pytestmark = pytest.mark.django_db
HISTORIES, STEPS = 6, 30
WHAT = ("earn", "earn", "pending", "spend", "reverse", "restore", "hold", "hold", "release", "capture", "expire", "time_out")
Seen = tuple[datetime, Balance, list[tuple[int, int]]]


def live_lots(of: Membership, at: datetime) -> list[tuple[int, int]]:
    """Lots that live and what is left in them, in burn order."""
    return [(lot.pk, lot.remaining) for lot in live.open_lots(of.pk, at)]


def lots_as_of(found: AsOf) -> list[tuple[int, int]]:
    return [(lot.lot_id, lot.remaining) for lot in found.lots if lot.lives(found.at)]


def do_something(random: Random, of: Membership, at: datetime) -> None:
    """One of all that happens to points; what is refused has happened, too."""
    entries = list(PointsEntry.objects.filter(account=of.pk))
    active = list(PointsHold.objects.filter(account=of.pk, state=HoldState.ACTIVE))
    what = random.choice(
        ("earn", "earn", "pending", "spend", "reverse", "restore", "hold", "hold", "release", "capture", "expire", "time_out")
    )
    points = random.randint(1, 40)
    match what:
        case "earn":
            house.give(of, points, at=at, ends_at=at + random.randint(1, 40) * DAY)
        case "pending":
            house.give(of, points, at=at, available_from=at + random.randint(1, 20) * DAY)
        case "spend":
            house.spend(of, points, at=at)
        case "reverse" | "restore":
            kind = EntryKind.EARN if what == "reverse" else EntryKind.REDEEM
            chosen = random.choice([entry for entry in entries if entry.kind == kind] or [None])
            if chosen:
                (house.reverse if what == "reverse" else house.restore)(chosen, random.randint(1, abs(chosen.requested)), at=at)
        case "hold":
            holds.hold_points(membership_id=of.pk, points=points, effect_key=f"hold:{at}", actor="test", at=at)
        case "release" if active:
            holds.release_hold(hold_id=random.choice(active).pk, actor="test", at=at)
        case "capture" if active:
            holds.capture_hold(hold_id=random.choice(active).pk, effect_key=f"capture:{at}", actor="test", at=at)
        case "expire":
            expiry.expire_lots(now=at)
        case "time_out":
            holds.time_out(now=at)


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_every_moment_of_a_history_is_what_it_was_when_it_was_now(programme: Programme, seed: int) -> None:
    """Design section 6: by booked_at, from entries, moves and holds alone."""
    house.rules(programme, hold_minutes=7 * 24 * 60)
    random, of, at = Random(seed), house.membership(programme), NOW
    seen: list[Seen] = []
    for _step in range(STEPS):
        with suppress(DomainError):
            do_something(random, of, at)
        for moment in (at, at + timedelta(hours=random.randint(1, 200))):
            seen.append((moment, live.balance(of.pk, moment), live_lots(of, moment)))
            found = balance_as_of(of.pk, moment)
            assert (found.balance, lots_as_of(found)) == seen[-1][1:]
        at += timedelta(hours=random.randint(1, 200))
    for moment, balance, lots in seen[::2]:  # those told of the very moment; what was foretold may have come otherwise
        found = balance_as_of(of.pk, moment)
        assert (found.balance, lots_as_of(found)) == (balance, lots)
    assert len({balance for _moment, balance, _lots in seen}) > STEPS / 3


def test_before_the_first_entry_there_is_nothing(programme: Programme) -> None:
    of = house.membership(programme, points=5)
    assert balance_as_of(of.pk, NOW - timedelta(microseconds=1)) == AsOf(NOW - timedelta(microseconds=1), Balance(), ())
    assert balance_as_of(of.pk, NOW).balance.balance == 5


def test_what_was_booked_later_does_not_count_however_early_it_happened(programme: Programme) -> None:
    """An expiry is of midnight and booked ten minutes later: until then the ledger still has the points, and they cannot be spent."""
    of = house.membership(programme)
    house.give(of, 10, at=NOW, ends_at=NOW + DAY)
    expiry.expire_lots(now=NOW + DAY + timedelta(minutes=10))
    between = balance_as_of(of.pk, NOW + DAY + timedelta(minutes=5))
    assert (between.balance.balance, between.balance.available, len(between.lots)) == (10, 0, 1)
    assert balance_as_of(of.pk, NOW + DAY + timedelta(minutes=10)).balance.balance == 0


def test_the_command_tells_a_moment_in_words(programme: Programme, capsys: pytest.CaptureFixture[str]) -> None:
    of = house.membership(programme)
    house.give(of, 10, at=NOW, ends_at=NOW + DAY)
    house.spend(of, 4, at=NOW + timedelta(hours=1))
    call_command("points_as_of", "--programme", "platform", "--member-no", of.member_no, "--at", "2024-05-20T10:30:00+08:00")
    balance, lot = capsys.readouterr().out.splitlines()
    assert re.findall(r"\d+", balance) == ["10", "10", "0", "0", "0"]
    assert re.findall(r"\d{4}-\d\d-\d\d", lot) == ["2024-05-20", "2024-05-21"]


@pytest.mark.parametrize(
    ("programme_code", "number", "at"),
    [
        ("nowhere", "1", "2024-05-20T10:30:00+08:00"),
        ("platform", "nobody", "2024-05-20T10:30:00+08:00"),
        ("platform", "1", "yesterday"),
        ("platform", "1", "2024-05-20T10:30:00"),
    ],
)
def test_the_command_refuses_what_it_cannot_answer(programme: Programme, programme_code: str, number: str, at: str) -> None:
    with pytest.raises(CommandError):
        call_command("points_as_of", "--programme", programme_code, "--member-no", number, "--at", at)
