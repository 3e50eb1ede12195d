"""Bodies of members: what is taken in, what is told."""

from datetime import date
from typing import Any

from rest_framework import serializers

from core.api.fields import Choice, Clock, Day, Flag, Instant, Masked, Month, Phone, SecureUrl, Text
from core.api.serializers import OutSerializer, QuerySerializer, StrictSerializer, WarningOut, many
from core.enums import Channel, TimelineType
from core.errors import InvalidInput
from core.masking import FieldClass, show
from core.phones import to_e164
from members import regions
from members.enums import STORE_BOUND, ConsentPurpose, Gender, MaritalStatus, MemberStatus, MessageChannel, MessageType, Provider
from members.models import Identity, Member
from members.rules import IdentityClaim

READ_ONLY_COUNTS = ("level", "benefits", "growth", "points", "coupons", "balance", "tags")  # decided here, never by a caller (REG-08)

SCOPE_NOTE = (
    "The store's code for numbers a store gives out (pos_card, store_customer), else empty. "
    "A store's clients mean their own and need not say."
)


def normal_external_id(provider: str, external_id: str) -> str:
    """A phone in E.164 form, an e-mail in lower case, anything else as it is. Raises ValidationError naming external_id."""
    if provider != Provider.PHONE:
        return external_id.lower() if provider == Provider.EMAIL else external_id
    try:
        return to_e164(external_id)
    except InvalidInput as problem:
        raise serializers.ValidationError({"external_id": [serializers.ErrorDetail(str(problem.detail), code="invalid_phone")]}) from None


def whole_identity(said: dict[str, Any], store_code: str) -> dict[str, Any]:
    """An identity as it is kept. A customer or card number without a scope is one of the caller's store.

    store_code: the caller's, empty for the platform's clients.  Raises ValidationError naming external_id.
    """
    own = store_code if said["provider"] in STORE_BOUND else ""
    return {**said, "scope": said["scope"] or own, "external_id": normal_external_id(said["provider"], said["external_id"])}


class IdentityIn(StrictSerializer):
    """That this person is (provider, scope, external_id). Without verified_at nobody has proved it."""

    provider = Choice(choices=Provider.choices)
    scope = Text(most=40, default="", help_text=SCOPE_NOTE)
    external_id = Text(most=128, required=True)
    verified_at = Instant(
        allow_null=True, default=None, help_text="When the shop proved it. Counts for clients with the scope members:assert_verified."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return whole_identity(attrs, self.context.get("store_code", ""))


def claim_of(said: dict[str, Any]) -> IdentityClaim:
    return IdentityClaim(**said)


class ConsentIn(StrictSerializer):
    purpose = Choice(choices=ConsentPurpose.choices)
    policy_version = Text(most=20, required=True)


class ProfileIn(StrictSerializer):
    """What a person says of themselves; all of it optional (REG-10)."""

    name = Text(most=64)
    nickname = Text(most=32)
    avatar_url = SecureUrl()
    gender = Choice(choices=Gender.choices, required=False)
    birthday = Day(required=False, allow_null=True)
    phone = Phone(help_text="The way to reach them. Proved numbers are handed in as an identity.")
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    landline = Text(most=20)
    callable_from = Clock(required=False, allow_null=True)
    callable_until = Clock(required=False, allow_null=True)
    province_code = Text(most=6)
    city_code = Text(most=6)
    district_code = Text(most=6)
    country = Text(most=64)
    occupation = Text(most=32)
    marital_status = Choice(choices=MaritalStatus.choices, required=False, help_text="Needs a consent for `profile` in force.")

    def validate_email(self, value: str) -> str:
        return value.lower()


class MemberChangesIn(ProfileIn):
    """Fields that are left out stay as they are."""

    ignored = READ_ONLY_COUNTS

    version = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="The version that was read, instead of If-Match."
    )


class AddressChangesIn(StrictSerializer):
    label: Any = Text(most=20)
    receiver = Text(most=64, required=True)
    phone = Phone(required=True)
    country = Text(most=64, default="")
    province_code = Text(most=6, default="")
    city_code = Text(most=6, default="")
    district_code = Text(most=6, default="")
    street = Text(most=255, required=True)
    is_default = Flag(default=False)


class ChildIn(StrictSerializer):
    """A child: birth month and gender, never a name."""

    birth_month = Month()
    gender = Choice(choices=Gender.choices, default=Gender.UNKNOWN)
    guardian_consent_at = Instant(help_text="When the guardian agreed that this is kept.")

    def validate_birth_month(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")


class ConsentGivenIn(ConsentIn):
    channel = Choice(choices=Channel.choices)


class SwitchIn(StrictSerializer):
    channel = Choice(choices=MessageChannel.choices)
    message_type = Choice(choices=MessageType.choices)
    is_on = Flag()


class PreferencesIn(StrictSerializer):
    """Switches to set; those that are left out stay as they are."""

    switches = many(SwitchIn, min_length=1, max_length=20)


class IdentityQueryIn(StrictSerializer):
    provider = Choice(choices=Provider.choices)
    scope = Text(most=40, default="", help_text=SCOPE_NOTE)
    external_id = Text(most=128, required=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return whole_identity(attrs, self.context.get("store_code", ""))


class RegionQuery(QuerySerializer):
    parent: Any = serializers.RegexField(r"^[0-9]{6}$", required=False, help_text="Six digits; without it the provinces.")


class MemberOut(OutSerializer):
    """A member as this client may see them: phone, e-mail, address and birthday masked unless it has the scope pii:read."""

    one_id = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(choices=MemberStatus.choices, read_only=True)
    name = Masked(FieldClass.NAME)
    nickname = Masked(FieldClass.NAME)
    avatar_url = serializers.CharField(read_only=True)
    gender = serializers.ChoiceField(choices=Gender.choices, read_only=True)
    birthday = Masked(FieldClass.BIRTHDAY, allow_null=True, help_text="1992-06-15, masked 06-15.")
    phone = Masked(FieldClass.PHONE, help_text="E.164, masked 138****8000; empty when unknown.")
    phone_verified_at = serializers.DateTimeField(read_only=True, allow_null=True)
    email = Masked(FieldClass.EMAIL)
    email_verified_at = serializers.DateTimeField(read_only=True, allow_null=True)
    landline = Masked(FieldClass.PHONE)
    callable_from = serializers.SerializerMethodField(help_text="As 09:30.")
    callable_until = serializers.SerializerMethodField(help_text="As 21:00.")
    province_code = serializers.CharField(read_only=True)
    city_code = serializers.CharField(read_only=True)
    district_code = serializers.CharField(read_only=True)
    region = serializers.SerializerMethodField(help_text="The region in words.")
    country = serializers.CharField(read_only=True)
    occupation = serializers.CharField(read_only=True)
    marital_status = serializers.ChoiceField(choices=MaritalStatus.choices, read_only=True)
    registered_at = serializers.DateTimeField(read_only=True)
    register_channel = serializers.ChoiceField(choices=Channel.choices, read_only=True)
    register_source = serializers.CharField(read_only=True)
    is_synthetic = serializers.BooleanField(read_only=True, help_text="A made-up person of the demo.")
    version = serializers.IntegerField(read_only=True, help_text="Raised by every change; the ETag.")
    updated_at = serializers.DateTimeField(
        read_only=True, help_text="When any part of the member last changed, addresses and consents too."
    )

    def get_callable_from(self, member: Member) -> str | None:
        return f"{member.callable_from:%H:%M}" if member.callable_from else None

    def get_callable_until(self, member: Member) -> str | None:
        return f"{member.callable_until:%H:%M}" if member.callable_until else None

    def get_region(self, member: Member) -> str:
        return regions.path(member.province_code, member.city_code, member.district_code)


class MemberChangedOut(MemberOut):
    warnings = many(WarningOut)


class AddressOut(OutSerializer):
    id = serializers.IntegerField(read_only=True)
    label: Any = serializers.CharField(read_only=True)
    receiver = Masked(FieldClass.NAME)
    phone = Masked(FieldClass.PHONE)
    country = serializers.CharField(read_only=True)
    province_code = serializers.CharField(read_only=True)
    city_code = serializers.CharField(read_only=True)
    district_code = serializers.CharField(read_only=True)
    region = serializers.SerializerMethodField(help_text="The region in words.")
    street = Masked(FieldClass.ADDRESS)
    is_default = serializers.BooleanField(read_only=True)
    last_used_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def get_region(self, address: Any) -> str:
        return regions.path(address.province_code, address.city_code, address.district_code)


class AddressListOut(OutSerializer):
    data = many(AddressOut)


class ChildOut(OutSerializer):
    id = serializers.IntegerField(read_only=True)
    birth_month = serializers.SerializerMethodField(help_text="As 2022-11.")
    gender = serializers.ChoiceField(choices=Gender.choices, read_only=True)
    guardian_consent_at = serializers.DateTimeField(read_only=True)

    def get_birth_month(self, child: Any) -> str:
        return f"{child.birth_month:%Y-%m}"


class ChildListOut(OutSerializer):
    data = many(ChildOut)


class ConsentOut(OutSerializer):
    purpose = serializers.ChoiceField(choices=ConsentPurpose.choices, read_only=True)
    policy_version = serializers.CharField(read_only=True)
    channel = serializers.ChoiceField(choices=Channel.choices, read_only=True)
    given_at = serializers.DateTimeField(read_only=True)
    withdrawn_at = serializers.DateTimeField(read_only=True, allow_null=True)


class ConsentListOut(OutSerializer):
    data = many(ConsentOut)


class IdentityOut(OutSerializer):
    id = serializers.IntegerField(read_only=True)
    provider = serializers.ChoiceField(choices=Provider.choices, read_only=True)
    scope = serializers.CharField(read_only=True)
    external_id = serializers.SerializerMethodField(help_text="Masked unless the client has pii:read or the number is of its own store.")
    verified_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def get_external_id(self, identity: Identity) -> str:
        if identity.scope and identity.scope == self.context["store_code"]:
            return identity.external_id
        field_class = {Provider.PHONE: FieldClass.PHONE, Provider.EMAIL: FieldClass.EMAIL}.get(
            Provider(identity.provider), FieldClass.EXTERNAL_ID
        )
        return show(field_class, identity.external_id, self.context["scope"])


class IdentityListOut(OutSerializer):
    data = many(IdentityOut)


class SwitchOut(OutSerializer):
    channel = serializers.ChoiceField(choices=MessageChannel.choices, read_only=True)
    message_type = serializers.ChoiceField(choices=MessageType.choices, read_only=True)
    is_on = serializers.BooleanField(read_only=True)


class PreferencesOut(OutSerializer):
    switches = many(SwitchOut, help_text="All twenty: five channels by four types.")


class ResolvedOut(OutSerializer):
    one_id = serializers.CharField(read_only=True)


class RegionOut(OutSerializer):
    code = serializers.CharField(read_only=True)
    parent: Any = serializers.CharField(read_only=True)
    level = serializers.ChoiceField(choices=["province", "city", "district"], read_only=True)
    name = serializers.CharField(read_only=True)


class RegionListOut(OutSerializer):
    data = many(RegionOut)


class TimelineEntryOut(OutSerializer):
    at = serializers.DateTimeField(read_only=True)
    type: Any = serializers.ChoiceField(choices=TimelineType.choices, read_only=True)
    kind = serializers.CharField(read_only=True, help_text="The type in words, in the request's language.")
    title = serializers.CharField(read_only=True)
    channel = serializers.CharField(read_only=True)
    store = serializers.CharField(read_only=True)
    detail = serializers.CharField(read_only=True)
