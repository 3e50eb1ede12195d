"""Whether the growth accounts agree with their entries (GRW-13): run every night, by hand, and after the tests."""

from dataclasses import dataclass

import structlog

from core import sql

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Disagreement:
    """what: "balance", "version", "walk" or "reversal" (growth/sql/ledger/disagreements.sql).  expected, found: whole growth value."""

    membership_id: int
    what: str
    expected: int
    found: int


def disagreements(*, limit: int = 100) -> list[Disagreement]:
    """Accounts whose balance, version, running balance or reversals disagree with their entries; empty when all is well."""
    rows = sql.rows("growth/ledger/disagreements", limit=limit)
    return [Disagreement(row["membership_id"], row["what"], int(row["expected"]), int(row["found"])) for row in rows]


def check_ledgers() -> int:
    """Log every disagreement as an error; answers how many."""
    found = disagreements()
    for each in found:
        log.error("ledger_disagrees", ledger="growth", membership_id=each.membership_id, what=each.what)
    return len(found)
