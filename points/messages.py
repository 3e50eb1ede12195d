"""What members are told of their points (PTS-18, PTS-19)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import notices
from core.words import signed
from points.enums import EntryKind

MEMBER = "member"  # members.enums.MessageType


def _points_changed(values: Mapping[str, Any]) -> str:
    words = _("Your points in %(programme)s: %(change)s (%(kind)s). You now have %(balance)d.") % {
        **values,
        "change": signed(values["change"]),
        "kind": EntryKind(values["kind"]).label,
    }
    if values.get("debt"):
        words += " " + _("You owe %(debt)d, which your next points repay.") % values
    return words


def _points_ending(values: Mapping[str, Any]) -> str:
    return _("%(points)d of your points in %(programme)s end on %(ends_on)s. Use them until then.") % values


def declare() -> None:
    """Called in `ready()`. values: programme: a name; change, balance, debt, points: whole points; ends_on: an ISO date, the last day."""
    for code, label, words in (
        ("points_changed", gettext_lazy("points changed"), _points_changed),
        ("points_ending", gettext_lazy("points are about to end"), _points_ending),
    ):
        notices.declare_template(code, label, words, message_type=MEMBER)
