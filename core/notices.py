"""Messages to members (LVL-29): queued in the transaction of their cause, sent by a task. Sending is simulated until messaging exists.

An app declares its templates in its `ready()`; the words are made when somebody reads them, from the stored values, in the member's
language. Whether a member wants messages of a type is asked when the message goes out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext

from core import scope as scopes
from core.enums import NoticeState
from core.models import Notice
from core.scope import Scope

LANGUAGE = "zh-hans"  # of the members
AT_ONCE = 1000
Words = Callable[[Mapping[str, Any]], str]
Gate = Callable[[Sequence[int], str], set[int]]
Moot = Callable[[Sequence[Notice]], set[int]]
PutOff = Callable[[Sequence[Notice], datetime], dict[int, datetime]]


@dataclass(frozen=True)
class Template:
    """label: what staff call it.  words: the text from a notice's values.  message_type: the members' switch it obeys ("member").

    moot: of messages that are due, the ids of those that have nothing to say any more; they are dropped.
    put_off: of messages that are due at a moment, by id when those go that may not go now: a worker that was down sends nothing by night.
    """

    code: str
    label: str | Promise
    words: Words
    message_type: str
    moot: Moot | None = None
    put_off: PutOff | None = None


@dataclass(frozen=True)
class NoticeIn:
    """A message to queue. cause: "level_history:8".  dedupe_key: once for ever per member.  due_at: not before; empty is at once."""

    programme_id: int
    member_id: int
    template: str
    cause: str
    dedupe_key: str
    values: Mapping[str, Any]
    due_at: datetime | None = None


_templates: dict[str, Template] = {}
_gate: list[Gate] = []


def declare_template(
    code: str, label: str | Promise, words: Words, *, message_type: str, moot: Moot | None = None, put_off: PutOff | None = None
) -> None:
    """Say, in `ready()`, how a message reads."""
    _templates[code] = Template(code, label, words, message_type, moot, put_off)


def templates() -> dict[str, Template]:
    """All that were declared, by code."""
    return dict(sorted(_templates.items()))


def set_gate(gate: Gate) -> None:
    """Called once, by `members`: (member ids, message type) -> those who want none of that type on any channel."""
    _gate[:] = [gate]


def queue(notices: Iterable[NoticeIn], *, created_at: datetime) -> None:
    """Write messages down in the caller's transaction; one whose key the member has had before is left out."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A message is written in the transaction of its cause.")
    rows = [
        Notice(
            programme_id=notice.programme_id,
            member_id=notice.member_id,
            template=notice.template,
            values=dict(notice.values),
            cause=notice.cause,
            dedupe_key=notice.dedupe_key,
            created_at=created_at,
            due_at=notice.due_at or created_at,
        )
        for notice in notices
    ]
    assert all(row.template in _templates for row in rows), "a template nobody declared"
    Notice.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)


def send_due(*, now: datetime) -> int:
    """Send what is due, oldest first, in bounded transactions; answers how many went out.

    Not wanted ones are marked so, moot ones are dropped, and those that may not go at this hour wait for theirs.
    """
    sent = 0
    while True:
        with transaction.atomic():
            waiting = list(
                Notice.objects.filter(state=NoticeState.QUEUED, due_at__lte=now)
                .order_by("due_at", "id")
                .select_for_update(skip_locked=True)[:AT_ONCE]
            )
            moot = _moot(waiting)
            Notice.objects.filter(pk__in=moot).delete()
            unwanted = _unwanted([notice for notice in waiting if notice.pk not in moot])
            Notice.objects.filter(pk__in=unwanted).update(state=NoticeState.SUPPRESSED)
            later = _put_off([notice for notice in waiting if notice.pk not in moot | unwanted], now)
            Notice.objects.bulk_update(later, ["due_at"])
            kept = moot | unwanted | {notice.pk for notice in later}
            sent += Notice.objects.filter(pk__in={notice.pk for notice in waiting} - kept).update(state=NoticeState.SENT, sent_at=now)
        if len(waiting) < AT_ONCE:
            return sent


def _moot(notices: Sequence[Notice]) -> set[int]:
    found: set[int] = set()
    for code in sorted({notice.template for notice in notices}):
        moot = _templates[code].moot
        if moot is not None:
            found |= moot([notice for notice in notices if notice.template == code])
    return found


def _put_off(notices: Sequence[Notice], now: datetime) -> list[Notice]:
    """Those that may not go now, each with the moment when it may."""
    found: list[Notice] = []
    for code in sorted({notice.template for notice in notices}):
        put_off = _templates[code].put_off
        if put_off is not None:
            some = {notice.pk: notice for notice in notices if notice.template == code}
            for pk, due_at in put_off(list(some.values()), now).items():
                some[pk].due_at = due_at
                found.append(some[pk])
    return found


def _unwanted(notices: Sequence[Notice]) -> set[int]:
    by_type: dict[str, list[Notice]] = {}
    for notice in notices:
        by_type.setdefault(_templates[notice.template].message_type, []).append(notice)
    found: set[int] = set()
    for gate in _gate:
        for message_type, some in by_type.items():
            closed = gate([notice.member_id for notice in some], message_type)
            found |= {notice.pk for notice in some if notice.member_id in closed}
    return found


def state(notice: Notice) -> str:
    """How far it is; of one that waits for its time, when. Nothing leaves the house yet: nobody shall tell a member of having written."""
    if notice.state == NoticeState.SENT:
        return gettext("sent (simulated)")
    if notice.state == NoticeState.QUEUED and notice.due_at != notice.created_at:
        return gettext("to be sent from %(moment)s") % {"moment": f"{timezone.localtime(notice.due_at):%Y-%m-%d %H:%M}"}
    return notice.get_state_display()


def text(notice: Notice) -> str:
    """The words as the member reads them."""
    with translation.override(LANGUAGE):
        return str(_templates[notice.template].words(notice.values))


def label(notice: Notice) -> str | Promise:
    """What staff call this kind of message."""
    return _templates[notice.template].label


def within(scope: Scope) -> QuerySet[Notice]:
    """The messages a caller may read, newest first."""
    return scopes.narrow(Notice.objects.all(), scope).order_by("-created_at", "-id")


def of_member(member_id: int, scope: Scope, before: datetime, limit: int) -> list[Notice]:
    """Messages to one member older than a moment, newest first."""
    return list(within(scope).filter(member_id=member_id, created_at__lt=before)[:limit])
