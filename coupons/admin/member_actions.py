"""What is done to the coupons of one membership from the member page: give one, revoke one (CS-5)."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.backoffice.access import scope_of
from core.backoffice.forms import ReasonForm, form_page, posted
from core.backoffice.site import page
from coupons.admin.templates import value_of
from coupons.enums import CouponState
from coupons.models import Coupon, CouponTemplate
from coupons.services import staff, using
from growth.admin import reach
from growth.admin.people import whose
from growth.links import member_page
from stores import selectors as stores_selectors

if TYPE_CHECKING:
    from stores.models import Membership

SUBJECT = "coupons.coupon"


class GiveForm(ReasonForm):
    """token: names this form, so that sending it twice gives once."""

    template = forms.TypedChoiceField(label=gettext_lazy("coupon template"), coerce=int)
    token = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("template", "reason")

    def __init__(self, *args: Any, templates: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        template = self.fields["template"]
        assert isinstance(template, forms.ChoiceField)
        template.choices = [(None, "—"), *templates]


def _panel(membership: "Membership") -> str:
    return f"{member_page(membership.member_id)}#coupons"


@page("coupons/memberships/<int:membership_id>/give/", name="coupons_give")
def give(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Only templates that customer service may give; one a member, template and month."""
    membership = reach.row(request, stores_selectors.membership_rows(membership_id), SUBJECT, verb="give")
    rows = CouponTemplate.objects.filter(programme_id=membership.programme_id, staff_may_give=True, is_on=True)
    offered = rows.select_related("programme").order_by("name")
    return form_page(
        request,
        title=_("Give a coupon"),
        whose=whose(request, membership),
        explanation=_("Of the templates that customer service may give; one a member and month of each."),
        form=GiveForm(
            posted(request),
            templates=[(each.pk, f"{each.name} · {value_of(each)}") for each in offered],
            initial={"token": uuid4()},
        ),
        act=lambda values: staff.give_coupon(
            template_id=values["template"],
            membership_id=membership.pk,
            reason=values["reason"],
            token=str(values["token"]),
            actor=scope_of(request).actor,
            at=clock.now(),
        ),
        done=_("The member has the coupon."),
        back=_panel(membership),
        submit=_("Give"),
    )


@page("coupons/coupons/<int:coupon_id>/revoke/", name="coupons_revoke")
def revoke(request: HttpRequest, coupon_id: int) -> HttpResponse:
    rows = Coupon.objects.filter(pk=coupon_id, state=CouponState.AVAILABLE).select_related("membership__programme")
    coupon = reach.row(request, rows, SUBJECT, "membership__programme_id", "revoke")
    return form_page(
        request,
        title=_("Revoke coupon %(code)s") % {"code": coupon.code},
        whose=whose(request, coupon.membership),
        explanation=_("The member can no longer use it, and the stock of its template grows by one. It cannot be brought back."),
        form=ReasonForm(posted(request)),
        act=lambda values: using.revoke_coupon(coupon_id=coupon.pk, reason=values["reason"], actor=scope_of(request).actor, at=clock.now()),
        done=_("The coupon has been revoked."),
        back=_panel(coupon.membership),
        submit=_("Revoke"),
        danger=True,
    )
