"""What a draft changes of the version that holds, for whoever publishes it: one shape for all versioned rules (OP-2, OP-6).

Two versions are drawn as the boxes of their editor, and the boxes that say something else are named with what they said and say.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _

from core import words

Told = tuple[str, str, str, str]  # of which level or rule ("" for all), what, before, after
Line = tuple[str, str]  # what it is about, what it says


def of_boxes(before: forms.Form, after: forms.Form, *, of: str = "", but: Sequence[str] = ()) -> Iterator[Told]:
    """Where two drawings of one form differ. but: boxes on which nothing depends."""
    for name, field in after.fields.items():
        was, becomes = before.initial.get(name), after.initial.get(name)
        if name not in but and was != becomes:
            yield of, str(field.label), _said(field, was), _said(field, becomes)


def of_lines(before: Iterable[Line], after: Iterable[Line]) -> Iterator[Told]:
    """Which lines of a list are new, gone or say something else. Several may be about the same thing."""
    held, drafted = Counter(before), Counter(after)
    gone, come = list((held - drafted).elements()), list((drafted - held).elements())
    for about in dict.fromkeys(about for about, _said in [*gone, *come]):
        was, becomes = ([said for each, said in lines if each == about] for lines in (gone, come))
        for old, new in zip_longest(was, becomes):
            yield "", about, old or "—", new or _("removed")


def days(valid_from: datetime | None, valid_until: datetime | None, zone: ZoneInfo) -> str:
    """The local days of a half-open period, the last one included: `2026-11-01 – 2026-11-11`; nothing without a period."""
    if not valid_from and not valid_until:
        return ""
    first = f"{valid_from.astimezone(zone):%Y-%m-%d}" if valid_from else ""
    last = f"{valid_until.astimezone(zone) - timedelta(seconds=1):%Y-%m-%d}" if valid_until else ""
    return f"{first} – {last}".strip()


def _said(field: forms.Field, value: Any) -> str:
    if value in (None, "", ()):
        return "—"
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return str(dict(choices)[value])
    match value:
        case bool():
            return _("yes") if value else _("no")
        case Decimal():
            return f"{value:,.2f}" if value == round(value, 2) else f"{value.normalize():f}"
        case int():
            return f"{value:,}"
        case tuple():
            return words.listed(value)
    return str(value)
