"""A programme with points, a reward with codes, and an exchange with the platform's, for the tests of the API."""

from datetime import datetime
from typing import Any

from points.models import PointsVersion, Reward
from points.services import exchange, rewards, spending, versions
from points.services.rewards import RewardIn
from stores.models import Membership, Programme
from tests import world
from tests.world import NOW

BY: dict[str, Any] = {"actor": "test", "at": NOW}
CODES = 300


def pointed(programme: Programme) -> Programme:
    """The usual rules, "film" for 5 points, ten points for eight of the platform."""
    for each in (programme, world.platform()):
        if not PointsVersion.objects.filter(programme=each).exists():
            versions.create_default(programme_id=each.pk, **BY)
    if not Reward.objects.filter(programme=programme).exists():
        film = rewards.save_reward(programme_id=programme.pk, code="film", kind="virtual_code", said=RewardIn("电影票", 5), **BY)
        rewards.add_codes(reward_id=film.pk, codes=[f"FILM-{number:04d}" for number in range(CODES)], **BY)
    exchange.save_pair(
        from_programme_id=programme.pk, to_programme_id=world.platform().pk, ratio_from=10, ratio_to=8, step=10, minimum=10, **BY
    )
    return programme


def give(of: Membership, points: int, *, at: datetime) -> None:
    spending.credit_points(membership_id=of.pk, points=points, reference="given", actor="test", at=at)
