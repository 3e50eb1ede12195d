"""Whether the points accounts agree with their entries, lots, moves and holds (ruling 24): run every night, by hand, after tests."""

from core import sql
from core.ledgers import Disagreement


def disagreements(*, limit: int = 100) -> list[Disagreement]:
    """Accounts that disagree, and what differs (points/sql/ledger/disagreements.sql names it); empty when all is well."""
    rows = sql.rows("points/ledger/disagreements", limit=limit)
    return [Disagreement(row["membership_id"], row["what"], int(row["expected"]), int(row["found"])) for row in rows]
