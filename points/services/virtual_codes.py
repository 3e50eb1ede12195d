"""Rewards of kind virtual_code: each redemption gets a code of its own, first added first given (PTS-12)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from points.errors import OutOfStock
from points.models import Reward, RewardCode
from points.services import rewards
from points.services.rewards import Giving, RewardKind

KIND = "virtual_code"


def _problems(payload: Mapping[str, Any], _programme_id: int) -> list[str]:
    return [str(_("Rewards with codes have no further content."))] if payload else []


def _cost(_payload: Mapping[str, Any], _programme_id: int) -> int | None:
    """What a code is worth only its issuer knows."""
    return None


def _give(giving: Giving) -> dict[str, Any]:
    """Two redemptions at once take two codes: who comes second skips the row that the first holds."""
    free = RewardCode.objects.filter(reward_id=giving.reward_id, redemption=None).order_by("id")
    code = free.select_for_update(skip_locked=True).first()
    if code is None:
        raise OutOfStock(reward=giving.reward_id)
    code.redemption_id = giving.redemption_id
    code.save(update_fields=["redemption"])
    return {"code": code.code}


def _take_back(giving: Giving, _given: Mapping[str, Any]) -> None:
    """Somebody has seen the code: it stays with its redemption, and there is one less to give."""
    Reward.objects.filter(pk=giving.reward_id, stock__gt=0).update(stock=F("stock") - 1)


def register() -> None:
    rewards.register_reward_kind(
        RewardKind(KIND, pgettext_lazy("reward", "code"), validator=_problems, cost=_cost, giver=_give, taker=_take_back, counts=True)
    )
