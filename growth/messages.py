"""What members are told of their levels (LVL-29, BEN-17)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import notices
from growth.enums import Basis
from growth.rules import levels as rules

MEMBER = "member"  # members.enums.MessageType


def _level_up(values: Mapping[str, Any]) -> str:
    return _("Congratulations! You are now %(level)s. Your new benefits count at once.") % values


def _level_down(values: Mapping[str, Any]) -> str:
    if not values.get("level"):
        return _("Your level %(level_before)s has ended.") % values
    return _("Your level has changed from %(level_before)s to %(level)s. Shop with us again to rise.") % values


def _level_down_coming(values: Mapping[str, Any]) -> str:
    needed = rules.measured(Basis(values["basis"]), values["threshold"], values["unit_name"], values["currency"])
    words = _("Your level %(level_before)s will change to %(level)s on %(day)s, unless you have %(needed)s by then.")
    return words % {**values, "needed": needed}


def _subscription_ending(values: Mapping[str, Any]) -> str:
    return _("Your %(plan)s is valid until %(ends_on)s inclusive. Renew it to keep its benefits.") % values


def declare() -> None:
    """Called in `ready()`. values: level, level_before, plan: names; day, ends_on: ISO dates; threshold: in the unit of basis."""
    for code, label, words in (
        ("level_up", gettext_lazy("level up"), _level_up),
        ("level_down", gettext_lazy("level down"), _level_down),
        ("level_down_coming", gettext_lazy("level down is coming"), _level_down_coming),
        ("subscription_ending", gettext_lazy("paid membership is ending"), _subscription_ending),
    ):
        notices.declare_template(code, label, words, message_type=MEMBER)
