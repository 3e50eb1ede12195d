"""Paid membership: plans by month, quarter or year, and who has bought them (LVL-16..21, LVL-33). Payment happens outside."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from growth.enums import SubscriptionState


class PaidPlan(models.Model):
    """A plan for sale. level: what its holder gets in the paid track, a level of any track of the programme (LVL-33).

    price_minor: in the programme's currency.  days: local days of validity (LVL-16).
    """

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=40)
    price_minor = models.BigIntegerField(_("price"))
    days = models.PositiveIntegerField(_("days"))
    level = models.ForeignKey("growth.Level", models.PROTECT, related_name="+", verbose_name=_("level"))
    is_on_sale = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("paid plan")
        verbose_name_plural = _("paid plans")
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="growth_paidplan_code_is_unique"),
            models.CheckConstraint(condition=Q(price_minor__gte=0, days__gte=1), name="growth_paidplan_values_make_sense"),
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """A plan somebody paid for. Valid starts_at <= t < ends_at; a renewal starts where the one before ends (OP-3)."""

    membership = models.ForeignKey("stores.Membership", models.PROTECT, related_name="subscriptions", verbose_name=_("membership"))
    plan = models.ForeignKey(PaidPlan, models.PROTECT, related_name="+", verbose_name=_("plan"))
    payment_no = models.CharField(_("payment number"), max_length=64)
    price_minor = models.BigIntegerField(_("price"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    renews_itself = models.BooleanField(_("renews itself"), default=False)  # the shop's payment system does it; no reminder (BEN-17)
    state = models.CharField(_("state"), max_length=10, choices=SubscriptionState.choices, default=SubscriptionState.ACTIVE)
    reminded_at = models.DateTimeField(_("reminded"), null=True)
    actor = models.CharField(_("by"), max_length=60)
    bought_at = models.DateTimeField(_("bought"))
    booked_at = models.DateTimeField(_("booked"))

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(fields=["plan", "payment_no"], name="growth_subscription_paid_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="growth_subscription_ends_after_start"),
        ]
        indexes = [
            models.Index(fields=["membership", "-ends_at"], name="growth_subscription_of_member"),
            models.Index(fields=["ends_at"], condition=Q(state="active"), name="growth_subscription_ending"),
        ]
