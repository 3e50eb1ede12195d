"""What points give, and why it may not be given, in words (ruling 4, core.effects)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import effects
from core.effects import EffectKind
from core.registry import Text
from core.words import signed
from points.enums import EarnRule

REASONS: Mapping[str, Text] = {
    "points_off": gettext_lazy("points are switched off in this programme"),
    "member_frozen": gettext_lazy("the member was frozen"),
    "order_unknown": gettext_lazy("its order has not been recorded yet"),
    "history_closed": gettext_lazy("history that came after live entries"),
    "insufficient_points": gettext_lazy("there were not enough points"),
}
FINAL = {"history_closed"}
GIFT_REASONS: Mapping[str, Text] = {
    "points_off": REASONS["points_off"],
    "gift_unreadable": gettext_lazy("what the gift says cannot be read"),
}


def declare() -> None:
    """Called in `ready()`."""
    effects.add_kind(EffectKind("points", gettext_lazy("points"), _points), REASONS, final=FINAL)
    effects.add_reasons("gift", GIFT_REASONS)


def _points(values: Mapping[str, Any]) -> Text:
    rule = values.get("rule", "")
    named = EarnRule(rule).label if rule in EarnRule.values else rule
    words = _("order %(number)s") % {"number": values["order_no"]} if values.get("order_no") else named
    return f"{words} ({signed(values['points'])})" if values.get("points") else words
