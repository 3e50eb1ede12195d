"""Doors that beat opens. Each means the same when it is run twice or late: what is due is found in rows (ruling 8)."""

from typing import Any

from celery import shared_task

from core import clock, ledgers
from growth.services import clockwork, rfm_states


@shared_task(acks_late=False)
def turn_month(*, at: str | None = None, **_unknown: Any) -> None:
    """Run the RFM cycles of the months that have ended, then the reviews of levels (RFM-09, LVL-10)."""
    clockwork.turn_month(now=clock.reader(at))


@shared_task(acks_late=False)
def run_waiting(*, at: str | None = None, **_unknown: Any) -> None:
    """Run cycles and reviews that people asked for or that a killed worker left behind."""
    clockwork.run_waiting(now=clock.reader(at))


@shared_task(acks_late=False)
def keep_levels(*, at: str | None = None, **_unknown: Any) -> None:
    """Write down what has ended by the clock, carry out falls whose grace is over, announce what is coming."""
    clockwork.keep_levels(now=clock.reader(at)())


@shared_task(acks_late=False)
def update_rfm_states(*, at: str | None = None, **_unknown: Any) -> None:
    """Bring RFM states to yesterday, by what entered and left the windows."""
    rfm_states.update_states(now=clock.reader(at)())


@shared_task(acks_late=False)
def check_rfm_states(*, at: str | None = None, **_unknown: Any) -> None:
    """Reckon all RFM states anew and count what differs: 0 when all is well."""
    rfm_states.check_states(now=clock.reader(at)())


@shared_task(acks_late=False)
def check_ledgers(*, at: str | None = None, **_unknown: Any) -> None:
    """Compare every growth and points account with its entries; what disagrees stands in the log as an error (GRW-13, PTS-06)."""
    ledgers.check_ledgers(at=clock.reader(at)())
