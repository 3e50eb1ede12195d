"""Whether coupons agree with their steps, and templates with their coupons: run every night, by hand, after tests."""

from core import sql
from core.ledgers import Disagreement


def disagreements(*, limit: int = 100) -> list[Disagreement]:
    """What disagrees (coupons/sql/ledger/disagreements.sql names it); empty when all is well. membership_id is 0 for a template."""
    rows = sql.rows("coupons/ledger/disagreements", limit=limit)
    return [Disagreement(row["membership_id"], row["what"], int(row["expected"]), int(row["found"])) for row in rows]
