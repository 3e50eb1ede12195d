"""Stored symbols of growth value, RFM, levels and benefits."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Track(models.TextChoices):
    """LVL-15: a membership holds at most one level in each track, side by side (A-22)."""

    FREE = "free", pgettext_lazy("track", "registered")
    PAID = "paid", pgettext_lazy("track", "paid")
    RECHARGE = "recharge", pgettext_lazy("track", "stored value")
    CUSTOM = "custom", pgettext_lazy("track", "custom")


class Basis(models.TextChoices):
    """What a level's threshold is measured in (LVL-03, A-02). Money in minor units."""

    GROWTH = "growth", _("growth value")
    SPEND = "spend", _("amount spent")
    ORDER_COUNT = "order_count", _("number of orders")
    POINTS_EARNED = "points_earned", _("points earned")
    RECHARGE = "recharge", _("amount recharged")


class Mode(models.TextChoices):
    """What moves the growth value (GRW-09, A-17)."""

    BEHAVIOUR = "behaviour", _("behaviour")
    RFM = "rfm", "RFM"
    HYBRID = "hybrid", _("behaviour and RFM")


class Demotion(models.TextChoices):
    """How far a member falls at one review (LVL-25)."""

    NONE = "none", _("never falls")
    ONE_STEP = "one_step", _("one level at a time")
    DIRECT = "direct", _("straight to the level reached")


class Reason(models.TextChoices):
    """Why a growth entry was posted (GRW-13). Codes are part of the API and never renamed."""

    LOGIN = "login", _("login")
    PURCHASE = "purchase", _("purchase")
    REVIEW = "review", pgettext_lazy("growth", "review")
    PHOTO_REVIEW = "photo_review", _("photo review")
    SHARE = "share", _("share")
    CHECK_IN = "check_in", _("check-in")
    REFUND = "refund", pgettext_lazy("growth", "refund")
    REFUND_CANCELLED = "refund_cancelled", _("refund cancelled")
    REVIEW_DELETED = "review_deleted", _("review deleted")
    RFM = "rfm", _("RFM cycle")
    ADJUSTMENT = "adjustment", _("adjustment by hand")
    OPENING = "opening", _("opening balance")
    CORRECTION = "correction", _("correction")
    MERGE = "merge", _("merged")


# growth by activity other than purchases (GRW-11): plain texts, since an index is made of them
ACTIVITY_REASONS = ["login", "review", "photo_review", "share", "check_in", "review_deleted"]


class RuleCode(models.TextChoices):
    """The behaviour rules of a programme (GRW-01..07, GRW-14)."""

    LOGIN = "login", _("first login by hand of a day")
    PURCHASE = "purchase", _("completed order")
    REVIEW = "review", _("approved review")
    PHOTO_REVIEW = "photo_review", _("approved photo review")
    SHARE = "share", _("share")
    CHECK_IN = "check_in", _("check-in")


class FactorKind(models.TextChoices):
    """What an acceleration factor depends on (GRW-04)."""

    LEVEL = "level", _("level")
    CATEGORY = "category", _("category")
    CAMPAIGN = "campaign", _("campaign")


class BandMethod(models.TextChoices):
    """How the cut points of the RFM bands are found (A-12)."""

    FIXED = "fixed", _("fixed cut points")
    QUINTILE = "quintile", _("fifths of the members")


class MonetaryMode(models.TextChoices):
    """What M is (A-13)."""

    SUM = "sum", _("total of the window")
    AVERAGE = "average", _("average order")


class RfmClass(models.TextChoices):
    """RFM-13, A-35: of every cell, first match."""

    HIGH = "high", _("high-value active")
    MID = "mid", _("mid-value active")
    LOW = "low", _("low-value active")
    POTENTIAL = "potential", _("potential")
    CHURN_RISK = "churn_risk", _("churn risk")
    DORMANT = "dormant", _("dormant")


class CustomerGroup(models.TextChoices):
    """RFM-14, A-35."""

    LOYAL = "loyal", _("high-value loyal")
    FREQUENT_LOW = "frequent_low", _("frequent, low amounts")
    POTENTIAL = "potential", _("potential")
    CHURN_RISK = "churn_risk", _("churn risk")
    OTHER = "other", pgettext_lazy("customer group", "other")


class ActivityLayer(models.TextChoices):
    """RFM-15."""

    HIGH = "high", _("highly active")
    MEDIUM = "medium", _("moderately active")
    LOW = "low", _("little active")
    DORMANT = "dormant", _("dormant")


class RunState(models.TextChoices):
    """Of a cycle or review: waits, is under way (also after a kill), or is done for ever."""

    DUE = "due", _("due")
    RUNNING = "running", _("running")
    DONE = "done", _("done")


class LevelCause(models.TextChoices):
    """Why a level changed, or why it was kept although it could have (history)."""

    JOINED = "joined", pgettext_lazy("level", "joined")
    UP = "up", _("risen")
    DOWN = "down", _("fallen at review")
    PROTECTED = "protected", _("kept: protected")
    INACTIVE = "inactive", _("fallen after long inactivity")
    PUBLISHED = "published", _("new rules published")
    MAPPED = "mapped", _("level replaced by another")
    OVERRIDE = "override", _("set by hand")
    OVERRIDE_ENDED = "override_ended", _("override ended")
    SUBSCRIBED = "subscribed", _("membership bought")
    EXPIRED = "expired", _("membership expired")
    RECHARGED = "recharged", _("recharge reached the threshold")
    IMPORTED = "imported", _("taken over from elsewhere")


class OverrideState(models.TextChoices):
    PENDING = "pending", _("waiting for approval")
    ACTIVE = "active", _("in force")
    REJECTED = "rejected", _("rejected")
    ENDED = "ended", _("ended")


class BenefitKind(models.TextChoices):
    """What a benefit is, and with it the shape of its value (growth.rules.benefits)."""

    DISCOUNT = "discount", pgettext_lazy("benefits", "discount")
    FREE_SHIPPING = "free_shipping", _("free shipping")
    SHIPPING_COUPONS = "shipping_coupons", _("shipping coupons every month")
    PRIORITY_DISPATCH = "priority_dispatch", _("priority dispatch")
    NEXT_DAY = "next_day", _("next-day delivery")
    TIME_SLOT = "time_slot", _("delivery at an appointed time")
    SERVICE_TIER = "service_tier", _("service tier")
    PRIORITY_AFTER_SALES = "priority_after_sales", _("priority after-sales")
    EARLY_ACCESS = "early_access", _("early access")
    IDENTITY = "identity", _("identity marks")
    MEMBER_PRICE = "member_price", _("member price")
    PARTNER_CODE = "partner_code", _("partner code")


class BenefitCategory(models.TextChoices):
    """Of every kind of benefit (growth.rules.benefits)."""

    PRICE = "price", pgettext_lazy("benefits", "price")
    LOGISTICS = "logistics", pgettext_lazy("benefits", "delivery")
    SERVICE = "service", pgettext_lazy("benefits", "service")
    ACTIVITY = "activity", pgettext_lazy("benefits", "activities")
    IDENTITY = "identity", pgettext_lazy("benefits", "identity")
    PARTNER = "partner", pgettext_lazy("benefits", "partners")


class BenefitNature(models.TextChoices):
    """BEN-10."""

    PRACTICAL = "practical", _("practical")
    EMOTIONAL = "emotional", _("emotional")
    UNIQUE = "unique", _("unique")


class ServiceTier(models.TextChoices):
    """BEN-08, worst first."""

    STANDARD = "standard", _("standard service")
    PRIORITY = "priority", _("priority service")
    ONE_TO_ONE = "one_to_one", _("one-to-one service")


class SubscriptionState(models.TextChoices):
    """Whether it counts is a question of its dates; `ended` has been told to the member's level."""

    ACTIVE = "active", pgettext_lazy("subscription", "active")
    ENDED = "ended", pgettext_lazy("subscription", "ended")


class GiftState(models.TextChoices):
    PENDING = "pending", _("not yet given")
    GIVEN = "given", pgettext_lazy("gift", "given")


class MeasureKind(models.TextChoices):
    """What is counted towards a level besides the growth value and the orders themselves."""

    POINTS_EARNED = "points_earned", _("points earned")
    RECHARGE = "recharge", _("amount recharged")
