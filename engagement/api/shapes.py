"""Answers of campaigns. Money is minor units of the programme's currency."""

from typing import Any

from rest_framework import serializers

from core.api.fields import Choice
from core.api.serializers import OutSerializer, PageQuery, many
from core.enums import Currency
from engagement.enums import AudienceKind, CampaignState, Goal
from growth.api.shapes import choice, moment, text, whole


class CampaignsQuery(PageQuery):
    state = Choice(choices=CampaignState.choices, required=False)
    goal = Choice(choices=Goal.choices, required=False)


class OfferOut(OutSerializer):
    """A coupon of a campaign: for holders of the tag, or for everybody else."""

    tag = text(allow_null=True, help_text="The tag's code.")
    coupon_template = text(help_text="The template's code.")


class CampaignOut(OutSerializer):
    """What some members of a programme are given once, within a budget."""

    code = text()
    name = text()
    programme = text()
    goal = choice(Goal)
    state = choice(CampaignState)
    audience = choice(AudienceKind)
    tag = text(allow_null=True, help_text="The tag whose holders are meant.")
    segment = text(allow_null=True, help_text="The segment that is meant.")
    starts_at = moment()
    ends_at = moment(allow_null=True, help_text="Nothing is given from then on.")
    coupons = many(OfferOut, read_only=True)
    points = whole(allow_null=True, help_text="For each member.")
    gives_tag = text(allow_null=True)
    has_message = serializers.BooleanField(read_only=True)
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    budget_minor = whole()
    committed_minor = whole(help_text="What is given so far may cost, coupons as if all were used; never above the budget.")
    targeted = whole(help_text="Members written down when it began.")
    settled = whole(help_text="Of those, of whom it is said what they got.")
    started_at = moment(allow_null=True)
    ended_at = moment(allow_null=True)


class DayOut(OutSerializer):
    day: Any = serializers.DateField(read_only=True, help_text="In the programme's time zone.")
    issued = whole()
    used = whole()
    discount_minor = whole(help_text="What the coupons used on this day took off.")
    revenue_minor = whole()


class OutcomeOut(OutSerializer):
    gift = serializers.ChoiceField(choices=["coupon", "points", "tag", "message"], read_only=True)
    result = text(help_text="given, or a code of why not.")
    words = text()
    members = whole()


class CampaignResultsOut(OutSerializer):
    """What came of a campaign until now. Null is what nobody knows, never 0."""

    campaign = text(help_text="Its code.")
    state = choice(CampaignState)
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    targeted = whole()
    settled = whole()
    given = whole(help_text="Members who got anything.")
    issued = whole(help_text="Coupons.")
    sent = whole(help_text="Messages.")
    opened = whole(allow_null=True)
    opted_out = whole(help_text="Members who want no marketing messages: they got everything else.")
    used = whole(help_text="Coupons that are used on an order now.")
    usage_percent = text(allow_null=True, help_text="Used of issued, as text: 40.0.")
    participants = whole(allow_null=True, help_text="Members who used the coupon; null for a campaign without one.")
    participation_percent = text(allow_null=True, help_text="Participants of targeted, as text: 25.0.")
    orders = whole(help_text="On which its coupons were used.")
    revenue_minor = whole(help_text="Of these orders, net of refunds.")
    cost_minor = whole(help_text="What used coupons took off, and what the points given cost.")
    cost_per_order_minor = whole(allow_null=True)
    roi = text(allow_null=True, help_text="Revenue to cost, as text: 4.00.")
    roi_net = text(allow_null=True, help_text="The same less 1.")
    budget_minor = whole()
    committed_minor = whole()
    days = many(DayOut, read_only=True, help_text="Days on which coupons were given or used.")
    outcomes = many(OutcomeOut, read_only=True)
