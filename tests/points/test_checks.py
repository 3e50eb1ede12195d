"""The check of the points ledger finds what it is there to find (ruling 24)."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core import ledgers
from points import checks
from points.services import holds
from stores.models import Membership
from tests.points import house
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(member: Membership) -> Membership:
    """Something of everything: lots in the stead of others, held and captured points, a reversal that owes 5, of which 1 is repaid."""
    first = house.give(member, 10)
    house.give(member, 10)
    spent = house.spend(member, 8)
    house.restore(spent, 2)
    house.reverse(first, 5)
    third = house.give(member, 5)
    holds.capture_hold(
        hold_id=holds.hold_points(membership_id=member.pk, points=2, effect_key="h1", actor="test", at=NOW).pk,
        effect_key="c", actor="test", at=NOW,
    )  # fmt: skip
    house.spend(member, 9)
    holds.hold_points(membership_id=member.pk, points=3, effect_key="h2", actor="test", at=NOW)
    house.reverse(third, 5)
    house.give(member, 1)
    return member


def force(*statements: str) -> None:
    """Write past triggers and constraints, as no one can."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("points_pointsentry", "points_pointsmove"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only")
        for name in ("points_entry_parts_add_up", "points_entry_only_reversals_owe"):
            cursor.execute(f"ALTER TABLE points_pointsentry DROP CONSTRAINT {name}")
        for name in ("points_lot_held_within_remaining", "points_lot_remaining_within_amount", "points_lot_open_means_left"):
            cursor.execute(f"ALTER TABLE points_pointslot DROP CONSTRAINT {name}")
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount, statement


def test_ledgers_that_agree_are_silent(busy: Membership) -> None:
    """PTS-06: balance = sum(lots.remaining) = sum(entries)."""
    assert house.account(busy).debt
    assert checks.disagreements() == []
    out = StringIO()
    call_command("check_ledgers", stdout=out)
    assert out.getvalue().strip()
    assert ledgers.check_ledgers(at=NOW) == 0


@pytest.mark.ledgers_may_disagree
@pytest.mark.parametrize(
    ("harm", "what"),
    [
        ("UPDATE points_pointsaccount SET balance = balance + 1", {"balance", "lots"}),
        ("UPDATE points_pointsaccount SET version = version + 1", {"version"}),
        ("UPDATE points_pointsaccount SET debt = debt + 1", {"debt"}),
        ("UPDATE points_pointsaccount SET held = held - 1", {"held"}),
        ("UPDATE points_pointsentry SET balance_after = balance_after + 1 WHERE account_version = 2", {"walk"}),
        ("UPDATE points_pointsentry SET debt_after = debt_after + 1 WHERE account_version = 2", {"walk"}),
        ("UPDATE points_pointsentry SET delta = delta - 1 WHERE account_version = 3", {"balance", "entry", "walk"}),
        ("DELETE FROM points_pointsmove WHERE entry_id = (SELECT max(id) FROM points_pointsentry WHERE kind = 'redeem')", {"entry", "lot"}),
        ("UPDATE points_pointslot SET remaining = remaining + 1 WHERE id = (SELECT max(id) FROM points_pointslot)", {"lot", "lots"}),
        ("UPDATE points_pointslot SET held = held + 1 WHERE id = (SELECT max(id) FROM points_pointslot)", {"held"}),
        ("UPDATE points_holdpart SET amount = amount + 1", {"held"}),
        ("UPDATE points_pointshold SET captured = 1 WHERE state = 'captured'", {"hold"}),
        ("UPDATE points_pointsentry SET requested = -11 WHERE kind = 'reverse' AND reverses_id = (SELECT min(id) FROM points_pointsentry)",
         {"reversal"}),
        ("UPDATE points_pointsentry SET requested = 9 WHERE kind = 'restore'", {"reversal"}),
        ("UPDATE points_pointsentry SET owed = -9 WHERE kind = 'repay'", {"repay", "debt"}),
        ("UPDATE points_pointsmove SET instead_of_id = lot_id WHERE delta > 0", {"lot"}),
    ],
)  # fmt: skip
def test_what_disagrees_is_named(busy: Membership, harm: str, what: set[str]) -> None:
    force(harm)
    found = checks.disagreements()
    assert {each.membership_id for each in found} == {busy.pk}
    assert what <= {each.what for each in found}, found
    assert ledgers.check_ledgers(at=NOW) == len(found)
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("check_ledgers", stdout=said)
    assert str(busy.pk) in said.getvalue()
