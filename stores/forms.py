"""Forms of stores: new stores, API clients, webhooks, notes, and uploads of members."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from core import outbox, permissions, registry
from core import scope as scopes
from core.backoffice.forms import BackOfficeForm
from core.backoffice.links import outward
from core.backoffice.uploads import UploadForm
from core.enums import Currency
from core.errors import InvalidInput
from core.scope import Scope
from core.words import listed
from stores import member_files
from stores.enums import BusinessModel, ClientScope, StoreKind
from stores.models import Membership, Programme, Store


class StoreChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The stores where the caller may do something; empty stands for the platform, for those who hold the right there."""

    def __init__(self, scope: Scope, subject: str, verb: str, **kwargs: Any) -> None:
        held = permissions.held(subject, verb, scope)
        super().__init__(
            Store.objects.none(),
            label=_("store"),
            required=not held.platform,
            empty_label=_("the platform") if held.platform else "—",
            **kwargs,
        )
        self.queryset = scopes.narrow(Store.objects.order_by("code"), held)


class UrlTemplateField(forms.CharField):
    """A web address with places for numbers in braces."""

    def __init__(self, places: tuple[str, ...], **kwargs: Any) -> None:
        self.places = places
        super().__init__(required=False, max_length=300, widget=UnfoldAdminTextInputWidget, **kwargs)

    def clean(self, value: Any) -> str:
        said = str(super().clean(value))
        if said and not outward(said, **dict.fromkeys(self.places, "1")):
            raise forms.ValidationError(_("This must be a web address; in braces only what is named below."))
        return said


ORDER_PAGE = {
    "label": _("order page"),
    "help_text": _("Where an order opens in the shop's own system: https://oms.example/o/{order_no}"),
}
AFTER_SALE_PAGE = {
    "label": _("after-sale page"),
    "help_text": _("The same for an after-sale: {after_sale_no}, {order_no}"),
}


class NewStoreForm(BackOfficeForm):
    """Without a programme the store gets one of its own under the same code."""

    code = forms.SlugField(label=_("code"), max_length=40)
    name = forms.CharField(label=pgettext_lazy("of a thing", "name"), max_length=80)
    kind = forms.ChoiceField(label=_("kind"), choices=StoreKind.choices)
    programme_id = forms.ModelChoiceField(
        Programme.objects.none(), label=_("programme"), required=False, empty_label=_("a programme of its own")
    )
    currency = forms.ChoiceField(label=_("currency"), choices=Currency.choices, help_text=_("Of a programme of its own."))
    time_zone = forms.CharField(label=_("time zone"), max_length=40, initial="Asia/Shanghai")
    platform = forms.CharField(label=_("sales platform"), max_length=40, required=False)
    business_model = forms.ChoiceField(label=_("business model"), choices=BusinessModel.choices)
    preset = forms.ChoiceField(label=_("to begin with"), required=False, help_text=_("Levels and rules of a programme of its own."))
    order_url_template = UrlTemplateField(("order_no",), **ORDER_PAGE)
    after_sale_url_template = UrlTemplateField(("after_sale_no", "order_no"), **AFTER_SALE_PAGE)
    foreign_currency = forms.ChoiceField(label=_("foreign currency"), choices=[("", "—"), *Currency.choices], required=False)
    foreign_rate = forms.DecimalField(
        label=_("fixed rate"), required=False, min_value=0, max_digits=14, decimal_places=6, help_text=_("1 foreign = so many of our own.")
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["programme_id"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = scopes.narrow(Programme.objects.order_by("code"), scope)
        preset = self.fields["preset"]
        assert isinstance(preset, forms.ChoiceField)
        offered = registry.presets()
        choices = [(each.code, f"{each.label}: {each.words}") for each in offered]
        preset.choices = [*choices, (registry.BLANK, _("nothing: an empty programme"))]
        preset.initial = next((each.code for each in offered), registry.BLANK)

    def values(self) -> dict[str, Any]:
        programme = self.cleaned_data["programme_id"]
        return {**self.cleaned_data, "programme_id": programme.pk if programme else None}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if bool(values.get("foreign_currency")) != bool(values.get("foreign_rate")):
            self.add_error("foreign_rate", _("A foreign currency and its fixed rate go together."))
        return values


class StoreForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may change once a store is there."""

    order_url_template = UrlTemplateField(("order_no",), **ORDER_PAGE)
    after_sale_url_template = UrlTemplateField(("after_sale_no", "order_no"), **AFTER_SALE_PAGE)


class ScopesField(forms.MultipleChoiceField):
    """Scopes of the API by the codes that programs and their refusals name, with what each lets a client do."""

    def __init__(self) -> None:
        choices = [(scope.value, format_lazy("{code} - {label}", code=scope.value, label=scope.label)) for scope in ClientScope]
        super().__init__(label=_("scopes"), choices=choices, widget=forms.CheckboxSelectMultiple)


class ClientForm(BackOfficeForm):
    name = forms.CharField(label=pgettext_lazy("of a thing", "name"), max_length=100)
    scopes = ScopesField()
    requests_per_minute = forms.IntegerField(label=_("requests a minute"), min_value=1, max_value=100_000, initial=600)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"] = StoreChoice(scope, "stores.apiclient", "add")
        self.order_fields(["name", "store", "requests_per_minute", "scopes"])


class EndpointForm(BackOfficeForm):
    url = forms.URLField(label=_("address"), max_length=500, assume_scheme="https")
    topics = forms.MultipleChoiceField(
        label=_("topics"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None chosen: all of them.")
    )
    is_active = forms.BooleanField(label=pgettext_lazy("switched on", "active"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["topics"]
        assert isinstance(choice, forms.MultipleChoiceField)
        choice.choices = [(topic, f"{topic} - {label}") for topic, label in outbox.topics().items()]


class NewEndpointForm(EndpointForm):
    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active"]
        self.fields["store"] = StoreChoice(scope, "stores.webhookendpoint", "add")
        self.order_fields(["url", "store", "topics"])


class NoteForm(BackOfficeForm):
    """For which programme's stores the note is, and what it says."""

    programme = forms.ChoiceField(label=_("for the stores of"))
    body = forms.CharField(label=_("note"), max_length=2000, widget=forms.Textarea(attrs={"autofocus": True}))

    def __init__(self, *args: Any, memberships: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["programme"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(row.programme_id, row.programme.name) for row in memberships]


class StoreUploadForm(UploadForm):
    """A file of one store's."""

    def __init__(self, *args: Any, scope: Scope, subject: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["store"] = StoreChoice(scope, subject, "import")
        choice.required, choice.empty_label = True, "—"
        assert choice.queryset is not None
        stores = choice.queryset[:2]
        if len(stores) == 1:  # whoever works for one store is not asked which
            choice.initial = stores[0]
        self.order_fields(["store", "upload", *(name for name in self.fields if name not in ("store", "upload"))])


class MappedUploadForm(StoreUploadForm):
    """A file of one store's, with a mapping unless its columns speak for themselves."""

    mapping = forms.FileField(label=_("mapping"), required=False)

    def read_mapping(self, text: str) -> None:
        """Raises InvalidInput naming the key that is wrong."""
        raise NotImplementedError

    def clean_mapping(self) -> str:
        """The mapping's text. The import reads it for good; here it is only kept from failing late."""
        upload = self.cleaned_data["mapping"]
        if upload is None:
            return ""
        if upload.size > 100_000:
            raise forms.ValidationError(_("The mapping is larger than 100 kB."))
        try:
            text: str = upload.read().decode("utf-8-sig")
            self.read_mapping(text)
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The mapping is not UTF-8 text.")) from None
        except InvalidInput as refusal:
            raise forms.ValidationError(f"{refusal.field}: {refusal.detail} {_allowed(refusal)}".strip()) from None
        return text


def _allowed(refusal: InvalidInput) -> str:
    """What may stand there instead, where the refusal knows it."""
    allowed = refusal.values.get("allowed")
    return gettext("Allowed: {values}").format(values=listed(allowed)) if isinstance(allowed, list | tuple) else ""


class MemberUploadForm(MappedUploadForm):
    """A store's list of members."""

    phones_verified = forms.BooleanField(
        label=_("The phones in this list are verified"),
        required=False,
        help_text=_("Only verified phones link to people who are members already; others make new members and merge cases."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mapping"].help_text = _("A TOML file that says which column is which; none where the headings are understood.")

    def read_mapping(self, text: str) -> None:
        member_files.read(text)
