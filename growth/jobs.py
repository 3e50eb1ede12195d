"""Long work of growth, started through core.jobs: everybody re-evaluated after publishing."""

from typing import Any

from core import clock
from core.jobs import Progress
from core.models import Job
from growth.services import re_evaluation


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
