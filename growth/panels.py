"""The places growth has on the member page: level, growth value, service tier."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from core import registry
from core.backoffice.panels import ComingCard, ComingPanel
from core.registry import HitColumn, Part, Text
from core.scope import Scope


def _level_names(member_ids: Sequence[int], scope: Scope) -> Mapping[int, Text]:
    return {}


registry.add_panel(
    "members.Member",
    ComingPanel(
        key="growth",
        heading=_("Level and growth"),
        position=50,
        words=_(
            "Levels and growth value are not in use yet. The level, its history and every growth entry with its reason will stand here."
        ),
    ),
)
registry.add_part(Part("head", "level", ComingCard(_("Level"), _("not in use yet")), 10))
registry.add_part(Part("head", "service_tier", ComingCard(_("Service tier"), _("not in use yet")), 50))
registry.add_hit_column(HitColumn("level", _("Level"), _level_names, 10))
