"""Behaviour rules and acceleration factors of a programme as versions; edited while they are a draft (GRW-01..07, A-08..A-11)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.backoffice import actors, menu
from core.backoffice.access import scope_of
from core.backoffice.forms import BackOfficeForm, DayInput
from core.backoffice.menu import Entry
from core.backoffice.site import page
from core.enums import VersionState
from core.errors import DomainError
from core.money import to_minor
from growth.admin import reach, versions
from growth.admin.changes import Line, Told, days, of_boxes, of_lines
from growth.admin.scheme_forms import all_sound, major
from growth.enums import FactorKind, RuleCode
from growth.models import RuleSet
from growth.rules.behaviour import FactorIn, RuleIn, RuleSetTerms
from growth.rules.simulation import Subject
from growth.services import rule_sets, simulation

SUBJECT = "growth.ruleset"
SPARE_FACTORS = 2  # empty lines below those that are there


def _changes(held: RuleSet, draft: RuleSet) -> Iterator[Told]:
    before, after = rule_sets.terms_of(held), rule_sets.terms_of(draft)
    zone = ZoneInfo(draft.programme.time_zone)
    yield from of_boxes(*(CapForm(initial={"factor_cap": terms.factor_cap}) for terms in (before, after)))
    known = {rule.code: rule for rule in before.rules}
    for rule in after.rules:
        was = known.get(rule.code, RuleIn(rule.code, is_on=False))
        yield from of_boxes(RuleForm(rule=was), RuleForm(rule=rule), of=str(rule.code.label))
    yield from of_lines(*([_line(factor, zone) for factor in terms.factors] for terms in (before, after)))


def _line(factor: FactorIn, zone: ZoneInfo) -> Line:
    said = f"× {factor.factor} {days(factor.valid_from, factor.valid_until, zone)}"
    return f"{factor.kind.label} {factor.key}", said.strip()


def _remarks(draft: RuleSet) -> list[str]:
    named = draft.factors.filter(kind=FactorKind.CATEGORY).order_by("id")
    return versions.of_categories(draft.programme_id, named.values_list("key", flat=True))


RULES = versions.Kind(
    subject=SUBJECT,
    rows=RuleSet.objects,
    listed="admin:growth_rules",
    shown="admin:growth_rule_set",
    key="rule_set_id",
    create=rule_sets.create_draft,
    publish=rule_sets.publish_draft,
    discard=rule_sets.discard_draft,
    problems=lambda rule_set_id: rule_sets.problems_of(rule_sets.terms_of(RuleSet.objects.get(pk=rule_set_id))),
    changes=_changes,
    remarks=_remarks,
    publishing=gettext_lazy(
        "Published, it holds for what members do from this moment on. Entries that are booked keep the version they were booked by."
    ),
)


class RuleForm(BackOfficeForm):
    is_on = forms.BooleanField(label=gettext_lazy("in use"), required=False)
    amount = forms.IntegerField(label=gettext_lazy("growth value"), min_value=0, max_value=1_000_000)
    base_factor = forms.DecimalField(label=gettext_lazy("factor"), min_value=0, max_value=10, decimal_places=2)
    daily_cap = forms.IntegerField(label=gettext_lazy("times a day"), required=False, min_value=1, max_value=10_000)
    minimum = forms.DecimalField(label=gettext_lazy("least price paid"), min_value=0, max_digits=13, decimal_places=2)
    excludes_virtual = forms.BooleanField(label=gettext_lazy("not for virtual goods"), required=False)
    excludes_lowest = forms.BooleanField(label=gettext_lazy("not for the lowest level"), required=False)
    first_members = forms.IntegerField(label=gettext_lazy("first members of a product"), required=False, min_value=1, max_value=10_000)
    shown_by_rule = {
        RuleCode.LOGIN: ("amount", "daily_cap", "excludes_lowest"),
        RuleCode.PURCHASE: ("base_factor", "excludes_lowest"),
        RuleCode.REVIEW: ("amount", "daily_cap", "minimum", "excludes_virtual", "excludes_lowest"),
        RuleCode.PHOTO_REVIEW: ("amount", "daily_cap", "minimum", "excludes_virtual", "excludes_lowest", "first_members"),
        RuleCode.SHARE: ("amount", "daily_cap", "excludes_lowest"),
        RuleCode.CHECK_IN: ("amount", "daily_cap", "excludes_lowest"),
    }

    def __init__(self, *args: Any, rule: RuleIn, **kwargs: Any) -> None:
        said = {name: getattr(rule, name) for name in self.base_fields if name != "minimum"}
        super().__init__(*args, prefix=rule.code.value, initial={**said, "minimum": major(rule.minimum_minor)}, **kwargs)
        self.rule = rule
        shown = {"is_on", *self.shown_by_rule[rule.code]}
        for name in list(self.fields):
            if name not in shown:
                del self.fields[name]

    def read(self) -> RuleIn:
        said = dict(self.cleaned_data)
        minimum = said.pop("minimum", None)
        values = {name: getattr(self.rule, name) for name in self.base_fields if name != "minimum"}
        least = to_minor(minimum) if minimum is not None else self.rule.minimum_minor
        return RuleIn(code=self.rule.code, minimum_minor=least, **{**values, **said})


class FactorForm(BackOfficeForm):
    """A line without a name is none. The days are local, the last one included."""

    kind = forms.ChoiceField(label=gettext_lazy("depends on"), choices=FactorKind.choices, required=False)
    key = forms.CharField(label=gettext_lazy("level code, category or campaign"), required=False, max_length=100)
    factor = forms.DecimalField(label=gettext_lazy("factor"), required=False, min_value=0, max_value=10, decimal_places=2)
    first_on = forms.DateField(label=gettext_lazy("valid from"), required=False, widget=DayInput())
    last_on = forms.DateField(label=gettext_lazy("until and including"), required=False, widget=DayInput())

    def __init__(self, *args: Any, zone: ZoneInfo, factor: FactorIn | None, **kwargs: Any) -> None:
        said: dict[str, Any] = {}
        if factor is not None:
            said = {"kind": factor.kind, "key": factor.key, "factor": factor.factor}
            said["first_on"] = factor.valid_from.astimezone(zone).date() if factor.valid_from else None
            said["last_on"] = (factor.valid_until.astimezone(zone) - timedelta(seconds=1)).date() if factor.valid_until else None
        super().__init__(*args, initial=said, **kwargs)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("key") and said.get("factor") is None:
            self.add_error("factor", _("Which factor?"))
        return said

    def read(self) -> FactorIn | None:
        said = self.cleaned_data
        if not said["key"]:
            return None
        first, last = said["first_on"], said["last_on"]
        return FactorIn(
            kind=FactorKind(said["kind"]),
            key=said["key"],
            factor=said["factor"],
            valid_from=datetime(first.year, first.month, first.day, tzinfo=self.zone) if first else None,
            valid_until=datetime(last.year, last.month, last.day, tzinfo=self.zone) + timedelta(days=1) if last else None,
        )


class CapForm(BackOfficeForm):
    factor_cap = forms.DecimalField(
        label=gettext_lazy("highest factor"),
        min_value=0,
        max_value=10,
        decimal_places=2,
        help_text=gettext_lazy("Of several factors the highest counts, never their product, and none goes beyond this."),
    )


class Boxes:
    """Every box of a draft of rules."""

    def __init__(self, terms: RuleSetTerms, zone: ZoneInfo, data: Any) -> None:
        self.cap = CapForm(data, initial={"factor_cap": terms.factor_cap})
        self.rules = [RuleForm(data, rule=rule) for rule in terms.rules]
        lines: Sequence[FactorIn | None] = [*terms.factors, *[None] * SPARE_FACTORS]
        self.factors = [FactorForm(data, prefix=f"factor-{place}", zone=zone, factor=factor) for place, factor in enumerate(lines)]

    def read(self) -> RuleSetTerms | None:
        """None where something typed was refused."""
        if not all_sound([self.cap, *self.rules, *self.factors]):
            return None
        factors = tuple(factor for form in self.factors if (factor := form.read()))
        return RuleSetTerms(tuple(form.read() for form in self.rules), factors, self.cap.cleaned_data["factor_cap"])


@page("levels/rules/", name="growth_rules")
def listed(request: HttpRequest) -> HttpResponse:
    """The set that holds, and all versions."""
    programme = reach.chosen(request, SUBJECT)
    found = list(RuleSet.objects.filter(programme=programme).order_by("-number"))
    published = next((each for each in found if each.state == VersionState.PUBLISHED), None)
    who = actors.names(actor for each in found for actor in (each.created_by, each.published_by))
    return reach.show(
        request,
        "growth/rules.html",
        title=_("Growth rules"),
        programme=programme,
        subject=SUBJECT,
        versions=[(each, who[each.created_by], who.get(each.published_by, "")) for each in found],
        published=published,
        terms=rule_sets.terms_of(published) if published else None,
        has_draft=any(each.state == VersionState.DRAFT for each in found),
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
    )


@page("levels/rules/draft/", name="growth_rules_draft")
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    return versions.draft(request, RULES)


@page("levels/rules/<int:rule_set_id>/publish/", name="growth_rules_publish")
def publish(request: HttpRequest, rule_set_id: int) -> HttpResponse:
    return versions.publish(request, RULES, rule_set_id)


@page("levels/rules/<int:rule_set_id>/discard/", name="growth_rules_discard")
@require_POST
def discard(request: HttpRequest, rule_set_id: int) -> HttpResponse:
    return versions.discard(request, RULES, rule_set_id)


@page("levels/rules/<int:rule_set_id>/", name="growth_rule_set")
def rule_set(request: HttpRequest, rule_set_id: int) -> HttpResponse:
    found: RuleSet = RULES.reached(request, rule_set_id)
    may_change = reach.may(request, found.programme_id, SUBJECT, "change")
    terms = rule_sets.terms_of(found)
    boxes, errors = None, []
    if found.state == VersionState.DRAFT and may_change:
        boxes = Boxes(terms, ZoneInfo(found.programme.time_zone), request.POST if request.method == "POST" else None)
    if request.method == "POST":
        reach.need(request, found.programme_id, SUBJECT, "change")
        changed = boxes.read() if boxes else None
        if boxes is None:
            return HttpResponseRedirect(RULES.url(found.pk))
        if changed is not None:
            try:
                rule_sets.change_draft(rule_set_id=found.pk, terms=changed, actor=scope_of(request).actor, at=clock.now())
            except DomainError as refusal:
                errors = refusal.problems
            else:
                versions.saved(request)
                return HttpResponseRedirect(RULES.url(found.pk))
        versions.not_saved(request)
    return reach.show(
        request,
        "growth/rule_set.html",
        title=_("Growth rules, version %(number)s") % {"number": found.number},
        programme=found.programme,
        subject=SUBJECT,
        home=reverse("admin:growth_rules"),
        status=400 if request.method == "POST" else 200,
        simulated=simulation.latest(Subject.BEHAVIOUR, found.pk) if boxes else None,
        unsaved=request.method == "POST",
        version=found,
        terms=terms,
        boxes=boxes,
        errors=errors,
        warnings=_remarks(found) if boxes else (),
        who=actors.names([found.created_by, found.published_by]),
        may_change=may_change,
    )


menu.add(Entry("levels", gettext_lazy("Growth rules"), "admin:growth_rules", "rule", 40, SUBJECT))
