"""Answers and bodies of points. Amounts are whole points."""

from typing import Any

from rest_framework import serializers

from activity.api.shapes import MemberReferenceIn
from core.api.fields import Choice, Code, Instant, Minor, Text, Whole
from core.api.serializers import OutSerializer, PageQuery, QuerySerializer, StrictSerializer, many
from core.enums import Currency
from growth.api.shapes import ONE_ID_PATTERN, ValueOut, choice, moment, text, whole
from points.enums import EntryKind, HoldState, LeftOut, MultiplierKind, RedemptionState
from points.rules.checkout import Problem
from points.rules.versions import HOLD_MINUTES_AT_MOST, POINTS_AT_MOST

REFERENCE = "Yours, once for ever per member: the same again moves nothing."


class Points(Whole):
    """A number of points, one or more."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": POINTS_AT_MOST, **kwargs})


class Reference(Text):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(most=64, required=True, help_text=REFERENCE, **kwargs)


# --- the balance ---


class PurseOut(OutSerializer):
    """What a membership has. available = what can be spent now; balance = available + held + pending, but for lots that have just ended."""

    balance = whole(help_text="Never below 0.")
    available = whole(help_text="What can be spent now.")
    held = whole(help_text="Set aside by holds.")
    pending = whole(help_text="Earned, not spendable yet.")
    debt = whole(help_text="Owed after refunds of spent points; repaid first by what is earned next.")


class NextEndOut(OutSerializer):
    at = moment(help_text="From then on they are gone.")
    points = whole()


class PointsOut(PurseOut):
    """The points of a membership."""

    programme = text()
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    value_minor = whole(allow_null=True, help_text="What a point pays at checkout; null where the programme has no rules yet.")
    next_end = NextEndOut(read_only=True, allow_null=True, help_text="The lot that ends first; null where none does.")


class AsOfQuery(QuerySerializer):
    at = Instant(required=False, help_text="A past moment; now without it.")


class PastLotOut(OutSerializer):
    lot = whole()
    remaining = whole()
    held = whole()
    earned_at = moment()
    ends_at = moment(allow_null=True)


class AsOfOut(PurseOut):
    """The points of a membership as they were booked at a moment, with the lots they lay in."""

    programme = text()
    at = moment()
    lots = many(PastLotOut, read_only=True)


class EndingMonthOut(OutSerializer):
    month = text(help_text="2024-06, in the programme's time zone.")
    points = whole()
    last_on = serializers.DateField(read_only=True, help_text="The last local day on which some of them can be spent.")
    value_minor = whole(allow_null=True)


class ForecastOut(OutSerializer):
    """What ends when, if nobody spends anything."""

    programme = text()
    data = many(EndingMonthOut, read_only=True)
    endless = whole(help_text="Points that never end.")


# --- entries and lots ---


class EntriesQuery(PageQuery):
    kind = Choice(choices=EntryKind.choices, required=False)
    occurred_at__gte = Instant(required=False)
    occurred_at__lt = Instant(required=False)


class OrderRefOut(OutSerializer):
    store = text(allow_null=True)
    order_no = text()


class MoveOut(OutSerializer):
    """What an entry took from a lot (below 0) or gave back to it."""

    lot = whole()
    points = whole()
    ends_at = moment(allow_null=True)
    instead_of = whole(allow_null=True, help_text="A lot whose points were spent when they should have been taken.")


class MadeOut(OutSerializer):
    lot = whole()
    points = whole()
    available_from = moment()
    ends_at = moment(allow_null=True)


class PointsRuleRefOut(OutSerializer):
    code = text(help_text="purchase, review, share ...; empty where no single rule gave them.")
    version = whole(help_text="Of the points rules that held then.")


class PointsEntryOut(OutSerializer):
    """One line of the ledger. Lines are never changed: a mistake is answered by another line."""

    number = whole(help_text="1, 2, 3 ... without gaps, per membership.")
    kind = choice(EntryKind)
    requested = whole(help_text="What was asked for.")
    delta = whole(help_text="What the balance took.")
    owed = whole(help_text="Of a reversal: what had been spent and is owed. Of a repayment: what it takes off the debt.")
    forgiven = whole(help_text="Of a reversal: what the rules do not take.")
    balance_after = whole()
    debt_after = whole()
    source_type = text(help_text="order, after_sale, event, hold, redemption, exchange, credit, debit, staff, import ...")
    source_id = text()
    order = OrderRefOut(read_only=True, allow_null=True, help_text="The order it is about.")
    rule = PointsRuleRefOut(read_only=True, allow_null=True)
    reverses = whole(allow_null=True, help_text="Number of the line that this one belongs to: takes back, gives back, repays.")
    made = MadeOut(read_only=True, allow_null=True, help_text="The lot it made.")
    lots = many(MoveOut, read_only=True, help_text="The lots it took from or gave back to, in order.")
    words = text(help_text="Why, in the request's language.")
    why = serializers.DictField(read_only=True, help_text="The values that were reckoned with.")
    note = text()
    occurred_at = moment()
    booked_at = moment()


class PointsEntryWhyOut(OutSerializer):
    """Why a line is what it is, in the request's language."""

    entry = PointsEntryOut(read_only=True)
    words = text()
    values = many(ValueOut, read_only=True)
    rule = text(help_text="The rule and its version; empty where none decided.")


class LotsQuery(PageQuery):
    is_open = Choice(choices=["true", "false"], required=False, help_text="true: only lots with something left.")


class LotOut(OutSerializer):
    """Points of one earning, with their end."""

    id = whole()
    entry = whole(help_text="Number of the line that made it.")
    amount = whole()
    remaining = whole()
    held = whole()
    earned_at = moment()
    available_from = moment()
    ends_at = moment(allow_null=True, help_text="From then on they are gone; null: never.")


# --- moving points ---


class CreditIn(StrictSerializer):
    """Points for something that is no order."""

    points = Points()
    reference = Reference()
    note = Text(most=200, default="", help_text="What for; the member reads it.")


class DebitIn(StrictSerializer):
    """Points taken at once, without an order. For an order make a hold and capture it: then a refund gives them back."""

    points = Points()
    reference = Reference()
    note = Text(most=200, default="", help_text="What for; the member reads it.")


class ReversalIn(StrictSerializer):
    points = Points(required=False, help_text="So many of them; without it all that is left of the entry.")
    reference = Reference()
    reason = Text(most=200, required=True)


class MovedOut(OutSerializer):
    entry = PointsEntryOut(read_only=True)
    purse = PurseOut(read_only=True, help_text="What the member has now.")
    applied = serializers.BooleanField(read_only=True, help_text="False when this was done before.")


class HoldIn(StrictSerializer):
    """Points set aside until an order is paid."""

    points = Points()
    reference = Reference()
    order_no = Text(most=64, default="", help_text="The order they will pay: its refunds give them back.")
    store = Code(required=False, help_text="Code of the order's store. A store's clients need not say; the platform's name it.")
    total_minor = Minor(required=False, help_text="What is to pay; with it, more points than may pay of it are refused (`above_share`).")
    minutes = Whole(required=False, min_value=1, max_value=HOLD_MINUTES_AT_MOST, help_text="How long; what the rules say without it.")


class HoldsQuery(PageQuery):
    state = Choice(choices=HoldState.choices, required=False)
    order_no = Text(most=64, allow_blank=False)


class HoldOut(OutSerializer):
    id = whole()
    reference = text()
    amount = whole()
    captured = whole(help_text="Taken for good; the rest went back.")
    state = choice(HoldState, help_text="As of now: one whose time is over is timed out, whether or not a job has said so.")
    order = OrderRefOut(read_only=True, allow_null=True)
    entry = whole(allow_null=True, help_text="Number of the line that took the points.")
    created_at = moment()
    expires_at = moment(help_text="From then on void.")
    closed_at = moment(allow_null=True)


class EndedHoldOut(HoldOut):
    purse = PurseOut(read_only=True, help_text="What the member has now.")


class MadeHoldOut(EndedHoldOut):
    applied = serializers.BooleanField(read_only=True, help_text="False when this hold was made before.")


class CaptureIn(StrictSerializer):
    points = Points(required=False, help_text="So many of them, the rest goes back; all without it.")


# --- rules ---


class EarnOut(OutSerializer):
    """A way to get points, as people read it."""

    rule = text()
    task = text(help_text="Code of the task; else empty.")
    points = whole(allow_null=True, help_text="Null for purchases: they depend on what is paid.")
    daily_cap = whole(allow_null=True, help_text="Times a day; null without limit.")
    words = text()


class MultiplierOut(OutSerializer):
    kind = choice(MultiplierKind)
    key = text(help_text="Code of the level, or name of the campaign.")
    factor = text(help_text="As text: 2.00.")
    valid_from = moment(allow_null=True)
    valid_until = moment(allow_null=True)
    words = text()


class MinimumOut(OutSerializer):
    level = text()
    points = whole()


class SpendOut(OutSerializer):
    """How points pay."""

    minimum = whole(help_text="Fewest points of one redemption, unless the level has its own.")
    minimums = many(MinimumOut, read_only=True)
    share = text(help_text="Of what is to pay, as text: 0.500 is half.")
    hold_minutes = whole()
    words = text()


class RulesOut(OutSerializer):
    """What members should know (PTS-05), in the request's language."""

    programme = text()
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    version = whole()
    value_minor = whole(help_text="What a point pays at checkout.")
    value = text(help_text="The same in words.")
    earn = many(EarnOut, read_only=True)
    multipliers = many(MultiplierOut, read_only=True, help_text="Of those that apply the highest counts.")
    lifetime_months = whole(allow_null=True, help_text="Null: points never end.")
    lifetime = text(help_text="How long points live, in words.")
    pending_days = whole(help_text="Days after completion before they can be spent.")
    spend = SpendOut(read_only=True)


class TimesOut(OutSerializer):
    kind = choice(MultiplierKind)
    key = text(help_text="Code of the level, or name of the campaign.")
    factor = text(help_text="As text: 2.00.")


class LeftOutOut(OutSerializer):
    line_no = whole()
    why = choice(LeftOut)
    words = text()


class OrderCheckOut(OutSerializer):
    """What an order would give in this programme, and why. points = purchase + bonus."""

    programme = text()
    version = whole(help_text="Of the points rules.")
    points = whole()
    purchase = whole(help_text="For what is paid, rounded down.")
    bonus = whole(help_text="What the multiplier adds, rounded down; an entry of its own.")
    counted_minor = whole(help_text="Of what is paid for the lines, the part that counts.")
    points_per_unit = text(help_text="As text: 0.0100 is a point for every 100.00.")
    multiplier = TimesOut(read_only=True, allow_null=True)
    left_out = many(LeftOutOut, read_only=True, help_text="Lines that give nothing.")
    below_minimum_minor = whole(allow_null=True, help_text="The least amount, where the order is smaller.")
    cap = whole(allow_null=True, help_text="The most an order gives, where it would be more.")
    available_from = moment()
    ends_at = moment(allow_null=True)
    skipped = text(help_text="points_off, member_frozen: why nothing could be given now; else empty.")


# --- rewards ---


class RewardOut(OutSerializer):
    """Something that points buy."""

    code = text()
    name = text()
    description = text()
    kind = text(help_text="virtual_code, coupon ...")
    points = whole()
    left = whole(allow_null=True, help_text="Null without limit.")
    per_member = whole(allow_null=True, help_text="At most so many each; null without limit.")
    valid_from = moment(allow_null=True)
    valid_until = moment(allow_null=True)


class RedemptionIn(StrictSerializer):
    member = MemberReferenceIn()
    reward = Code(help_text="The reward's code.")
    reference = Reference()


class CancellationIn(StrictSerializer):
    reason = Text(most=200, default="")


class RedemptionsQuery(PageQuery):
    member = serializers.RegexField(ONE_ID_PATTERN, required=False, help_text="`one_id`: of this member only.")
    reward = Code(required=False)
    state = Choice(choices=RedemptionState.choices, required=False)


class RedemptionOut(OutSerializer):
    id = whole()
    one_id = text()
    reward = text(help_text="The reward's code.")
    name = text()
    reference = text()
    points = whole()
    state = choice(RedemptionState)
    result = serializers.DictField(read_only=True, help_text='What was given: {"code": "AB12"} for a code.')
    entry = whole(help_text="Number of the line that took the points.")
    created_at = moment()
    cancelled_at = moment(allow_null=True)
    cancel_reason = text()


class MadeRedemptionOut(RedemptionOut):
    purse = PurseOut(read_only=True, help_text="What the member has now.")
    applied = serializers.BooleanField(read_only=True, help_text="False when this was done before.")


# --- exchange ---


class ExchangeIn(StrictSerializer):
    """Points of one programme for points of another."""

    member = MemberReferenceIn()
    from_programme = Code()
    to_programme = Code()
    points = Points(help_text="Given: whole steps of the pair.")
    reference = Reference()


class ExchangesQuery(PageQuery):
    member = serializers.RegexField(ONE_ID_PATTERN, required=False, help_text="`one_id`: of this member only.")
    from_programme = Code(required=False, help_text="That gave.")
    to_programme = Code(required=False, help_text="That received.")


class LegOut(OutSerializer):
    programme = text()
    points = whole()
    entry = whole(help_text="Number of the line in that programme.")


class ExchangeOut(OutSerializer):
    """Both legs were posted in one transaction."""

    id = whole(help_text="Both lines carry it: source_type exchange, source_id this number.")
    one_id = text()
    reference = text()
    given = LegOut(read_only=True)
    received = LegOut(read_only=True)
    ratio_from = whole()
    ratio_to = whole()
    exchanged_at = moment()


class MadeExchangeOut(ExchangeOut):
    purse = PurseOut(read_only=True, help_text="What the member has now in the programme that gave.")
    applied = serializers.BooleanField(read_only=True, help_text="False when this was done before.")


# --- the points part of a quote ---


class PaymentOut(OutSerializer):
    """What points pay of a basket: the last step of a price."""

    wanted = whole()
    points = whole(help_text="What pays, at most what was wanted.")
    pays_minor = whole()
    at_most = whole(help_text="What could pay now; 0 below the minimum.")
    available = whole()
    minimum = whole(help_text="Fewest points of one redemption, for this member's level.")
    value_minor = whole(help_text="What a point pays.")
    problem = serializers.ChoiceField(
        choices=[problem.value for problem in Problem], read_only=True, allow_null=True, help_text="Why fewer pay than were wanted."
    )
