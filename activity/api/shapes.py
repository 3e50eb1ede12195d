"""Bodies of facts: what shops push, what is told of it."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from activity.enums import AfterSaleKind, AfterSaleStatus, EventKind, OrderStatus
from core.api.fields import Attributes, Choice, Code, Flag, Instant, Masked, Minor, Text, Whole
from core.api.serializers import OutSerializer, PageQuery, StrictSerializer, WarningOut, many, pushed
from core.enums import Channel, Currency
from core.masking import FieldClass
from members.api.shapes import SCOPE_NOTE, whole_identity
from members.enums import Provider

INTEGER = 2**31 - 1
LINES_AT_MOST = 2000
STORE_NOTE = "Whose fact this is. A store's clients push for their store and need not say; the platform's name it."


class MemberReferenceIn(StrictSerializer):
    """Whom a fact is about: `one_id` alone, or a proved identity by provider, scope and external_id."""

    either = (("one_id",), ("provider", "external_id"))

    one_id = serializers.RegexField(r"^[A-Za-z0-9_-]{1,40}$", required=False)
    provider = Choice(choices=Provider.choices, required=False)
    scope = Text(most=40, default="", help_text=SCOPE_NOTE)
    external_id = Text(most=128, allow_blank=False)

    def to_internal_value(self, data: Any) -> Any:
        """A key of members.selectors.resolve_many: the one_id, or (provider, scope, external_id)."""
        said = super().to_internal_value(data)
        by_identity = "provider" in said and "external_id" in said
        if by_identity == ("one_id" in said) or ("provider" in said) != ("external_id" in said):
            raise serializers.ValidationError(_("Name the member by one_id, or by provider and external_id."), code="member_reference")
        if not by_identity:
            return said["one_id"]
        identity = whole_identity(said, self.context.get("store_code", ""))
        return identity["provider"], identity["scope"], identity["external_id"]


class OrderLineIn(StrictSerializer):
    line_no = Whole(min_value=0, max_value=INTEGER)
    sku = Text(most=64, required=True)
    spu = Text(most=64, default="")
    name = Text(most=200, required=True)
    brand = Text(most=64, default="")
    category = Text(most=200, default="", help_text="A path: 母婴/奶粉.")
    attributes = Attributes(required=False, help_text="Size, colour, stage ...")
    unit_price_minor = Minor()
    quantity = Whole(min_value=1, max_value=INTEGER)
    paid_minor = Minor(help_text="Paid for the whole line after every discount.")
    is_virtual = Flag(default=False)
    is_gift_card = Flag(default=False)


class OrderIn(StrictSerializer):
    """An order as it is now. A change is told by the whole order with a higher version."""

    store = Code(required=False, help_text=STORE_NOTE)
    order_no = Text(most=64, required=True)
    version = Whole(min_value=1, max_value=INTEGER, help_text="Raised by the shop at every change. The same again changes nothing.")
    member = MemberReferenceIn()
    status = Choice(choices=OrderStatus.choices)
    channel = Choice(choices=Channel.choices)
    currency = Choice(choices=Currency.choices)
    goods_minor = Minor(required=False, help_text="List price of all goods; without it the sum of unit price x quantity.")
    discount_minor = Minor(default=0)
    coupon_minor = Minor(default=0)
    points_minor = Minor(default=0, help_text="Paid by points, in money.")
    points_used = Minor(default=0, help_text="Points used, whole.")
    postage_minor = Minor(default=0)
    paid_minor = Minor(help_text="The lines' paid_minor and the postage together.")
    settled_minor = Minor(required=False, help_text="Paid for goods without gift cards, as the shop counts it: checked when given.")
    placed_at = Instant()
    paid_at = Instant(required=False, allow_null=True)
    shipped_at = Instant(required=False, allow_null=True)
    received_at = Instant(required=False, allow_null=True)
    completed_at = Instant(required=False, allow_null=True, help_text="A must when the status is completed.")
    cancelled_at = Instant(required=False, allow_null=True, help_text="A must when the status is cancelled.")
    receiver_name = Text(most=64, default="")
    receiver_phone = Text(most=20, default="")
    receiver_address = Text(most=400, default="")
    country = Text(most=64, default="")
    coupon_codes = serializers.ListField(child=Text(most=100, allow_blank=False), max_length=20, required=False)
    lines = many(OrderLineIn, min_length=1, max_length=LINES_AT_MOST)


class AfterSaleLineIn(StrictSerializer):
    line_no = Whole(min_value=0, max_value=INTEGER, help_text="The order's line.")
    quantity = Whole(min_value=0, max_value=INTEGER, default=0, help_text="Pieces that come back; 0 for money only.")
    refund_minor = Minor()
    sku = Text(most=64, default="")
    name = Text(most=200, default="")


class AfterSaleIn(StrictSerializer):
    """A return, refund or exchange as it is now. One whose order is not known yet is kept and settled when the order arrives."""

    store = Code(required=False, help_text=STORE_NOTE)
    after_sale_no = Text(most=64, required=True)
    version = Whole(min_value=1, max_value=INTEGER, help_text="Raised by the shop at every change.")
    order_no = Text(most=64, default="")
    member = MemberReferenceIn(required=False, help_text="Not needed where the order is known.")
    kind = Choice(choices=AfterSaleKind.choices)
    status = Choice(choices=AfterSaleStatus.choices)
    currency = Choice(choices=Currency.choices)
    refund_minor = Minor(help_text="For goods; with lines, their sum.")
    postage_minor = Minor(default=0)
    reason = Text(most=200, default="")
    applied_at = Instant()
    settled_at = Instant(required=False, allow_null=True, help_text="A must when the status is refunded.")
    receiver_name = Text(most=64, default="")
    receiver_phone = Text(most=20, default="")
    receiver_address = Text(most=400, default="")
    lines = many(
        AfterSaleLineIn,
        required=False,
        max_length=LINES_AT_MOST,
        help_text="Without lines the refund is spread over what the order's lines still hold.",
    )


class EventIn(StrictSerializer):
    """Something a member did. (store, event_id) is recorded once."""

    store = Code(required=False, help_text="The platform's clients leave it out for what happened on the platform itself.")
    event_id = Text(most=100, required=True)
    member = MemberReferenceIn()
    kind = Choice(choices=EventKind.choices)
    channel = Choice(choices=Channel.choices)
    occurred_at = Instant(help_text="Since 2000, at most a day ahead of our clock.")
    spu = Text(most=64, default="")
    sku = Text(most=64, default="")
    order_no = Text(most=64, default="")
    line_no = Whole(min_value=0, max_value=INTEGER, required=False, allow_null=True)
    path = Text(most=300, default="")
    dwell_seconds = Whole(min_value=0, max_value=INTEGER, required=False, allow_null=True)
    entrance = Text(most=100, default="")
    attributes = Attributes(required=False)


class WalletIn(StrictSerializer):
    """What the wallet system says now. An older as_of than the one recorded is refused."""

    store = Code(required=False, help_text="Whose wallet; the platform's clients leave it out for the platform's.")
    currency = Choice(choices=Currency.choices)
    balance_minor = Minor()
    red_packet_minor = Minor(default=0)
    recharge_total_minor = Minor(default=0)
    spent_total_minor = Minor(default=0)
    gift_total_minor = Minor(default=0)
    as_of = Instant()


class FactsQuery(PageQuery):
    store = Code(required=False, help_text="Of this store only.")
    member = serializers.RegexField(r"^[A-Za-z0-9_-]{1,40}$", required=False, help_text="`one_id`: of this member only.")


class OrdersQuery(FactsQuery):
    order_no = Text(most=64, allow_blank=False)
    status = Choice(choices=OrderStatus.choices, required=False)
    placed_at__gte = Instant(required=False)
    placed_at__lt = Instant(required=False)


class AfterSalesQuery(FactsQuery):
    after_sale_no = Text(most=64, allow_blank=False)
    order_no = Text(most=64, allow_blank=False)
    status = Choice(choices=AfterSaleStatus.choices, required=False)
    applied_at__gte = Instant(required=False)
    applied_at__lt = Instant(required=False)


class EventsQuery(FactsQuery):
    kind = Choice(choices=EventKind.choices, required=False)
    channel = Choice(choices=Channel.choices, required=False)
    occurred_at__gte = Instant(required=False)
    occurred_at__lt = Instant(required=False)


class OrderLineOut(OutSerializer):
    line_no = serializers.IntegerField(read_only=True)
    sku = serializers.CharField(read_only=True)
    spu = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    brand = serializers.CharField(read_only=True)
    category = serializers.CharField(read_only=True)
    attributes = serializers.DictField(read_only=True)
    unit_price_minor = serializers.IntegerField(read_only=True)
    quantity = serializers.IntegerField(read_only=True)
    paid_minor = serializers.IntegerField(read_only=True)
    refunded_minor = serializers.IntegerField(read_only=True)
    refunded_quantity = serializers.IntegerField(read_only=True)
    is_virtual = serializers.BooleanField(read_only=True)
    is_gift_card = serializers.BooleanField(read_only=True)


class OrderOut(OutSerializer):
    """An order as its shop last told it; amounts in minor units of `currency`, the programme's."""

    store = serializers.CharField(source="store.code", read_only=True)
    order_no = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    one_id = serializers.CharField(source="member.one_id", read_only=True)
    status = serializers.ChoiceField(choices=OrderStatus.choices, read_only=True)
    channel = serializers.ChoiceField(choices=Channel.choices, read_only=True)
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    goods_minor = serializers.IntegerField(read_only=True)
    discount_minor = serializers.IntegerField(read_only=True)
    coupon_minor = serializers.IntegerField(read_only=True)
    points_minor = serializers.IntegerField(read_only=True)
    points_used = serializers.IntegerField(read_only=True)
    postage_minor = serializers.IntegerField(read_only=True)
    paid_minor = serializers.IntegerField(read_only=True)
    settled_minor = serializers.IntegerField(read_only=True, help_text="Paid for goods without postage and gift cards.")
    refunded_minor = serializers.IntegerField(read_only=True, help_text="Of goods, so far.")
    source_currency = serializers.CharField(read_only=True, help_text="The shop's own currency where it is another, else empty.")
    source_rate = serializers.DecimalField(max_digits=14, decimal_places=6, read_only=True, allow_null=True)
    source_settled_minor = serializers.IntegerField(read_only=True, allow_null=True)
    placed_at = serializers.DateTimeField(read_only=True)
    paid_at = serializers.DateTimeField(read_only=True, allow_null=True)
    shipped_at = serializers.DateTimeField(read_only=True, allow_null=True)
    received_at = serializers.DateTimeField(read_only=True, allow_null=True)
    completed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    cancelled_at = serializers.DateTimeField(read_only=True, allow_null=True)
    receiver_name = Masked(FieldClass.NAME)
    receiver_phone = Masked(FieldClass.PHONE)
    receiver_address = Masked(FieldClass.ADDRESS)
    country = serializers.CharField(read_only=True)
    coupon_codes = serializers.ListField(child=serializers.CharField(), read_only=True)
    booked_at = serializers.DateTimeField(read_only=True, help_text="When this version came in.")
    lines = serializers.SerializerMethodField()

    def get_lines(self, order: Any) -> OrderLineOut(many=True):  # type: ignore[valid-type]
        return [_LINE.to_representation(line) for line in sorted(order.lines.all(), key=lambda line: line.line_no)]


class AfterSaleLineOut(OutSerializer):
    line_no = serializers.IntegerField(read_only=True)
    quantity = serializers.IntegerField(read_only=True)
    refund_minor = serializers.IntegerField(read_only=True)
    applied_minor = serializers.IntegerField(read_only=True, help_text="What was really taken off the order's line.")
    sku = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)


class AfterSaleOut(OutSerializer):
    store = serializers.CharField(source="store.code", read_only=True)
    after_sale_no = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    order_no = serializers.CharField(read_only=True)
    one_id = serializers.SerializerMethodField(help_text="Null while neither the member nor the order is known.")
    kind = serializers.ChoiceField(choices=AfterSaleKind.choices, read_only=True)
    status = serializers.ChoiceField(choices=AfterSaleStatus.choices, read_only=True)
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    refund_minor = serializers.IntegerField(read_only=True, help_text="For goods.")
    postage_minor = serializers.IntegerField(read_only=True)
    source_currency = serializers.CharField(read_only=True)
    source_rate = serializers.DecimalField(max_digits=14, decimal_places=6, read_only=True, allow_null=True)
    source_refund_minor = serializers.IntegerField(read_only=True, allow_null=True)
    reason = serializers.CharField(read_only=True)
    applied_at = serializers.DateTimeField(read_only=True)
    settled_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="When the refund was made.")
    effects_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="When it was taken off the order's lines.")
    receiver_name = Masked(FieldClass.NAME)
    receiver_phone = Masked(FieldClass.PHONE)
    receiver_address = Masked(FieldClass.ADDRESS)
    booked_at = serializers.DateTimeField(read_only=True)
    lines = serializers.SerializerMethodField()

    def get_one_id(self, after_sale: Any) -> str | None:
        return after_sale.member.one_id if after_sale.member else None

    def get_lines(self, after_sale: Any) -> AfterSaleLineOut(many=True):  # type: ignore[valid-type]
        return [_AFTER_SALE_LINE.to_representation(line) for line in sorted(after_sale.lines.all(), key=lambda line: line.line_no)]


_LINE, _AFTER_SALE_LINE = OrderLineOut(), AfterSaleLineOut()


class EventOut(OutSerializer):
    """Something a member did; no personal data but the one_id."""

    store = serializers.SerializerMethodField(help_text="Null for what happened on the platform itself.")
    event_id = serializers.CharField(read_only=True)
    one_id = serializers.CharField(source="member.one_id", read_only=True)
    kind = serializers.ChoiceField(choices=EventKind.choices, read_only=True)
    channel = serializers.ChoiceField(choices=Channel.choices, read_only=True)
    occurred_at = serializers.DateTimeField(read_only=True)
    spu = serializers.CharField(read_only=True)
    sku = serializers.CharField(read_only=True)
    order_no = serializers.CharField(read_only=True)
    line_no = serializers.IntegerField(read_only=True, allow_null=True)
    path = serializers.CharField(read_only=True)
    dwell_seconds = serializers.IntegerField(read_only=True, allow_null=True)
    entrance = serializers.CharField(read_only=True)
    attributes = serializers.DictField(read_only=True)

    def get_store(self, event: Any) -> str | None:
        return event.store.code if event.store else None


class WalletOut(OutSerializer):
    """A balance as the wallet system last told it. Mirrored only: money never moves here."""

    programme = serializers.CharField(source="programme_code", read_only=True)
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    balance_minor = serializers.IntegerField(read_only=True)
    red_packet_minor = serializers.IntegerField(read_only=True)
    recharge_total_minor = serializers.IntegerField(read_only=True)
    spent_total_minor = serializers.IntegerField(read_only=True)
    gift_total_minor = serializers.IntegerField(read_only=True)
    as_of = serializers.DateTimeField(read_only=True)
    is_out_of_balance = serializers.BooleanField(read_only=True, help_text="Not what was recharged, less spent, plus given.")


class WalletChangedOut(WalletOut):
    applied = serializers.BooleanField(read_only=True, help_text="False when this was known already.")


class RecordedOrderOut(OutSerializer):
    store = serializers.CharField(read_only=True)
    order_no = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    applied = serializers.BooleanField(read_only=True, help_text="False when this version was known already: nothing has changed.")


class RecordedAfterSaleOut(OutSerializer):
    store = serializers.CharField(read_only=True)
    after_sale_no = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    applied = serializers.BooleanField(read_only=True, help_text="False when this version was known already: nothing has changed.")
    warnings = many(WarningOut, read_only=True, help_text="A refund of more than was left is taken off as far as it goes.")


class RecordedEventOut(OutSerializer):
    store = serializers.CharField(read_only=True, allow_null=True)
    event_id = serializers.CharField(read_only=True)
    applied = serializers.BooleanField(read_only=True, help_text="False when it was known already: nothing has changed.")


RecordedOrderBatchOut = pushed(RecordedOrderOut)
RecordedAfterSaleBatchOut = pushed(RecordedAfterSaleOut)
RecordedEventBatchOut = pushed(RecordedEventOut)
