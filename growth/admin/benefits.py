"""The benefits of a programme and its paid plans: lists, and a form each (BEN-01, BEN-10, LVL-16, LVL-17)."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.backoffice import menu
from core.backoffice.forms import BackOfficeForm, form_page, posted
from core.backoffice.menu import Entry
from core.backoffice.site import page
from core.enums import Channel
from core.money import to_minor
from growth.admin import reach
from growth.admin.scheme_forms import major
from growth.enums import BenefitNature, Track
from growth.models import Benefit, PaidPlan
from growth.rules import benefits as rules
from growth.selectors import schemes
from growth.services import catalogue

if TYPE_CHECKING:
    from stores.models import Programme

BENEFIT, PLAN = "growth.benefit", "growth.paidplan"


class BenefitForm(BackOfficeForm):
    """An old benefit keeps its code and kind: levels hold values of that kind."""

    code = forms.SlugField(label=gettext_lazy("code"), max_length=40)
    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=[(kind.value, kind.label) for kind in rules.KINDS])
    name = forms.CharField(label=pgettext_lazy("of a thing", "name"), max_length=40)
    nature = forms.ChoiceField(label=gettext_lazy("nature"), choices=BenefitNature.choices)
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("channels"),
        choices=Channel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: it holds everywhere."),
    )
    description = forms.CharField(label=gettext_lazy("description"), required=False, max_length=200)
    is_active = forms.BooleanField(label=gettext_lazy("in use"), required=False, initial=True)

    def __init__(self, *args: Any, benefit: Benefit | None = None, **kwargs: Any) -> None:
        said = {name: getattr(benefit, name) for name in self.base_fields} if benefit else None
        super().__init__(*args, initial=said, **kwargs)
        for name in ("code", "kind"):
            self.fields[name].disabled = benefit is not None


class PlanForm(BackOfficeForm):
    code = forms.SlugField(label=gettext_lazy("code"), max_length=40)
    name = forms.CharField(label=pgettext_lazy("of a thing", "name"), max_length=40)
    price = forms.DecimalField(label=gettext_lazy("price"), min_value=0, max_digits=13, decimal_places=2)
    days = forms.IntegerField(
        label=gettext_lazy("days"), min_value=1, max_value=3650, help_text=gettext_lazy("A month 30, a quarter 90, a year 365.")
    )
    level = forms.TypedChoiceField(label=gettext_lazy("level"), coerce=int)
    is_on_sale = forms.BooleanField(label=gettext_lazy("on sale"), required=False, initial=True)

    def __init__(self, *args: Any, levels: list[tuple[int, str]], plan: PaidPlan | None = None, **kwargs: Any) -> None:
        said = None
        if plan is not None:
            said = {name: getattr(plan, name) for name in ("code", "name", "days", "is_on_sale")}
            said |= {"price": major(plan.price_minor), "level": plan.level_id}
        super().__init__(*args, initial=said, **kwargs)
        self.fields["code"].disabled = plan is not None
        level = self.fields["level"]
        assert isinstance(level, forms.ChoiceField)
        level.choices = levels


def levels_of(programme_id: int) -> list[tuple[int, str]]:
    """Ids and names of the published levels of every track: "paid · PLUS"."""
    return [
        (terms.level_id, f"{track.label} · {terms.name}")
        for track in Track
        if (version := schemes.published(programme_id, track)) is not None
        for terms in version.terms.all()
    ]


@page("levels/benefits/", name="growth_benefits")
def listed(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, BENEFIT)
    rows = Benefit.objects.filter(programme=programme).order_by("-is_active", "kind", "code")
    return reach.show(
        request,
        "growth/benefits.html",
        title=_("Benefits"),
        programme=programme,
        subject=BENEFIT,
        rows=[(benefit, rules.category_of(benefit.kind), [Channel(channel).label for channel in benefit.channels]) for benefit in rows],
        may_change=reach.may(request, programme.pk, BENEFIT, "change"),
    )


def _save_benefit(request: HttpRequest, programme: "Programme", benefit: Benefit | None) -> HttpResponse:
    return form_page(
        request,
        title=_("Change the benefit") if benefit else _("Add a benefit"),
        explanation=_("What it is worth is said level by level, in the level scheme."),
        form=BenefitForm(posted(request), benefit=benefit),
        act=lambda values: catalogue.save_benefit(programme_id=programme.pk, benefit_id=benefit.pk if benefit else None, **values),
        done=_("The benefit has been saved."),
        back=f"{reverse('admin:growth_benefits')}?programme={programme.code}",
        submit=_("Save"),
    )


@page("levels/benefits/add/", name="growth_benefit_add")
def add_benefit(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, BENEFIT)
    reach.need(request, programme.pk, BENEFIT, "change")
    return _save_benefit(request, programme, None)


@page("levels/benefits/<int:benefit_id>/", name="growth_benefit")
def change_benefit(request: HttpRequest, benefit_id: int) -> HttpResponse:
    benefit = reach.row(request, Benefit.objects.filter(pk=benefit_id).select_related("programme"), BENEFIT, verb="change")
    return _save_benefit(request, benefit.programme, benefit)


@page("levels/plans/", name="growth_plans")
def plans(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, PLAN)
    names = dict(levels_of(programme.pk))
    rows = PaidPlan.objects.filter(programme=programme).select_related("level").order_by("-is_on_sale", "price_minor", "code")
    return reach.show(
        request,
        "growth/plans.html",
        title=_("Paid plans"),
        programme=programme,
        subject=PLAN,
        rows=[(plan, names.get(plan.level_id, plan.level.code)) for plan in rows],
        may_change=reach.may(request, programme.pk, PLAN, "change"),
    )


def _save_plan(request: HttpRequest, programme: "Programme", plan: PaidPlan | None) -> HttpResponse:
    def act(values: dict[str, Any]) -> None:
        price, level = values.pop("price"), values.pop("level")
        catalogue.save_plan(
            programme_id=programme.pk, plan_id=plan.pk if plan else None, price_minor=to_minor(price), level_id=level, **values
        )

    return form_page(
        request,
        title=_("Change the plan") if plan else _("Add a plan"),
        explanation=_(
            "Payment happens in the shop, which then tells us. The holder has the level, and with it the benefits, until the last day."
        ),
        form=PlanForm(posted(request), levels=levels_of(programme.pk), plan=plan),
        act=act,
        done=_("The plan has been saved."),
        back=f"{reverse('admin:growth_plans')}?programme={programme.code}",
        submit=_("Save"),
    )


@page("levels/plans/add/", name="growth_plan_add")
def add_plan(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, PLAN)
    reach.need(request, programme.pk, PLAN, "change")
    return _save_plan(request, programme, None)


@page("levels/plans/<int:plan_id>/", name="growth_plan")
def change_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan = reach.row(request, PaidPlan.objects.filter(pk=plan_id).select_related("programme"), PLAN, verb="change")
    return _save_plan(request, plan.programme, plan)


menu.add(Entry("levels", gettext_lazy("Benefits"), "admin:growth_benefits", "redeem", 70, BENEFIT))
menu.add(Entry("levels", gettext_lazy("Paid plans"), "admin:growth_plans", "card_membership", 80, PLAN))
