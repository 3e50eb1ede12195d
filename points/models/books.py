"""The books of points: adjustments that wait for a second person, and the daily liability (PTS-15, PTS-26, PTS-28)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from points.enums import AdjustmentState


class PointsAdjustment(models.Model):
    """Points moved by hand. Within the role's limit posted at once, beyond it after somebody else approved."""

    account = models.ForeignKey("points.PointsAccount", models.PROTECT, related_name="adjustments", verbose_name=_("account"))
    delta = models.IntegerField(_("points"))
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=AdjustmentState.choices)
    entry = models.OneToOneField("points.PointsEntry", models.PROTECT, null=True, related_name="adjustment", verbose_name=_("entry"))
    effect_key = models.CharField(max_length=120)
    requested_by = models.CharField(_("asked by"), max_length=60)
    requested_at = models.DateTimeField(_("asked"))
    decided_by = models.CharField(_("decided by"), max_length=60, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("adjustment of points")
        verbose_name_plural = _("adjustments of points")
        constraints = [
            models.UniqueConstraint(fields=["account", "effect_key"], name="points_adjustment_one_per_effect"),
            models.CheckConstraint(condition=~Q(delta=0), name="points_adjustment_not_zero"),
            models.CheckConstraint(
                condition=Q(state="pending", decided_at=None, entry=None)
                | Q(state="posted", entry__isnull=False)
                | Q(state="rejected", decided_at__isnull=False, entry=None),
                name="points_adjustment_posted_has_its_entry",
            ),
            models.CheckConstraint(condition=Q(decided_by="") | ~Q(decided_by=F("requested_by")), name="points_adjustment_two_people"),
        ]
        indexes = [models.Index(fields=["requested_at"], condition=Q(state="pending"), name="points_adjustment_waiting")]


class LiabilityDay(models.Model):
    """A programme's points at the end of a local day: opening + issued - redeemed - expired - reversed = closing, to the unit (PTS-15).

    Whole points by booked_at.  by_kind: the same by kind of entry.  unit_cost_minor: as it was then; the value is closing x it.
    """

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    day_on = models.DateField(_("day"))
    opening = models.BigIntegerField(_("opening"))
    issued = models.BigIntegerField(_("issued"))
    redeemed = models.BigIntegerField(_("redeemed"))
    expired = models.BigIntegerField(_("expired"))
    reversed = models.BigIntegerField(_("reversed"))
    closing = models.BigIntegerField(_("closing"))
    debt = models.BigIntegerField(_("owed by members"))
    members = models.IntegerField(_("members with points"))
    by_kind = models.JSONField(default=dict)
    unit_cost_minor = models.PositiveIntegerField(_("cost of a point"))
    taken_at = models.DateTimeField(_("taken"))

    class Meta:
        verbose_name = _("points liability")
        verbose_name_plural = _("points liability")
        constraints = [
            models.UniqueConstraint(fields=["programme", "day_on"], name="points_liability_one_per_day"),
            models.CheckConstraint(
                condition=Q(closing=F("opening") + F("issued") - F("redeemed") - F("expired") - F("reversed")),
                name="points_liability_adds_up",
            ),
        ]
