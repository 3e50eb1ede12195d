"""The place points have on the member page."""

from django.utils.translation import gettext_lazy as _

from core import registry
from core.backoffice.panels import ComingCard, ComingPanel
from core.registry import Part

registry.add_panel(
    "members.Member",
    ComingPanel(
        key="points",
        heading=_("Points"),
        position=60,
        words=_("Points are not in use yet. The balance, what it came from and when it ends will stand here."),
    ),
)
registry.add_part(Part("head", "points", ComingCard(_("Points"), _("not in use yet")), 20))
