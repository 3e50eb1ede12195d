"""The coupons that are out, newest first: whose, of which template, in what state; one by the code that is read out."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.backoffice import menu
from core.backoffice.menu import Entry
from core.backoffice.site import page
from coupons.enums import CouponState
from coupons.models import Coupon
from coupons.selectors import coupons as selectors
from growth.admin import reach
from points.admin import people

SUBJECT = "coupons.coupon"


@page("coupons/coupons/", name="coupons_coupons")
def listed(request: HttpRequest) -> HttpResponse:
    """Of one state as it was written down, if asked for; each line says what it is by the clock."""
    programme, now = reach.chosen(request, SUBJECT), clock.now()
    state, code = request.GET.get("state", ""), request.GET.get("code", "").strip()[:40]
    state = state if state in CouponState.values else ""
    rows = Coupon.objects.filter(template__programme=programme).select_related("template__programme", "membership__member", "store")
    if code:
        rows = rows.filter(code=selectors.plain_code(code))
    elif state:
        rows = rows.filter(state=state)
    shown, next_cursor = people.newest(rows, request.GET.get("cursor"), "received_at")
    members = people.named(request, [row.membership for row in shown])
    return reach.show(
        request,
        "coupons/coupons.html",
        title=_("Coupons"),
        programme=programme,
        subject=SUBJECT,
        rows=[(each, members[each.coupon.membership_id]) for each in selectors.now_of(shown, now)],
        state=state,
        states=CouponState.choices,
        code=code,
        more_filters=f"state={state}",
        next_cursor=next_cursor,
    )


menu.add(Entry("assets", gettext_lazy("Coupons"), "admin:coupons_coupons", "local_activity", 94, SUBJECT))
