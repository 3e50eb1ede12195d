"""How pages write the ends of points."""

from datetime import datetime, timedelta
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.guanxi import local_day

register = template.Library()


@register.filter
def last_day(ends_at: datetime | None, zone: str) -> str:
    """The last local day on which points can be spent: they end with it, at the next midnight."""
    return "" if ends_at is None else local_day(ends_at - timedelta(microseconds=1), zone)


@register.filter
def plain(number: Decimal) -> str:
    """`Decimal("0.0100")` -> `0.01`."""
    return f"{number.normalize():f}"


@register.simple_tag
def rate_scale(rate: Decimal, healthy_from: Decimal, healthy_to: Decimal) -> SafeString:
    """A scale from 0 to 100 % with the healthy part marked and a needle at the rate; silent, since the number stands beside it."""
    return format_html(
        '<svg class="gx-scale" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="gx-bar-room" y="3" width="100" height="4"/><rect class="gx-scale-healthy" x="{}" y="3" width="{}" height="4"/>'
        '<rect class="gx-scale-needle" x="{}" width="1" height="10"/></svg>',
        healthy_from,
        healthy_to - healthy_from,
        min(max(rate, Decimal(0)), Decimal(99)),
    )
