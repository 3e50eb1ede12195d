"""The coupons members hold, and every step each of them took (CPN-01, CPN-02)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from coupons.enums import CostBearer, CouponKind, CouponSource, CouponState


class Coupon(models.Model):
    """One coupon of one membership, with the terms that were promised when it was issued (fields as in CouponTemplate).

    code: what is shown at a till, unique for ever.  source_id: "812" of a campaign, "7" of staff ...  effect_key: once per membership.
    valid_from <= t < valid_until.  An end that passed counts at once, whether the job has marked the coupon or not.
    store, order_no: the order it is reserved for or was used on.  reserved_until: then the reservation is void, whether marked or not.
    discount_minor: what it took off.  grace_until: still usable until then, though its validity ended while it was reserved.
    """

    template = models.ForeignKey("coupons.CouponTemplate", models.PROTECT, related_name="coupons", verbose_name=_("coupon template"))
    membership = models.ForeignKey("stores.Membership", models.PROTECT, related_name="+", verbose_name=_("membership"))
    code = models.CharField(_("code"), max_length=20, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=CouponState.choices, default=CouponState.AVAILABLE)
    source = models.CharField(_("source"), max_length=12, choices=CouponSource.choices)
    source_id = models.CharField(_("cause"), max_length=64, blank=True)
    effect_key = models.CharField(max_length=120)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=CouponKind.choices)
    face_minor = models.BigIntegerField(_("amount off"), null=True)
    pay_rate = models.DecimalField(_("share to pay"), max_digits=5, decimal_places=4, null=True)
    cap_minor = models.BigIntegerField(_("takes off at most"), null=True)
    min_spend_minor = models.BigIntegerField(_("minimum spend"))
    store_ids = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("stores"))
    categories = ArrayField(models.CharField(max_length=200), default=list, verbose_name=pgettext_lazy("of goods", "categories"))
    skus = ArrayField(models.CharField(max_length=64), default=list, verbose_name=_("goods"))
    stackable = models.BooleanField(_("may be combined"))
    first_order = models.BooleanField(_("first order only"))
    return_on_refund = models.BooleanField(_("comes back on a full refund"))
    cost_bearer = models.CharField(_("paid for by"), max_length=10, choices=CostBearer.choices)
    cost_minor = models.BigIntegerField(_("costs at most"))
    validity_words = models.CharField(max_length=20, blank=True)  # "hours:24", "days:7", empty for fixed: for people, never reckoned with
    received_at = models.DateTimeField(_("received"))
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"))
    grace_until = models.DateTimeField(_("usable until"), null=True)
    store = models.ForeignKey("stores.Store", models.PROTECT, null=True, related_name="+", verbose_name=_("store"))
    order_no = models.CharField(_("order number"), max_length=64, blank=True)
    reserved_at = models.DateTimeField(_("reserved at"), null=True)
    reserved_until = models.DateTimeField(_("reserved until"), null=True)
    used_at = models.DateTimeField(_("used at"), null=True)
    discount_minor = models.BigIntegerField(_("took off"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)  # expired or revoked

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.UniqueConstraint(fields=["membership", "effect_key"], name="coupons_coupon_one_per_effect"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="coupons_coupon_ends_after_start"),
            models.CheckConstraint(
                condition=(Q(state="available", reserved_until=None, used_at=None, order_no="", store=None, ended_at=None))
                | Q(state="reserved", reserved_until__isnull=False, used_at=None, store__isnull=False, ended_at=None)
                | Q(state="used", used_at__isnull=False, store__isnull=False, ended_at=None)
                | Q(state__in=["expired", "revoked"], ended_at__isnull=False),
                name="coupons_coupon_state_has_its_times",
            ),
        ]
        indexes = [
            models.Index(fields=["membership", "-received_at", "-id"], name="coupons_coupon_of_member"),
            models.Index(fields=["template", "state"], name="coupons_coupon_of_template"),
            models.Index(fields=["valid_until"], condition=Q(state="available"), name="coupons_coupon_ending"),
            models.Index(fields=["reserved_until"], condition=Q(state="reserved"), name="coupons_coupon_timing_out"),
            models.Index(fields=["store", "order_no"], condition=~Q(order_no=""), name="coupons_coupon_of_order"),
            models.Index(fields=["source", "source_id"], name="coupons_coupon_of_cause"),
        ]

    def __str__(self) -> str:
        return self.code


class CouponStep(models.Model):
    """One change of a coupon's state, only added (a trigger refuses the rest): how it came to be what it is.

    membership: the coupon's, for the timeline of a member.  state_from: empty when it was issued.  cause: a code such as
    "issued", "cancelled", "refunded", "timed_out".  occurred_at: the world's time.  booked_at: the door's clock.
    """

    coupon = models.ForeignKey(Coupon, models.PROTECT, related_name="steps", verbose_name=_("coupon"))
    membership = models.ForeignKey(
        "stores.Membership", models.PROTECT, db_constraint=False, db_index=False, related_name="+", verbose_name=_("membership")
    )
    state_from = models.CharField(_("from"), max_length=10, choices=CouponState.choices, blank=True)
    state_to = models.CharField(_("to"), max_length=10, choices=CouponState.choices)
    cause = models.CharField(_("cause"), max_length=20)
    store = models.ForeignKey("stores.Store", models.PROTECT, null=True, related_name="+", verbose_name=_("store"))
    order_no = models.CharField(_("order number"), max_length=64, blank=True)
    discount_minor = models.BigIntegerField(_("took off"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    actor = models.CharField(_("by"), max_length=60)
    occurred_at = models.DateTimeField(_("time"))
    booked_at = models.DateTimeField(_("booked"))

    class Meta:
        verbose_name = _("step of a coupon")
        verbose_name_plural = _("steps of coupons")
        indexes = [
            models.Index(fields=["coupon", "id"], name="coupons_couponstep_in_order"),
            models.Index(  # the timeline (CSL-16); that it was received stands in the coupon, so that issuing pays nothing
                fields=["membership", "-occurred_at", "-id"],
                condition=Q(state_from="used") | Q(state_to__in=["used", "expired", "revoked"]),
                name="coupons_couponstep_of_member",
            ),
        ]
