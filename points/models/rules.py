"""Points rules: how members earn, how long points live, how they are spent (PTS-02..08, PTS-16, PTS-17, PTS-20)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.versions import Version
from points.enums import EarnRule, MultiplierKind, ReversalPolicy


class PointsVersion(Version):
    """One edition of a programme's points rules. Changed while it is a draft only; entries keep the version they were posted by.

    points_per_unit: points per major unit of money settled, floor per order (A-24).  order_minimum_minor: orders of less give nothing.
    order_cap: points an order gives at most.  only_*, not_*: beginnings of category paths, SKUs; empty includes all.
    lifetime_months: from the earned local date, through the end of that day (A-26); empty never ends.
    pending_days: before earned points can be spent.  restore_grace_days: of points that come back after their end; 0 ends them at once.
    unit_cost_minor: what a point costs in the books.  redeem_value_minor: what a point pays at checkout.
    redeem_minimum: fewest points of one redemption, unless the level has its own (PTS-17).  redeem_share: of an order that points may pay.
    hold_minutes: after which a hold that nobody ended is void.  adjust_limit: points that customer service or an approver may move alone,
    operator_adjust_limit: that operators and administrators of the programme may (PTS-28).
    """

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    points_per_unit = models.DecimalField(_("points per yuan"), max_digits=9, decimal_places=4, default=0)
    order_minimum_minor = models.BigIntegerField(_("least order amount"), default=0)
    order_cap = models.PositiveIntegerField(_("points of an order at most"), null=True, blank=True)
    excludes_virtual = models.BooleanField(_("not for virtual goods"), default=False)
    only_categories = ArrayField(models.CharField(max_length=100), default=list, blank=True, verbose_name=_("only these categories"))
    not_categories = ArrayField(models.CharField(max_length=100), default=list, blank=True, verbose_name=_("not these categories"))
    only_skus = ArrayField(models.CharField(max_length=64), default=list, blank=True, verbose_name=_("only these SKUs"))
    not_skus = ArrayField(models.CharField(max_length=64), default=list, blank=True, verbose_name=_("not these SKUs"))
    lifetime_months = models.PositiveSmallIntegerField(_("valid for (months)"), null=True, blank=True, default=24)
    pending_days = models.PositiveSmallIntegerField(_("can be spent after (days)"), default=0)
    reversal_policy = models.CharField(
        _("when reversed points are spent"), max_length=15, choices=ReversalPolicy.choices, default=ReversalPolicy.DEBT
    )
    restore_grace_days = models.PositiveSmallIntegerField(_("grace of returned points (days)"), default=0)
    unit_cost_minor = models.PositiveIntegerField(_("cost of a point"), default=100)
    redeem_value_minor = models.PositiveIntegerField(_("value of a point"), default=100)
    redeem_minimum = models.PositiveIntegerField(_("least points of a redemption"), default=1)
    redeem_share = models.DecimalField(_("share of an order that points may pay"), max_digits=4, decimal_places=3, default=1)
    hold_minutes = models.PositiveIntegerField(_("a hold lasts (minutes)"), default=30)
    adjust_limit = models.PositiveIntegerField(_("adjustment without approval up to"), default=100)
    operator_adjust_limit = models.PositiveIntegerField(_("operators and administrators: adjustment without approval up to"), default=1000)

    class Meta:
        verbose_name = _("points rules")
        verbose_name_plural = _("points rules")
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="points_version_numbered"),
            models.UniqueConstraint(fields=["programme"], condition=Q(state="draft"), name="points_version_one_draft"),
            models.UniqueConstraint(fields=["programme"], condition=Q(state="published"), name="points_version_one_published"),
            models.CheckConstraint(
                condition=Q(points_per_unit__gte=0, order_minimum_minor__gte=0, redeem_minimum__gte=1, redeem_share__gte=0)
                & Q(redeem_share__lte=1, hold_minutes__gte=1),
                name="points_version_values_make_sense",
            ),
            models.CheckConstraint(
                condition=Q(operator_adjust_limit__gte=F("adjust_limit")), name="points_version_operators_adjust_no_less"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} v{self.number}"


class PointsRule(models.Model):
    """What an event gives (PTS-03, PTS-04). daily_cap: times a local day.  task: code of the task; once for ever per member."""

    version = models.ForeignKey(PointsVersion, models.CASCADE, related_name="rules", verbose_name=_("points rules"))
    code = models.CharField(_("rule"), max_length=15, choices=EarnRule.choices)
    task = models.CharField(_("task"), max_length=40, blank=True)
    is_on = models.BooleanField(_("in use"), default=True)
    points = models.PositiveIntegerField(_("points"), default=0)
    daily_cap = models.PositiveIntegerField(_("times a day"), null=True, blank=True)

    class Meta:
        verbose_name = _("points rule")
        verbose_name_plural = _("points rules")
        constraints = [
            models.UniqueConstraint(fields=["version", "code", "task"], name="points_rule_once_per_version"),
            models.CheckConstraint(condition=Q(code="task") ^ Q(task=""), name="points_rule_task_is_named"),
        ]


class PointsMultiplier(models.Model):
    """Of those that apply the highest counts; what it adds is an entry of its own (PTS-20, A-24).

    key: level code, or the campaign's name.  day_of_month: member day, of the local date of payment (A-31).  valid_from, valid_until:
    campaigns, half open.
    """

    version = models.ForeignKey(PointsVersion, models.CASCADE, related_name="multipliers", verbose_name=_("points rules"))
    kind = models.CharField(_("depends on"), max_length=10, choices=MultiplierKind.choices)
    key = models.CharField(_("which"), max_length=60, blank=True)
    factor = models.DecimalField(_("times"), max_digits=4, decimal_places=2)
    day_of_month = models.PositiveSmallIntegerField(_("day of the month"), null=True, blank=True)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("multiplier")
        verbose_name_plural = _("multipliers")
        constraints = [
            models.CheckConstraint(condition=Q(factor__gte=1), name="points_multiplier_at_least_one"),
            models.CheckConstraint(
                condition=~Q(kind="member_day") | Q(day_of_month__gte=1, day_of_month__lte=31), name="points_multiplier_has_its_day"
            ),
            models.CheckConstraint(
                condition=~Q(kind="campaign") | Q(valid_from__isnull=False, valid_until__gt=F("valid_from")),
                name="points_multiplier_campaign_has_its_days",
            ),
        ]


class RedeemMinimum(models.Model):
    """Fewest points of one redemption for holders of a level of the free track (PTS-17)."""

    version = models.ForeignKey(PointsVersion, models.CASCADE, related_name="minimums", verbose_name=_("points rules"))
    level_code = models.CharField(_("level"), max_length=20)
    points = models.PositiveIntegerField(_("points"))

    class Meta:
        verbose_name = _("minimum of a level")
        verbose_name_plural = _("minimums of levels")
        constraints = [
            models.UniqueConstraint(fields=["version", "level_code"], name="points_minimum_once_per_level"),
            models.CheckConstraint(condition=Q(points__gte=1), name="points_minimum_at_least_one"),
        ]
