"""Stored symbols of coupons, and those of its answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PriceStep(models.TextChoices):
    """What took something off a price, in the order in which it is asked (A-30)."""

    LEVEL_RATE = "level_rate", _("discount of the level")
    MEMBER_PRICE = "member_price", _("member price")
    ACTIVITY = "activity", pgettext_lazy("price", "activity")
    FREE_SHIPPING = "free_shipping", _("free shipping")
