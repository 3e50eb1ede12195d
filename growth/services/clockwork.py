"""What the clock brings: the month's turn, RFM cycles first, then the reviews of levels they lead to (A-15, ruling 8), and the day's.

What is due is first written down as rows, then run: a worker killed anywhere in between leaves rows that the next tick finds.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from core.watching import Watcher
from growth.enums import RunState
from growth.errors import RunDone
from growth.models import LevelReview, RfmRun
from growth.services import overrides, reviews, rfm_cycles, subscriptions


def turn_month(*, now: Callable[[], datetime], watcher: Watcher | None = None) -> tuple[list[RfmRun], list[LevelReview]]:
    """Run the cycles and reviews that are due; what was done already is left alone. Answers those brought to their end."""
    at = now()
    for period in rfm_cycles.due_cycles(at):
        with suppress(RunDone):  # another worker, at the same tick, was quicker
            rfm_cycles.request_cycle(programme_id=period.programme_id, period_on=period.period_on, at=at)
    for due in reviews.due_reviews(at):
        with suppress(RunDone):
            reviews.request_review(scheme_id=due.scheme_id, review_on=due.review_on, at=at)
    return run_waiting(now=now, watcher=watcher)


def run_waiting(*, now: Callable[[], datetime], watcher: Watcher | None = None) -> tuple[list[RfmRun], list[LevelReview]]:
    """Run the cycles and reviews that people asked for or that a killed worker left behind. A review waits for its programme's cycle."""
    cycles = rfm_cycles.run_waiting(now=now, watcher=watcher)
    reviewed = []
    waiting = LevelReview.objects.exclude(state=RunState.DONE).filter(scheme__programme__growth_on=True).select_related("scheme")
    for row in waiting.order_by("review_on", "scheme_id"):
        if RfmRun.objects.filter(programme_id=row.scheme.programme_id).exclude(state=RunState.DONE).exists():
            continue
        done = reviews.run_review(scheme_id=row.scheme_id, review_on=row.review_on, now=now, watcher=watcher, again=False)
        if done is not None:
            reviewed.append(done)
    return cycles, reviewed


def keep_levels(*, now: datetime) -> None:
    """What the day brings: endings written down, falls whose grace is over, messages before a fall or an end (A-19, A-23, BEN-17).

    Every read is right without it. Each part in its own transactions, harmless when run again.
    """
    overrides.end_overrides(now=now)
    subscriptions.end_subscriptions(now=now)
    reviews.carry_out_falls(now=now)
    reviews.queue_coming_falls(now=now)
    subscriptions.remind_of_endings(now=now)
