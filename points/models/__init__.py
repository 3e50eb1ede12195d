"""Tables of points: rules, the ledger with its lots, holds, rewards, exchange, books."""

from points.models.books import LiabilityDay, PointsAdjustment
from points.models.exchange import ExchangePair, PointsExchange
from points.models.holds import HoldPart, PointsHold
from points.models.ledger import PointsAccount, PointsEntry, PointsLot, PointsMove
from points.models.rewards import Redemption, Reward, RewardCode
from points.models.rules import PointsMultiplier, PointsRule, PointsVersion, RedeemMinimum

__all__ = [
    "ExchangePair",
    "HoldPart",
    "LiabilityDay",
    "PointsAccount",
    "PointsAdjustment",
    "PointsEntry",
    "PointsExchange",
    "PointsHold",
    "PointsLot",
    "PointsMove",
    "PointsMultiplier",
    "PointsRule",
    "PointsVersion",
    "RedeemMinimum",
    "Redemption",
    "Reward",
    "RewardCode",
]
