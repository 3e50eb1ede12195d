"""Points by what members do besides buying: reviews, photo reviews, shares, check-ins, tasks (PTS-03, PTS-04, rulings 4, 5, 17)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from core import sql, staging
from core.enums import Origin
from points.services import ledger

ACTOR = "system"
# what the rules speak of (activity.EventKind); points/sql/behaviour/stage.sql says which rule is whose
KINDS = ("share", "check_in", "task", "review.approved", "photo_review.approved", "review.deleted", "photo_review.deleted")


@transaction.atomic
def settle_events(*, event_ids: Sequence[int], booked_at: datetime, origin: Origin) -> int:
    """Give and take back what behaviour events are worth, at most 5,000 at a time; answers how many entries.

    Each effect comes once for ever, whatever events name it: a review an order line, a task a member. What cannot be given - member
    frozen, points switched off, the order not known yet - becomes an EffectSkipped row.
    """
    ids = list(event_ids)
    sql.rows("points/behaviour/lock", event_ids=ids)
    with staging.batch("points_batch", "points_staged_event") as batch:
        if not sql.run("points/behaviour/stage", batch=batch, event_ids=ids, is_live=origin == Origin.LIVE):
            return 0
        sql.run("points/behaviour/skip", batch=batch, booked_at=booked_at)
        posted = 0
        for step in ("give", "take_back"):  # in this order, so that a review deleted in the batch it was approved in is taken back
            with ledger.staged() as entries:
                if sql.run(f"points/behaviour/{step}", from_batch=batch, batch=entries, actor=ACTOR):
                    posted += ledger.post_staged(batch=entries, booked_at=booked_at, origin=origin).posted
        return posted
