"""The levels memberships hold, how they came by them, who overrode them, which gifts they are due (LVL-02..28)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from growth.enums import GiftState, LevelCause, MeasureKind, OverrideState, RunState, Track


class MemberLevel(models.Model):
    """The level a membership holds in a track; a row for each track it takes part in, the free one from the first day.

    level: the one that counts.  level_until: when it ends by itself (override, subscription); from then on `automatic_level` counts, or
    none if that is empty. Reads compare it with their clock; no job has to run first.  automatic_level: what the scheme gives.
    protected_until: no review lowers before (LVL-09).  falls_on: local date on which a fall that a review found takes place (grace).
    """

    membership = models.ForeignKey("stores.Membership", models.PROTECT, related_name="levels", verbose_name=_("membership"))
    track = models.CharField(_("track"), max_length=10, choices=Track.choices)
    level = models.ForeignKey("growth.Level", models.PROTECT, related_name="+", verbose_name=_("level"))
    level_until = models.DateTimeField(_("until"), null=True)
    automatic_level = models.ForeignKey("growth.Level", models.PROTECT, null=True, related_name="+", verbose_name=_("level by the scheme"))
    since = models.DateTimeField(_("since"))
    protected_until = models.DateTimeField(_("protected until"), null=True)
    falls_on = models.DateField(_("falls on"), null=True)

    class Meta:
        verbose_name = _("level of a membership")
        verbose_name_plural = _("levels of memberships")
        constraints = [
            models.UniqueConstraint(fields=["membership", "track"], name="growth_memberlevel_one_per_track"),
            models.CheckConstraint(
                condition=Q(level_until__isnull=False) | Q(automatic_level=F("level")), name="growth_memberlevel_endless_is_automatic"
            ),
        ]
        indexes = [models.Index(fields=["level"], name="growth_memberlevel_by_level")]


class LevelHistory(models.Model):
    """One change of a level, or a fall that protection prevented. Only added (a trigger refuses the rest).

    level_from empty: none before.  level_to empty: none from then on (a subscription ended).  details: the values that decided (LVL why).
    source: "entry:812", "review:7", "override:3", "subscription:9", "version:4".
    """

    membership = models.ForeignKey("stores.Membership", models.PROTECT, related_name="level_history", verbose_name=_("membership"))
    track = models.CharField(_("track"), max_length=10, choices=Track.choices)
    level_from = models.ForeignKey("growth.Level", models.PROTECT, null=True, related_name="+", verbose_name=_("from"))
    level_to = models.ForeignKey("growth.Level", models.PROTECT, null=True, related_name="+", verbose_name=_("to"))
    cause = models.CharField(_("cause"), max_length=15, choices=LevelCause.choices)
    version = models.ForeignKey("growth.SchemeVersion", models.PROTECT, null=True, related_name="+", verbose_name=_("scheme version"))
    source = models.CharField(_("source"), max_length=60)
    details = models.JSONField(_("values"), default=dict)
    note = models.CharField(_("words"), max_length=200, blank=True)
    actor = models.CharField(_("by"), max_length=60)
    occurred_at = models.DateTimeField(_("time"))
    booked_at = models.DateTimeField(_("booked"))

    class Meta:
        verbose_name = _("change of level")
        verbose_name_plural = _("changes of level")
        indexes = [models.Index(fields=["membership", "-occurred_at", "-id"], name="growth_levelhistory_newest")]


class LevelOverride(models.Model):
    """A level set by hand for a reason and a time (A-23). Two or more steps wait for a second person.

    is_raise: while in force the better of automatic and this one counts; otherwise exactly this one.
    One may wait while another is in force; the newer one replaces it.
    """

    membership = models.ForeignKey("stores.Membership", models.PROTECT, related_name="level_overrides", verbose_name=_("membership"))
    track = models.CharField(_("track"), max_length=10, choices=Track.choices, default=Track.FREE)
    level = models.ForeignKey("growth.Level", models.PROTECT, related_name="+", verbose_name=_("level"))
    is_raise = models.BooleanField(_("raises"))
    steps = models.PositiveSmallIntegerField(_("steps"))
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"))
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=OverrideState.choices)
    requested_by = models.CharField(_("requested by"), max_length=60)
    requested_at = models.DateTimeField(_("requested"))
    decided_by = models.CharField(_("decided by"), max_length=60, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("level set by hand")
        verbose_name_plural = _("levels set by hand")
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "track", "state"],
                condition=Q(state__in=["pending", "active"]),
                name="growth_leveloverride_one_in_force_one_waiting",
            ),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="growth_leveloverride_ends_after_start"),
            models.CheckConstraint(condition=~Q(decided_by=F("requested_by")) | Q(steps__lt=2), name="growth_leveloverride_two_people"),
        ]


class LevelReview(models.Model):
    """One periodic review of a scheme: at most one per day (LVL-10). result: counts by outcome. position: as in RfmRun."""

    scheme = models.ForeignKey("growth.LevelScheme", models.PROTECT, related_name="reviews", verbose_name=_("level scheme"))
    version = models.ForeignKey("growth.SchemeVersion", models.PROTECT, related_name="+", verbose_name=_("scheme version"))
    review_on = models.DateField(_("day"))
    at = models.DateTimeField(_("as of"))
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.DUE)
    phase = models.CharField(_("phase"), max_length=30, blank=True)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("total"), default=0)
    position = models.BigIntegerField(default=0)
    result = models.JSONField(_("result"), default=dict)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("level review")
        verbose_name_plural = _("level reviews")
        constraints = [models.UniqueConstraint(fields=["scheme", "review_on"], name="growth_levelreview_once_a_day")]


class Measure(models.Model):
    """Something counted towards a level that is neither growth value nor an order: points earned, money recharged (LVL-03, LVL-22).

    amount: whole points or minor units; negative when it is taken back.  effect_key: one row an effect.
    """

    membership = models.ForeignKey("stores.Membership", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=15, choices=MeasureKind.choices)
    amount = models.BigIntegerField()
    effect_key = models.CharField(max_length=120)
    occurred_at = models.DateTimeField()
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "kind", "effect_key"], name="growth_measure_one_per_effect"),
            models.CheckConstraint(condition=~Q(amount=0), name="growth_measure_not_zero"),
        ]
        indexes = [models.Index(fields=["membership", "kind", "occurred_at"], name="growth_measure_in_window")]


class GiftGrant(models.Model):
    """That a gift pack is due to a membership: once per level in 365 days (LVL-28, ruling 22). Each item waits for who can give it."""

    membership = models.ForeignKey("stores.Membership", models.PROTECT, related_name="gift_grants", verbose_name=_("membership"))
    level = models.ForeignKey("growth.Level", models.PROTECT, related_name="+", verbose_name=_("level"))
    item = models.ForeignKey("growth.GiftItem", models.PROTECT, related_name="+", verbose_name=_("gift"))
    state = models.CharField(_("state"), max_length=10, choices=GiftState.choices, default=GiftState.PENDING)
    effect_key = models.CharField(max_length=120)
    granted_at = models.DateTimeField(_("due"))
    given_at = models.DateTimeField(_("given"), null=True)

    class Meta:
        verbose_name = _("gift of a level")
        verbose_name_plural = _("gifts of levels")
        constraints = [
            models.UniqueConstraint(fields=["membership", "effect_key"], name="growth_giftgrant_one_per_effect"),
        ]
        indexes = [models.Index(fields=["membership", "level", "-granted_at"], name="growth_giftgrant_of_level")]
