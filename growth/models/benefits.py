"""Benefits: what they are, which level gives them with what value, how often they were used (BEN-01..20)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.enums import Channel
from growth.enums import BenefitKind, BenefitNature


class Benefit(models.Model):
    """A benefit of a programme. channels: where it holds; empty is everywhere (BEN-19). The category follows from the kind."""

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=25, choices=BenefitKind.choices)
    nature = models.CharField(_("nature"), max_length=10, choices=BenefitNature.choices, default=BenefitNature.PRACTICAL)
    channels = ArrayField(models.CharField(max_length=15, choices=Channel.choices), default=list, blank=True, verbose_name=_("channels"))
    description = models.CharField(_("description"), max_length=200, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("benefit")
        verbose_name_plural = _("benefits")
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="growth_benefit_code_is_unique")]

    def __str__(self) -> str:
        return self.name


class LevelBenefit(models.Model):
    """That a level gives a benefit. value: its shape follows from the kind, {"rate": "0.9500"} (growth.rules.benefits).

    monthly_quota: how often a calendar month of the programme; empty is without limit (BEN-16).
    """

    terms = models.ForeignKey("growth.LevelTerms", models.CASCADE, related_name="benefits", verbose_name=_("level"))
    benefit = models.ForeignKey(Benefit, models.PROTECT, related_name="+", verbose_name=_("benefit"))
    value = models.JSONField(_("value"), default=dict)
    monthly_quota = models.PositiveIntegerField(_("times a month"), null=True, blank=True)

    class Meta:
        verbose_name = _("benefit of a level")
        verbose_name_plural = _("benefits of levels")
        constraints = [models.UniqueConstraint(fields=["terms", "benefit"], name="growth_levelbenefit_once")]


class BenefitUsage(models.Model):
    """That a membership used a benefit (BEN-16).

    month_on: first day of the month whose quota it took.  usage_key: the caller's, once for ever.
    """

    membership = models.ForeignKey("stores.Membership", models.PROTECT, related_name="benefit_usages", verbose_name=_("membership"))
    benefit = models.ForeignKey(Benefit, models.PROTECT, related_name="+", verbose_name=_("benefit"))
    usage_key = models.CharField(max_length=100)
    month_on = models.DateField(_("month"))
    channel = models.CharField(_("channel"), max_length=15, choices=Channel.choices, blank=True)
    reference = models.CharField(_("reference"), max_length=100, blank=True)  # order number and the like
    actor = models.CharField(_("by"), max_length=60)
    used_at = models.DateTimeField(_("used"))

    class Meta:
        verbose_name = _("use of a benefit")
        verbose_name_plural = _("uses of benefits")
        constraints = [models.UniqueConstraint(fields=["membership", "benefit", "usage_key"], name="growth_benefitusage_once")]
        indexes = [models.Index(fields=["membership", "benefit", "month_on"], name="growth_benefitusage_of_month")]


class LevelMatch(models.Model):
    """Cross matching of levels (design section 3): who holds a level in one programme gets a level, or one benefit, of another.

    value: of the single benefit, as in LevelBenefit.  Valid from and until a moment, half open.
    """

    from_level = models.ForeignKey("growth.Level", models.PROTECT, related_name="+", verbose_name=_("who holds"))
    to_programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("gets in"))
    to_level = models.ForeignKey("growth.Level", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("the level"))
    benefit = models.ForeignKey(Benefit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("or the benefit"))
    value = models.JSONField(_("value"), default=dict, blank=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("cross matching of levels")
        verbose_name_plural = _("cross matchings of levels")
        constraints = [
            models.CheckConstraint(
                condition=Q(to_level__isnull=False, benefit=None) | Q(to_level=None, benefit__isnull=False),
                name="growth_levelmatch_level_or_benefit",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")), name="growth_levelmatch_ends_after_start"
            ),
        ]
