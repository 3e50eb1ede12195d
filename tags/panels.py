"""The place tags have on the member page."""

from django.utils.translation import gettext_lazy as _

from core import registry
from core.backoffice.panels import ComingCard, ComingPanel
from core.registry import Part

registry.add_panel(
    "members.Member",
    ComingPanel(
        key="tags",
        heading=_("Tags"),
        position=80,
        words=_("Tags are not in use yet. Tags given by hand and by rule, with the reason for each, will stand here."),
    ),
)
registry.add_part(Part("head", "tags", ComingCard(_("Tags"), _("not in use yet")), 40))
