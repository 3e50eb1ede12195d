"""Facts from outside, mirrored: orders, after-sales, behaviour, wallet balances (CSL-05..18, DAT-02, MEM-06).

The systems of record are elsewhere; identity is (store, order_no), (store, after_sale_no), (source, event_id) (ruling 13).
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from activity.enums import AfterSaleKind, AfterSaleStatus, EventKind, OrderStatus
from core.enums import Channel, Currency, Origin


class Order(models.Model):
    """An order as its shop last told it. Amounts are minor units of `currency`, the programme's.

    settled_minor: what was paid for goods after discounts, coupons and points, without postage and gift cards (A-06, ruling 14).
    refunded_minor: goods refunded so far, never above settled plus gift cards.  net_minor: settled less what was refunded of it.
    source_*: the same in the shop's own currency.
    """

    store = models.ForeignKey("stores.Store", models.PROTECT, related_name="+", verbose_name=_("store"))
    order_no = models.CharField(_("order number"), max_length=64)
    version = models.PositiveIntegerField(_("version"), default=1)
    digest = models.CharField(max_length=64)  # of the request that wrote this version (ruling 13)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name=_("member"))
    status = models.CharField(_("status"), max_length=10, choices=OrderStatus.choices)
    channel = models.CharField(_("channel"), max_length=15, choices=Channel.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.LIVE)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    goods_minor = models.BigIntegerField(_("goods"))  # list price x quantity
    discount_minor = models.BigIntegerField(_("discount"), default=0)
    coupon_minor = models.BigIntegerField(_("coupons"), default=0)
    points_minor = models.BigIntegerField(_("paid by points"), default=0)
    points_used = models.BigIntegerField(_("points used"), default=0)
    postage_minor = models.BigIntegerField(_("postage"), default=0)
    paid_minor = models.BigIntegerField(_("paid"))  # money that changed hands, postage and gift cards included
    settled_minor = models.BigIntegerField(_("settled"))
    refunded_minor = models.BigIntegerField(_("refunded"), default=0)
    net_minor = models.BigIntegerField(_("settled, net of refunds"))
    source_currency = models.CharField(_("shop's currency"), max_length=3, choices=Currency.choices, blank=True)
    source_rate = models.DecimalField(_("fixed rate"), max_digits=14, decimal_places=6, null=True)
    source_settled_minor = models.BigIntegerField(_("settled, shop's currency"), null=True)
    placed_at = models.DateTimeField(_("placed"))
    paid_at = models.DateTimeField(_("paid at"), null=True)
    shipped_at = models.DateTimeField(_("shipped at"), null=True)
    received_at = models.DateTimeField(_("received at"), null=True)
    completed_at = models.DateTimeField(_("completed at"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True)
    receiver_name = models.CharField(_("receiver"), max_length=64, blank=True)
    receiver_phone = models.CharField(_("receiver's phone"), max_length=20, blank=True)
    receiver_address = models.CharField(_("receiver's address"), max_length=400, blank=True)
    country = models.CharField(_("country"), max_length=64, blank=True)
    coupon_codes = models.JSONField(default=list)
    booked_at = models.DateTimeField(_("recorded"))  # the door's clock when this version came in

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["order_no", "store"], name="activity_order_once_per_store"),
            models.CheckConstraint(
                condition=Q(settled_minor__gte=0, paid_minor__gte=0, goods_minor__gte=0), name="activity_order_amounts_not_negative"
            ),
            models.CheckConstraint(condition=Q(refunded_minor__gte=0), name="activity_order_refunded_not_negative"),
            models.CheckConstraint(
                condition=Q(net_minor__gte=0, net_minor__lte=F("settled_minor")), name="activity_order_net_within_settled"
            ),
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(completed_at__isnull=False), name="activity_order_completed_has_its_time"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-placed_at", "-id"], name="activity_order_of_member"),
            models.Index(fields=["store", "-placed_at", "-id"], name="activity_order_of_store"),
            models.Index(
                fields=["completed_at"],
                include=["member", "store", "net_minor", "settled_minor"],
                condition=Q(status="completed"),
                name="activity_order_completed",
            ),
        ]

    def __str__(self) -> str:
        return self.order_no


class OrderLine(models.Model):
    """One line of an order; line_no is the shop's. paid_minor is mandatory: the line's share of what was paid for goods."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    sku = models.CharField("SKU", max_length=64)
    spu = models.CharField("SPU", max_length=64, blank=True)
    name = models.CharField(_("item"), max_length=200)
    brand = models.CharField(_("brand"), max_length=64, blank=True)
    category = models.CharField(_("category"), max_length=200, blank=True)  # a path: 母婴/奶粉
    attributes = models.JSONField(_("attributes"), default=dict)  # size, stage, colour
    unit_price_minor = models.BigIntegerField(_("unit price"))
    quantity = models.PositiveIntegerField(_("quantity"))
    paid_minor = models.BigIntegerField(_("paid"))
    refunded_minor = models.BigIntegerField(_("refunded"), default=0)
    refunded_quantity = models.PositiveIntegerField(_("returned"), default=0)
    source_paid_minor = models.BigIntegerField(null=True)
    is_virtual = models.BooleanField(_("virtual"), default=False)
    is_gift_card = models.BooleanField(_("gift card"), default=False)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.UniqueConstraint(fields=["order", "line_no"], name="activity_orderline_once"),
            models.CheckConstraint(condition=Q(paid_minor__gte=0, unit_price_minor__gte=0), name="activity_orderline_amounts_not_negative"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("paid_minor")), name="activity_orderline_refunded_within_paid"
            ),
        ]


class AfterSale(models.Model):
    """A return, refund or exchange. Kept without an order when its order is not known yet, settled when it arrives (ruling 15)."""

    store = models.ForeignKey("stores.Store", models.PROTECT, related_name="+", verbose_name=_("store"))
    after_sale_no = models.CharField(_("after-sale number"), max_length=64)
    version = models.PositiveIntegerField(_("version"), default=1)
    digest = models.CharField(max_length=64)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="after_sales", verbose_name=_("order"))
    order_no = models.CharField(_("order number"), max_length=64, blank=True)
    member = models.ForeignKey("members.Member", models.PROTECT, null=True, related_name="+", verbose_name=_("member"))
    kind = models.CharField(_("kind"), max_length=10, choices=AfterSaleKind.choices)
    status = models.CharField(_("status"), max_length=10, choices=AfterSaleStatus.choices)
    names_lines = models.BooleanField(default=True)  # False: the refund was spread over what the order's lines still held
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.LIVE)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    refund_minor = models.BigIntegerField(_("refund"))  # goods only
    postage_minor = models.BigIntegerField(_("postage refunded"), default=0)
    source_currency = models.CharField(max_length=3, choices=Currency.choices, blank=True)
    source_rate = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    source_refund_minor = models.BigIntegerField(null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    applied_at = models.DateTimeField(pgettext_lazy("moment of an after-sale", "applied"))
    settled_at = models.DateTimeField(pgettext_lazy("moment of an after-sale", "settled"), null=True)  # when it became refunded
    effects_at = models.DateTimeField(null=True)  # when its refund was taken off the order's lines: null while the order is unknown
    receiver_name = models.CharField(_("receiver"), max_length=64, blank=True)
    receiver_phone = models.CharField(_("receiver's phone"), max_length=20, blank=True)
    receiver_address = models.CharField(_("receiver's address"), max_length=400, blank=True)
    booked_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("after-sale")
        verbose_name_plural = _("after-sales")
        constraints = [
            models.UniqueConstraint(fields=["after_sale_no", "store"], name="activity_aftersale_once_per_store"),
            models.CheckConstraint(condition=Q(refund_minor__gte=0, postage_minor__gte=0), name="activity_aftersale_amounts_not_negative"),
            models.CheckConstraint(
                condition=~Q(status="refunded") | Q(settled_at__isnull=False), name="activity_aftersale_refunded_has_its_time"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-applied_at", "-id"], name="activity_aftersale_of_member"),
            models.Index(fields=["order_no", "store"], condition=Q(order=None), name="activity_aftersale_orphans"),
        ]

    def __str__(self) -> str:
        return self.after_sale_no


class AfterSaleLine(models.Model):
    """What of which order line comes back. applied_minor: what was really taken off the line, never more than it still held."""

    after_sale = models.ForeignKey(AfterSale, models.CASCADE, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    quantity = models.PositiveIntegerField(_("quantity"), default=0)
    refund_minor = models.BigIntegerField(_("refund"))
    applied_minor = models.BigIntegerField(_("refund taken off the line"), default=0)
    sku = models.CharField("SKU", max_length=64, blank=True)
    name = models.CharField(_("item"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("after-sale line")
        verbose_name_plural = _("after-sale lines")
        constraints = [
            models.UniqueConstraint(fields=["after_sale", "line_no"], name="activity_aftersaleline_once"),
            models.CheckConstraint(
                condition=Q(refund_minor__gte=0, applied_minor__gte=0), name="activity_aftersaleline_amounts_not_negative"
            ),
        ]


class BehaviourEvent(models.Model):
    """Something a member did. The table is cut by month of occurred_at; made in migration 0002 with primary key (occurred_at, id).

    (source, event_id) is unique through BehaviourEventKey, since a partitioned table cannot promise it.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(_("source"), max_length=40)  # the store's code, or "platform"
    event_id = models.CharField(_("event id"), max_length=100)
    member = models.ForeignKey("members.Member", models.DO_NOTHING, db_constraint=False, related_name="+", verbose_name=_("member"))
    store = models.ForeignKey("stores.Store", models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name=_("store"))
    kind = models.CharField(_("kind"), max_length=30, choices=EventKind.choices)
    channel = models.CharField(_("channel"), max_length=15, choices=Channel.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.LIVE)
    occurred_at = models.DateTimeField(_("time"))
    spu = models.CharField("SPU", max_length=64, blank=True)
    sku = models.CharField("SKU", max_length=64, blank=True)
    order_no = models.CharField(_("order number"), max_length=64, blank=True)
    line_no = models.PositiveIntegerField(_("line"), null=True)
    path = models.CharField(_("page"), max_length=300, blank=True)
    dwell_seconds = models.PositiveIntegerField(_("seconds on the page"), null=True)
    entrance = models.CharField(_("entrance"), max_length=100, blank=True)
    attributes = models.JSONField(_("attributes"), default=dict)  # manual: true on logins made by hand; text; submitted_at; ...
    booked_at = models.DateTimeField(_("recorded"))

    class Meta:
        managed = False
        db_table = "activity_behaviourevent"
        verbose_name = _("behaviour event")
        verbose_name_plural = _("behaviour events")


class BehaviourEventKey(models.Model):
    """That an event of this source and id has been recorded, with what content."""

    source = models.CharField(max_length=40)
    event_id = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    behaviour_id = models.BigIntegerField()  # the row of activity.BehaviourEvent
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "event_id"], name="activity_eventkey_once")]


class WalletBalance(models.Model):
    """What the wallet system last said of a membership (MEM-06, MEM-21, MEM-31). Mirrored: money never moves here (A-47)."""

    membership = models.OneToOneField("stores.Membership", models.PROTECT, related_name="wallet", verbose_name=_("membership"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    balance_minor = models.BigIntegerField(_("balance"))
    red_packet_minor = models.BigIntegerField(_("red packets"), default=0)
    recharge_total_minor = models.BigIntegerField(_("recharged in all"), default=0)
    spent_total_minor = models.BigIntegerField(_("spent in all"), default=0)
    gift_total_minor = models.BigIntegerField(_("given in all"), default=0)
    as_of = models.DateTimeField(_("as of"))
    booked_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("wallet balance")
        verbose_name_plural = _("wallet balances")
