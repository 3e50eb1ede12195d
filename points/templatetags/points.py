"""How pages write the ends of points."""

from datetime import datetime, timedelta

from django import template

from core.templatetags.guanxi import local_day

register = template.Library()


@register.filter
def last_day(ends_at: datetime | None, zone: str) -> str:
    """The last local day on which points can be spent: they end with it, at the next midnight."""
    return "" if ends_at is None else local_day(ends_at - timedelta(microseconds=1), zone)
