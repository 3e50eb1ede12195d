"""The place coupons have on the member page."""

from django.utils.translation import gettext_lazy as _

from core import registry
from core.backoffice.panels import ComingPanel

registry.add_panel(
    "members.Member",
    ComingPanel(
        key="coupons",
        heading=_("Coupons"),
        position=40,
        words=_("Coupons are not in use yet. Each coupon with its condition, validity and state will stand here."),
    ),
)
