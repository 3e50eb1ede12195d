"""The campaigns that reached a member, for the timeline (CSL-16)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import sql
from core.scope import Scope
from engagement.enums import Outcome, RecipientState


@dataclass(frozen=True)
class Reached:
    """That a campaign came to a member, and what of it was given. id: of the row of CampaignRecipient.

    results: code by gift (engagement.selectors.report.GIFTS), of what the campaign gives.  points: whole points for each.
    """

    at: datetime
    id: int
    state: RecipientState
    campaign_id: int
    name: str
    programme_name: str
    results: dict[str, str]
    coupon_name: str
    points: int | None
    tag_name: str

    def has_got(self, gift: str) -> bool:
        return self.results[gift] == Outcome.GIVEN


def reached(member_id: int, scope: Scope, *, before: datetime, limit: int) -> list[Reached]:
    """In the programmes the caller reaches, the latest first. One statement."""
    programme_ids = None if scope.platform else list(scope.programme_ids)
    rows = sql.rows("engagement/history/happened", member_id=member_id, programme_ids=programme_ids, before=before, limit=limit)
    return [_reached(row) for row in rows]


def _reached(row: dict[str, Any]) -> Reached:
    results = {gift: row.pop(f"{gift}_result") for gift in ("coupon", "points", "tag", "message")}
    state = RecipientState(row.pop("state"))
    return Reached(state=state, results={gift: code for gift, code in results.items() if code}, **row)
