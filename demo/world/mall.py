"""What the demo's programmes give for points: rewards, and the pair in which points are exchanged (PTS-10, PTS-12, PTS-23)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.world.house import ACTOR, House
from points.models import ExchangePair, Reward
from points.services import exchange, rewards
from points.services.rewards import RewardIn
from points.services.virtual_codes import KIND as VIRTUAL_CODE

VIDEO, WASH, COFFEE = "video-week", "car-wash", "coffee"


@dataclass(frozen=True)
class Offer:
    """codes: how many there are to give."""

    programme: str
    code: str
    said: RewardIn
    codes: int


OFFERS = (
    Offer("P1", VIDEO, RewardIn("视频会员周卡", 30, "兑换码在视频平台使用，七天有效。", per_member=2), 40),
    Offer("P1", WASH, RewardIn("洗车券", 60, "凭码到合作门店使用一次。", per_member=1), 20),
    Offer("P2", COFFEE, RewardIn("咖啡兑换码", 50, "任意中杯一份。"), 30),
)


def open_mall(house: House, now: datetime) -> None:
    """Rewards with their codes, and 安禾's points for 北巷's at 100 : 80 in steps of 50. What is there stays as it is."""
    since = now - timedelta(days=300)
    for offer in OFFERS:
        programme_id = house.programmes[offer.programme]
        if Reward.objects.filter(programme_id=programme_id, code=offer.code).exists():
            continue
        made = rewards.save_reward(programme_id=programme_id, code=offer.code, kind=VIRTUAL_CODE, said=offer.said, actor=ACTOR, at=since)
        codes = [f"DEMO-{offer.code.upper()}-{number:04d}" for number in range(1, offer.codes + 1)]
        rewards.add_codes(reward_id=made.pk, codes=codes, actor=ACTOR, at=since)
    given, taken = house.programmes["P1"], house.programmes["P2"]
    if not ExchangePair.objects.filter(from_programme_id=given, to_programme_id=taken).exists():
        exchange.save_pair(
            from_programme_id=given, to_programme_id=taken, ratio_from=100, ratio_to=80, step=50, minimum=50, daily_cap=1_000,
            actor=ACTOR, at=since,
        )  # fmt: skip
