"""Whether the growth accounts agree with their entries (GRW-13): run every night, by hand, and after the tests."""

from core import sql
from core.ledgers import Disagreement


def disagreements(*, limit: int = 100) -> list[Disagreement]:
    """Accounts whose balance, version, running balance or reversals disagree with their entries; empty when all is well.

    what: "balance", "version", "walk" or "reversal" (growth/sql/ledger/disagreements.sql).  expected, found: whole growth value.
    """
    rows = sql.rows("growth/ledger/disagreements", limit=limit)
    return [Disagreement(row["membership_id"], row["what"], int(row["expected"]), int(row["found"])) for row in rows]
