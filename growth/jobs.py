"""Long work of growth, started through core.jobs: everybody re-evaluated after publishing, a draft simulated."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core import clock
from core.jobs import Progress
from core.models import Job
from growth.rules.simulation import Subject
from growth.services import re_evaluation, simulation


def reevaluate_scheme(job: Job, progress: Progress) -> dict[str, Any]:
    """Runner of "reevaluate_scheme". Parameters: version_id, actor. Started again it goes on behind the last chunk."""
    raised = re_evaluation.raise_all(
        version_id=int(job.parameters["version_id"]),
        begin=job.done,
        actor=str(job.parameters["actor"]),
        now=clock.now,
        watcher=progress,
    )
    return {"raised": raised}


def simulate_scheme(job: Job, progress: Progress) -> dict[str, Any]:
    """Runner of "simulate_scheme"; parameters as growth.services.simulation.submit wrote them, days as ISO dates."""
    now = clock.now()
    version_id = int(job.parameters["version_id"])
    days = {name: date.fromisoformat(said) for name, said in job.parameters.items() if name.endswith(("_on", "_from", "_to"))}
    subject = Subject(job.parameters["subject"])
    zone = simulation.time_zone_of(subject, version_id)
    review_at = simulation.review_moment(days["review_on"], zone) if "review_on" in days else None
    if subject == Subject.LEVELS:
        return simulation.simulate_levels(version_id=version_id, at=now, review_at=review_at, watcher=progress).as_json()
    if subject == Subject.RFM:
        return simulation.simulate_rfm(
            version_id=version_id, period_on=days.get("period_on"), review_at=review_at, watcher=progress, at=now
        ).as_json()
    yesterday = now.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    last = days.get("period_to", yesterday)
    return simulation.simulate_behaviour(
        rule_set_id=version_id,
        period_from=days.get("period_from", last - timedelta(days=29)),
        period_to=last,
        review_at=review_at,
        watcher=progress,
        at=now,
    ).as_json()
