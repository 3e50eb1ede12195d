"""Giving coupons to members (CPN-01, CPN-07): who asks says whom, of which template and why; what cannot be given is answered, not raised.

The one road by which coupons come into being: claims, staff, packs, levels, rewards and campaigns take it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core import events, sql
from core.enums import Origin
from coupons.enums import CouponSource
from coupons.errors import TemplateNotFound
from coupons.events import CouponsIssued
from stores import services as stores_services

_GIVEN = ("new", "replay")


@dataclass(frozen=True)
class Issued:
    """coupon_ids: by membership, those given now and those that the same key gave before.  replayed: memberships of the latter.

    refused: by membership, the code of the refusal, one of coupons.errors or "not_a_member", "member_not_active", "effect_conflict".
    """

    coupon_ids: Mapping[int, tuple[int, ...]]
    refused: Mapping[int, str]
    replayed: frozenset[int]

    @property
    def new(self) -> int:
        """How many coupons were given now."""
        return sum(len(ids) for membership_id, ids in self.coupon_ids.items() if membership_id not in self.replayed)


@transaction.atomic
def issue_coupons(
    *,
    template_id: int,
    membership_ids: Sequence[int],
    source: CouponSource,
    source_id: str = "",
    effect_key: str,
    actor: str,
    at: datetime,
    origin: Origin = Origin.LIVE,
    quantity: int = 1,
    reason: str = "",
) -> Issued:
    """Give each of these memberships `quantity` coupons of a template or none, as far as stock, limit and budget reach, in id order.

    effect_key: the same text for all, at most 110 characters; once per membership: the same again answers the first coupons and gives
    nothing.  at: when they are received; terms count from then.  Set-based: 10,000 memberships are two statements.
    Whether a template may be claimed, or given by staff, and for which levels, is asked by who claims. docs/rules/coupons.md, Issuing.
    Raises TemplateNotFound.
    """
    stores_services.lock_memberships(membership_ids)
    return issue_to_held(
        template_id=template_id,
        membership_ids=membership_ids,
        source=source,
        source_id=source_id,
        effect_key=effect_key,
        actor=actor,
        at=at,
        origin=origin,
        quantity=quantity,
        reason=reason,
    )


def issue_to_held(
    *,
    template_id: int,
    membership_ids: Sequence[int],
    source: CouponSource,
    source_id: str,
    effect_key: str,
    actor: str,
    at: datetime,
    origin: Origin = Origin.LIVE,
    quantity: int = 1,
    reason: str = "",
) -> Issued:
    """What issue_coupons does, for services that have opened the transaction and hold the memberships already."""
    assert 1 <= quantity <= 20
    found = sql.call(
        "coupons/commands/issue",
        template_id=template_id,
        membership_ids=sorted(set(membership_ids)),
        quantity=quantity,
        source=source,
        source_id=source_id,
        effect_key=effect_key,
        reason=reason,
        actor=actor,
        at=at,
    )
    if membership_ids and not found:
        raise TemplateNotFound()
    rows = [(row["membership_id"], row["verdict"], row["coupon_ids"]) for row in found]
    new = tuple(coupon_id for _membership, verdict, ids in rows if verdict == "new" for coupon_id in ids or ())
    if new:
        events.publish(CouponsIssued(coupon_ids=new, origin=origin, booked_at=at))
    return Issued(
        coupon_ids={membership_id: tuple(ids or ()) for membership_id, verdict, ids in rows if verdict in _GIVEN},
        refused={membership_id: verdict for membership_id, verdict, _ids in rows if verdict not in _GIVEN},
        replayed=frozenset(membership_id for membership_id, verdict, _ids in rows if verdict == "replay"),
    )
