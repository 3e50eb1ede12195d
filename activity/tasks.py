"""Long work of activity, started through core.jobs: an uploaded file of orders becomes facts."""

from typing import Any

from activity import mapping, services
from activity.services import ImportReport
from core import clock, uploads
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
    with uploads.report_of(job) as report_to:
        result = services.import_orders(
            open_file=uploads.opener(job),
            mapping=mapping.read(text, store_code=code) if text else mapping.standard(code),
            scope=scope,
            booked_at=clock.now(),
            shift_days=int(job.parameters.get("shift_days", 0)),
            dry_run=bool(job.parameters.get("dry_run", False)),
            watcher=progress,
            report_to=report_to,
        )
    return counts(result)


def counts(result: ImportReport) -> dict[str, Any]:
    """What the job's page shows at a glance, and the whole report."""
    return {
        "lines": result.lines,
        "orders": sum(result.orders.values()),
        "applied": result.orders["recorded"] + result.after_sales["recorded"],
        "unchanged": result.orders["known"] + result.after_sales["known"],
        "refused": result.flaws,
        "unread": result.unread,
        "report": result.as_json(),
    }
