"""Forms of the member page. They check shapes; what is allowed, the services say."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from core import phones
from core.backoffice.forms import BackOfficeForm, ReasonForm
from core.enums import Channel
from core.errors import InvalidInput
from members import regions
from members.enums import ConsentPurpose, Gender, MaritalStatus, MessageChannel, MessageType
from members.models import Address, Member
from members.rules import AddressIn

REGION_FIELDS = ("province_code", "city_code", "district_code")


class RegionsMixin(forms.Form):
    """Province, city and district: choosing one fetches what lies in it (MEM-11)."""

    province_code = forms.ChoiceField(label=_("province"), required=False)
    city_code = forms.ChoiceField(label=_("city"), required=False)
    district_code = forms.ChoiceField(label=_("district"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = ""
        for position, name in enumerate(REGION_FIELDS):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            below = regions.children(parent) if position == 0 or parent else []
            field.choices = [("", "—"), *((region.code, region.name) for region in below)]
            parent = str(self[name].value() or "")
            if position < len(REGION_FIELDS) - 1:
                field.widget.attrs |= {
                    "hx-get": reverse_lazy("admin:regions"),
                    "hx-trigger": "change",
                    "hx-target": f"#id_{REGION_FIELDS[position + 1]}",
                    "hx-include": "this",
                    "data-region": str(position),
                }


class PhoneField(forms.CharField):
    """Any way a number is written; its value is E.164."""

    def clean(self, value: Any) -> str:
        raw = super().clean(value)
        if not raw:
            return ""
        try:
            return phones.to_e164(raw)
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal.detail)) from None


class ProfileForm(RegionsMixin, ReasonForm):
    """The editable profile. Masked fields stay empty: what is typed replaces them, nothing typed leaves them."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("name"), max_length=64, required=False)
    nickname = forms.CharField(label=_("nickname"), max_length=32, required=False)
    gender = forms.ChoiceField(label=_("gender"), choices=Gender.choices)
    birthday = forms.DateField(label=_("birthday"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    new_phone = PhoneField(
        label=_("new phone"), required=False, help_text=_("Leave empty to keep the present one. A new number is not verified.")
    )
    new_email = forms.EmailField(label=_("new e-mail"), required=False, help_text=_("Leave empty to keep the present one."))
    new_landline = forms.CharField(
        label=_("new home number"), required=False, max_length=20, help_text=_("Leave empty to keep the present one.")
    )
    callable_from = forms.TimeField(
        label=_("callable from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    callable_until = forms.TimeField(
        label=_("callable until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    country = forms.CharField(label=_("country"), max_length=64, required=False)
    occupation = forms.CharField(label=_("occupation"), max_length=32, required=False)
    marital_status = forms.ChoiceField(label=_("marital status"), choices=MaritalStatus.choices)

    field_order = [
        "version", "name", "nickname", "gender", "birthday", "new_phone", "new_landline", "callable_from", "callable_until", "new_email",
        "country", "province_code", "city_code", "district_code", "occupation", "marital_status", "reason",
    ]  # fmt: skip
    PLAIN = (
        "name", "nickname", "gender", "birthday", "callable_from", "callable_until", "country", "occupation", "marital_status",
        *REGION_FIELDS,
    )  # fmt: skip

    @classmethod
    def initial_of(cls, member: Member) -> dict[str, object]:
        return {"version": member.version, **{name: getattr(member, name) for name in cls.PLAIN}}

    def changes(self) -> dict[str, object]:
        """What the service is asked to change, by field."""
        values = self.cleaned_data
        changes: dict[str, object] = {name: values[name] for name in self.PLAIN}
        if values["new_phone"]:
            changes["phone"] = values["new_phone"]
        if values["new_email"]:
            changes["email"] = values["new_email"]
        if values["new_landline"]:
            changes["landline"] = values["new_landline"]
        return changes


class AddressForm(RegionsMixin, BackOfficeForm):
    label = forms.CharField(label=_("label"), max_length=20, required=False)
    receiver = forms.CharField(label=_("receiver"), max_length=64)
    phone = PhoneField(label=_("phone"), max_length=24)
    country = forms.CharField(label=_("country"), max_length=64, required=False, help_text=_("Only for addresses outside China."))
    street = forms.CharField(label=_("street and house"), max_length=255)
    is_default = forms.BooleanField(label=_("default address"), required=False)

    field_order = ["label", "receiver", "phone", "province_code", "city_code", "district_code", "street", "country", "is_default"]

    def address(self) -> AddressIn:
        values = self.cleaned_data
        return AddressIn(**{name: values[name] for name in AddressIn.__dataclass_fields__})


class AddressChangeForm(AddressForm):
    """Phone and street are masked, so they stay empty: what is typed replaces them."""

    phone = PhoneField(label=_("phone"), max_length=24, required=False, help_text=_("Leave empty to keep the present one."))
    street = forms.CharField(
        label=_("street and house"), max_length=255, required=False, help_text=_("Leave empty to keep the present one.")
    )

    @staticmethod
    def initial_of(address: Address) -> dict[str, object]:
        kept = ("label", "receiver", "country", "is_default", *REGION_FIELDS)
        return {name: getattr(address, name) for name in kept}

    def address_over(self, old: Address) -> AddressIn:
        values = self.cleaned_data
        said = {name: values[name] for name in AddressIn.__dataclass_fields__}
        return AddressIn(**{**said, "phone": values["phone"] or old.phone, "street": values["street"] or old.street})


class ChildForm(BackOfficeForm):
    """Birth month and gender, never a name; a guardian must have agreed (DAT-20)."""

    birth_month = forms.DateField(
        label=_("birth month"), input_formats=["%Y-%m"], widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m")
    )
    gender = forms.ChoiceField(label=_("gender"), choices=Gender.choices)
    guardian_agrees = forms.BooleanField(label=_("The guardian agrees, on this call, that we keep this"), required=True)


class ConsentForm(BackOfficeForm):
    purpose = forms.ChoiceField(label=_("purpose"), choices=ConsentPurpose.choices)
    policy_version = forms.CharField(label=_("policy version"), max_length=20)
    channel = forms.ChoiceField(label=_("channel"), choices=Channel.choices, initial=Channel.ADMIN)


class PreferencesForm(BackOfficeForm):
    """Five channels by four types of message (MEM-18)."""

    def __init__(self, *args: Any, switches: dict[tuple[str, str], bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for channel in MessageChannel:
            self.fields[channel.value] = forms.MultipleChoiceField(
                label=channel.label,
                choices=MessageType.choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=[kind for kind in MessageType.values if switches[(channel.value, kind)]],
            )

    def switches(self) -> dict[tuple[str, str], bool]:
        return {(channel, kind): kind in self.cleaned_data[channel] for channel in MessageChannel.values for kind in MessageType.values}


class RevealForm(ReasonForm):
    """Which value, and why."""

    kind = forms.CharField(max_length=40, widget=forms.HiddenInput)
    reference = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
