"""What a programme offers as coupons (CPN-01, CPN-05..07, CPN-11, CPN-18)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.history import keep_history
from coupons.enums import CostBearer, CouponKind, Validity


@keep_history(exclude=["issued", "committed_minor"], row_by_row=True)
class CouponTemplate(models.Model):
    """Terms of a coupon. A coupon copies them when it is issued: what a member holds never changes because a template did.

    face_minor: what an amount coupon takes off; of a shipping coupon the most it takes off postage, empty for all of it.
    pay_rate: the share left to pay by a percentage coupon, 0.9000 is 九折.  cap_minor: the most a percentage or gift coupon takes off.
    min_spend_minor: goods it holds for must cost at least so much, after level and activity.
    store_ids: where it may be used, empty for all stores of the programme - of the platform's programme for all stores.
    categories: paths as on order lines, each with all below it.  skus: single goods.  Both empty: all goods but gift cards.
    validity, valid_amount: hours or days after receipt; fixed: valid_from to valid_until, which bound the others as well when given.
    stock, issued: how many there are and how many are gone; revoked ones come back.  per_member: at most so many each.
    cost_minor: what one may cost at most.  budget_minor, committed_minor: the most all may cost together, and what the issued ones may.
    min_level: code of a level of the programme's free track; lower ones may not claim.
    """

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    description = models.CharField(_("description"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=CouponKind.choices)
    face_minor = models.BigIntegerField(_("amount off"), null=True, blank=True)
    pay_rate = models.DecimalField(_("share to pay"), max_digits=5, decimal_places=4, null=True, blank=True)
    cap_minor = models.BigIntegerField(_("takes off at most"), null=True, blank=True)
    min_spend_minor = models.BigIntegerField(_("minimum spend"), default=0)
    store_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name=_("stores"))
    categories = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, verbose_name=pgettext_lazy("of goods", "categories")
    )
    skus = ArrayField(models.CharField(max_length=64), default=list, blank=True, verbose_name=_("goods"))
    validity = models.CharField(_("validity"), max_length=10, choices=Validity.choices)
    valid_amount = models.PositiveIntegerField(_("hours or days"), null=True, blank=True)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    stock = models.PositiveIntegerField(_("stock"), null=True, blank=True)
    issued = models.PositiveIntegerField(_("issued"), default=0)
    per_member = models.PositiveIntegerField(pgettext_lazy("coupon", "per member at most"), null=True, blank=True)
    cost_minor = models.BigIntegerField(_("costs at most"), default=0)
    budget_minor = models.BigIntegerField(_("budget"), null=True, blank=True)
    committed_minor = models.BigIntegerField(_("budget committed"), default=0)
    stackable = models.BooleanField(_("may be combined"), default=False)
    first_order = models.BooleanField(_("first order only"), default=False)
    return_on_refund = models.BooleanField(_("comes back on a full refund"), default=True)
    cost_bearer = models.CharField(_("paid for by"), max_length=10, choices=CostBearer.choices, default=CostBearer.STORE)
    is_claimable = models.BooleanField(_("members may claim it"), default=False)
    claim_from = models.DateTimeField(_("claimed from"), null=True, blank=True)
    claim_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    min_level = models.CharField(_("level at least"), max_length=20, blank=True)
    staff_may_give = models.BooleanField(_("customer service may give it"), default=False)
    is_on = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("coupon template")
        verbose_name_plural = _("coupon templates")
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="coupons_template_code_is_unique"),
            models.CheckConstraint(condition=Q(stock=None) | Q(issued__lte=F("stock")), name="coupons_template_stock_not_exceeded"),
            models.CheckConstraint(
                condition=Q(budget_minor=None) | Q(committed_minor__lte=F("budget_minor")), name="coupons_template_budget_not_exceeded"
            ),
            models.CheckConstraint(
                condition=Q(min_spend_minor__gte=0, cost_minor__gte=0, committed_minor__gte=0), name="coupons_template_amounts_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(kind="amount", face_minor__gt=0, pay_rate=None)
                | Q(kind="percent", pay_rate__gt=0, pay_rate__lt=1, face_minor=None)
                | Q(kind="shipping", pay_rate=None)
                | Q(kind="gift", pay_rate=None, face_minor=None),
                name="coupons_template_kind_has_its_value",
            ),
            models.CheckConstraint(
                condition=Q(validity="fixed", valid_until__isnull=False) | (~Q(validity="fixed") & Q(valid_amount__gte=1)),
                name="coupons_template_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name
