"""The storm's checker finds nothing where nothing is wrong, and sees what lost, doubled or changed effects leave behind (R01-R03)."""

from copy import deepcopy
from typing import Any

import pytest
from django.db import connection, transaction

from tests.storm.conftest import STEPS, Calm
from tests.storm.histories import WEIGHTS

pytestmark = pytest.mark.ledgers_may_disagree
PARTS = 4  # tests among which what is planted is shared out, so that none takes long

PLANTED = {  # what the checker says, by what is done to the tables behind the ledgers' back
    "balance and entries": "UPDATE points_pointsaccount SET balance = balance + 1 WHERE balance > 0",
    "what somebody has": "UPDATE points_pointsaccount SET balance = balance + 1 WHERE balance > 0",
    "what all have together": "UPDATE points_pointsaccount SET balance = balance + 1 WHERE balance > 0",
    "held and active holds": "UPDATE points_pointsaccount SET held = held + 1",
    "debt and entries": "UPDATE points_pointsaccount SET debt = debt + 1",
    "balance and lots": """
        UPDATE points_pointslot SET remaining = remaining - 1
        WHERE id = (SELECT id FROM points_pointslot WHERE remaining > held + 1 LIMIT 1)
    """,
    "a lot and its moves": "DELETE FROM points_pointsmove WHERE id = (SELECT max(id) FROM points_pointsmove)",
    "an entry and what it moved": "DELETE FROM points_pointsmove WHERE id = (SELECT max(id) FROM points_pointsmove)",
    "held and lots": "UPDATE points_pointslot SET held = held + 1",
    "credit, lost": "DELETE FROM points_pointsentry WHERE id = (SELECT max(id) FROM points_pointsentry WHERE source_type = 'credit')",
    "credit, twice": """
        INSERT INTO points_pointsentry (
            account_id, account_version, kind, requested, delta, owed, forgiven, balance_after, debt_after, source_type, source_id, rule,
            details, note, effect_key, request_digest, actor, occurred_at, booked_at
        )
        SELECT account_id, 100000, kind, requested, delta, owed, forgiven, balance_after, debt_after, source_type, source_id, rule,
            details, note, 'again', request_digest, actor, occurred_at, booked_at
        FROM points_pointsentry WHERE source_type = 'credit' AND source_id <> 'opening' LIMIT 1
    """,
    "debit": """
        UPDATE points_pointsentry SET requested = requested - 1, delta = delta - 1
        WHERE id = (SELECT max(id) FROM points_pointsentry WHERE source_type = 'debit')
    """,
    "reversal, lost": "DELETE FROM points_pointsentry WHERE source_type = 'reversal'",
    "numbers of entries": "UPDATE points_pointsentry SET account_version = account_version + 100000 WHERE account_version = 1",
    "balance after an entry": "UPDATE points_pointsentry SET balance_after = balance_after + 1 WHERE account_version = 2",
    "debt after an entry": "UPDATE points_pointsentry SET debt_after = debt_after + 1 WHERE account_version = 2",
    "hold, lost": "DELETE FROM points_pointshold WHERE id = (SELECT max(id) FROM points_pointshold)",
    "a hold and its parts": "DELETE FROM points_holdpart WHERE id = (SELECT max(id) FROM points_holdpart)",
    "capture, lost": "DELETE FROM points_pointsentry WHERE source_type = 'hold' AND kind = 'redeem'",
    "a hold that ends once": "DELETE FROM points_pointsentry WHERE source_type = 'hold' AND kind = 'redeem'",
    "end of a hold": "UPDATE points_pointshold SET state = 'active', closed_at = NULL WHERE state = 'released'",
    "redemption, lost": "DELETE FROM points_redemption WHERE id = (SELECT max(id) FROM points_redemption)",
    "rewards taken": "UPDATE points_reward SET taken = taken + 1",
    "points of a cancelled redemption, lost": "DELETE FROM points_pointsentry WHERE source_type = 'redemption' AND kind = 'restore'",
    "exchange": "UPDATE points_pointsexchange SET points_in = points_in + 1 WHERE id = (SELECT max(id) FROM points_pointsexchange)",
    "legs of an exchange": """
        UPDATE points_pointsexchange SET points_in = points_in + 1
        WHERE id = (SELECT max(id) FROM points_pointsexchange)
    """,
    "legs without an exchange": "DELETE FROM points_pointsexchange WHERE id = (SELECT max(id) FROM points_pointsexchange)",
    "points written off": "UPDATE points_pointsentry SET forgiven = 1 WHERE account_version = 1",
    "order, lost": """
        DELETE FROM activity_order
        WHERE id = (SELECT max(id) FROM activity_order WHERE refunded_minor = 0 AND status = 'paid')
    """,
    "order": "UPDATE activity_order SET version = version + 1 WHERE id = (SELECT max(id) FROM activity_order)",
    "what is left of an order": "UPDATE activity_order SET net_minor = net_minor - 1 WHERE net_minor > 0",
    "refund, lost": "DELETE FROM activity_aftersale WHERE id = (SELECT max(id) FROM activity_aftersale)",
    "refund": "UPDATE activity_aftersaleline SET applied_minor = applied_minor + 1",
    "points of an order": """
        DELETE FROM points_pointsentry WHERE id = (SELECT max(id) FROM points_pointsentry WHERE source_type = 'order' AND kind = 'earn')
    """,
    "points given back for an order": "DELETE FROM points_pointsentry WHERE kind = 'restore' AND source_type IN ('order', 'after_sale')",
    "growth value of an order": """
        DELETE FROM growth_growthentry
        WHERE id = (SELECT max(id) FROM growth_growthentry WHERE reason = 'purchase')
    """,
    "growth balance and entries": "UPDATE growth_growthaccount SET balance = balance + 1",
    "numbers of growth entries": "UPDATE growth_growthaccount SET version = version + 1",
    "growth after an entry": "UPDATE growth_growthentry SET balance_after = balance_after + 1 WHERE account_version = 2",
    "level reached": """
        UPDATE growth_memberlevel SET level_id = lowest.id, automatic_level_id = lowest.id
        FROM growth_level AS level, growth_level AS lowest
        WHERE level.id = level_id AND level.code <> 'L0' AND lowest.code = 'L0' AND lowest.programme_id = level.programme_id
    """,
    "gifts of levels": "DELETE FROM points_pointsentry WHERE kind = 'gift'",
    "points given for nothing": "DELETE FROM growth_giftgrant",
    "claim, lost": "DELETE FROM coupons_coupon WHERE id = (SELECT max(id) FROM coupons_coupon WHERE effect_key LIKE 'claim:%')",
    "a coupon and its last step": "DELETE FROM coupons_couponstep WHERE id = (SELECT max(id) FROM coupons_couponstep)",
    "a step from elsewhere": "UPDATE coupons_couponstep SET state_from = 'expired' WHERE state_from = 'reserved'",
    "use of a coupon": "DELETE FROM coupons_couponstep WHERE state_to = 'used'",
    "release of a coupon": "DELETE FROM coupons_couponstep WHERE cause = 'released'",
    "reservation of a coupon": "DELETE FROM coupons_couponstep WHERE state_to = 'reserved'",
    "coupon given back by its order": "DELETE FROM coupons_couponstep WHERE cause IN ('refunded', 'cancelled')",
    "coupons issued": "UPDATE coupons_coupontemplate SET issued = issued + 1",
    "coupons beyond the stock": "UPDATE coupons_coupontemplate SET stock = issued - 1 WHERE issued > 0",
    "kept answer, lost": "DELETE FROM core_idempotencyrecord",
    "kept answer": "UPDATE core_idempotencyrecord SET status = status + 1",
}  # fmt: skip


def test_a_history_without_faults_has_no_differences(calm: Calm) -> None:
    assert calm.found() == set()
    assert len(calm.calls) == STEPS


def test_every_verb_was_acknowledged_and_something_was_refused(calm: Calm) -> None:
    assert {verb for verb in WEIGHTS if verb not in {"advance_order", "end_hold"}} | {"capture", "release_hold"} == {
        call.step.intent["verb"] for call in calm.calls if call.acknowledged
    }
    statuses = {order.step.intent["status"] for order in calm.of("order")}
    assert statuses == {"paid", "completed", "cancelled"}
    assert any(call.refused for call in calm.calls)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_planted_is_found(part: int, calm: Calm) -> None:
    with connection.cursor() as cursor:
        for statement in unguarded(cursor):
            cursor.execute(statement)
        missed = [what for what in list(PLANTED)[part::PARTS] if not is_found(what, cursor, calm)]
    assert missed == []


def unguarded(cursor: Any) -> list[str]:
    """What takes away the protections of the tables, for this test's transaction."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE contype = 'c' AND coninhcount = 0 AND conrelid::regclass::text ~ '^(points|growth|coupons|activity)_'"
    )
    checks = [f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' for table, name in cursor.fetchall()]
    return ["SET CONSTRAINTS ALL IMMEDIATE", *checks, "SET LOCAL session_replication_role = replica"]


def is_found(what: str, cursor: Any, calm: Calm) -> bool:
    """Plant it, look, and take it out again."""
    with transaction.atomic():
        cursor.execute(PLANTED[what])
        assert cursor.rowcount > 0, f"nothing to plant {what} in"
        found = calm.found()
        transaction.set_rollback(True)
    return what in found


def test_an_acknowledged_call_that_nobody_sent_is_lost(calm: Calm) -> None:
    invented = deepcopy(calm.of("credit")[0])
    invented.step.intent["reference"], invented.key = "nobody", "nobody"
    calm.calls.append(invented)
    assert calm.found() == {"credit, lost", "kept answer, lost", "what somebody has", "what all have together"}


@pytest.mark.parametrize("verb", ["credit", "debit", "hold", "redeem", "exchange", "claim"])
def test_an_effect_that_was_refused_or_never_asked_for_is_seen(calm: Calm, verb: str) -> None:
    names = {"redeem": "redemption"}
    calm.of(verb)[-1].status = 409
    assert {"kept answer, never acknowledged", f"{names.get(verb, verb)}, never acknowledged"} <= calm.found()


def test_a_call_without_an_answer_is_seen(calm: Calm) -> None:
    refused = next(call for call in calm.calls if call.refused)
    refused.status = 0
    assert calm.found() == {"never answered"}


def test_a_message_that_waits_is_seen(calm: Calm) -> None:
    assert calm.found(messages=True) == {"facts not handed out"}
