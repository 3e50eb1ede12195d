"""RFM: how it is reckoned, where each membership stands, what each monthly cycle found (RFM-01..15, ruling 21)."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.versions import Version
from growth.enums import ActivityLayer, BandMethod, CustomerGroup, MonetaryMode, RfmClass, RunState


class RfmVersion(Version):
    """One edition of a programme's RFM model (A-12..A-14). Changed while it is a draft only.

    window_days: how many local days back F and M count.  r_cuts: [30, 60, 90, 180] days, up to and including, for scores 5, 4, 3, 2.
    f_cuts: [12, 8, 5, 2] orders, at least, for 5, 4, 3, 2.  m_cuts: the same in minor units.  Weights sum to 1.000.
    """

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    window_days = models.PositiveIntegerField(_("window (days)"), default=365, validators=[MinValueValidator(30), MaxValueValidator(1095)])
    method = models.CharField(_("bands"), max_length=10, choices=BandMethod.choices, default=BandMethod.FIXED)
    m_mode = models.CharField(_("monetary value"), max_length=10, choices=MonetaryMode.choices, default=MonetaryMode.SUM)
    r_cuts = ArrayField(models.PositiveIntegerField(), size=4, verbose_name=_("R: days since the last order"))
    f_cuts = ArrayField(models.PositiveIntegerField(), size=4, verbose_name=_("F: orders"))
    m_cuts = ArrayField(models.BigIntegerField(), size=4, verbose_name=_("M: amount"))
    weight_r = models.DecimalField(_("weight of R"), max_digits=4, decimal_places=3)
    weight_f = models.DecimalField(_("weight of F"), max_digits=4, decimal_places=3)
    weight_m = models.DecimalField(_("weight of M"), max_digits=4, decimal_places=3)

    class Meta:
        verbose_name = _("RFM model")
        verbose_name_plural = _("RFM models")
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="growth_rfmversion_numbered"),
            models.UniqueConstraint(fields=["programme"], condition=Q(state="draft"), name="growth_rfmversion_one_draft"),
            models.UniqueConstraint(fields=["programme"], condition=Q(state="published"), name="growth_rfmversion_one_published"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(weight_r=1 - F("weight_f") - F("weight_m")), name="growth_rfmversion_weights_sum_to_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} RFM v{self.number}"


class RfmState(models.Model):
    """Where a membership stands by one version, kept fresh day by day (ruling 21). Never stores how long ago, only when.

    last_on: local date of the last counted order, in or before the window.  orders, amount_minor: of the window ending at the programme's
    `RfmClock.as_of_on`.  Rows exist for memberships that ever had a counted order.

    The database does not look up what the keys refer to: rows are reckoned from memberships in the same statement, by the million.
    """

    membership = models.ForeignKey("stores.Membership", models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    version = models.ForeignKey(RfmVersion, models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    last_on = models.DateField(_("last order"))
    orders = models.PositiveIntegerField(_("orders"))
    amount_minor = models.BigIntegerField(_("amount"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "membership"], name="growth_rfmstate_once"),
        ]


class RfmClock(models.Model):
    """How far the states of a version are reckoned: orders completed before the local midnight after `as_of_on` are in.

    checked_on, differences: the last full run that compared every state with the orders, and how many were wrong (must be 0).
    """

    version = models.OneToOneField(RfmVersion, models.CASCADE, primary_key=True, related_name="clock")
    as_of_on = models.DateField(_("as of"), null=True)
    checked_on = models.DateField(_("checked"), null=True)
    differences = models.PositiveBigIntegerField(_("differences"), default=0)


class RfmStale(models.Model):
    """A note that a membership's state must be reckoned anew from its orders: something late, changed or refunded came in (ruling 21).

    Only added, one a change, and deleted by its id when it has been seen to: nobody waits for anybody, and a change committed while the
    states are reckoned leaves a note that is still there afterwards.
    """

    membership = models.ForeignKey("stores.Membership", models.CASCADE, db_index=False, related_name="+")


class RfmRun(models.Model):
    """One monthly cycle of a programme: at most one per period, for ever (A-15, RFM-09).

    period_on: first day of the month that is judged.  as_of: the next local midnight after that month, exclusive.
    r_cuts, f_cuts, m_cuts: the cut points that were used (of fifths: those found on that day), so that any snapshot can be reckoned again.
    position: membership id up to which all is written.
    """

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    version = models.ForeignKey(RfmVersion, models.PROTECT, related_name="runs", verbose_name=_("RFM model"))
    period_on = models.DateField(_("month"))
    as_of = models.DateTimeField(_("as of"))
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.DUE)
    r_cuts = ArrayField(models.PositiveIntegerField(), size=4, null=True)
    f_cuts = ArrayField(models.PositiveIntegerField(), size=4, null=True)
    m_cuts = ArrayField(models.BigIntegerField(), size=4, null=True)
    phase = models.CharField(_("phase"), max_length=30, blank=True)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("total"), default=0)
    position = models.BigIntegerField(default=0)
    result = models.JSONField(_("result"), default=dict)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("RFM cycle")
        verbose_name_plural = _("RFM cycles")
        constraints = [models.UniqueConstraint(fields=["programme", "period_on"], name="growth_rfmrun_once_per_period")]

    def __str__(self) -> str:
        return f"{self.period_on:%Y-%m}"


class RfmSnapshot(models.Model):
    """What a cycle found for one membership, and everything its delta was reckoned from (GRW-11, RFM-04..15).

    r_days: whole local days since the last order, empty for none.  m_minor: total or average of the window, by the version.
    value_milli: weighted score x 1000 (4-3-3 -> 3600).  bought: whether an order was completed in the period; without one a rise is cut
    to 0.  requested, applied: growth value.  activity_growth: growth by behaviour other than purchases in the period.
    f_dropped: F fell by two scores or more since the snapshot before (A-37).

    The keys are as in RfmState; the constraint and the index below serve them.
    """

    run = models.ForeignKey(
        RfmRun, models.PROTECT, db_constraint=False, db_index=False, related_name="snapshots", verbose_name=_("RFM cycle")
    )
    membership = models.ForeignKey(
        "stores.Membership", models.PROTECT, db_constraint=False, db_index=False, related_name="+", verbose_name=_("membership")
    )
    r_days = models.PositiveIntegerField("R", null=True)
    f_count = models.PositiveIntegerField("F")
    m_minor = models.BigIntegerField("M")
    r_score = models.PositiveSmallIntegerField(_("R score"))
    f_score = models.PositiveSmallIntegerField(_("F score"))
    m_score = models.PositiveSmallIntegerField(_("M score"))
    value_milli = models.PositiveIntegerField(_("value score"))
    rfm_class = models.CharField(_("class"), max_length=12, choices=RfmClass.choices)
    customer_group = models.CharField(_("customer group"), max_length=12, choices=CustomerGroup.choices)
    layer = models.CharField(_("activity"), max_length=8, choices=ActivityLayer.choices)
    level = models.ForeignKey(
        "growth.Level", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+", verbose_name=_("level")
    )
    rfm_unit = models.PositiveIntegerField(_("RFM unit"))
    bought = models.BooleanField(_("bought in the period"))
    requested = models.BigIntegerField(_("requested"))
    applied = models.BigIntegerField(_("applied"))
    activity_growth = models.BigIntegerField(_("growth by activity"))
    f_dropped = models.BooleanField(_("frequency dropped"), default=False)

    class Meta:
        verbose_name = _("RFM snapshot")
        verbose_name_plural = _("RFM snapshots")
        constraints = [
            models.UniqueConstraint(fields=["run", "membership"], name="growth_rfmsnapshot_once"),
            models.CheckConstraint(
                condition=Q(r_score__range=(1, 5), f_score__range=(1, 5), m_score__range=(1, 5)), name="growth_rfmsnapshot_scores_1_to_5"
            ),
        ]
        indexes = [models.Index(fields=["membership", "-run"], name="growth_rfmsnapshot_of_member")]

    @property
    def period_change(self) -> int:
        """What the period moved the growth value by, activity and RFM together (GRW-11)."""
        return self.activity_growth + self.applied
