"""Exchange of points between programmes (积分通兑, PTS-23, A-46)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.history import keep_history


@keep_history()
class ExchangePair(models.Model):
    """ratio_from points of one programme are ratio_to of the other: whole steps only, rounded down.

    daily_cap: points given a member and local day.
    """

    from_programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("from programme"))
    to_programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("to programme"))
    ratio_from = models.PositiveIntegerField(_("points given"))
    ratio_to = models.PositiveIntegerField(_("points received"))
    step = models.PositiveIntegerField(_("step"), default=1)
    minimum = models.PositiveIntegerField(_("at least"), default=1)
    daily_cap = models.PositiveIntegerField(_("points a day at most"), null=True, blank=True)
    is_on = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("exchange pair")
        verbose_name_plural = _("exchange pairs")
        constraints = [
            models.UniqueConstraint(fields=["from_programme", "to_programme"], name="points_pair_one_per_direction"),
            models.CheckConstraint(condition=~Q(from_programme=F("to_programme")), name="points_pair_of_two"),
            models.CheckConstraint(
                condition=Q(ratio_from__gte=1, ratio_to__gte=1, step__gte=1, minimum__gte=1), name="points_pair_values_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_programme} → {self.to_programme}"


class PointsExchange(models.Model):
    """One exchange: both legs in one transaction, with the ratio that held."""

    pair = models.ForeignKey(ExchangePair, models.PROTECT, related_name="exchanges", verbose_name=_("exchange pair"))
    from_entry = models.OneToOneField("points.PointsEntry", models.PROTECT, related_name="exchanged_out", verbose_name=_("from"))
    to_entry = models.OneToOneField("points.PointsEntry", models.PROTECT, related_name="exchanged_in", verbose_name=_("to"))
    points_out = models.PositiveIntegerField(_("points given"))
    points_in = models.PositiveIntegerField(_("points received"))
    ratio_from = models.PositiveIntegerField()
    ratio_to = models.PositiveIntegerField()
    exchanged_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("exchange of points")
        verbose_name_plural = _("exchanges of points")
        constraints = [models.CheckConstraint(condition=Q(points_out__gte=1, points_in__gte=1), name="points_exchange_moves_points")]
