"""Long work of tags, started through core.jobs: an uploaded list of people is tagged, a run is tried."""

from dataclasses import asdict
from typing import Any

from core import clock, uploads
from core.jobs import Progress
from core.models import Job
from tags.services import files, runs, trials


def tag_members_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Runner of "tag_members". Parameters: tag_id, reason, actor, dry_run."""
    with uploads.report_of(job) as report_to:
        result = files.tag_members(
            open_file=uploads.opener(job),
            tag_id=int(job.parameters["tag_id"]),
            reason=str(job.parameters.get("reason", "")),
            actor=str(job.parameters["actor"]),
            at=clock.now(),
            apply=not job.parameters.get("dry_run"),
            report_to=report_to,
            watcher=progress,
        )
    return asdict(result)


def trial_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Runner of "trial_tags". Parameters: programme_id."""
    return trials.as_json(runs.trial(programme_id=int(job.parameters["programme_id"]), now=clock.now, watcher=progress))
