"""Why a level is what it is: each line of the history in words, with the stored values that decided (LVL why, ruling 28)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from growth.enums import Basis, LevelCause
from growth.models import LevelHistory, LevelTerms
from growth.rules.levels import measured
from growth.selectors.levels import terms_of

Text = str | Promise


@dataclass(frozen=True)
class Explanation:
    """words: one sentence.  values: (label, value) pairs that decided.  rule: the scheme and its version, or empty."""

    words: Text
    values: tuple[tuple[Text, str], ...]
    rule: str


_WORDS: Mapping[LevelCause, Text] = {
    LevelCause.JOINED: gettext_lazy("Joined: everybody begins with the lowest level."),
    LevelCause.UP: gettext_lazy("%(value)s reached the threshold of %(threshold)s; levels rise at once."),
    LevelCause.RECHARGED: gettext_lazy("%(value)s recharged reached the threshold of %(threshold)s."),
    LevelCause.DOWN: gettext_lazy("At the review there were %(value)s, below the threshold of %(threshold)s."),
    LevelCause.PROTECTED: gettext_lazy(
        "At the review there were %(value)s, below the threshold of %(threshold)s. "
        "The level is kept: it is protected until %(protected_until)s."
    ),
    LevelCause.INACTIVE: gettext_lazy("Nothing was bought for %(days)s days: one level down."),
    LevelCause.PUBLISHED: gettext_lazy("New rules were published: %(value)s reach the threshold of %(threshold)s."),
    LevelCause.MAPPED: gettext_lazy("New rules were published that replace the level by another."),
    LevelCause.OVERRIDE: gettext_lazy("Set by hand until %(until)s."),
    LevelCause.OVERRIDE_ENDED: gettext_lazy("The level set by hand has ended: the level reached counts again."),
    LevelCause.SUBSCRIBED: gettext_lazy("Paid membership was bought, valid until %(until)s."),
    LevelCause.EXPIRED: gettext_lazy("Paid membership has ended."),
    LevelCause.IMPORTED: gettext_lazy("Taken over from elsewhere."),
}


def explain(line: LevelHistory, terms: Mapping[int, LevelTerms] | None = None) -> Explanation:
    """The line in the reader's language. `version__scheme__programme` and `membership__programme` are best selected with it.

    terms: of both levels, by level id, where the caller has read them for many lines at once.
    """
    programme = line.membership.programme
    said = _in_words(line.details, ZoneInfo(programme.time_zone), programme.currency, line.version.unit_name if line.version else "")
    words = _WORDS[LevelCause(line.cause)] % said if said else _WORDS[LevelCause(line.cause)]
    labels: Mapping[str, Text] = {
        "value": gettext_lazy("at that moment"),
        "threshold": gettext_lazy("threshold"),
        "days": gettext_lazy("days without purchase"),
        "protected_until": gettext_lazy("protected until"),
        "until": gettext_lazy("valid until"),
    }
    values = [(label, said[name]) for name, label in labels.items() if name in said]
    if line.note:
        values.append((gettext_lazy("reason"), line.note))
    names = terms if terms is not None else terms_of([pk for pk in (line.level_from_id, line.level_to_id) if pk])
    for label, level_id in ((gettext_lazy("from"), line.level_from_id), (gettext_lazy("to"), line.level_to_id)):
        if level_id:
            values.append((label, names[level_id].name))
    rule = _("%(scheme)s, version %(number)s") % {"scheme": line.version.scheme, "number": line.version.number} if line.version else ""
    return Explanation(words, tuple(values), rule)


def _in_words(details: Mapping[str, Any], zone: ZoneInfo, currency: str, unit_name: str) -> dict[str, str]:
    """The stored values as people read them; amounts in the unit of the basis that was stored with them."""
    said: dict[str, str] = {}
    for name in ("value", "threshold"):
        if name in details and "basis" in details:
            said[name] = measured(Basis(details["basis"]), details[name], unit_name, currency)
    for name in ("until", "protected_until"):
        if details.get(name):
            said[name] = f"{datetime.fromisoformat(details[name]).astimezone(zone):%Y-%m-%d %H:%M}"
    if "days" in details:
        said["days"] = str(details["days"])
    return said
