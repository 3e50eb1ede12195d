"""A run tried by a job, so that people see how far it is: what it would change is kept with the job, and nowhere else (ruling 28)."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from core import jobs
from core.models import Job
from tags.services.runs import Trial, Tried

JOB = "trial_tags"


def submit(*, programme_id: int, created_by_id: int | None = None, store_id: int | None = None, at: datetime) -> Job:
    """Have a programme's run tried by a job, whose result `read` reads."""
    return jobs.submit(kind=JOB, parameters={"programme_id": programme_id}, created_at=at, created_by_id=created_by_id, store_id=store_id)


def as_json(found: Trial) -> dict[str, Any]:
    """What the job keeps of a trial."""
    return {
        "programme_id": found.programme_id,
        "as_of_on": found.as_of_on.isoformat(),
        "tags": [{**asdict(each), "new": list(each.new), "gone": list(each.gone)} for each in found.tags],
    }


def read(result: dict[str, Any]) -> Trial:
    """The trial that a finished job kept."""
    tags = tuple(Tried(**{**each, "new": tuple(each["new"]), "gone": tuple(each["gone"])}) for each in result["tags"])
    return Trial(result["programme_id"], date.fromisoformat(result["as_of_on"]), tags)
