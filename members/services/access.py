"""Who looked at whom (SEC-07). Written by doors, one line for every search, view, reveal and export."""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings
from django.db import transaction

from core import partitions
from core.scope import Scope
from members import selectors
from members.enums import AccessAction
from members.models import AccessLog, Member


def search_hash(text: str) -> str:
    """What is kept of a search: a keyed hash, so that a known number can be looked for in the log but none read out of it."""
    return hmac.new(settings.SECRET_KEY.encode(), text.strip().lower().encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def log_access(
    *,
    scope: Scope,
    user_id: int | None,
    action: str,
    at: datetime,
    member_id: int | None = None,
    field: str = "",
    reason: str = "",
    search_text: str = "",
    hits: int | None = None,
    ip: str | None = None,
    request_id: str = "",
) -> None:
    """Add a line to the access log. at: the door's clock.  search_text: kept as a hash only.  hits: members found."""
    partitions.ensure_months(AccessLog._meta.db_table, [at])
    AccessLog.objects.create(
        at=at,
        actor=scope.actor,
        user_id=user_id,
        action=action,
        member_id=member_id,
        field=field,
        reason=reason[:200],
        search_hash=search_hash(search_text) if search_text else "",
        hits=hits,
        store_ids=sorted(scope.store_ids),
        ip=ip,
        request_id=request_id,
    )


def read_member(*, one_id: str, scope: Scope, at: datetime, ip: str | None, request_id: str) -> Member:
    """The member for an API client that reads: within its reach, and written down in the access log (R21). Raises MemberNotFound."""
    member = selectors.reachable(one_id, scope)
    log_access(scope=scope, user_id=None, action=AccessAction.API_READ, at=at, member_id=member.pk, ip=ip, request_id=request_id)
    return member
