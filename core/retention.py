"""What is kept for a while and then forgotten: answers to repeated calls, and sessions that have ended."""

from datetime import datetime

from django.contrib.sessions.models import Session

from core import idempotency


def forget_expired(*, now: datetime) -> int:
    """Delete what nobody may ask for any more; answers how many rows."""
    sessions, _by_model = Session.objects.filter(expire_date__lt=now).delete()
    return idempotency.forget_old(now=now) + sessions
