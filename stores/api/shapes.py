"""Bodies of stores: registering, memberships, stores and programmes."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.fields import Choice, Code, Instant, Phone, Text
from core.api.serializers import OutSerializer, PageQuery, QuerySerializer, WarningOut, many
from core.enums import Channel, Currency
from members.api.shapes import READ_ONLY_COUNTS, SCOPE_NOTE, ConsentIn, IdentityIn, MemberOut, ProfileIn, whole_identity
from members.enums import ConsentPurpose, MemberStatus, Provider
from stores.enums import BusinessModel, MembershipSource, MembershipStatus, ProgrammeKind, RequiredTrack, StoreKind

IDENTITIES_AT_MOST = 20


class NewMemberIn(ProfileIn):
    """Whom to register. At least one identity; a consent to the privacy policy is a must."""

    ignored = READ_ONLY_COUNTS

    store = Code(required=False, help_text="Whose customer this is. A store's clients register for their store and need not say.")
    channel = Choice(choices=[choice for choice in Channel.choices if choice[0] not in (Channel.ADMIN, Channel.IMPORT)])
    source: Any = Text(most=64, default="", help_text="The registration path: a poster, a campaign, an advertisement.")
    inviter = Text(most=40, default="", help_text="`one_id` of the member who invited them.")
    identities = many(IdentityIn, min_length=1, max_length=IDENTITIES_AT_MOST)
    consents = many(ConsentIn, min_length=1, max_length=len(ConsentPurpose))

    def validate_identities(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({(said["provider"], said["scope"], said["external_id"]) for said in value}) < len(value):
            raise serializers.ValidationError(_("The same identity is given twice."), code="repeated")
        return value

    def validate_consents(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        purposes = [said["purpose"] for said in value]
        if ConsentPurpose.POLICY not in purposes:
            raise serializers.ValidationError(
                _("Nobody is registered without their consent to the privacy policy."), code="policy_consent_missing"
            )
        if len(set(purposes)) < len(purposes):
            raise serializers.ValidationError(_("The same purpose is given twice."), code="repeated")
        return value


class MembersQuery(PageQuery):
    """Filters are joined by and."""

    phone = Phone(required=False, allow_blank=False, help_text="The whole number.")
    provider = Choice(choices=Provider.choices, required=False, help_text="With external_id: a proved identity.")
    scope = Text(most=40, default="", help_text=f"Of the identity. {SCOPE_NOTE}")
    external_id = Text(most=128, allow_blank=False)
    status = Choice(choices=MemberStatus.choices, required=False)
    programme = Code(required=False, help_text="Members of this programme.")
    registered_at__gte = Instant(required=False, help_text="Registered then or later.")
    registered_at__lt = Instant(required=False, help_text="Registered before.")
    callable_at = Instant(required=False, help_text="Who can be called then: active, with a number, within the hours they said (9 to 21).")
    updated_since = Instant(
        required=False,
        help_text="Registered or changed then or later. Ask from a minute before the last time: what is being written counts late.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("provider" in attrs) != ("external_id" in attrs):
            missing = "external_id" if "provider" in attrs else "provider"
            raise serializers.ValidationError(
                {missing: [serializers.ErrorDetail(_("Give provider and external_id together."), code="required")]}
            )
        if "provider" in attrs:
            return whole_identity(attrs, self.context.get("store_code", ""))
        return attrs


class ProgrammeQuery(QuerySerializer):
    programme = Code(required=False, help_text="A store's clients mean their store's programme without it, the platform's the platform's.")


class BalanceOut(OutSerializer):
    """As the wallet system last told it, in minor units."""

    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    balance_minor = serializers.IntegerField(read_only=True)
    red_packet_minor = serializers.IntegerField(read_only=True)
    recharge_total_minor = serializers.IntegerField(read_only=True)
    spent_total_minor = serializers.IntegerField(read_only=True)
    gift_total_minor = serializers.IntegerField(read_only=True)
    as_of = serializers.DateTimeField(read_only=True)
    is_out_of_balance = serializers.BooleanField(read_only=True)


class SummaryOut(OutSerializer):
    """What a storefront shows a member (PRD-05). A part that is not built yet, or switched off in the programme, is null."""

    one_id = serializers.CharField(read_only=True)
    programme = serializers.CharField(read_only=True, help_text="The programme's code.")
    level = serializers.DictField(read_only=True, allow_null=True)
    benefits = serializers.ListField(read_only=True, allow_null=True)
    growth = serializers.DictField(read_only=True, allow_null=True)
    points = serializers.DictField(read_only=True, allow_null=True)
    coupons = serializers.DictField(read_only=True, allow_null=True)
    balance = BalanceOut(read_only=True, allow_null=True)


SUMMARY_PARTS = ("level", "benefits", "growth", "points", "coupons", "balance")


class PortraitOut(OutSerializer):
    """Everything known of a member, in six parts (MEM-28). A part that is not built yet is null."""

    basic = serializers.DictField(read_only=True, allow_null=True, help_text="Who they are.")
    member_data = serializers.DictField(read_only=True, allow_null=True, help_text="What is kept of them as a member.")
    tags = serializers.ListField(read_only=True, allow_null=True)
    assets = serializers.DictField(read_only=True, allow_null=True, help_text="Balance, points, coupons.")
    consumption = serializers.ListField(read_only=True, allow_null=True, help_text="What they bought, by currency, net of refunds.")
    preferences = serializers.ListField(
        read_only=True, allow_null=True, help_text="What they buy most, by currency; beyond 2,000 orders of the newest 2,000 (`of_newest`)."
    )


PORTRAIT_PARTS = ("basic", "member_data", "tags", "assets", "consumption", "preferences")


class MembershipOut(OutSerializer):
    """A member in a programme."""

    programme = serializers.CharField(source="programme.code", read_only=True)
    kind = serializers.ChoiceField(choices=ProgrammeKind.choices, source="programme.kind", read_only=True)
    member_no = serializers.CharField(read_only=True)
    joined_at = serializers.DateTimeField(read_only=True)
    source: Any = serializers.ChoiceField(choices=MembershipSource.choices, read_only=True)
    store = serializers.SerializerMethodField(help_text="Code of the store where they joined, or null.")
    status = serializers.ChoiceField(choices=MembershipStatus.choices, read_only=True)

    def get_store(self, membership: Any) -> str | None:
        store = membership.store
        seen = store is not None and self.context["scope"].reaches_store(store.pk)
        return store.code if seen else None


class MembershipListOut(OutSerializer):
    data = many(MembershipOut)


class EnrolledOut(OutSerializer):
    """Who has been registered or found, with what a storefront shows them at once (REG-14)."""

    one_id = serializers.CharField(read_only=True)
    created = serializers.BooleanField(read_only=True, help_text="False when a proved identity led to somebody who was a member before.")
    member = MemberOut(read_only=True)
    memberships = many(MembershipOut, read_only=True)
    summary = SummaryOut(read_only=True)
    warnings = many(WarningOut, read_only=True)


class StoreOut(OutSerializer):
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=StoreKind.choices, read_only=True)
    platform = serializers.CharField(read_only=True, help_text="Where it sells: own_b2c, taobao, ...")
    business_model = serializers.ChoiceField(choices=BusinessModel.choices, read_only=True)
    programme = serializers.CharField(source="programme.code", read_only=True)
    time_zone = serializers.CharField(read_only=True)
    foreign_currency = serializers.CharField(read_only=True)
    foreign_rate = serializers.DecimalField(max_digits=14, decimal_places=6, read_only=True, allow_null=True)
    require_track = serializers.ChoiceField(
        choices=[("", ""), *RequiredTrack.choices], read_only=True, help_text="What one must hold to buy here; empty: nothing."
    )
    is_active = serializers.BooleanField(read_only=True)


class ProgrammeOut(OutSerializer):
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=ProgrammeKind.choices, read_only=True)
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    time_zone = serializers.CharField(read_only=True)
    growth_on = serializers.BooleanField(read_only=True)
    points_on = serializers.BooleanField(read_only=True)
    coupons_on = serializers.BooleanField(read_only=True)
    tags_on = serializers.BooleanField(read_only=True)
