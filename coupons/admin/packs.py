"""Coupons that are given by themselves: to newcomers, for bringing a friend, each month to a level (CPN-03, MKT-13, BEN-06)."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import clock
from core.backoffice import menu
from core.backoffice.access import scope_of
from core.backoffice.forms import BackOfficeForm, add_refusal, posted
from core.backoffice.menu import Entry
from core.backoffice.site import page
from core.errors import DomainError
from coupons.admin.templates import level_names
from coupons.enums import PackTrigger
from coupons.models import CouponPack, CouponTemplate
from coupons.services import packs as services
from growth.admin import reach
from growth.admin.scheme_forms import all_sound

if TYPE_CHECKING:
    from stores.models import Programme

SUBJECT = "coupons.couponpack"
SPARE = 2  # empty lines below those that are there
RUNS = 3


class PackForm(BackOfficeForm):
    """Level and day are asked of monthly packs only."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "name"), max_length=80)
    trigger = forms.ChoiceField(label=gettext_lazy("given for"), choices=PackTrigger.choices)
    level = forms.ChoiceField(label=gettext_lazy("level"), required=False)
    day_of_month = forms.IntegerField(label=gettext_lazy("day of the month"), required=False, min_value=1, max_value=28)
    is_on = forms.BooleanField(label=gettext_lazy("in use"), required=False, initial=True)

    def __init__(self, *args: Any, levels: list[tuple[str, str]], pack: CouponPack | None, **kwargs: Any) -> None:
        said = {name: getattr(pack, name) for name in self.base_fields} if pack else None
        super().__init__(*args, initial=said, **kwargs)
        level = self.fields["level"]
        assert isinstance(level, forms.ChoiceField)
        level.choices = [("", "—"), *levels]
        self.fields["trigger"].disabled = pack is not None

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("trigger") != PackTrigger.MONTHLY:
            return said | {"level": "", "day_of_month": None}
        if not said.get("level"):
            self.add_error("level", _("Which level?"))
        if "day_of_month" in said and said["day_of_month"] is None:
            self.add_error("day_of_month", _("On which day?"))
        return said


class ItemForm(BackOfficeForm):
    """A line without a template is none."""

    template = forms.TypedChoiceField(label=gettext_lazy("coupon template"), required=False, coerce=int, empty_value=None)
    quantity = forms.IntegerField(label=gettext_lazy("quantity"), required=False, min_value=1, max_value=20, initial=1)

    def __init__(self, *args: Any, templates: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        template = self.fields["template"]
        assert isinstance(template, forms.ChoiceField)
        template.choices = [("", "—"), *templates]


def _list_url(programme: "Programme") -> str:
    return f"{reverse('admin:coupons_packs')}?programme={programme.code}"


@page("coupons/packs/", name="coupons_packs")
def listed(request: HttpRequest) -> HttpResponse:
    """Packs with what is in them; of monthly ones the last months that were given."""
    programme = reach.chosen(request, SUBJECT)
    packs = CouponPack.objects.filter(programme=programme).prefetch_related("items__template", "runs")
    names = dict(level_names(programme.pk))
    return reach.show(
        request,
        "coupons/packs.html",
        title=_("Coupon packs"),
        programme=programme,
        subject=SUBJECT,
        rows=[
            {
                "pack": pack,
                "items": list(pack.items.all()),
                "level": names.get(pack.level, pack.level),
                "runs": sorted(pack.runs.all(), key=lambda run: run.period_on, reverse=True)[:RUNS],
            }
            for pack in packs.order_by("-is_on", "trigger", "pk")
        ],
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
    )


@page("coupons/packs/add/", name="coupons_pack_add")
def add(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "change")
    return _edit(request, programme, None)


@page("coupons/packs/<int:pack_id>/", name="coupons_pack")
def change(request: HttpRequest, pack_id: int) -> HttpResponse:
    pack = reach.row(request, CouponPack.objects.filter(pk=pack_id).select_related("programme"), SUBJECT, verb="change")
    return _edit(request, pack.programme, pack)


def _edit(request: HttpRequest, programme: "Programme", pack: CouponPack | None) -> HttpResponse:
    data = posted(request)
    templates = [
        (each.pk, f"{each.name} ({each.code})") for each in CouponTemplate.objects.filter(programme=programme).order_by("-is_on", "name")
    ]
    held = list(pack.items.order_by("pk").values("template", "quantity")) if pack else []
    form = PackForm(data, levels=level_names(programme.pk), pack=pack)
    lines = [
        ItemForm(data, prefix=f"item-{place}", initial=said or None, templates=templates)
        for place, said in enumerate([*held, *[{}] * SPARE])
    ]
    if request.method == "POST" and all_sound([form, *lines]):
        items: Counter[int] = Counter()
        for said in (line.cleaned_data for line in lines if line.cleaned_data["template"]):
            items[said["template"]] += said["quantity"] or 1  # the same template on two lines is both of them
        try:
            services.save_pack(
                programme_id=programme.pk,
                pack_id=pack.pk if pack else None,
                items=items,
                actor=scope_of(request).actor,
                at=clock.now(),
                **form.cleaned_data,
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("The coupon pack has been saved."))
            return HttpResponseRedirect(_list_url(programme))
    return reach.show(
        request,
        "coupons/pack.html",
        title=_("Change the coupon pack") if pack else _("Add a coupon pack"),
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:coupons_packs"),
        status=400 if request.method == "POST" else 200,
        form=form,
        lines=lines,
        back=_list_url(programme),
    )


menu.add(Entry("assets", gettext_lazy("Coupon packs"), "admin:coupons_packs", "inventory_2", 92, SUBJECT))
