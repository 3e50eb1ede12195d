"""Stored symbols of points."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EntryKind(models.TextChoices):
    """What a line of the ledger does (PTS-09, PTS-21). Codes are part of the API and never renamed."""

    EARN = "earn", pgettext_lazy("points", "earned")
    BONUS = "bonus", pgettext_lazy("points", "bonus")
    GIFT = "gift", pgettext_lazy("points", "gift")
    OPENING = "opening", pgettext_lazy("points", "opening balance")
    ADJUST = "adjust", pgettext_lazy("points", "adjusted")
    REDEEM = "redeem", pgettext_lazy("points", "redeemed")
    EXPIRE = "expire", pgettext_lazy("points", "expired")
    REVERSE = "reverse", pgettext_lazy("points", "reversed")
    RESTORE = "restore", pgettext_lazy("points", "given back")
    REPAY = "repay", pgettext_lazy("points", "debt repaid")
    EXCHANGE_OUT = "exchange_out", pgettext_lazy("points", "exchanged out")
    EXCHANGE_IN = "exchange_in", pgettext_lazy("points", "exchanged in")
    MERGE = "merge", pgettext_lazy("points", "merged")


MAKES_A_LOT = (EntryKind.EARN, EntryKind.BONUS, EntryKind.GIFT, EntryKind.OPENING, EntryKind.EXCHANGE_IN)  # and what is adjusted upwards
SPENDS = (EntryKind.REDEEM, EntryKind.EXCHANGE_OUT)  # and what is adjusted downwards: tests what is available


class Source(models.TextChoices):
    """What moved points: `source_type` of an entry (PTS-21)."""

    ORDER = "order", pgettext_lazy("source", "order")
    AFTER_SALE = "after_sale", pgettext_lazy("source", "after-sale")
    EVENT = "event", pgettext_lazy("source", "behaviour")
    HOLD = "hold", pgettext_lazy("source", "payment with points")
    REDEMPTION = "redemption", pgettext_lazy("source", "reward")
    EXCHANGE = "exchange", pgettext_lazy("source", "exchange")
    LEVEL = "level", pgettext_lazy("source", "gift of a level")
    CAMPAIGN = "campaign", pgettext_lazy("source", "campaign")
    LOT = "lot", pgettext_lazy("source", "end of a lot")
    STAFF = "staff", pgettext_lazy("source", "by hand")
    CREDIT = "credit", pgettext_lazy("source", "given by the shop")
    DEBIT = "debit", pgettext_lazy("source", "taken by the shop")
    REVERSAL = "reversal", pgettext_lazy("source", "taken back by the shop")
    IMPORT = "import", pgettext_lazy("source", "file")
    OPENING = "opening", pgettext_lazy("source", "brought along")


class HoldState(models.TextChoices):
    """A hold ends exactly once: captured, released, or timed out (SF-6)."""

    ACTIVE = "active", pgettext_lazy("hold", "active")
    CAPTURED = "captured", pgettext_lazy("hold", "captured")
    RELEASED = "released", pgettext_lazy("hold", "released")
    TIMED_OUT = "timed_out", pgettext_lazy("hold", "timed out")


class ReversalPolicy(models.TextChoices):
    """What becomes of a reversal that finds the points spent (PTS-22, A-26)."""

    DEBT = "debt", _("the member owes the rest")
    WITHIN_BALANCE = "within_balance", _("what is there is taken, the rest is written off")
    ONLY_PENDING = "only_pending", _("only points that cannot be spent yet are taken")


class EarnRule(models.TextChoices):
    """What members do and get points for (PTS-02..04, PTS-20)."""

    PURCHASE = "purchase", _("purchase")
    REVIEW = "review", pgettext_lazy("growth", "review")
    PHOTO_REVIEW = "photo_review", _("photo review")
    SHARE = "share", _("share")
    CHECK_IN = "check_in", _("check-in")
    TASK = "task", _("task completed")


class MultiplierKind(models.TextChoices):
    """When points are multiplied; of those that apply the highest counts (A-24)."""

    MEMBER_DAY = "member_day", _("member day")
    CAMPAIGN = "campaign", _("campaign")
    LEVEL = "level", _("level")


class LeftOut(models.TextChoices):
    """Why a line of an order gives no points (points/sql/orders/reckon.sql)."""

    GIFT_CARD = "gift_card", _("gift card")
    VIRTUAL = "virtual", _("virtual goods")
    SKU = "sku_excluded", _("the SKU is left out")
    CATEGORY = "category_excluded", _("the category is left out")
    NOT_INCLUDED = "not_included", _("neither category nor SKU is let in")


class AdjustmentState(models.TextChoices):
    PENDING = "pending", _("waits for approval")
    POSTED = "posted", _("posted")
    REJECTED = "rejected", _("rejected")


class RedemptionState(models.TextChoices):
    """Of a reward that was redeemed (PTS-10..12)."""

    FULFILLED = "fulfilled", pgettext_lazy("redemption", "fulfilled")
    CANCELLED = "cancelled", pgettext_lazy("redemption", "cancelled")


class ReportedAs(models.TextChoices):
    """Column of the liability equation that an entry counts in (PTS-15)."""

    ISSUED = "issued", pgettext_lazy("points", "issued")
    REDEEMED = "redeemed", pgettext_lazy("points", "redeemed")
    EXPIRED = "expired", pgettext_lazy("points", "expired")
    REVERSED = "reversed", pgettext_lazy("points", "reversed")


class ConsumptionBand(models.TextChoices):
    """What a consumption rate says (PTS-13): too little is redeemed, a healthy share, too much."""

    LOW = "low", pgettext_lazy("consumption", "low")
    HEALTHY = "healthy", pgettext_lazy("consumption", "healthy")
    HIGH = "high", pgettext_lazy("consumption", "high")
