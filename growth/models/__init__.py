"""Tables of growth: schemes and their terms, the ledger and its rules, RFM, the levels members hold, what they are entitled to."""

from growth.models.behaviour import GrowthFactor, GrowthRule, PhotoPlace, RuleSet
from growth.models.benefits import Benefit, BenefitUsage, LevelBenefit, LevelMatch
from growth.models.holdings import GiftGrant, LevelHistory, LevelOverride, LevelReview, Measure, MemberLevel
from growth.models.ledger import GrowthAccount, GrowthEntry
from growth.models.plans import PaidPlan, Subscription
from growth.models.rfm import RfmClock, RfmRun, RfmSnapshot, RfmStale, RfmState, RfmVersion
from growth.models.schemes import GiftItem, Level, LevelScheme, LevelTerms, SchemeVersion

__all__ = [
    "Benefit",
    "BenefitUsage",
    "GiftGrant",
    "GiftItem",
    "GrowthAccount",
    "GrowthEntry",
    "GrowthFactor",
    "GrowthRule",
    "Level",
    "LevelBenefit",
    "LevelHistory",
    "LevelMatch",
    "LevelOverride",
    "LevelReview",
    "LevelScheme",
    "LevelTerms",
    "Measure",
    "MemberLevel",
    "PaidPlan",
    "PhotoPlace",
    "RfmClock",
    "RfmRun",
    "RfmSnapshot",
    "RfmStale",
    "RfmState",
    "RfmVersion",
    "RuleSet",
    "SchemeVersion",
    "Subscription",
]
