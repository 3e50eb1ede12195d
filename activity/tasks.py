"""Long work of activity, started through core.jobs: an uploaded file of orders becomes facts."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, TextIO, cast

from django.core.files import File

from activity import mapping, services
from activity.services import ImportReport
from core import clock
from core.jobs import Progress
from core.models import Job
from core.scope import Scope
from stores import selectors as stores_selectors


def import_orders_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Runner of "import_orders". Parameters: mapping (TOML text; else our own column names), dry_run, shift_days.

    A job of a store's reaches this store alone, whatever the mapping says.
    """
    scope, code = Scope(actor=f"job:{job.pk}", platform=True), ""
    if job.store_id is not None:
        store = stores_selectors.contacts([job.store_id])[job.store_id]
        scope = Scope(actor=f"job:{job.pk}", store_ids=frozenset({store.store_id}), programme_ids=frozenset({store.programme_id}))
        code = store.code
    text = str(job.parameters.get("mapping", ""))
    with tempfile.TemporaryFile() as report:
        result = services.import_orders(
            open_file=lambda: cast(BinaryIO, job.upload.storage.open(str(job.upload.name), "rb")),
            mapping=mapping.read(text, store_code=code) if text else mapping.standard(code),
            scope=scope,
            booked_at=clock.now(),
            shift_days=int(job.parameters.get("shift_days", 0)),
            dry_run=bool(job.parameters.get("dry_run", False)),
            watcher=progress,
            report_to=lambda: _as_text(report),
        )
        if result.flaws:
            report.seek(0)
            job.error_file.save(f"errors-{job.pk}.csv", File(report), save=False)
            Job.objects.filter(pk=job.pk).update(error_file=job.error_file.name)
    return counts(result)


@contextmanager
def _as_text(binary: Any) -> Iterator[TextIO]:
    """CSV text with the mark by which spreadsheets know UTF-8, into a file that stays open."""
    text = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")
    try:
        yield text
        text.flush()
    finally:
        text.detach()


def counts(result: ImportReport) -> dict[str, Any]:
    """What the job's page shows at a glance, and the whole report."""
    return {
        "lines": result.lines,
        "orders": sum(result.orders.values()),
        "applied": result.orders["recorded"] + result.after_sales["recorded"],
        "unchanged": result.orders["known"] + result.after_sales["known"],
        "refused": result.flaws,
        "report": result.as_json(),
    }
