"""Telling of campaigns: members by the operator's own words, other programs by a webhook when a campaign's state changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from core import notices, outbox
from core.models import Notice
from core.notices import NoticeIn
from core.outbox import Outgoing
from engagement.enums import Outcome
from engagement.models import Campaign
from members import selectors as members_selectors
from members.enums import MessageType
from stores import selectors as stores_selectors

TOPIC = "campaign.changed"
MESSAGE = "campaign_message"  # the template; its one value is the text that the operator typed


class Told(NamedTuple):
    """result: an Outcome.  notice_id: the message's row, where there is one."""

    result: str
    notice_id: int | None


def declare() -> None:
    """Called in `ready()`."""
    notices.declare_template(
        MESSAGE,
        _("message of a campaign"),
        lambda values: str(values["text"]),
        message_type=MessageType.MARKETING,
        put_off=_put_off,
    )
    outbox.declare_topic(TOPIC, _("a campaign was approved, began, finished or was stopped"))


def tell(campaign: Campaign, *, at: datetime) -> None:
    """Queue what other programs hear, in the transaction of the change."""
    stores = next(stores for programme, stores in stores_selectors.programmes_with_stores() if programme.pk == campaign.programme_id)
    message = Outgoing(
        topic=TOPIC,
        ordering_key=f"campaign:{campaign.pk}",
        store_ids=sorted(stores),
        payload={
            "programme": campaign.programme.code,
            "campaign": campaign.code,
            "state": campaign.state,
            "targeted": campaign.targeted,
            "settled": campaign.settled,
        },
    )
    outbox.enqueue([message], occurred_at=at, booked_at=at)


def tell_members(campaign: Campaign, members: Mapping[Any, int], *, at: datetime) -> dict[Any, Told]:
    """Queue a campaign's message to members (member ids by any key); answers what became of it by that key.

    It goes out at once, or when the member's hours begin next (DAT-18). Who wants no marketing gets none, and nobody gets a second one of
    any campaign on the local day on which it goes out (TAG-14).
    """
    unwanted = members_selectors.closed_to(list(members.values()), MessageType.MARKETING)
    local = at.astimezone(ZoneInfo(campaign.programme.time_zone))
    opens = members_selectors.marketing_opens(sorted(set(members.values()) - unwanted), local)
    cause = f"campaign:{campaign.pk}"
    once_a_day = {member_id: f"marketing:{due_at.date().isoformat()}" for member_id, due_at in opens.items()}
    notices.queue(
        (
            NoticeIn(
                programme_id=campaign.programme_id,
                member_id=member_id,
                template=MESSAGE,
                cause=cause,
                dedupe_key=once_a_day[member_id],
                values={"text": campaign.message},
                due_at=due_at,
            )
            for member_id, due_at in opens.items()
        ),
        created_at=at,
    )
    of_the_day = Notice.objects.filter(member_id__in=opens, dedupe_key__in=set(once_a_day.values()), cause=cause)
    queued = dict(of_the_day.values_list("member_id", "pk"))
    return {key: _told(member_id, unwanted, queued) for key, member_id in members.items()}


def _put_off(waiting: Sequence[Notice], now: datetime) -> dict[int, datetime]:
    """Messages outside the hours of their member, by id with the beginning of those hours: the worker may have been down meanwhile."""
    zones = stores_selectors.time_zones({notice.programme_id for notice in waiting})
    found: dict[int, datetime] = {}
    for programme_id, zone in zones.items():
        some = [notice for notice in waiting if notice.programme_id == programme_id]
        opens = members_selectors.marketing_opens([notice.member_id for notice in some], now.astimezone(ZoneInfo(zone)))
        found |= {notice.pk: opens[notice.member_id] for notice in some if opens[notice.member_id] > now}
    return found


def _told(member_id: int, unwanted: set[int], queued: Mapping[int, int]) -> Told:
    if member_id in unwanted:
        return Told(Outcome.OPTED_OUT, None)
    notice_id = queued.get(member_id)
    return Told(Outcome.GIVEN if notice_id else Outcome.MESSAGE_CAP, notice_id)
