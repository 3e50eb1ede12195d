"""The forms of a draft: what holds for all levels, and for each level its name and threshold, gift pack and benefits (LVL-24)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.backoffice.forms import BackOfficeForm, add_refusal
from core.errors import InvalidInput
from core.money import to_minor
from growth.enums import Basis, Demotion, Mode, ServiceTier
from growth.models import Benefit
from growth.rules import benefits as rules
from growth.rules.benefits import ValueField
from growth.rules.schemes import BenefitIn, GiftIn, LevelIn, SchemeTerms

MONEY = {Basis.SPEND, Basis.RECHARGE}
AMOUNT_AT_MOST = 10**12
DAYS_AT_MOST = 3650
GIFT_KINDS = [("", "—"), ("points", gettext_lazy("points")), ("coupon", gettext_lazy("coupon"))]


class Sound(Protocol):
    def is_valid(self) -> bool: ...


def all_sound(parts: Iterable[Sound]) -> bool:
    """Whether all are; every one is asked, so that each shows what it refuses."""
    answers = [part.is_valid() for part in parts]
    return all(answers)


def major(amount_minor: int) -> Decimal:
    """1999 -> 19.99."""
    return Decimal(amount_minor).scaleb(-2)


class UpwardForm(BackOfficeForm):
    """How members rise: one rule for all levels."""

    basis = forms.ChoiceField(label=gettext_lazy("basis"), choices=Basis.choices)
    mode = forms.ChoiceField(label=gettext_lazy("growth model"), choices=Mode.choices)
    count_purchase = forms.BooleanField(label=gettext_lazy("purchases add growth value"), required=False)
    window_days = forms.IntegerField(
        label=gettext_lazy("window (days)"),
        required=False,
        min_value=1,
        max_value=DAYS_AT_MOST,
        help_text=gettext_lazy("30 to 365 days for every basis but growth value, which has none."),
    )
    unit_name = forms.CharField(
        label=gettext_lazy("name of the growth value"), required=False, max_length=16, help_text=gettext_lazy("Empty: the usual word.")
    )
    note = forms.CharField(label=gettext_lazy("note"), required=False, max_length=200)


class DownwardForm(BackOfficeForm):
    """How members fall: one rule for all levels."""

    demotion = forms.ChoiceField(label=gettext_lazy("downgrade"), choices=Demotion.choices)
    protection_days = forms.IntegerField(
        label=gettext_lazy("protection (days)"),
        min_value=0,
        max_value=DAYS_AT_MOST,
        help_text=gettext_lazy("After a rise, during which no review lowers."),
    )
    grace_days = forms.IntegerField(
        label=gettext_lazy("grace (days)"),
        min_value=0,
        max_value=DAYS_AT_MOST,
        help_text=gettext_lazy("A fall waits so long after the review that found it."),
    )
    notice_days = forms.IntegerField(label=gettext_lazy("notice before a downgrade (days)"), min_value=0, max_value=DAYS_AT_MOST)
    inactivity_demote_days = forms.IntegerField(
        label=gettext_lazy("one level down without purchase for (days)"),
        required=False,
        min_value=1,
        max_value=DAYS_AT_MOST,
        help_text=gettext_lazy("Empty: off."),
    )


class LevelForm(BackOfficeForm):
    """Basic information and threshold of one level."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "name"), max_length=32)
    description = forms.CharField(label=gettext_lazy("description"), required=False, max_length=200)
    threshold = forms.DecimalField(label=gettext_lazy("threshold"), min_value=0, max_value=AMOUNT_AT_MOST, decimal_places=2)
    rfm_unit = forms.IntegerField(
        label=gettext_lazy("RFM unit"),
        min_value=0,
        max_value=1_000_000,
        help_text=gettext_lazy("Growth value that one point of weighted RFM score moves."),
    )


class GiftForm(BackOfficeForm):
    """A line of a gift pack; a line without a kind is none. templates: code and name of those to choose from."""

    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=GIFT_KINDS, required=False)
    template = forms.ChoiceField(label=gettext_lazy("coupon template"), required=False)
    amount = forms.IntegerField(label=gettext_lazy("how many"), required=False, min_value=1, max_value=1_000_000)

    def __init__(self, *args: Any, templates: Sequence[tuple[str, str]], gift: GiftIn | None, **kwargs: Any) -> None:
        said = self.initial_of(gift) if gift else {}
        super().__init__(*args, initial=said, **kwargs)
        kept = said.get("template", "")
        gone = [(kept, kept)] if kept not in {code for code, _name in templates} | {""} else []
        field = self.fields["template"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *templates, *gone]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("kind") and not said.get("amount"):
            self.add_error("amount", _("How many?"))
        if said.get("kind") == "coupon" and not said.get("template"):
            self.add_error("template", _("Which template?"))
        return said

    def gift(self) -> GiftIn | None:
        said = self.cleaned_data
        match said["kind"]:
            case "points":
                return GiftIn("points", {"points": said["amount"]})
            case "coupon":
                return GiftIn("coupon", {"template": said["template"], "count": said["amount"]})
        return None

    @staticmethod
    def initial_of(gift: GiftIn) -> dict[str, Any]:
        payload = gift.payload
        return {"kind": gift.kind, "template": payload.get("template", ""), "amount": payload.get("points", payload.get("count", 1))}

    @staticmethod
    def can_say(gift: GiftIn) -> bool:
        """Whether these boxes can hold all that the gift says."""
        match gift.kind:
            case "points":
                return set(gift.payload) == {"points"}
            case "coupon":
                return {"template"} <= set(gift.payload) <= {"template", "count"}
        return False


class OtherGiftForm(BackOfficeForm):
    """A line of a kind that has no boxes here: it stays as it is, or is taken out."""

    is_kept = forms.BooleanField(label=gettext_lazy("keep"), required=False)

    def __init__(self, *args: Any, gift: GiftIn, **kwargs: Any) -> None:
        super().__init__(*args, initial={"is_kept": True}, **kwargs)
        self.kept = gift

    @property
    def terms(self) -> str:
        """What the gift says, as it is stored."""
        return json.dumps(self.kept.payload, ensure_ascii=False, sort_keys=True)

    def gift(self) -> GiftIn | None:
        return self.kept if self.cleaned_data["is_kept"] else None


def _lines(prices: Mapping[str, int]) -> str:
    return "\n".join(f"{sku} {major(price)}" for sku, price in prices.items())


def _prices(text: str) -> dict[str, int]:
    found = {}
    for line in filter(str.strip, text.splitlines()):
        sku, _space, amount = line.strip().rpartition(" ")
        try:
            price = Decimal(amount)
            found[sku.strip()] = to_minor(price)
        except ArithmeticError:
            raise forms.ValidationError(_("One product a line: the SKU, a space, the price.")) from None
        if price != major(found[sku.strip()]):
            raise forms.ValidationError(_("A price has at most two decimals: %(price)s.") % {"price": amount})
    return found


class ValueForm(BackOfficeForm):
    """Whether a level gives a benefit, with the value of its kind and how often a month (BEN-16)."""

    is_given = forms.BooleanField(required=False)

    def __init__(self, *args: Any, benefit: Benefit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.benefit = benefit
        self.fields["is_given"].label = benefit.name
        for each in rules.fields_of(benefit.kind):
            self.fields[each.name] = _field(each)
        self.fields["quota"] = forms.IntegerField(label=_("times a month"), required=False, min_value=1, max_value=100_000)

    def values(self) -> Iterator[Any]:
        """The boxes beside the tick."""
        return (self[name] for name in self.fields if name != "is_given")

    def given(self) -> BenefitIn | None:
        """What was typed, as the rules want it. Adds their refusal to the form."""
        said = self.cleaned_data
        if not said["is_given"]:
            return None
        value = {}
        for each in rules.fields_of(self.benefit.kind):
            typed = said.get(each.name)
            if typed in (None, ""):
                continue
            match each.name:
                case "rate":
                    typed = str(typed)
                case "minimum_minor":
                    typed = to_minor(typed)
                case "prices":
                    typed = _prices(typed)
            value[each.name] = typed
        return BenefitIn(self.benefit.code, rules.validate(self.benefit.kind, value), said["quota"])

    @staticmethod
    def initial_of(given: BenefitIn) -> dict[str, Any]:
        value = dict(given.value)
        if "minimum_minor" in value:
            value["minimum_minor"] = major(value["minimum_minor"])
        if "prices" in value:
            value["prices"] = _lines(value["prices"])
        return {"is_given": True, "quota": given.monthly_quota, **value}


def _field(of: ValueField) -> forms.Field:
    label: Any = of.label
    match of.name:
        case "rate":
            return forms.DecimalField(label=label, required=False, min_value=0, max_value=1, decimal_places=4)
        case "minimum_minor":
            return forms.DecimalField(label=_("from goods worth"), required=False, min_value=0, max_value=AMOUNT_AT_MOST, decimal_places=2)
        case "tier":
            return forms.ChoiceField(label=label, required=False, choices=ServiceTier.choices)
        case "prices":
            return forms.CharField(label=_("SKU and price, one a line"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
        case "count" | "hours" | "adviser_id":
            return forms.IntegerField(label=label, required=False, min_value=1, max_value=2**31 - 1)
    return forms.CharField(label=label, required=False, max_length=40)


@dataclass
class LevelBoxes:
    """All boxes of one level. level: what the draft said of it when the page was drawn."""

    level: LevelIn
    form: LevelForm
    gifts: list[GiftForm | OtherGiftForm]
    benefits: list[ValueForm]

    def is_valid(self) -> bool:
        return all_sound([self.form, *self.gifts, *self.benefits])

    def read(self, rank: int, basis: str) -> LevelIn | None:
        """The level as typed; None where its threshold or a benefit's value was refused, which then stands beside the box."""
        said = self.form.cleaned_data
        if basis not in MONEY and said["threshold"] != int(said["threshold"]):
            self.form.add_error("threshold", forms.IntegerField.default_error_messages["invalid"])
        given = []
        for box in self.benefits:
            try:
                given.append(box.given())
            except InvalidInput as refusal:
                add_refusal(box, refusal)
            except forms.ValidationError as refusal:
                box.add_error("prices", refusal)
        if self.form.errors or any(box.errors for box in self.benefits):
            return None
        return LevelIn(
            code=self.level.code,
            rank=rank,
            name=said["name"],
            threshold=to_minor(said["threshold"]) if basis in MONEY else int(said["threshold"]),
            rfm_unit=said["rfm_unit"],
            description=said["description"],
            gifts=tuple(gift for box in self.gifts if (gift := box.gift())),
            benefits=tuple(each for each in given if each),
        )


class SchemeBoxes:
    """Every box of a draft, drawn from what it says, read back into what it shall say."""

    def __init__(self, terms: SchemeTerms, known: Sequence[Benefit], templates: Sequence[tuple[str, str]], data: Any = None) -> None:
        self.terms = terms
        said = {name: getattr(terms, name) for name in (*UpwardForm.base_fields, *DownwardForm.base_fields)}
        self.upward = UpwardForm(data, initial=said)
        self.downward = DownwardForm(data, initial=said)
        self.levels = [_boxes(level, terms.basis, known, templates, data) for level in terms.by_rank]

    def is_valid(self) -> bool:
        return all_sound([self.upward, self.downward, *self.levels])

    def read(self, mapping: Mapping[str, str]) -> SchemeTerms | None:
        """None where something typed was refused. mapping: removed code -> the code its members get."""
        if not self.is_valid():
            return None
        upward, downward = self.upward.cleaned_data, self.downward.cleaned_data
        levels = [boxes.read(rank, upward["basis"]) for rank, boxes in enumerate(self.levels)]
        if not all(levels):
            return None
        return SchemeTerms(
            levels=tuple(level for level in levels if level),
            **{**upward, "basis": Basis(upward["basis"]), "mode": Mode(upward["mode"])},
            **{**downward, "demotion": Demotion(downward["demotion"])},
            mapping=mapping,
        )


def _boxes(level: LevelIn, basis: Basis, known: Sequence[Benefit], templates: Sequence[tuple[str, str]], data: Any) -> LevelBoxes:
    given = {each.code: each for each in level.benefits}
    threshold = major(level.threshold) if basis in MONEY else level.threshold
    return LevelBoxes(
        level=level,
        form=LevelForm(
            data,
            prefix=level.code,
            initial={"name": level.name, "description": level.description, "threshold": threshold, "rfm_unit": level.rfm_unit},
        ),
        gifts=[
            GiftForm(data, prefix=f"{level.code}-gift-{place}", templates=templates, gift=gift)
            if gift is None or GiftForm.can_say(gift)
            else OtherGiftForm(data, prefix=f"{level.code}-gift-{place}", gift=gift)
            for place, gift in enumerate([*level.gifts, None])
        ],
        benefits=[
            ValueForm(
                data,
                prefix=f"{level.code}-benefit-{benefit.code}",
                benefit=benefit,
                initial=ValueForm.initial_of(given[benefit.code]) if benefit.code in given else None,
            )
            for benefit in known
        ],
    )
