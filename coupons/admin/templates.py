"""What a programme offers as coupons: a list with what became of those issued, and the form of one template (CPN-07, CPN-16)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.backoffice import menu
from core.backoffice.access import scope_of
from core.backoffice.forms import posted
from core.backoffice.menu import Entry
from core.backoffice.site import page
from core.errors import InvalidInput
from core.money import format_minor
from coupons.admin.template_forms import TemplateForm
from coupons.enums import CouponKind, Validity
from coupons.models import CouponTemplate
from coupons.rules import templates as rules
from coupons.rules import words
from coupons.selectors import templates as selectors
from coupons.services import templates as services
from growth.admin import reach
from growth.enums import Track
from growth.selectors import schemes as growth_schemes
from stores import selectors as stores_selectors
from stores.enums import ProgrammeKind

if TYPE_CHECKING:
    from stores.models import Programme

SUBJECT = "coupons.coupontemplate"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _state(template: CouponTemplate, at: datetime) -> tuple[Any, str]:
    """Whether somebody could have one now, in a word, and how it looks."""
    if not template.is_on:
        return gettext_lazy("off"), ""
    if template.stock is not None and template.issued >= template.stock:
        return gettext_lazy("run out"), "gx-danger"
    if template.budget_minor is not None and template.committed_minor + template.cost_minor > template.budget_minor:
        return gettext_lazy("budget used up"), "gx-danger"
    if template.valid_until is not None and template.valid_until <= at:
        return gettext_lazy("over"), ""
    return gettext_lazy("in use"), "gx-success"


def value_of(template: CouponTemplate) -> str:
    """What its coupons take off, in words."""
    return words.value(
        template.kind,
        face_minor=template.face_minor,
        pay_rate=template.pay_rate,
        cap_minor=template.cap_minor,
        currency=template.programme.currency,
    )


def _condition(template: CouponTemplate, codes: Mapping[int, str]) -> str:
    return words.condition(
        min_spend_minor=template.min_spend_minor,
        categories=template.categories,
        skus=template.skus,
        stores=[codes[store_id] for store_id in template.store_ids if store_id in codes],
        first_order=template.first_order,
        stackable=template.stackable,
        currency=template.programme.currency,
    )


def _validity(template: CouponTemplate) -> str:
    """After receipt; empty where two moments bound it, which the page writes itself."""
    if template.validity == Validity.FIXED or (template.valid_until is None and template.valid_amount is None):
        return ""
    return words.validity(
        f"{template.validity}:{template.valid_amount}",
        valid_from=EPOCH,
        valid_until=EPOCH,
        zone=template.programme.time_zone,
    )


def level_names(programme_id: int) -> list[tuple[str, str]]:
    """Codes and names of the free track, the lowest first."""
    scheme = growth_schemes.published(programme_id, Track.FREE)
    return [(terms.level.code, terms.name) for terms in scheme.terms.all()] if scheme else []


def list_url(programme: "Programme") -> str:
    return f"{reverse('admin:coupons_templates')}?programme={programme.code}"


@page("coupons/templates/", name="coupons_templates")
def listed(request: HttpRequest) -> HttpResponse:
    """Those in use first, then by name."""
    programme, now = reach.chosen(request, SUBJECT), clock.now()
    templates = list(selectors.templates(programme.pk).order_by("-is_on", "name", "pk"))
    codes, results = selectors.store_codes(templates), selectors.results((each.pk for each in templates), now)
    return reach.show(
        request,
        "coupons/templates.html",
        title=_("Coupon templates"),
        programme=programme,
        subject=SUBJECT,
        rows=[
            {
                "template": each,
                "value": value_of(each),
                "condition": _condition(each, codes),
                "validity": _validity(each),
                "numbers": results[each.pk],
                "left": None if each.stock is None else each.stock - each.issued,
                "state": _state(each, now),
            }
            for each in templates
        ],
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
    )


def _form(request: HttpRequest, programme: "Programme", template: CouponTemplate | None, data: Any) -> TemplateForm:
    stores = stores_selectors.within(scope_of(request))
    if programme.kind != ProgrammeKind.PLATFORM:
        stores = stores.filter(programme=programme)
    offered = [(store.pk, f"{store.name} ({store.code})") for store in stores.order_by("code")]
    return TemplateForm(data, programme=programme, stores=offered, levels=level_names(programme.pk), template=template)


@page("coupons/templates/add/", name="coupons_template_add")
def add(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "change")
    return _edit(request, programme, None)


@page("coupons/templates/<int:template_id>/", name="coupons_template")
def change(request: HttpRequest, template_id: int) -> HttpResponse:
    template = reach.row(request, CouponTemplate.objects.filter(pk=template_id).select_related("programme"), SUBJECT, verb="change")
    return _edit(request, template.programme, template)


def _edit(request: HttpRequest, programme: "Programme", template: CouponTemplate | None) -> HttpResponse:
    form = _form(request, programme, template, posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.save_template(
                programme_id=programme.pk,
                template_id=template.pk if template else None,
                actor=scope_of(request).actor,
                at=clock.now(),
                **form.values(),
            )
        except InvalidInput as refusal:
            field = refusal.field.removesuffix("_minor")  # boxes hold amounts as people write them
            form.add_error(field if field in form.fields else None, str(refusal.detail))
        else:
            messages.success(request, _("The coupon template has been saved."))
            return HttpResponseRedirect(list_url(programme))
    return reach.show(
        request,
        "coupons/template.html",
        title=_("Change the coupon template") if template else _("Add a coupon template"),
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:coupons_templates"),
        status=400 if form.errors else 200,
        form=form,
        is_old=template is not None,
        back=list_url(programme),
        **_reckoned(form, programme, template),
    )


@page("coupons/templates/reckon/", name="coupons_template_reckon")
def reckon(request: HttpRequest) -> HttpResponse:
    """What the boxes come to, asked while somebody types; nothing is kept."""
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "change")
    form = _form(request, programme, None, request.POST)
    return TemplateResponse(request, "coupons/template_sums.html", {"programme": programme, **_reckoned(form, programme, None)})


def _reckoned(form: TemplateForm, programme: "Programme", template: CouponTemplate | None) -> dict[str, Any]:
    """The most that all may cost together, and a warning where one takes off more than half of its threshold (CPN-07)."""
    if form.is_bound:
        form.is_valid()
        said = form.read_so_far()
    elif template is not None:
        said = {
            name: getattr(template, name)
            for name in ("kind", "face_minor", "cap_minor", "cost_minor", "min_spend_minor", "stock", "budget_minor")
        }
    else:
        return {}
    each, stock, budget, face, spend = (
        rules.cost(said),
        said["stock"],
        said["budget_minor"],
        said["face_minor"] if said["kind"] == CouponKind.AMOUNT else None,
        said["min_spend_minor"],
    )
    total = None if each is None or stock is None else each * stock
    warnings = []
    if face and not spend:
        warnings.append(_("There is no threshold: the coupon may pay an order whole."))
    elif face and spend and face * 2 > spend:
        warnings.append(
            _("%(face)s is more than half of the threshold of %(spend)s.")
            % {"face": format_minor(face, programme.currency), "spend": format_minor(spend, programme.currency)}
        )
    if each is None or (stock is None and budget is None):
        warnings.append(_("Without stock and budget there is no end to what these coupons may cost."))
    return {
        "each_minor": each,
        "stock": stock,
        "total_minor": total,
        "costs_at_most_minor": min((amount for amount in (total, budget) if amount is not None), default=None),
        "budget_is_less": total is not None and budget is not None and budget < total,
        "cost_warnings": warnings,
    }


menu.add(Entry("assets", gettext_lazy("Coupon templates"), "admin:coupons_templates", "confirmation_number", 90, SUBJECT))
