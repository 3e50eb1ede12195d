"""Bodies and answers of quotes."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from activity.api.shapes import MemberReferenceIn
from core.api.fields import Choice, Flag, Minor, Text, Whole
from core.api.serializers import OutSerializer, StrictSerializer, many
from core.enums import Channel, Currency
from coupons.enums import PriceStep
from growth.enums import Track
from points.api.shapes import PaymentOut
from points.rules.versions import POINTS_AT_MOST

LINES_AT_MOST = 200
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
    points = Whole(
        min_value=0, max_value=POINTS_AT_MOST, default=0, help_text="Points the member would like to pay with; 0 asks how many could."
    )

    def validate_lines(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({line["line_no"] for line in value}) < len(value):
            raise serializers.ValidationError(_("The same line number is given twice."), code="repeated")
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
    pay_minor = serializers.IntegerField(read_only=True)
    applied = many(AppliedOut, read_only=True)


class QuoteOut(OutSerializer):
    """list_minor - discount_minor - double_discount_minor = goods_minor; goods_minor + postage_minor = total_minor.

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
    total_minor = serializers.IntegerField(read_only=True)
    points = PaymentOut(read_only=True, allow_null=True, help_text="Null where the programme does without points.")
    to_pay_minor = serializers.IntegerField(read_only=True, help_text="What is left to pay in money.")
