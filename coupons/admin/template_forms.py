"""The boxes of a coupon template: what it takes off, where, how long, how many, for whom (CPN-01, CPN-05..07, CPN-11, CPN-18)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.backoffice.forms import BackOfficeForm
from core.money import to_minor
from coupons.enums import CostBearer, CouponKind, Validity
from coupons.models import CouponTemplate
from coupons.rules import templates as rules
from growth.admin.scheme_forms import major
from points.admin.rule_forms import ListField

if TYPE_CHECKING:
    from stores.models import Programme

COUNT_AT_MOST = 10_000_000
MONEY: dict[str, Any] = {"required": False, "min_value": Decimal("0.01"), "max_digits": 11, "decimal_places": 2}
AMOUNTS = ("face", "cap", "min_spend", "budget", "cost")  # boxes in major units, `<name>_minor` of the template
MOMENTS = ("valid_from", "valid_until", "claim_from", "claim_until")
PARTS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("name", gettext_lazy("What it is"), ("name", "code", "kind", "description")),
    ("value", gettext_lazy("What it takes off"), ("face", "pay_rate", "cap", "min_spend")),
    ("scope", gettext_lazy("What it holds for"), ("store_ids", "categories", "skus", "stackable", "first_order")),
    ("validity", gettext_lazy("How long it is valid"), ("validity", "valid_amount", "valid_from", "valid_until", "return_on_refund")),
    ("count", gettext_lazy("How many there are"), ("stock", "per_member", "budget", "cost", "cost_bearer")),
    ("ways", gettext_lazy("Who gets it"), ("is_claimable", "claim_from", "claim_until", "min_level", "staff_may_give", "is_on")),
)


class MomentField(forms.DateTimeField):
    """A moment by the clock of a zone, to the minute; the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], widget=widget, **kwargs)
        self.zone = ZoneInfo("UTC")

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(self.zone).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        found: datetime | None = forms.DateTimeField(input_formats=self.input_formats).to_python(value)
        return found.replace(tzinfo=self.zone).astimezone(UTC) if found is not None else None


class TemplateForm(BackOfficeForm):
    """An old template keeps its code and kind. Coupons that members hold keep the terms they were given with."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "name"), max_length=80)
    code = forms.SlugField(
        label=gettext_lazy("code"), max_length=40, help_text=gettext_lazy("Letters, digits, hyphens: what programs call it.")
    )
    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=CouponKind.choices)
    description = forms.CharField(label=gettext_lazy("description"), required=False, max_length=300)
    face = forms.DecimalField(
        label=gettext_lazy("amount off"), help_text=gettext_lazy("Of a shipping coupon the most it takes off; empty: all postage."), **MONEY
    )
    pay_rate = forms.DecimalField(
        label=gettext_lazy("share to pay"),
        required=False,
        min_value=Decimal("0.0001"),
        max_value=Decimal("0.9999"),
        max_digits=5,
        decimal_places=4,
        help_text=gettext_lazy("0.9 leaves nine tenths of the price to pay."),
    )
    cap = forms.DecimalField(label=gettext_lazy("takes off at most"), help_text=gettext_lazy("Empty: without limit."), **MONEY)
    min_spend = forms.DecimalField(
        label=gettext_lazy("minimum spend"),
        help_text=gettext_lazy("The goods it holds for must cost so much; empty: no threshold."),
        **{**MONEY, "min_value": 0},
    )
    store_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("stores"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None marked: all stores of the programme."),
    )
    categories = ListField(
        label=pgettext_lazy("of goods", "categories"),
        required=False,
        help_text=gettext_lazy("Paths as on the order lines, with commas between them; each with all below it. Empty: all goods."),
    )
    skus = ListField(label=gettext_lazy("goods (SKU)"), required=False)
    stackable = forms.BooleanField(label=gettext_lazy("may be combined"), required=False)
    first_order = forms.BooleanField(label=gettext_lazy("first order only"), required=False)
    validity = forms.ChoiceField(label=gettext_lazy("validity"), choices=Validity.choices, initial=Validity.DAYS)
    valid_amount = forms.IntegerField(
        label=gettext_lazy("hours or days"),
        required=False,
        min_value=1,
        max_value=rules.HOURS_AT_MOST,
        help_text=gettext_lazy("After receipt."),
    )
    valid_from = MomentField(label=gettext_lazy("valid from"))
    valid_until = MomentField(
        label=gettext_lazy("valid until"), help_text=gettext_lazy("Of one valid for hours or days the very last moment; empty: none.")
    )
    return_on_refund = forms.BooleanField(label=gettext_lazy("comes back on a full refund"), required=False, initial=True)
    stock = forms.IntegerField(
        label=gettext_lazy("stock"), required=False, min_value=0, max_value=COUNT_AT_MOST, help_text=gettext_lazy("Empty: without limit.")
    )
    per_member = forms.IntegerField(
        label=pgettext_lazy("coupon", "per member at most"),
        required=False,
        min_value=1,
        max_value=10_000,
        help_text=gettext_lazy("Empty: without limit."),
    )
    budget = forms.DecimalField(
        label=gettext_lazy("budget"), help_text=gettext_lazy("Issuing stops before it could be exceeded; empty: none."), **MONEY
    )
    cost = forms.DecimalField(
        label=gettext_lazy("costs at most"),
        help_text=gettext_lazy("What one may cost; empty: what it takes off at most."),
        **{**MONEY, "min_value": 0},
    )
    cost_bearer = forms.ChoiceField(label=gettext_lazy("paid for by"), choices=CostBearer.choices)
    is_claimable = forms.BooleanField(label=gettext_lazy("members may claim it"), required=False)
    claim_from = MomentField(label=gettext_lazy("claimed from"))
    claim_until = MomentField(label=gettext_lazy("claimed until"))
    min_level = forms.ChoiceField(label=gettext_lazy("level at least"), required=False)
    staff_may_give = forms.BooleanField(
        label=gettext_lazy("customer service may give it"), required=False, help_text=gettext_lazy("One a member and month, with a reason.")
    )
    is_on = forms.BooleanField(label=gettext_lazy("in use"), required=False, initial=True)

    def __init__(
        self,
        *args: Any,
        programme: "Programme",
        stores: Sequence[tuple[int, str]],
        levels: Sequence[tuple[str, str]],
        template: CouponTemplate | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, initial=_said(template) if template else None, **kwargs)
        for name in MOMENTS:
            moment = self.fields[name]
            assert isinstance(moment, MomentField)
            moment.zone = ZoneInfo(programme.time_zone)
        offered: list[tuple[str, Sequence[tuple[Any, str]]]] = [("store_ids", stores), ("min_level", [("", "—"), *levels])]
        for name, choices in offered:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField | forms.TypedMultipleChoiceField)
            field.choices = choices
        for name in ("code", "kind"):
            self.fields[name].disabled = template is not None

    @property
    def parts(self) -> list[tuple[str, Any, list[Any]]]:
        """(key, heading, boxes) as the page groups them."""
        return [(key, heading, [self[name] for name in names]) for key, heading, names in PARTS]

    def clean(self) -> dict[str, Any]:
        """What one box says about another; a box that is wrong by itself has said so already."""
        said: dict[str, Any] = super().clean() or {}
        kind, validity = said.get("kind"), said.get("validity")
        if kind == CouponKind.AMOUNT and "face" in said and said["face"] is None:
            self.add_error("face", _("How much does it take off?"))
        if kind == CouponKind.PERCENT and "pay_rate" in said and said["pay_rate"] is None:
            self.add_error("pay_rate", _("What share of the price is left to pay?"))
        if validity == Validity.FIXED and "valid_until" in said and said["valid_until"] is None:
            self.add_error("valid_until", _("Until when is it valid?"))
        if validity in (Validity.HOURS, Validity.DAYS) and "valid_amount" in said and said["valid_amount"] is None:
            self.add_error("valid_amount", _("How many?"))
        for first, last in (("valid_from", "valid_until"), ("claim_from", "claim_until")):
            if said.get(first) and said.get(last) and said[first] >= said[last]:
                self.add_error(last, _("The end must be later than the beginning."))
        return said

    def read_so_far(self) -> dict[str, Any]:
        """What can be reckoned with while somebody still types: kind, stock and the amounts, None for what cannot be read."""
        said = self.cleaned_data
        amounts = {f"{name}_minor": None if said.get(name) is None else to_minor(said[name]) for name in AMOUNTS}
        return {"kind": said.get("kind", ""), "stock": said.get("stock"), **amounts}

    def values(self) -> dict[str, Any]:
        """What was said, by the names of the template; what the kind and the validity have no use for is left empty."""
        said = self.cleaned_data
        found = {name: value for name, value in said.items() if name not in AMOUNTS}
        found |= {f"{name}_minor": None if said[name] is None else to_minor(said[name]) for name in AMOUNTS}
        found["min_spend_minor"] = found["min_spend_minor"] or 0
        if said["kind"] not in (CouponKind.AMOUNT, CouponKind.SHIPPING):
            found["face_minor"] = None
        if said["kind"] != CouponKind.PERCENT:
            found["pay_rate"] = None
        if said["kind"] not in (CouponKind.PERCENT, CouponKind.GIFT):
            found["cap_minor"] = None
        if said["validity"] == Validity.FIXED:
            found["valid_amount"] = None
        if not said["is_claimable"]:
            found |= {"claim_from": None, "claim_until": None}
        return found


def _said(template: CouponTemplate) -> dict[str, Any]:
    """What the boxes of an old template show."""
    names = {name for _key, _heading, part in PARTS for name in part} - set(AMOUNTS)
    amounts = {name: getattr(template, f"{name}_minor") for name in AMOUNTS}
    if template.cost_minor == rules.cost({"kind": template.kind, **amounts_of(template), "cost_minor": None}):
        amounts["cost"] = None  # what it takes off at most, said by the box being empty
    return {name: getattr(template, name) for name in names} | {
        name: None if amount is None else major(amount) for name, amount in amounts.items()
    }


def amounts_of(template: CouponTemplate) -> dict[str, int | None]:
    return {f"{name}_minor": getattr(template, f"{name}_minor") for name in AMOUNTS}
