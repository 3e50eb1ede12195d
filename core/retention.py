"""What is kept for a while and then forgotten: answers to repeated calls, sessions and access tokens that have ended."""

from datetime import datetime

from django.contrib.sessions.models import Session
from oauth2_provider.models import AccessToken

from core import idempotency


def forget_expired(*, now: datetime) -> int:
    """Delete what nobody may ask for any more; answers how many rows."""
    sessions, _by_model = Session.objects.filter(expire_date__lt=now).delete()
    tokens: int = AccessToken.objects.filter(expires__lt=now).delete()[0]
    return idempotency.forget_old(now=now) + sessions + tokens
