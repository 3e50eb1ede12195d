"""Doors that beat opens. Each means the same when it is run twice or late: what is due is found in rows (ruling 8)."""

from typing import Any

from celery import shared_task

from core import clock
from coupons.services import expiry, packs


@shared_task(acks_late=False)
def expire_coupons(*, at: str | None = None, **_unknown: Any) -> None:
    """Free reservations whose time is over, and mark coupons that have ended (CPN-02)."""
    expiry.expire(now=clock.reader(at)())


@shared_task(acks_late=False)
def give_monthly_packs(*, at: str | None = None, **_unknown: Any) -> None:
    """Give the levels their coupons of the month (BEN-06)."""
    packs.give_monthly(now=clock.reader(at)())
