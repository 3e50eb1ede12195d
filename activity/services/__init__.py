"""Every write to activity. One file a kind of fact; callers import this package as `activity_services`."""

from activity.services.after_sales import record_after_sales
from activity.services.behaviour import record_events
from activity.services.import_report import ImportReport
from activity.services.imports import import_orders, preview_orders
from activity.services.orders import record_orders
from activity.services.outcomes import Recorded
from activity.services.wallets import record_wallets

__all__ = [
    "ImportReport",
    "Recorded",
    "import_orders",
    "preview_orders",
    "record_after_sales",
    "record_events",
    "record_orders",
    "record_wallets",
]
