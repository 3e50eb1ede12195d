"""Growth value by what members do besides buying (GRW-02, GRW-05..07, GRW-14, GRW-15, rulings 4, 5, 17)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from core import sql, staging
from core.enums import Origin
from growth.services import waves

ACTOR = "system"
# what the rules speak of (activity.EventKind); growth/sql/behaviour/stage.sql says which rule is whose
KINDS = ("login", "share", "check_in", "review.approved", "photo_review.approved", "review.deleted", "photo_review.deleted")
STAGING = "growth_staged_event"
PLACES_LOCK_CLASS = 7321  # first key of the advisory locks that hold a product's places; the second is a hash of programme and product


@transaction.atomic
def settle_events(*, event_ids: Sequence[int], booked_at: datetime, origin: Origin) -> int:
    """Give and take back what behaviour events are worth, at most 5,000 at a time; answers how many entries.

    Each effect comes once for ever, whatever events name it: a login a day, a review an order line, a photo review a product.
    What cannot be given - member frozen, growth switched off, the order not known yet, a product's first places taken - becomes an
    EffectSkipped row.
    """
    ids = list(event_ids)
    sql.rows("growth/behaviour/lock", event_ids=ids)
    with staging.batch("growth_batch", STAGING) as batch:
        if not sql.run("growth/behaviour/stage", batch=batch, event_ids=ids, is_live=origin == Origin.LIVE):
            return 0
        sql.run("growth/behaviour/skip", batch=batch, booked_at=booked_at)

        def stage(entries: int, wave: int) -> None:
            sql.run("growth/behaviour/judge", batch=batch, wave=wave)
            if sql.rows("growth/behaviour/lock_places", batch=batch, wave=wave, lock_class=PLACES_LOCK_CLASS):
                sql.run("growth/behaviour/take_places", batch=batch, wave=wave, booked_at=booked_at)
            sql.run("growth/behaviour/entries", from_batch=batch, wave=wave, batch=entries, actor=ACTOR)

        return waves.post_in_waves(waves.count_of(STAGING, batch), stage, booked_at=booked_at, origin=origin)
