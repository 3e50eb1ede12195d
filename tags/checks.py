"""Whether what runs remember agrees with the rows they wrote: checked every night and after tests, beside the ledgers."""

from core import sql
from core.ledgers import Disagreement


def disagreements(*, limit: int = 100) -> list[Disagreement]:
    """Memberships whose bits (found) are not their open rows by rule (expected); empty when all is well."""
    rows = sql.rows("tags/runs/disagreements", limit=limit)
    return [Disagreement(row["membership_id"], "tags", int(row["expected"]), int(row["found"])) for row in rows]
