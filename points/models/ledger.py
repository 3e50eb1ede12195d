"""The points ledger (积分): accounts, entries that are only added, lots with their ends, what an entry moved (ruling 24, STYLE section 5).

Always, for every account: balance = sum of entries = sum of lots' remaining >= 0; remaining of a lot = its amount + sum of its moves;
held = sum of what active holds have taken of its lots; debt = sum of `owed`. `check_ledgers` looks every night.
Only points_post_staged and the functions beside it write these tables.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from points.enums import EntryKind

MANY_ENTRIES = 500  # of an account: so many are read at a time when they are wanted by occurred_at; what comes after them is in an index


class PointsAccount(models.Model):
    """Whole points of a membership. debt: owed after reversals; while it is above 0 no free points are left (they repay it at once).

    version: number of its entries.  is_live: a live entry has been posted, so history may no longer be loaded into it (ruling 6).
    """

    membership = models.OneToOneField(
        "stores.Membership", models.PROTECT, primary_key=True, related_name="points_account", verbose_name=_("membership")
    )
    balance = models.BigIntegerField(_("balance"), default=0)
    held = models.BigIntegerField(_("held"), default=0)
    debt = models.BigIntegerField(_("debt"), default=0)
    version = models.BigIntegerField(_("version"), default=0)
    is_live = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("points account")
        verbose_name_plural = _("points accounts")
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="points_account_balance_not_negative"),
            models.CheckConstraint(condition=Q(held__gte=0, held__lte=F("balance")), name="points_account_held_within_balance"),
            models.CheckConstraint(condition=Q(debt__gte=0), name="points_account_debt_not_negative"),
        ]


class PointsEntry(models.Model):
    """One line of the ledger. Never changed: a mistake is answered by another entry. A trigger refuses UPDATE, DELETE and TRUNCATE.

    requested: what was asked for, signed, never 0.  delta: what the balance took.  A reversal may take less than asked: the rest is
    `owed` (a debt) or `forgiven` (it had expired, or the policy writes it off).  A repayment has owed = delta < 0.
    reverses: a reversal names the entry that earned, a restoration the one that spent, a repayment the reversal that owed.
    source_type, source_id: "order", "9312"; "after_sale", "77"; "event", "812"; "hold", "5"; "staff", "12" (PTS-21).
    rules: the version that held.  rule: which of it.  details: the values it reckoned with, for people.
    """

    account = models.ForeignKey(PointsAccount, models.PROTECT, db_index=False, related_name="entries", verbose_name=_("account"))
    account_version = models.BigIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=15, choices=EntryKind.choices)
    requested = models.BigIntegerField(_("requested"))
    delta = models.BigIntegerField(_("points"))
    owed = models.BigIntegerField(_("owed"), default=0)
    forgiven = models.BigIntegerField(_("not taken"), default=0)
    balance_after = models.BigIntegerField(_("balance after"))
    debt_after = models.BigIntegerField(_("debt after"))
    source_type = models.CharField(_("kind of cause"), max_length=20)
    source_id = models.CharField(_("cause"), max_length=64)
    rules = models.ForeignKey("points.PointsVersion", models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("rules"))
    rule = models.CharField(_("rule"), max_length=40, blank=True)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, db_index=False, related_name="reversals", verbose_name=_("belongs to"))
    details = models.JSONField(_("values"), default=dict)
    note = models.CharField(_("words"), max_length=200, blank=True)
    effect_key = models.CharField(max_length=120)
    request_digest = models.CharField(max_length=32)
    actor = models.CharField(_("by"), max_length=60)
    occurred_at = models.DateTimeField(_("time"))
    booked_at = models.DateTimeField(_("booked"))

    class Meta:
        verbose_name = _("points entry")
        verbose_name_plural = _("points entries")
        constraints = [
            models.UniqueConstraint(fields=["account", "account_version"], name="points_entry_one_per_version"),
            models.UniqueConstraint(fields=["account", "effect_key"], name="points_entry_one_per_effect"),
            models.CheckConstraint(condition=~Q(requested=0), name="points_entry_requested_not_zero"),
            models.CheckConstraint(
                condition=Q(kind="repay", delta__lt=0, owed=F("delta"), requested=F("delta"), forgiven=0)
                | ~Q(kind="repay") & Q(owed__gte=0, forgiven__gte=0, delta=F("requested") + F("owed") + F("forgiven")),
                name="points_entry_parts_add_up",
            ),
            models.CheckConstraint(
                condition=Q(kind="reverse") | Q(kind="repay") | Q(owed=0, forgiven=0), name="points_entry_only_reversals_owe"
            ),
            models.CheckConstraint(condition=Q(balance_after__gte=0, debt_after__gte=0), name="points_entry_balance_not_negative"),
        ]
        indexes = [
            models.Index(fields=["reverses"], condition=Q(reverses__isnull=False), name="points_entry_reversals"),
            models.Index(fields=["source_type", "source_id"], name="points_entry_of_cause"),
            models.Index(fields=["booked_at"], name="points_entry_booked"),
            models.Index(  # the timeline of the few who have very many (CSL-16): the postings of all others do not pay for it
                fields=["account", "occurred_at", "id"], condition=Q(account_version__gt=MANY_ENTRIES), name="points_entry_after_many"
            ),
        ]


class PointsLot(models.Model):
    """Points that came together and end together. earned_at orders lots of one end.  ends_at: exclusive; empty never ends.

    amount: at the beginning.  remaining: now.  held: of these, taken by active holds: they neither expire nor can be spent otherwise.
    available_from: pending until then.  is_open: something remains (kept apart so that indexes seldom change).
    """

    account = models.ForeignKey(PointsAccount, models.PROTECT, db_index=False, related_name="lots", verbose_name=_("account"))
    entry = models.OneToOneField(PointsEntry, models.PROTECT, related_name="lot", verbose_name=_("earned by"))
    amount = models.BigIntegerField(_("points"))
    remaining = models.BigIntegerField(_("remaining"))
    held = models.BigIntegerField(_("held"), default=0)
    earned_at = models.DateTimeField(_("earned"))
    available_from = models.DateTimeField(_("can be spent from"))
    ends_at = models.DateTimeField(_("ends"), null=True)
    is_open = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("lot of points")
        verbose_name_plural = _("lots of points")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="points_lot_amount_positive"),
            models.CheckConstraint(condition=Q(remaining__gte=0, remaining__lte=F("amount")), name="points_lot_remaining_within_amount"),
            models.CheckConstraint(condition=Q(held__gte=0, held__lte=F("remaining")), name="points_lot_held_within_remaining"),
            models.CheckConstraint(
                condition=Q(is_open=True, remaining__gt=0) | Q(is_open=False, remaining=0), name="points_lot_open_means_left"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "ends_at", "earned_at", "id"], condition=Q(is_open=True), name="points_lot_burn_order"),
            models.Index(fields=["account", "id"], name="points_lot_of_account"),
            models.Index(fields=["ends_at"], condition=Q(is_open=True, ends_at__isnull=False), name="points_lot_that_ends"),
        ]


class PointsMove(models.Model):
    """What an entry took from a lot or gave back to it, beside the lot it may have made itself. Never changed.

    instead_of: a reversal found the points of that lot spent and took them here; what comes back to that lot later goes here first.
    """

    entry = models.ForeignKey(PointsEntry, models.PROTECT, db_index=False, related_name="moves", verbose_name=_("entry"))
    lot = models.ForeignKey(PointsLot, models.PROTECT, related_name="moves", verbose_name=_("lot"))
    delta = models.BigIntegerField(_("points"))
    instead_of = models.ForeignKey(PointsLot, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("instead of"))

    class Meta:
        verbose_name = _("move of a lot")
        verbose_name_plural = _("moves of lots")
        constraints = [models.CheckConstraint(condition=~Q(delta=0), name="points_move_not_zero")]
        indexes = [
            models.Index(fields=["entry", "id"], name="points_move_of_entry"),
            models.Index(fields=["instead_of"], condition=Q(instead_of__isnull=False), name="points_move_instead"),
        ]
