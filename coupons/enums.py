"""Stored symbols of coupons, and those of its answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PriceStep(models.TextChoices):
    """What took something off a price, in the order in which it is asked (A-30)."""

    LEVEL_RATE = "level_rate", _("discount of the level")
    MEMBER_PRICE = "member_price", _("member price")
    ACTIVITY = "activity", pgettext_lazy("price", "activity")
    COUPON = "coupon", pgettext_lazy("price", "coupon")
    FREE_SHIPPING = "free_shipping", _("free shipping")


class CouponKind(models.TextChoices):
    """What a coupon takes off a price (CPN-01, CPN-03, CPN-05). A gift makes one piece of the goods it holds for free."""

    AMOUNT = "amount", _("amount off")
    PERCENT = "percent", _("percentage off")
    SHIPPING = "shipping", _("free shipping coupon")
    GIFT = "gift", pgettext_lazy("coupon", "gift")


class Validity(models.TextChoices):
    """From when to when a coupon may be used (CPN-06). Days end with the local day of the programme, hours to the second."""

    FIXED = "fixed", _("between two moments")
    HOURS = "hours", _("hours after receipt")
    DAYS = "days", _("days after receipt")


class CouponState(models.TextChoices):
    """CPN-02. Codes are part of the API and never renamed."""

    AVAILABLE = "available", pgettext_lazy("coupon", "available")
    RESERVED = "reserved", pgettext_lazy("coupon", "reserved")
    USED = "used", pgettext_lazy("coupon", "used")
    EXPIRED = "expired", pgettext_lazy("coupon", "expired")
    REVOKED = "revoked", pgettext_lazy("coupon", "revoked")


class CouponSource(models.TextChoices):
    """How a member came by a coupon."""

    CLAIM = "claim", _("claimed")
    STAFF = "staff", _("given by staff")
    CAMPAIGN = "campaign", pgettext_lazy("coupon", "campaign")
    LEVEL_GIFT = "level_gift", _("gift pack of a level")
    REWARD = "reward", _("bought with points")
    NEWCOMER = "newcomer", _("newcomer pack")
    REFERRAL = "referral", _("brought a friend")
    MONTHLY = "monthly", _("monthly pack of a level")


class CostBearer(models.TextChoices):
    """Who pays for what a coupon takes off."""

    STORE = "store", _("the store")
    PLATFORM = "platform", _("the platform")


class PackTrigger(models.TextChoices):
    """What a coupon pack is given for."""

    REGISTERED = "registered", _("joining")
    INVITED = "invited", _("bringing a friend who joins")
    MONTHLY = "monthly", _("holding a level on a day of the month")
