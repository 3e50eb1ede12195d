"""What growth gives, and why it may not be given, in words (ruling 4, core.effects)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import effects
from core.effects import EffectKind
from core.registry import Text
from core.words import signed
from growth.enums import Reason

REASONS: Mapping[str, Text] = {
    "growth_off": gettext_lazy("growth value is switched off in this programme"),
    "member_frozen": gettext_lazy("the member was frozen"),
    "order_unknown": gettext_lazy("its order has not been recorded yet"),
    "history_closed": gettext_lazy("history that came after live entries"),
    "places_taken": gettext_lazy("the first %(first_members)s places of product %(spu)s were taken"),
}
FINAL = {"places_taken", "history_closed"}
GIFT_REASONS: Mapping[str, Text] = {
    "gift_kind_unknown": gettext_lazy("no part of the system gives gifts of this kind"),
    "member_frozen": gettext_lazy("the member was frozen"),
}


def declare() -> None:
    """Called in `ready()`."""
    effects.add_kind(EffectKind("growth", gettext_lazy("growth value"), _growth), REASONS, final=FINAL)
    effects.add_kind(EffectKind("gift", gettext_lazy("gifts of levels"), _gift), GIFT_REASONS)


def gift_kind(kind: str) -> str:
    """What a kind of gift is called."""
    return {"points": _("points"), "coupon": _("coupon")}.get(kind, kind)


def _growth(values: Mapping[str, Any]) -> Text:
    if values.get("order_no"):
        words = _("order %(number)s") % {"number": values["order_no"]}
        return f"{words} ({signed(values['growth'])})" if "growth" in values else words
    code = values.get("reason", "")
    return Reason(code).label if code in Reason.values else code


def _gift(values: Mapping[str, Any]) -> Text:
    return gift_kind(values["kind"])
