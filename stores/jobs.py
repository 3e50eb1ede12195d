"""Long work of stores, started through core.jobs: an uploaded list becomes members."""

from dataclasses import asdict, replace
from typing import Any

from core import clock, uploads
from core.jobs import Progress
from core.models import Job
from stores import member_files, member_import
from stores.models import Store


def import_members_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Runner of "import_members". Parameters: mapping (TOML text; else headings speak for themselves), phones_verified, dry_run."""
    assert job.store_id is not None, "a list of members is a store's"
    mapping = member_files.read(str(job.parameters.get("mapping", "")))
    if job.parameters.get("phones_verified"):
        mapping = replace(mapping, phones_verified=True)
    with uploads.report_of(job) as report_to:
        result = member_import.import_members(
            open_file=uploads.opener(job),
            mapping=mapping,
            store=Store.objects.get(pk=job.store_id),
            actor=f"job:{job.pk}",
            booked_at=clock.now(),
            dry_run=bool(job.parameters.get("dry_run", False)),
            watcher=progress,
            report_to=report_to,
        )
    return asdict(result)
