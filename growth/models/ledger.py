"""The growth-value ledger (成长值): an account a membership, entries that are only added (GRW-13, STYLE section 5)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from growth.enums import ACTIVITY_REASONS, Reason


class GrowthAccount(models.Model):
    """Balance of a membership, in whole growth value, never below 0 (A-16). Only growth/ledger SQL writes it.

    version: number of its entries.  is_live: a live entry has been posted, so history may no longer be loaded into it (ruling 6).
    """

    membership = models.OneToOneField(
        "stores.Membership", models.PROTECT, primary_key=True, related_name="growth_account", verbose_name=_("membership")
    )
    balance = models.BigIntegerField(_("balance"), default=0)
    version = models.BigIntegerField(_("version"), default=0)
    is_live = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("growth account")
        verbose_name_plural = _("growth accounts")
        constraints = [models.CheckConstraint(condition=Q(balance__gte=0), name="growth_account_balance_not_negative")]


class GrowthEntry(models.Model):
    """One line of the ledger. Never changed: a mistake is answered by another entry. A trigger refuses UPDATE, DELETE and TRUNCATE.

    requested: what the rule asked for, signed, never 0.  applied: what the balance took, between 0 and requested (ruling 20).
    reverses: the entry that a refund or a deleted review takes back, in parts, together never beyond it.
    source_type, source_id: "order", "9312"; "event", "812"; "rfm_run", "7"; "staff", "12" (GRW-13).
    rule: the behaviour rule in the version that held (old entries keep theirs).  details: the values it reckoned with, for people.
    occurred_at: the world's time.  booked_at: the door's clock.
    """

    account = models.ForeignKey(GrowthAccount, models.PROTECT, db_index=False, related_name="entries", verbose_name=_("account"))
    account_version = models.BigIntegerField(_("number"))
    requested = models.BigIntegerField(_("requested"))
    applied = models.BigIntegerField(_("applied"))
    balance_after = models.BigIntegerField(_("balance after"))
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    source_type = models.CharField(_("kind of cause"), max_length=20)
    source_id = models.CharField(_("cause"), max_length=64)
    rule = models.ForeignKey("growth.GrowthRule", models.PROTECT, null=True, related_name="+", verbose_name=_("rule"))
    rfm_run = models.ForeignKey("growth.RfmRun", models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("RFM cycle"))
    reverses = models.ForeignKey("self", models.PROTECT, null=True, db_index=False, related_name="reversals", verbose_name=_("takes back"))
    details = models.JSONField(_("values"), default=dict)
    note = models.CharField(_("words"), max_length=200, blank=True)
    effect_key = models.CharField(max_length=120)
    request_digest = models.CharField(max_length=32)
    actor = models.CharField(_("by"), max_length=60)
    occurred_at = models.DateTimeField(_("time"))
    booked_at = models.DateTimeField(_("booked"))

    class Meta:
        verbose_name = _("growth entry")
        verbose_name_plural = _("growth entries")
        constraints = [
            models.UniqueConstraint(fields=["account", "account_version"], name="growth_entry_one_per_version"),
            models.UniqueConstraint(fields=["account", "effect_key"], name="growth_entry_one_per_effect"),
            models.CheckConstraint(condition=~Q(requested=0), name="growth_entry_requested_not_zero"),
            models.CheckConstraint(
                condition=Q(requested__gt=0, applied__gte=0, applied__lte=F("requested"))
                | Q(requested__lt=0, applied__lte=0, applied__gte=F("requested")),
                name="growth_entry_applied_within_requested",
            ),
            models.CheckConstraint(condition=Q(balance_after__gte=0), name="growth_entry_balance_not_negative"),
        ]
        indexes = [
            models.Index(fields=["reverses"], condition=Q(reverses__isnull=False), name="growth_entry_reversals"),
            models.Index(fields=["source_type", "source_id"], name="growth_entry_of_cause"),
            models.Index(  # what counts towards a daily cap (GRW-15)
                fields=["account", "reason", "occurred_at"],
                condition=Q(reason__in=ACTIVITY_REASONS),
                name="growth_entry_of_day",
            ),
            models.Index(  # what a cycle adds up of its month (GRW-11)
                fields=["occurred_at"],
                include=["account", "applied"],
                condition=Q(reason__in=ACTIVITY_REASONS),
                name="growth_entry_of_activity",
            ),
        ]
