"""Answers and bodies of growth."""

from typing import Any

from rest_framework import serializers

from activity.api.shapes import MemberReferenceIn
from core.api.fields import Choice, Flag, Instant, Text
from core.api.serializers import OutSerializer, PageQuery, QuerySerializer, StrictSerializer, many
from core.enums import Channel, Currency
from growth.enums import (
    Basis,
    BenefitCategory,
    BenefitKind,
    BenefitNature,
    LevelCause,
    Reason,
    ServiceTier,
    SubscriptionState,
    Track,
)

ONE_ID_PATTERN = r"^[A-Za-z0-9_-]{1,40}$"


def choice(of: Any, **options: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=of.choices, read_only=True, **options)


def text(**options: Any) -> serializers.CharField:
    return serializers.CharField(read_only=True, **options)


def whole(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(read_only=True, **options)


def moment(**options: Any) -> serializers.DateTimeField:
    return serializers.DateTimeField(read_only=True, **options)


# --- growth value ---


class GrowthOut(OutSerializer):
    """The growth value of a membership."""

    programme = text()
    balance = whole(help_text="Never below 0.")
    unit_name = text(help_text="What the programme calls it.")
    entries = whole(help_text="How many there are.")


class EntriesQuery(PageQuery):
    reason = Choice(choices=Reason.choices, required=False)
    occurred_at__gte = Instant(required=False)
    occurred_at__lt = Instant(required=False)


class RuleOut(OutSerializer):
    code = text(help_text="Of the behaviour rule.")
    version = whole(help_text="Of the rules that held then.")


class EntryOut(OutSerializer):
    """One line of the ledger. Lines are never changed: a mistake is answered by another line."""

    number = whole(help_text="1, 2, 3 ... without gaps, per membership.")
    requested = whole(help_text="What the rule asked for.")
    applied = whole(help_text="What the balance took: it never falls below 0.")
    balance_after = whole()
    reason = choice(Reason)
    source_type = text(help_text="order, after_sale, event, rfm_run, staff, import ...")
    source_id = text()
    rule = RuleOut(read_only=True, allow_null=True)
    reverses = whole(allow_null=True, help_text="Number of the line that this one takes back, wholly or in part.")
    why = serializers.DictField(read_only=True, help_text="The values that were reckoned with.")
    note = text()
    occurred_at = moment()
    booked_at = moment()


class ValueOut(OutSerializer):
    label: Any = text()
    value = text()


class EntryWhyOut(OutSerializer):
    """Why a line is what it is, in the request's language."""

    entry = EntryOut(read_only=True)
    words = text()
    values = many(ValueOut, read_only=True)
    rule = text(help_text="The rule and its version; empty where none decided.")


# --- levels ---


class LevelRefOut(OutSerializer):
    code = text()
    name = text()
    rank = whole(help_text="0 is the lowest.")
    track = choice(Track)


class HeldOut(LevelRefOut):
    """A level that counts now. A bought level may be one of the free track."""

    since = moment()
    until = moment(allow_null=True, help_text="When it ends by itself.")
    protected_until = moment(allow_null=True, help_text="No review lowers it before.")


class PromiseOut(OutSerializer):
    """A benefit as a level promises it."""

    code = text()
    name = text()
    kind = choice(BenefitKind)
    category = choice(BenefitCategory)
    nature = choice(BenefitNature)
    value = serializers.DictField(read_only=True, help_text="Its shape follows from the kind: docs/rules/benefits.md.")
    words = text(help_text="The value as people read it.")
    quota = whole(allow_null=True, help_text="Times a month; null without limit.")
    inherited_from = text(help_text="Name of the lower level whose discount it is; else empty.")


class NextLevelOut(OutSerializer):
    code = text()
    name = text()
    rank = whole()
    threshold = whole()
    gap = whole(help_text="What is missing, in the unit of the basis.")
    gained = many(PromiseOut, read_only=True, help_text="Benefits that are new or better there.")


class ProjectedOut(OutSerializer):
    """What the next review would do as things stand."""

    on = serializers.DateField(read_only=True)
    level = LevelRefOut(read_only=True)
    happening = text(help_text="What would happen: kept, up, down, protected ...")
    falls_on = serializers.DateField(read_only=True, allow_null=True, help_text="When a fall that was found before takes place.")


class LevelOut(OutSerializer):
    """Level and progress of a membership. Amounts are growth value, or minor units, orders, points, as the basis says."""

    programme = text()
    level = HeldOut(read_only=True, allow_null=True, help_text="Of the free track.")
    basis = choice(Basis, allow_null=True)
    unit_name = text()
    value = whole(allow_null=True, help_text="What the member has of it.")
    next = NextLevelOut(read_only=True, allow_null=True, help_text="Null at the top.")
    projected = ProjectedOut(read_only=True, allow_null=True)
    by_hand_until = moment(allow_null=True, help_text="The level has been set by hand until then.")
    tracks = many(HeldOut, read_only=True, help_text="Levels of all tracks that count now.")


class ChangeOut(OutSerializer):
    """One change of a level, or a fall that protection prevented."""

    id = whole()
    track = choice(Track)
    level_from = LevelRefOut(read_only=True, allow_null=True)
    level_to = LevelRefOut(read_only=True, allow_null=True)
    cause = choice(LevelCause)
    source: Any = text(help_text="entry:812, review:7, override:3, subscription:9, version:4 ...")
    why = serializers.DictField(read_only=True, help_text="The values that decided.")
    version = whole(allow_null=True, help_text="Of the scheme that decided.")
    occurred_at = moment()


class LevelWhyOut(OutSerializer):
    """Why a membership holds the levels it holds: the last change of each track, in the request's language."""

    class TrackWhyOut(OutSerializer):
        change = ChangeOut(read_only=True)
        words = text()
        values = many(ValueOut, read_only=True)
        rule = text(help_text="The scheme and its version; empty where none decided.")

    programme = text()
    data = many(TrackWhyOut, read_only=True)


class LevelTermsOut(LevelRefOut):
    """A level as the published scheme has it."""

    threshold = whole(help_text="In the unit of the scheme's basis, inclusive.")
    benefits = many(PromiseOut, read_only=True)


class LevelTermsListOut(OutSerializer):
    data = many(LevelTermsOut, read_only=True)


# --- benefits ---


class BenefitsQuery(QuerySerializer):
    channel = Choice(choices=Channel.choices, required=False, help_text="Only what holds there.")
    store = Text(most=40, allow_blank=False, help_text="Code of a store of the programme: may the member buy there?")


class SourceOut(OutSerializer):
    """Which level gives a benefit."""

    code = text()
    name = text()
    track = choice(Track)
    until = moment(allow_null=True)
    inherited_from = text()
    matched_programme = text(help_text="Code of the programme whose level is matched; else empty.")


class BenefitOut(PromiseOut):
    """A benefit a member has: the best value over all levels that count."""

    used = whole(help_text="Times used this month; counted where there is a quota.")
    left = whole(allow_null=True)
    resets_on = serializers.DateField(read_only=True, allow_null=True)
    channels = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="Where it holds; empty is everywhere.")
    source: Any = SourceOut(read_only=True)


class ServiceOut(OutSerializer):
    tier = choice(ServiceTier)
    queue_priority = whole(help_text="3 is served first.")
    adviser_id = whole(allow_null=True)


class MarksOut(OutSerializer):
    card_style = text()
    avatar_frame = text()
    badge = text()


class EntitlementsOut(OutSerializer):
    """What order system, contact centre and storefront ask before they act."""

    data = many(BenefitOut, read_only=True)
    flags = serializers.DictField(
        child=serializers.BooleanField(), read_only=True, help_text="priority_dispatch, next_day, newcomer_price ...: has or not."
    )
    service = ServiceOut(read_only=True)
    identity = MarksOut(read_only=True, allow_null=True)
    may_purchase = serializers.BooleanField(read_only=True, allow_null=True, help_text="In the store asked about; null without one.")


class UsageIn(StrictSerializer):
    """That a member used a benefit."""

    usage_key = Text(most=100, required=True, help_text="Yours, once for ever: the same again takes nothing.")
    channel = Choice(choices=Channel.choices, default="")
    reference = Text(most=100, default="", help_text="An order number and the like.")


class UsageOut(OutSerializer):
    benefit = text()
    usage_key = text()
    applied = serializers.BooleanField(read_only=True, help_text="False when this use was recorded before.")
    quota = whole(allow_null=True)
    left = whole(allow_null=True)
    resets_on = serializers.DateField(read_only=True, allow_null=True)
    used_at = moment()


class EarlyAccessQuery(QuerySerializer):
    sku = Text(most=64, default="", help_text="What is for sale.")
    sale_at = Instant(required=False, help_text="From when everybody may buy it. Without it only the hours are told.")


class EarlyAccessOut(OutSerializer):
    sku = text()
    hours = whole(help_text="So much earlier than everybody; 0 for most.")
    sale_at = moment(allow_null=True)
    allowed = serializers.BooleanField(read_only=True, allow_null=True, help_text="Now.")
    allowed_from = moment(allow_null=True)
    benefit = text(allow_null=True, help_text="Code of the benefit that lets the member in before the others.")


# --- paid membership ---


class PlanOut(OutSerializer):
    code = text()
    name = text()
    price_minor = whole()
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    days = whole(help_text="Local days of validity.")
    level = LevelRefOut(read_only=True)
    benefits = many(PromiseOut, read_only=True)


class PlanListOut(OutSerializer):
    data = many(PlanOut, read_only=True)


class SubscriptionIn(StrictSerializer):
    """A plan that was paid in the shop's own payment system."""

    member = MemberReferenceIn()
    plan = Text(most=40, required=True)
    payment_no = Text(most=64, required=True, help_text="Of the payment: counts once.")
    paid_at = Instant(required=False, help_text="When it was paid; now without it.")
    renews_itself = Flag(default=False, help_text="The payment system will pay the next one: nobody is reminded.")


class SubscriptionOut(OutSerializer):
    id = whole()
    one_id = text()
    plan = text()
    payment_no = text()
    price_minor = whole()
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    starts_at = moment()
    ends_at = moment(help_text="From then on it does not count.")
    renews_itself = serializers.BooleanField(read_only=True)
    state = choice(SubscriptionState)
    bought_at = moment()


class RecordedSubscriptionOut(SubscriptionOut):
    applied = serializers.BooleanField(read_only=True, help_text="False when this payment was recorded before.")


class SubscriptionsQuery(PageQuery):
    member = serializers.RegexField(ONE_ID_PATTERN, required=False, help_text="`one_id`: of this member only.")
    plan = Text(most=40, allow_blank=False)
    state = Choice(choices=SubscriptionState.choices, required=False)
