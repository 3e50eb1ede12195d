"""The same call twice has one effect and one answer (ruling 7, R06).

The record is written in the effect's own transaction, so there is never an effect without its record nor a record without its
effect. Only 2xx answers are kept: a refused call changed nothing and may be tried again with the same key.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.models import IdempotencyRecord

KEY_AT_MOST = 255
KEPT = timedelta(hours=48)


class IdempotencyConflict(DomainError):
    """The key has been used for another call."""

    code = "idempotency_conflict"
    title = _("This Idempotency-Key has been used for another call.")


class IdempotencyInProgress(DomainError):
    """The first call with this key has not ended. Nothing was done: repeat the call a moment later."""

    code = "idempotency_in_progress"
    title = _("A call with this Idempotency-Key is still running.")


@dataclass(frozen=True)
class Kept:
    """status, body: what was answered first.  replayed: whether this call did nothing but read it."""

    status: int
    body: str
    replayed: bool


def fingerprint(method: str, path: str, body: Any) -> str:
    """What a key stands for. The order of keys and the white space of the JSON do not count."""
    text = json.dumps([method, path, body], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def once(*, client: str, key: str, asked: str, at: datetime, effect: Callable[[], tuple[int, str]]) -> Kept:
    """Run `effect` and keep what it answers, or answer what was kept.

    client: "client:7"; keys of two clients never meet.  asked: `fingerprint` of the call.  effect: does its work in this transaction
    and answers status and body; it refuses by raising, which undoes everything.
    Raises IdempotencyConflict, IdempotencyInProgress and whatever `effect` raises.
    """
    with transaction.atomic():
        if not _take_lock(client, key):
            raise IdempotencyInProgress(retry_after=1)
        kept = IdempotencyRecord.objects.filter(client=client, key=key).first()
        if kept is not None:
            if kept.fingerprint != asked:
                raise IdempotencyConflict()
            return Kept(kept.status, kept.body, True)
        status, body = effect()
        assert 200 <= status < 300, "an effect refuses by raising"
        IdempotencyRecord.objects.create(client=client, key=key, fingerprint=asked, status=status, body=body, created_at=at)
        return Kept(status, body, False)


def forget_old(*, now: datetime) -> int:
    """Drop records older than 48 hours; answers how many. Business references stay unique for ever, keys do not."""
    return IdempotencyRecord.objects.filter(created_at__lt=now - KEPT).delete()[0]


def _take_lock(client: str, key: str) -> bool:
    digest = hashlib.blake2b(f"idempotency\x1f{client}\x1f{key}".encode(), digest_size=8).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(digest, "big", signed=True)])
        return bool(cursor.fetchone()[0])
