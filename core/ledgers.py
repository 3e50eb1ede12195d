"""The ledgers of the house, and whether their accounts agree with their entries: each app that keeps one says how to look."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from core import heartbeat

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Disagreement:
    """what: which equation does not hold, in a word that the app's own check explains.  expected, found: whole units of the ledger."""

    membership_id: int
    what: str
    expected: int
    found: int


_checks: dict[str, Callable[[], list[Disagreement]]] = {}


def add_ledger(name: str, check: Callable[[], list[Disagreement]]) -> None:
    """Let a ledger be looked at with the others. check: answers what disagrees, nothing when all is well."""
    _checks[name] = check


def disagreements() -> list[tuple[str, Disagreement]]:
    """What disagrees in any ledger, with the ledger's name; empty when all is well."""
    return [(name, found) for name, check in _checks.items() for found in check()]


def check_ledgers(*, at: datetime) -> int:
    """Log every disagreement as an error and leave their number where alarms read it (/metrics); answers it. at: when it is looked."""
    found = disagreements()
    for ledger, each in found:
        log.error("ledger_disagrees", ledger=ledger, membership_id=each.membership_id, what=each.what)
    heartbeat.record_ledgers(at=at, found=len(found))
    return len(found)
