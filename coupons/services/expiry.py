"""Marking what the clock has decided: reservations whose time is over, coupons that have ended. Nothing depends on when this runs."""

from datetime import datetime

import structlog
from django.db import transaction

from core import events, sql
from core.enums import Origin
from coupons.events import CouponsEnded, CouponsSetAside
from coupons.selectors import coupons as selectors

log = structlog.get_logger(__name__)
AT_ONCE = 2_000  # memberships of one step


def expire(*, now: datetime, limit: int = AT_ONCE, origin: Origin = Origin.LIVE) -> int:
    """Free timed-out reservations, then mark what has ended, in steps of at most `limit` memberships, each a transaction.

    Answers how many coupons ended. Who is just being served is left for the next run; a second run finds nothing.
    """
    ended = 0
    while True:
        with transaction.atomic():
            ids = [row["id"] for row in sql.rows("coupons/expiry/lock", now=now, limit=limit)]
            if ids:
                timed_out = sql.rows("coupons/expiry/time_out", membership_ids=ids, now=now, grace=selectors.grace())
                freed = tuple(row["coupon_id"] for row in timed_out)
                if freed:
                    events.publish(CouponsSetAside(coupon_ids=freed, origin=origin, booked_at=now))
                found = tuple(row["id"] for row in sql.rows("coupons/expiry/expire", membership_ids=ids, now=now))
                ended += len(found)
                if found:
                    events.publish(CouponsEnded(coupon_ids=found, origin=origin, booked_at=now))
        if len(ids) < limit:
            log.info("coupons_expired", coupons=ended)
            return ended
