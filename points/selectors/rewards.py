"""The points mall as others read it: what is on offer, how many are left (PTS-10)."""

from datetime import datetime

from django.db.models import Q, QuerySet

from points.models import Redemption, Reward


def rewards(programme_id: int) -> QuerySet[Reward]:
    """All of a programme, the cheapest first."""
    return Reward.objects.filter(programme_id=programme_id).order_by("points", "code")


def on_offer(programme_id: int, at: datetime) -> QuerySet[Reward]:
    """What can be redeemed at a moment, were it not gone: in use, within its days."""
    begun, not_over = Q(valid_from=None) | Q(valid_from__lte=at), Q(valid_until=None) | Q(valid_until__gt=at)
    return rewards(programme_id).filter(begun, not_over, is_on=True)


def left_of(reward: Reward) -> int | None:
    """How many are there; None without limit."""
    return None if reward.stock is None else reward.stock - reward.taken


def redemptions(programme_id: int) -> QuerySet[Redemption]:
    """Of a programme's members, with the member and the reward."""
    rows = Redemption.objects.filter(reward__programme_id=programme_id)
    return rows.select_related("reward", "account__membership__member", "entry")
