"""Reactions to facts of lower apps and of this one: what changed about members goes out to the stores they belong to (OMN-05)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from core import outbox
from core.enums import Origin
from core.outbox import Outgoing
from members import selectors as members_selectors
from members.events import MembersRegistered, MembersUpdated
from stores import selectors
from stores.events import MembershipsOpened

MEMBER_UPDATED = "member.updated"


def on_members_registered(fact: MembersRegistered) -> None:
    """Tell the platform of new people; their stores hear of them when the memberships open."""
    if fact.origin == Origin.LIVE:
        _tell(fact.member_ids, ("registered",), fact.booked_at)


def on_members_updated(fact: MembersUpdated) -> None:
    """Tell who may hear of these people which parts of them have changed."""
    if fact.origin == Origin.LIVE:
        _tell(fact.member_ids, fact.parts, fact.booked_at)


def on_memberships_opened(fact: MembershipsOpened) -> None:
    """Tell who may hear of these people that they have joined a programme."""
    if fact.origin == Origin.LIVE:
        _tell(selectors.members_of_memberships(fact.membership_ids), ("memberships",), fact.booked_at)


def _tell(member_ids: Iterable[int], parts: Sequence[str], booked_at: datetime) -> None:
    """One message a member: who, at which version, what changed. Never what it was changed to."""
    members = members_selectors.versions(member_ids)
    stores_of = selectors.member_stores(members)
    outbox.enqueue(
        (
            Outgoing(
                topic=MEMBER_UPDATED,
                ordering_key=one_id,
                store_ids=stores_of[member_id],
                payload={"one_id": one_id, "version": version, "changed": sorted(parts)},
            )
            for member_id, (one_id, version) in members.items()
        ),
        occurred_at=booked_at,
        booked_at=booked_at,
    )
