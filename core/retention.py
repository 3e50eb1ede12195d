"""What is kept for a while and then forgotten: answers to repeated calls, and sessions that have ended."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from core import sql

IDEMPOTENCY_DAYS = 7  # design section 8 promises a day at least
BATCH = 5000


def forget_expired(*, now: datetime) -> int:
    """Delete what nobody may ask for any more; answers how many rows. Each batch commits by itself."""
    forgotten = 0
    while batch := sql.run("core/forget_idempotency_records", before=now - timedelta(days=IDEMPOTENCY_DAYS), limit=BATCH):
        forgotten += batch
    sessions, _by_model = Session.objects.filter(expire_date__lt=now).delete()
    return forgotten + sessions
