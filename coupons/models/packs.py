"""Coupons that are given by themselves: to newcomers, to those who bring a friend, each month to a level (CPN-03, MKT-13, BEN-06)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.history import keep_history
from coupons.enums import PackTrigger


@keep_history()
class CouponPack(models.Model):
    """What is given when. level: code of a level of the free track, for monthly packs.  day_of_month: local day of the programme."""

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    trigger = models.CharField(_("given for"), max_length=12, choices=PackTrigger.choices)
    level = models.CharField(_("level"), max_length=20, blank=True)
    day_of_month = models.PositiveSmallIntegerField(
        _("day of the month"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    is_on = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("coupon pack")
        verbose_name_plural = _("coupon packs")
        constraints = [
            models.CheckConstraint(
                condition=(Q(trigger="monthly", day_of_month__isnull=False) & ~Q(level=""))
                | (~Q(trigger="monthly") & Q(level="", day_of_month=None)),
                name="coupons_pack_monthly_names_level_and_day",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PackItem(models.Model):
    """A template in a pack, so many times."""

    pack = models.ForeignKey(CouponPack, models.CASCADE, related_name="items", verbose_name=_("coupon pack"))
    template = models.ForeignKey("coupons.CouponTemplate", models.PROTECT, related_name="+", verbose_name=_("coupon template"))
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)])

    class Meta:
        verbose_name = _("coupon in a pack")
        verbose_name_plural = _("coupons in packs")
        constraints = [models.UniqueConstraint(fields=["pack", "template"], name="coupons_packitem_once")]


class PackRun(models.Model):
    """That a monthly pack was given in a month: at most once, resumable. position: membership id up to which all is given."""

    pack = models.ForeignKey(CouponPack, models.PROTECT, related_name="runs", verbose_name=_("coupon pack"))
    period_on = models.DateField(_("month"))
    position = models.BigIntegerField(default=0)
    issued = models.PositiveIntegerField(_("issued"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("monthly pack given")
        verbose_name_plural = _("monthly packs given")
        constraints = [models.UniqueConstraint(fields=["pack", "period_on"], name="coupons_packrun_once_a_month")]
