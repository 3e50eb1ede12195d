"""Holds: points set aside (SF-6, ruling 24)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from points.enums import HoldState
from points.models.ledger import PointsAccount, PointsEntry, PointsLot


class PointsHold(models.Model):
    """Points set aside for an order until it is paid (ruling 24). expires_at: from then on void, whether or not a job has said so.

    captured: of amount, taken for good by `entry`; the rest went back.  (store, order_no): the order it is for, empty where there is none.
    """

    account = models.ForeignKey(PointsAccount, models.PROTECT, related_name="holds", verbose_name=_("account"))
    amount = models.BigIntegerField(_("points"))
    captured = models.BigIntegerField(_("captured"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=HoldState.choices, default=HoldState.ACTIVE)
    store = models.ForeignKey("stores.Store", models.PROTECT, null=True, related_name="+", verbose_name=_("store"))
    order_no = models.CharField(_("order number"), max_length=64, blank=True)
    entry = models.OneToOneField(PointsEntry, models.PROTECT, null=True, related_name="hold", verbose_name=_("captured by"))
    effect_key = models.CharField(max_length=120)
    request_digest = models.CharField(max_length=32)
    actor = models.CharField(_("by"), max_length=60)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("void from"))
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("hold of points")
        verbose_name_plural = _("holds of points")
        constraints = [
            models.UniqueConstraint(fields=["account", "effect_key"], name="points_hold_one_per_effect"),
            models.CheckConstraint(
                condition=Q(amount__gte=1, captured__gte=0, captured__lte=F("amount")), name="points_hold_captured_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(state="active", closed_at=None, entry=None, captured=0)
                | Q(state="captured", closed_at__isnull=False, entry__isnull=False, captured__gte=1)
                | Q(state__in=("released", "timed_out"), closed_at__isnull=False, entry=None, captured=0),
                name="points_hold_ends_once",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="points_hold_of_account"),
            models.Index(fields=["expires_at"], condition=Q(state="active"), name="points_hold_to_time_out"),
            models.Index(fields=["store", "order_no"], condition=~Q(order_no=""), name="points_hold_of_order"),
        ]


class HoldPart(models.Model):
    """What a hold has taken of a lot, in burn order. Stays as it is when the hold ends; counts while the hold is active."""

    hold = models.ForeignKey(PointsHold, models.PROTECT, db_index=False, related_name="parts", verbose_name=_("hold of points"))
    lot = models.ForeignKey(PointsLot, models.PROTECT, related_name="+", verbose_name=_("lot"))
    amount = models.BigIntegerField(_("points"))

    class Meta:
        verbose_name = _("part of a hold")
        verbose_name_plural = _("parts of holds")
        constraints = [
            models.UniqueConstraint(fields=["hold", "lot"], name="points_holdpart_once_per_lot"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="points_holdpart_positive"),
        ]
