"""Redeeming rewards (PTS-10..12): points, stock and what is given move in one transaction, or nothing does.

fulfilled -> cancelled; nothing else happens to a redemption.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from core import outbox
from core import scope as scopes
from core.outbox import Outgoing
from growth.errors import EffectConflict
from points.enums import RedemptionState
from points.errors import MemberLimit, NotCancellable, OutOfStock, RedemptionNotFound, RewardNotFound
from points.models import Redemption, Reward
from points.selectors import rewards as selectors
from points.services import ledger, rewards
from points.services.admission import admit, check_minimum
from points.services.numbers import next_id
from points.services.rewards import Giving
from stores import selectors as stores_selectors
from stores import services as stores_services

if TYPE_CHECKING:
    from stores.models import Membership

CREATED, CANCELLED = "redemption.created", "redemption.cancelled"  # topics of webhooks


@dataclass(frozen=True)
class Redeemed:
    """replayed: this redemption was made before."""

    redemption: Redemption
    replayed: bool


@transaction.atomic
def redeem_reward(*, membership_id: int, reward_code: str, reference: str, actor: str, at: datetime) -> Redeemed:
    """Take a reward's points and one of its stock, and give it.

    reference: the caller's, once for ever: the same redemption again answers the first and takes nothing.
    Rule: docs/rules/points.md, Rewards. Raises RewardNotFound for one that is not on offer now, BelowMinimum, MemberLimit,
    InsufficientPoints, OutOfStock, EffectConflict, PointsOff, MemberNotActive, and what the kind's giver raises.
    """
    stores_services.lock_memberships([membership_id])
    effect_key = f"redemption:{reference}"
    known = Redemption.objects.filter(account_id=membership_id, effect_key=effect_key).select_related("reward").first()
    if known is not None:
        if known.reward.code != reward_code:
            raise EffectConflict(membership=membership_id, effect_key=effect_key)
        return Redeemed(known, True)
    membership, rules = admit(membership_id)
    reward = selectors.on_offer(membership.programme_id, at).filter(code=reward_code).first()
    if reward is None:
        raise RewardNotFound()
    check_minimum(membership_id, rules, reward.points, at)
    _check_limit(membership_id, reward)
    redemption_id = next_id(Redemption)
    entry = ledger.redeem_points(
        membership_id=membership_id,
        points=reward.points,
        source_type="redemption",
        source_id=str(redemption_id),
        effect_key=effect_key,
        actor=actor,
        occurred_at=at,
        booked_at=at,
        note=reward.name,
    )
    _take_one(reward)
    redemption = Redemption.objects.create(
        id=redemption_id,
        account_id=membership_id,
        reward=reward,
        entry=entry,
        points=reward.points,
        effect_key=effect_key,
        actor=actor,
        created_at=at,
    )
    redemption.result = dict(rewards.reward_kinds()[reward.kind].giver(_giving(redemption, reward, membership, actor, at)))
    redemption.save(update_fields=["result"])
    _tell(CREATED, redemption, reward, membership, at)
    return Redeemed(redemption, False)


def _check_limit(membership_id: int, reward: Reward) -> None:
    """The membership is held, so nobody redeems for it meanwhile."""
    if reward.per_member is None:
        return
    has = Redemption.objects.filter(account_id=membership_id, reward=reward, state=RedemptionState.FULFILLED).count()
    if has >= reward.per_member:
        raise MemberLimit(at_most=reward.per_member)


def _take_one(reward: Reward) -> None:
    """Guarded: of two who want the last one, the second finds it gone when the first has committed."""
    left = Reward.objects.filter(Q(stock=None) | Q(taken__lt=F("stock")), pk=reward.pk)
    if not left.update(taken=F("taken") + 1):
        raise OutOfStock(reward=reward.code)


def _giving(redemption: Redemption, reward: Reward, membership: "Membership", actor: str, at: datetime) -> Giving:
    return Giving(
        redemption_id=redemption.pk,
        reward_id=reward.pk,
        membership_id=membership.pk,
        member_id=membership.member_id,
        programme_id=membership.programme_id,
        payload=reward.payload,
        effect_key=f"redemption:{redemption.pk}",
        actor=actor,
        at=at,
    )


@transaction.atomic
def cancel_redemption(*, redemption_id: int, reason: str = "", actor: str, at: datetime) -> Redeemed:
    """Give the points back into the lots they came from, with their old ends, and take back what was given.

    Cancelled before, it answers so (replayed). Raises RedemptionNotFound, NotCancellable where the kind cannot take it back.
    """
    found = Redemption.objects.filter(pk=redemption_id).first()
    if found is None:
        raise RedemptionNotFound()
    stores_services.lock_memberships([found.account_id])
    related = ("reward", "account__membership__member", "account__membership__programme")
    redemption = Redemption.objects.select_related(*related).get(pk=redemption_id)
    if redemption.state == RedemptionState.CANCELLED:
        return Redeemed(redemption, True)
    reward = redemption.reward
    kind = rewards.reward_kinds().get(reward.kind)
    if kind is None:
        raise NotCancellable(kind=reward.kind)
    ledger.reverse_entry(
        entry_id=redemption.entry_id,
        points=redemption.points,
        effect_key=f"redemption:{redemption_id}:cancelled",
        source_type="redemption",
        source_id=str(redemption_id),
        actor=actor,
        at=at,
        note=reason,
    )
    Reward.objects.filter(pk=reward.pk).update(taken=F("taken") - 1)
    kind.taker(_giving(redemption, reward, redemption.account.membership, actor, at), redemption.result)
    redemption.state, redemption.cancelled_at = RedemptionState.CANCELLED, at
    redemption.cancelled_by, redemption.cancel_reason = actor, reason
    redemption.save(update_fields=["state", "cancelled_at", "cancelled_by", "cancel_reason"])
    _tell(CANCELLED, redemption, reward, redemption.account.membership, at)
    return Redeemed(redemption, False)


def _tell(topic: str, redemption: Redemption, reward: Reward, membership: "Membership", at: datetime) -> None:
    """What was given is not in it: codes are read by who may."""
    stores = stores_selectors.within(scopes.SYSTEM).filter(programme_id=membership.programme_id)
    one_id: str = membership.member.one_id
    payload = {
        "one_id": one_id,
        "programme": membership.programme.code,
        "redemption": redemption.pk,
        "reward": reward.code,
        "kind": reward.kind,
        "points": redemption.points,
        "state": redemption.state,
    }
    outgoing = Outgoing(topic=topic, ordering_key=one_id, store_ids=sorted(stores.values_list("pk", flat=True)), payload=payload)
    outbox.enqueue([outgoing], occurred_at=at, booked_at=at)
