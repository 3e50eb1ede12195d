"""The boxes of a draft of points rules: what orders and events give, multipliers, how long points live, how they are spent (OP-6)."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.backoffice.forms import BackOfficeForm, DayInput
from core.money import to_minor
from growth.admin.scheme_forms import all_sound, major
from points.enums import EarnRule, MultiplierKind, ReversalPolicy
from points.rules import versions as limits
from points.rules.versions import MinimumIn, MultiplierIn, PointsTerms, RuleIn

SEPARATORS = re.compile("[,;\n\u3001\uff0c\uff1b]")  # and those of Chinese keyboards
OF_EVENTS = (EarnRule.REVIEW, EarnRule.PHOTO_REVIEW, EarnRule.SHARE, EarnRule.CHECK_IN)
SPARE = 2  # empty lines below those that are there
POINTS: dict[str, Any] = {"min_value": 0, "max_value": limits.POINTS_AT_MOST}
MONEY: dict[str, Any] = {"min_value": 0, "max_digits": 13, "decimal_places": 2}


class ListField(forms.CharField):
    """Words with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        return tuple(part.strip() for part in SEPARATORS.split(super().to_python(value) or "") if part.strip())


class TermsForm(BackOfficeForm):
    """A part of the terms: each box is named as what it says there, amounts of money without their `_minor`."""

    def __init__(self, *args: Any, terms: PointsTerms, **kwargs: Any) -> None:
        said = {name: self._value(terms, name) for name in self.base_fields}
        super().__init__(*args, initial=said, **kwargs)

    @staticmethod
    def _value(terms: PointsTerms, name: str) -> Any:
        return getattr(terms, name) if hasattr(terms, name) else major(getattr(terms, f"{name}_minor"))

    def read(self) -> dict[str, Any]:
        """By the names of the terms."""
        return {
            name if hasattr(PointsTerms, name) else f"{name}_minor": value if hasattr(PointsTerms, name) else to_minor(value)
            for name, value in self.cleaned_data.items()
        }


class OrdersForm(TermsForm):
    points_per_unit = forms.DecimalField(
        label=gettext_lazy("points per yuan"),
        min_value=0,
        max_value=limits.POINTS_PER_UNIT_AT_MOST,
        max_digits=9,
        decimal_places=4,
        help_text=gettext_lazy("0.01 is a point for every 100 yuan; whole points per order, rounded down."),
    )
    order_minimum = forms.DecimalField(label=gettext_lazy("least order amount"), **MONEY)
    order_cap = forms.IntegerField(
        label=gettext_lazy("points of an order at most"), required=False, min_value=1, max_value=limits.POINTS_AT_MOST
    )
    excludes_virtual = forms.BooleanField(label=gettext_lazy("not for virtual goods"), required=False)
    only_categories = ListField(
        label=gettext_lazy("only these categories"),
        required=False,
        help_text=gettext_lazy("Beginnings of category names, with commas between them; empty includes all."),
    )
    not_categories = ListField(label=gettext_lazy("not these categories"), required=False)
    only_skus = ListField(label=gettext_lazy("only these SKUs"), required=False)
    not_skus = ListField(label=gettext_lazy("not these SKUs"), required=False)


class LifeForm(TermsForm):
    lifetime_months = forms.IntegerField(
        label=gettext_lazy("valid for (months)"),
        required=False,
        min_value=1,
        max_value=limits.MONTHS_AT_MOST,
        help_text=gettext_lazy("Through the end of the last day; empty: without end."),
    )
    pending_days = forms.IntegerField(label=gettext_lazy("can be spent after (days)"), min_value=0, max_value=limits.DAYS_AT_MOST)
    reversal_policy = forms.ChoiceField(label=gettext_lazy("when reversed points are spent"), choices=ReversalPolicy.choices)
    restore_grace_days = forms.IntegerField(
        label=gettext_lazy("grace of returned points (days)"),
        min_value=0,
        max_value=limits.DAYS_AT_MOST,
        help_text=gettext_lazy("Points that come back after their end live so much longer; 0: they end at once."),
    )

    def clean_reversal_policy(self) -> ReversalPolicy:
        return ReversalPolicy(self.cleaned_data["reversal_policy"])


class SpendingForm(TermsForm):
    redeem_value = forms.DecimalField(label=gettext_lazy("value of a point"), **MONEY)
    redeem_minimum = forms.IntegerField(label=gettext_lazy("least points of a redemption"), min_value=1, max_value=limits.POINTS_AT_MOST)
    redeem_share = forms.DecimalField(
        label=gettext_lazy("share of an order that points may pay"),
        min_value=0,
        max_value=1,
        max_digits=4,
        decimal_places=3,
        help_text=gettext_lazy("0.5 is half of it."),
    )
    hold_minutes = forms.IntegerField(label=gettext_lazy("a hold lasts (minutes)"), min_value=1, max_value=limits.HOLD_MINUTES_AT_MOST)
    unit_cost = forms.DecimalField(
        label=gettext_lazy("cost of a point"),
        help_text=gettext_lazy("What the books reckon with: the liability is the points times this."),
        **MONEY,
    )
    adjust_limit = forms.IntegerField(
        label=gettext_lazy("adjustment without approval up to"),
        help_text=gettext_lazy("Of customer service and approvers."),
        **POINTS,
    )
    operator_adjust_limit = forms.IntegerField(
        label=gettext_lazy("operators and administrators: adjustment without approval up to"), **POINTS
    )


class RuleForm(BackOfficeForm):
    """What an event gives."""

    is_on = forms.BooleanField(label=gettext_lazy("in use"), required=False)
    points = forms.IntegerField(label=gettext_lazy("points"), **POINTS)
    daily_cap = forms.IntegerField(label=gettext_lazy("times a day"), required=False, min_value=1, max_value=10_000)

    def __init__(self, *args: Any, rule: RuleIn, **kwargs: Any) -> None:
        super().__init__(*args, prefix=rule.code.value, initial={name: getattr(rule, name) for name in self.base_fields}, **kwargs)
        self.rule = rule

    def read(self) -> RuleIn:
        return replace(self.rule, **self.cleaned_data)


class TaskForm(BackOfficeForm):
    """A line without a code is none."""

    task = forms.CharField(label=gettext_lazy("task (code)"), required=False, max_length=40)
    points = forms.IntegerField(label=gettext_lazy("points"), required=False, **POINTS)
    is_on = forms.BooleanField(label=gettext_lazy("in use"), required=False)

    def __init__(self, *args: Any, rule: RuleIn | None, **kwargs: Any) -> None:
        said = {name: getattr(rule, name) for name in self.base_fields} if rule else {"is_on": True}
        super().__init__(*args, initial=said, **kwargs)
        self.is_spare = rule is None

    def clean(self) -> dict[str, Any]:
        """What is typed on a spare line is not passed over; a line that was there is taken out by emptying its code."""
        said: dict[str, Any] = super().clean() or {}
        if self.is_spare and said.get("points") is not None and not said.get("task", "").strip():
            self.add_error("task", _("Which task?"))
        return said

    def read(self) -> RuleIn | None:
        said = self.cleaned_data
        return RuleIn(EarnRule.TASK, said["points"] or 0, said["task"].strip(), said["is_on"]) if said["task"].strip() else None


class MultiplierForm(BackOfficeForm):
    """A line without a factor is none. The days are local, the last one included."""

    kind = forms.ChoiceField(label=gettext_lazy("depends on"), choices=MultiplierKind.choices, required=False)
    factor = forms.DecimalField(label=gettext_lazy("times"), required=False, min_value=1, max_value=limits.FACTOR_AT_MOST, decimal_places=2)
    day_of_month = forms.IntegerField(label=gettext_lazy("day of the month"), required=False, min_value=1, max_value=31)
    level = forms.ChoiceField(label=gettext_lazy("level"), required=False)
    key = forms.CharField(label=gettext_lazy("campaign"), required=False, max_length=60)
    first_on = forms.DateField(label=gettext_lazy("valid from"), required=False, widget=DayInput())
    last_on = forms.DateField(label=gettext_lazy("until and including"), required=False, widget=DayInput())

    def __init__(
        self, *args: Any, levels: Sequence[tuple[str, str]], zone: ZoneInfo, multiplier: MultiplierIn | None, **kwargs: Any
    ) -> None:
        said: dict[str, Any] = {}
        if multiplier is not None:
            said = {name: getattr(multiplier, name) for name in ("kind", "factor", "day_of_month")}
            said["level" if multiplier.kind == MultiplierKind.LEVEL else "key"] = multiplier.key
            said["first_on"] = multiplier.valid_from.astimezone(zone).date() if multiplier.valid_from else None
            last = multiplier.valid_until.astimezone(zone) - timedelta(seconds=1) if multiplier.valid_until else None
            said["last_on"] = last.date() if last else None
        super().__init__(*args, initial=said, **kwargs)
        _offer(self.fields["level"], levels)
        self.zone = zone
        self.is_spare = multiplier is None

    def clean(self) -> dict[str, Any]:
        """What is typed on a spare line is not passed over; a line that was there is taken out by emptying its factor."""
        said: dict[str, Any] = super().clean() or {}
        typed = any(said.get(name) for name in ("day_of_month", "level", "key", "first_on", "last_on"))
        if self.is_spare and typed and said.get("factor") is None and "factor" not in self.errors:
            self.add_error("factor", _("Which factor?"))
        if said.get("factor") is not None and said.get("kind") == MultiplierKind.LEVEL and not said.get("level"):
            self.add_error("level", _("Which level?"))
        return said

    def read(self) -> MultiplierIn | None:
        """Only what its kind goes by."""
        said = self.cleaned_data
        factor: Decimal | None = said["factor"]
        if factor is None:
            return None
        kind = MultiplierKind(said["kind"])
        if kind == MultiplierKind.MEMBER_DAY:
            return MultiplierIn(kind, factor, day_of_month=said["day_of_month"])
        if kind == MultiplierKind.LEVEL:
            return MultiplierIn(kind, factor, key=said["level"])
        first, last = said["first_on"], said["last_on"]
        return MultiplierIn(
            kind,
            factor,
            key=said["key"].strip(),
            valid_from=datetime(first.year, first.month, first.day, tzinfo=self.zone) if first else None,
            valid_until=datetime(last.year, last.month, last.day, tzinfo=self.zone) + timedelta(days=1) if last else None,
        )


class MinimumForm(BackOfficeForm):
    """A line without a level is none."""

    level_code = forms.ChoiceField(label=gettext_lazy("level"), required=False)
    points = forms.IntegerField(
        label=gettext_lazy("least points of a redemption"), required=False, min_value=1, max_value=limits.POINTS_AT_MOST
    )

    def __init__(self, *args: Any, levels: Sequence[tuple[str, str]], minimum: MinimumIn | None, **kwargs: Any) -> None:
        super().__init__(*args, initial={name: getattr(minimum, name) for name in self.base_fields} if minimum else None, **kwargs)
        _offer(self.fields["level_code"], levels)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("level_code") and said.get("points") is None:
            self.add_error("points", _("How many?"))
        return said

    def read(self) -> MinimumIn | None:
        said = self.cleaned_data
        return MinimumIn(said["level_code"], said["points"]) if said["level_code"] else None


def _offer(box: forms.Field, levels: Sequence[tuple[str, str]]) -> None:
    assert isinstance(box, forms.ChoiceField)
    box.choices = [("", "—"), *levels]


class Boxes:
    """Every box of a draft. levels: (code, name) of the programme's free track."""

    def __init__(self, terms: PointsTerms, levels: Sequence[tuple[str, str]], zone: ZoneInfo, data: Any) -> None:
        events: dict[EarnRule, RuleIn] = {rule.code: rule for rule in terms.rules if rule.code != EarnRule.TASK}
        tasks: Sequence[RuleIn | None] = [*(rule for rule in terms.rules if rule.code == EarnRule.TASK), None]
        multipliers: Sequence[MultiplierIn | None] = [*terms.multipliers, *[None] * SPARE]
        minimums: Sequence[MinimumIn | None] = [*terms.minimums, None]
        named = [each.level_code for each in terms.minimums]
        named += [each.key for each in terms.multipliers if each.kind == MultiplierKind.LEVEL]
        known = [*levels, *((code, code) for code in dict.fromkeys(named) if code not in dict(levels))]  # one may have gone since
        self.orders = OrdersForm(data, terms=terms)
        self.life = LifeForm(data, terms=terms)
        self.spending = SpendingForm(data, terms=terms)
        self.rules = [RuleForm(data, rule=events.get(code, RuleIn(code, is_on=False))) for code in OF_EVENTS]
        self.tasks = [TaskForm(data, prefix=f"task-{place}", rule=rule) for place, rule in enumerate(tasks)]
        self.multipliers = [
            MultiplierForm(data, prefix=f"multiplier-{place}", levels=known, zone=zone, multiplier=each)
            for place, each in enumerate(multipliers)
        ]
        self.minimums = [
            MinimumForm(data, prefix=f"minimum-{place}", levels=known, minimum=minimum) for place, minimum in enumerate(minimums)
        ]

    @property
    def parts(self) -> list[Any]:
        return [self.orders, self.life, self.spending, *self.rules, *self.tasks, *self.multipliers, *self.minimums]

    def read(self) -> PointsTerms | None:
        """None where something typed was refused."""
        if not all_sound(self.parts):
            return None
        tasks = [rule for form in self.tasks if (rule := form.read())]
        return PointsTerms(
            **self.orders.read(),
            **self.life.read(),
            **self.spending.read(),
            rules=(*(form.read() for form in self.rules), *tasks),
            multipliers=tuple(each for form in self.multipliers if (each := form.read())),
            minimums=tuple(minimum for form in self.minimums if (minimum := form.read())),
        )
