"""Behaviour rules: what members do and how much growth value it gives (GRW-01..15). Versioned as a set per programme."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.versions import Version
from growth.enums import FactorKind, RuleCode


class RuleSet(Version):
    """One edition of a programme's behaviour rules. Changed while it is a draft only. factor_cap: no factor goes beyond (A-09)."""

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    factor_cap = models.DecimalField(_("highest factor"), max_digits=4, decimal_places=2, default=3)

    class Meta:
        verbose_name = _("growth rules")
        verbose_name_plural = _("growth rules")
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="growth_ruleset_numbered"),
            models.UniqueConstraint(fields=["programme"], condition=Q(state="draft"), name="growth_ruleset_one_draft"),
            models.UniqueConstraint(fields=["programme"], condition=Q(state="published"), name="growth_ruleset_one_published"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} v{self.number}"


class GrowthRule(models.Model):
    """amount: growth value a time; for purchases the factor does it and amount stays 0.  base_factor: purchases only.

    daily_cap: how often a local day (GRW-15).  minimum_minor: least unit price actually paid (A-11).  excludes_virtual: virtual goods give
    nothing.  excludes_lowest: members of rank 0 get nothing (GRW-02).  first_members: only the first so many members of a product (GRW-06).
    """

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="rules", verbose_name=_("growth rules"))
    code = models.CharField(_("rule"), max_length=15, choices=RuleCode.choices)
    is_on = models.BooleanField(_("in use"), default=True)
    amount = models.PositiveIntegerField(_("growth value"), default=0)
    base_factor = models.DecimalField(_("factor"), max_digits=4, decimal_places=2, default=1)
    daily_cap = models.PositiveIntegerField(_("times a day"), null=True, blank=True)
    minimum_minor = models.BigIntegerField(_("least price paid"), default=0)
    excludes_virtual = models.BooleanField(_("not for virtual goods"), default=False)
    excludes_lowest = models.BooleanField(_("not for the lowest level"), default=False)
    first_members = models.PositiveIntegerField(_("first members of a product"), null=True, blank=True)

    class Meta:
        verbose_name = _("growth rule")
        verbose_name_plural = _("growth rules")
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "code"], name="growth_rule_once_per_set"),
            models.CheckConstraint(condition=Q(minimum_minor__gte=0, base_factor__gte=0), name="growth_rule_values_not_negative"),
        ]


class GrowthFactor(models.Model):
    """An acceleration factor (加速系数): of those that apply the highest counts, never the product (A-09).

    key: level code, beginning of the category path, or the campaign's name.  valid_from, valid_until: campaigns, half open.
    """

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="factors", verbose_name=_("growth rules"))
    kind = models.CharField(_("depends on"), max_length=10, choices=FactorKind.choices)
    key = models.CharField(_("which"), max_length=100)
    factor = models.DecimalField(_("factor"), max_digits=4, decimal_places=2)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("acceleration factor")
        verbose_name_plural = _("acceleration factors")
        constraints = [
            models.CheckConstraint(condition=Q(factor__gte=0), name="growth_factor_not_negative"),
            models.CheckConstraint(
                condition=~Q(kind="campaign") | Q(valid_from__isnull=False, valid_until__gt=F("valid_from")),
                name="growth_factor_campaign_has_its_days",
            ),
        ]


class PhotoPlace(models.Model):
    """A place among the first members who posted a photo of a product; taken in approval order, never refilled (GRW-06, ruling 17)."""

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+")
    spu = models.CharField("SPU", max_length=64)
    place = models.PositiveSmallIntegerField(_("place"))
    membership = models.ForeignKey("stores.Membership", models.PROTECT, related_name="+")
    event_id = models.BigIntegerField()  # row of activity.BehaviourEvent
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "spu", "place"], name="growth_photoplace_taken_once"),
            models.UniqueConstraint(fields=["programme", "spu", "membership"], name="growth_photoplace_one_per_member"),
            models.CheckConstraint(condition=Q(place__gte=1), name="growth_photoplace_from_1"),
        ]
