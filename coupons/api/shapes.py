"""Bodies and answers of quotes."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from activity.api.shapes import MemberReferenceIn
from core.api.fields import Choice, Code, Flag, Minor, Text, Whole
from core.api.serializers import OutSerializer, PageQuery, StrictSerializer, many
from core.enums import Channel, Currency
from coupons.enums import CouponKind, CouponSource, CouponState, PriceStep, Validity
from coupons.selectors.coupons import plain_code
from coupons.services.using import MINUTES, MINUTES_AT_MOST
from growth.api.shapes import choice, moment, text, whole
from growth.enums import Track
from points.api.shapes import OrderRefOut, PaymentOut
from points.rules.versions import POINTS_AT_MOST

LINES_AT_MOST = 200
CODES_AT_MOST = 10
INTEGER = 2**31 - 1


class RateIn(serializers.RegexField):
    """A share of a price as text, so that no digit is lost: "0.95" is 95 %. Stays text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^(0\.[0-9]{1,4}|1(\.0{1,4})?)$", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class QuoteLineIn(StrictSerializer):
    line_no = Whole(min_value=0, max_value=INTEGER)
    sku = Text(most=64, required=True)
    quantity = Whole(min_value=1, max_value=100_000)
    unit_price_minor = Minor(help_text="The list price a piece.")
    member_price_minor = Minor(
        required=False, allow_null=True, help_text="What holders of a paid level pay a piece, if the shop has such a price."
    )
    is_gift_card = Flag(default=False, help_text="Never cheaper for anybody.")
    in_activity = Flag(default=True, help_text="Whether the activity holds for this line.")
    category = Text(most=200, default="", help_text="A path as on order lines, 母婴/奶粉: some coupons hold for categories.")


class ActivityIn(StrictSerializer):
    """An activity that runs in the shop just now."""

    name = Text(most=100, default="")
    rate = RateIn(help_text="Share of the price to pay, as text: 0.95.")
    stackable = Flag(default=False, help_text="On top of the member's price; otherwise the better of the two counts.")


class QuoteIn(StrictSerializer):
    """Goods at list price, for somebody."""

    member = MemberReferenceIn()
    channel = Choice(choices=Channel.choices, required=False)
    currency = Choice(choices=Currency.choices)
    lines = many(QuoteLineIn, min_length=1, max_length=LINES_AT_MOST)
    activity = ActivityIn(required=False, allow_null=True)
    postage_minor = Minor(default=0, help_text="Before free shipping.")
    store = Code(required=False, help_text="Where the goods are bought. A store's clients need not say; the platform's name it.")
    coupons = serializers.ListField(
        child=Text(most=40, required=True),
        max_length=CODES_AT_MOST,
        default=list,
        help_text="Codes of the member's coupons, the most wanted first.",
    )
    points = Whole(
        min_value=0, max_value=POINTS_AT_MOST, default=0, help_text="Points the member would like to pay with; 0 asks how many could."
    )

    def validate_lines(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({line["line_no"] for line in value}) < len(value):
            raise serializers.ValidationError(_("The same line number is given twice."), code="repeated")
        return value

    def validate_coupons(self, value: list[str]) -> list[str]:
        if len({plain_code(code) for code in value}) < len(value):
            raise serializers.ValidationError(_("The same coupon is named twice."), code="repeated")
        return value


class GiverOut(OutSerializer):
    """Which benefit of which level gives a price."""

    benefit = serializers.CharField(read_only=True, help_text="Its code; empty where the shop itself named a price for a paid level.")
    level = serializers.CharField(read_only=True)
    level_name = serializers.CharField(read_only=True)
    track = serializers.ChoiceField(choices=Track.choices, read_only=True)
    inherited_from = serializers.CharField(read_only=True, help_text="Name of the lower level whose discount it is.")
    matched_programme = serializers.CharField(read_only=True)
    words = serializers.CharField(read_only=True, help_text="The benefit's value as people read it.")


class AppliedOut(OutSerializer):
    """One step of a price."""

    step = serializers.ChoiceField(choices=PriceStep.choices, read_only=True)
    name = serializers.CharField(read_only=True, help_text="Of the benefit or the activity.")
    rate = serializers.CharField(read_only=True, allow_null=True)
    saved_minor = serializers.IntegerField(read_only=True)
    giver = GiverOut(read_only=True, allow_null=True, help_text="Null for an activity.")


class PricedLineOut(OutSerializer):
    line_no = serializers.IntegerField(read_only=True)
    sku = serializers.CharField(read_only=True)
    list_minor = serializers.IntegerField(read_only=True)
    discount_minor = serializers.IntegerField(read_only=True, help_text="The first reduction: by the level, or by an activity instead.")
    double_discount_minor = serializers.IntegerField(read_only=True, help_text="What a stackable activity took off after it.")
    pay_minor = serializers.IntegerField(read_only=True, help_text="Before coupons.")
    coupon_minor = serializers.IntegerField(read_only=True, help_text="What coupons take off it.")
    applied = many(AppliedOut, read_only=True)


class QuotedCouponOut(OutSerializer):
    """What one of the coupons asked about does to the price."""

    code = serializers.CharField(read_only=True, help_text="As it was sent.")
    coupon = serializers.IntegerField(read_only=True, allow_null=True, help_text="Its id; null where the member has no such coupon.")
    name = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=CouponKind.choices, read_only=True, allow_null=True)
    discount_minor = serializers.IntegerField(read_only=True, help_text="Off goods and postage together.")
    problem = serializers.CharField(read_only=True, help_text="Why it takes nothing: the code that reserving it would be refused with.")
    words = serializers.CharField(read_only=True, help_text="The same for people.")


class QuoteOut(OutSerializer):
    """list_minor - discount_minor - double_discount_minor = goods_minor; goods_minor + postage_minor - coupon_minor = total_minor.

    total_minor - what points pay = to_pay_minor.
    """

    programme = serializers.CharField(read_only=True)
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    lines = many(PricedLineOut, read_only=True)
    list_minor = serializers.IntegerField(read_only=True)
    discount_minor = serializers.IntegerField(read_only=True)
    double_discount_minor = serializers.IntegerField(read_only=True)
    goods_minor = serializers.IntegerField(read_only=True)
    postage_minor = serializers.IntegerField(read_only=True)
    postage_saved_minor = serializers.IntegerField(read_only=True)
    shipping = AppliedOut(read_only=True, allow_null=True, help_text="What made the postage free.")
    coupons = many(QuotedCouponOut, read_only=True)
    coupon_minor = serializers.IntegerField(read_only=True, help_text="What coupons take off goods and postage.")
    total_minor = serializers.IntegerField(read_only=True)
    points = PaymentOut(read_only=True, allow_null=True, help_text="Null where the programme does without points.")
    to_pay_minor = serializers.IntegerField(read_only=True, help_text="What is left to pay in money.")


# --- coupons ---


class WordsOut(OutSerializer):
    """Terms for people, in the request's language."""

    value = text(help_text="¥50.00 off")
    condition = text(help_text="from ¥299.00 on; for 母婴/奶粉")
    validity = text(help_text="Valid for 24 hours after receipt.")


class TermsOut(OutSerializer):
    """What a coupon promises."""

    name = text()
    kind = choice(CouponKind)
    face_minor = whole(allow_null=True, help_text="What an amount coupon takes off; of one for postage the most, null for all of it.")
    pay_rate = text(allow_null=True, help_text="Share left to pay by a percentage coupon: 0.9000.")
    cap_minor = whole(allow_null=True, help_text="The most a percentage or gift coupon takes off.")
    min_spend_minor = whole(help_text="The goods it holds for cost so much at least, after level and activity.")
    stores = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="Empty: all of the programme.")
    categories = serializers.ListField(child=serializers.CharField(), read_only=True)
    skus = serializers.ListField(child=serializers.CharField(), read_only=True)
    stackable = serializers.BooleanField(read_only=True)
    first_order = serializers.BooleanField(read_only=True)
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    words = WordsOut(read_only=True)


class TemplateOut(TermsOut):
    """A coupon that members may claim."""

    code = text()
    description = text()
    validity = choice(Validity)
    valid_amount = whole(allow_null=True, help_text="Hours or days after receipt.")
    valid_from = moment(allow_null=True)
    valid_until = moment(allow_null=True)
    left = whole(allow_null=True, help_text="How many there are still; null without limit.")
    per_member = whole(allow_null=True)
    claim_until = moment(allow_null=True)
    min_level = text(help_text="Code of the lowest level that may claim it; empty for all.")


class CouponOut(TermsOut):
    """A coupon of a member, as it is now (CPN-01)."""

    id = whole()
    code = text(help_text="What is shown at a till.")
    programme = text()
    template = text()
    source: Any = choice(CouponSource)
    state = choice(CouponState, help_text="As of now: an end that has passed counts, whether or not a job has said so.")
    usable = serializers.BooleanField(read_only=True)
    problem = text(help_text="Why it cannot be used now, the code it would be refused with; empty where it can.")
    reason = text(help_text="The same for people.")
    received_at = moment()
    valid_from = moment()
    valid_until = moment(help_text="From then on it is no longer usable.")
    order = OrderRefOut(read_only=True, allow_null=True, help_text="Which it is reserved for or was used on.")
    reserved_until = moment(allow_null=True)
    used_at = moment(allow_null=True)
    discount_minor = whole(allow_null=True, help_text="What it takes off its order.")


class WalletOut(OutSerializer):
    """The coupons of a membership in its summary."""

    programme = text()
    usable = whole(help_text="How many can be used now.")
    reserved = whole()
    next_end_at = moment(allow_null=True, help_text="When the first of the usable ones ends.")


class ClaimedCouponOut(CouponOut):
    applied = serializers.BooleanField(read_only=True, help_text="False when this claim was made before.")


class CouponsQuery(PageQuery):
    state = Choice(choices=CouponState.choices, required=False)


class ClaimIn(StrictSerializer):
    member = MemberReferenceIn()
    reference = Text(most=64, required=True, help_text="Yours, once for ever per member: the same again answers the first coupon.")


class SpendLineIn(StrictSerializer):
    """Goods at what they cost after level and activity: `pay_minor` of a quote."""

    line_no = Whole(min_value=0, max_value=INTEGER)
    sku = Text(most=64, required=True)
    category = Text(most=200, default="")
    quantity = Whole(min_value=1, max_value=100_000, default=1)
    pay_minor = Minor(help_text="Of all its pieces, before coupons.")
    is_gift_card = Flag(default=False)


class OrderNamedIn(StrictSerializer):
    order_no = Text(most=64, required=True)
    store = Code(required=False, help_text="Code of the order's store. A store's clients need not say; the platform's name it.")


class ReserveIn(OrderNamedIn):
    """The order a coupon is set aside for, and its goods."""

    lines = many(SpendLineIn, min_length=1, max_length=LINES_AT_MOST)
    postage_minor = Minor(default=0, help_text="Left to pay after free shipping.")
    minutes = Whole(min_value=1, max_value=MINUTES_AT_MOST, default=MINUTES, help_text="How long.")


class UseIn(OrderNamedIn):
    """The order a coupon is used on. With lines, one that is not reserved is used in one step."""

    lines = many(SpendLineIn, required=False, min_length=1, max_length=LINES_AT_MOST)
    postage_minor = Minor(default=0)
    discount_minor = Minor(required=False, help_text="What was taken off; without it, what was reckoned.")


class ReleaseIn(OrderNamedIn):
    """The order that lets go of a coupon."""


class ResultsOut(OutSerializer):
    """What became of the coupons of a template, as of now (CPN-16). issued = used + expired + outstanding; revoked ones are beside it."""

    template = text()
    name = text()
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    issued = whole()
    used = whole()
    used_rate = text(help_text="used of issued, as text: 0.2500.")
    expired = whole()
    outstanding = whole(help_text="Can be used, now or later, or are reserved.")
    reserved = whole(help_text="Of these.")
    revoked = whole()
    discount_minor = whole(help_text="What the used ones took off.")
    members = whole(help_text="Who have had one.")
