"""Reminding newcomers of their pack until they order (MKT-17, SF-1 step 4): a day after they joined, and an hour before two days are over.

The messages are written down with the pack and look, when they are due, whether there is still something to say.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import notices, sql
from core.models import Notice
from core.notices import NoticeIn
from members.enums import MessageType

if TYPE_CHECKING:
    from stores.models import Membership, Programme

REMINDER = "newcomer_reminder"
HOURS = (24, 47)


def declare() -> None:
    """Say how the reminder reads, in `ready()`."""
    notices.declare_template(
        REMINDER, gettext_lazy("reminder of the newcomer pack"), _words, message_type=MessageType.MEMBER, moot=_have_ordered
    )


def remind(*, programme: "Programme", joined: Iterable["Membership"], at: datetime) -> None:
    """Queue both reminders of who has just been given a pack, in its transaction; once a membership."""
    notices.queue(
        (
            NoticeIn(
                programme_id=programme.pk,
                member_id=row.member_id,
                template=REMINDER,
                cause=f"membership:{row.pk}",
                dedupe_key=f"{REMINDER}:{row.pk}:{hours}",
                values={"programme": programme.name, "membership_id": row.pk, "is_last": hours == HOURS[-1]},
                due_at=at + timedelta(hours=hours),
            )
            for row in joined
            for hours in HOURS
        ),
        created_at=at,
    )


def _have_ordered(waiting: Sequence[Notice]) -> set[int]:
    """Ids of the reminders whose members have ordered in the programme meanwhile."""
    asked = {notice.values["membership_id"] for notice in waiting}
    done = {row["membership_id"] for row in sql.rows("coupons/packs/have_ordered", membership_ids=sorted(asked))}
    return {notice.pk for notice in waiting if notice.values["membership_id"] in done}


def _words(values: Mapping[str, Any]) -> str:
    if values["is_last"]:
        return _("Last call: your newcomer pack of %(programme)s is still waiting for your first order.") % values
    return _("Welcome to %(programme)s: your newcomer pack is waiting for your first order.") % values
