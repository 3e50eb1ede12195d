"""The ledger checks find what they are there to find."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core import ledgers
from core.ledgers import Disagreement
from growth import checks, tasks
from growth.models import GrowthAccount, GrowthEntry
from growth.services import ledger
from stores.models import Membership
from tests.world import NOW

pytestmark = pytest.mark.django_db


def adjust(of: Membership, delta: int, key: str = "adjust:1") -> GrowthEntry:
    return ledger.adjust_growth(
        membership_id=of.pk, delta=delta, reason_text="test", actor="test", occurred_at=NOW, booked_at=NOW, effect_key=key
    )


def force(statement: str) -> None:
    """Write past the triggers, as no one can."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE growth_growthentry DISABLE TRIGGER growth_growthentry_append_only")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE growth_growthentry ENABLE TRIGGER growth_growthentry_append_only")


def test_ledgers_that_agree_are_silent(bronze: Membership) -> None:
    """GRW-13: sum(entries) = balance, 0 differences."""
    adjust(bronze, 20)
    assert checks.disagreements() == []
    out = StringIO()
    call_command("check_ledgers", stdout=out)
    assert out.getvalue().strip()
    assert ledgers.check_ledgers(at=NOW) == 0
    tasks.check_ledgers()


@pytest.mark.ledgers_may_disagree
@pytest.mark.parametrize(
    ("harm", "what"),
    [
        ("UPDATE growth_growthaccount SET balance = balance + 1", {"balance"}),
        ("UPDATE growth_growthaccount SET version = version + 1", {"version"}),
        ("UPDATE growth_growthentry SET balance_after = balance_after + 1 WHERE account_version = 1", {"walk"}),
        ("UPDATE growth_growthentry SET applied = 0 WHERE account_version = 2", {"balance", "walk"}),
        ("DELETE FROM growth_growthentry WHERE account_version = 2", {"balance", "version"}),
        (
            "UPDATE growth_growthentry SET requested = -7201, reverses_id = (SELECT min(id) FROM growth_growthentry)"
            " WHERE account_version = 3",
            {"reversal"},
        ),
    ],
)
def test_what_disagrees_is_named(bronze: Membership, harm: str, what: set[str]) -> None:
    adjust(bronze, 20)
    adjust(bronze, -5, "adjust:2")
    force(harm)
    found = checks.disagreements()
    assert {each.membership_id for each in found} == {bronze.pk}
    assert what <= {each.what for each in found}
    assert ledgers.check_ledgers(at=NOW) == len(found)
    with pytest.raises(CommandError):
        call_command("check_ledgers", stdout=StringIO())


@pytest.mark.ledgers_may_disagree
def test_a_balance_without_any_entry_is_found(bronze: Membership) -> None:
    other = Membership.objects.create(
        member_id=bronze.member_id, programme=bronze.programme.__class__.objects.create(code="p2", name="p2", kind="store"),
        member_no="X1", joined_at=NOW, source="registration",
    )  # fmt: skip
    GrowthAccount.objects.create(membership=other, balance=5)
    assert checks.disagreements() == [Disagreement(other.pk, "balance", 0, 5)]
