"""How the back office writes money, times in a store's zone, numbers that are copied, and personal data."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import words
from core.backoffice import actors
from core.backoffice.reveal import Shown
from core.money import format_minor

register = template.Library()


@register.filter
def money(amount_minor: int | None, currency: str) -> str:
    """`29990|money:"CNY"` -> `¥299.90`; nothing for nothing."""
    return "" if amount_minor is None else format_minor(amount_minor, currency)


@register.filter
def local(moment: datetime | None, zone: str = "") -> str:
    """A time by the clock of `zone` (a store's or programme's), to the minute."""
    return "" if moment is None else _in_zone(moment, zone).strftime("%Y-%m-%d %H:%M")


@register.filter
def end(moment: datetime | None, zone: str) -> str:
    """Until when something holds that no longer holds at `moment`; a local midnight is the end of the day before."""
    return "" if moment is None else words.end(moment, zone)


@register.filter
def local_day(moment: datetime | None, zone: str = "") -> str:
    return "" if moment is None else _in_zone(moment, zone).strftime("%Y-%m-%d")


@register.filter
def month(day: datetime | None) -> str:
    return "" if day is None else date_format(day, "YEAR_MONTH_FORMAT")


def _in_zone(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)) if zone else timezone.localtime(moment)


@register.filter
def listed(values: Iterable[object]) -> str:
    """`names|listed` -> `A, B`, in Chinese `A、B`."""
    return words.listed(values)


@register.filter
def person(user: object) -> str:
    """`job.created_by|person`: what a colleague is called."""
    return actors.person(user)


@register.simple_tag
def comma() -> str:
    """What stands between the words of a list that is written in a loop."""
    return words.comma()


@register.simple_tag
def colon() -> str:
    """What stands between a word and what it announces."""
    return words.colon()


@register.simple_tag
def copyable(text: object) -> SafeString | str:
    """A number with a button that puts it on the clipboard."""
    if not text:
        return ""
    return format_html(
        '<span class="gx-copyable"><span class="gx-mono">{0}</span><button type="button" class="gx-copy" data-copy="{0}" title="{1}" '
        'aria-label="{1} {0}"><span class="material-symbols-outlined" aria-hidden="true">content_copy</span></button></span>',
        text,
        _("Copy"),
    )


@register.inclusion_tag("backoffice/shown.html")
def shown(item: Shown | str, member_id: int) -> dict[str, Any]:
    """Personal data; with a button to see it whole where the caller may ask."""
    return {"item": item if isinstance(item, Shown) else Shown(str(item)), "member_id": member_id}
