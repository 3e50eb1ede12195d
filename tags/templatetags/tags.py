"""How pages draw tags: their colours, and how many have had them day by day."""

from collections.abc import Sequence
from datetime import date

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tags.enums import TagColour

register = template.Library()


@register.filter
def hue(colour: str) -> str:
    """The class of a tag's colour."""
    return f"gx-hue-{colour}" if colour in TagColour.values else "gx-hue-grey"


@register.simple_tag
def columns(days: Sequence[tuple[date, int]]) -> SafeString:
    """A column for each day, against the highest; each says its day and number to the pointer. First and last stand beside it as text."""
    most = max((members for _day, members in days), default=0)
    step = 600 / max(len(days), 1)
    bars = format_html_join(
        "",
        '<rect class="gx-column" x="{}" y="{}" width="{}" height="{}"><title>{} · {}</title></rect>',
        (
            (
                f"{place * step:.1f}",
                f"{100 - _height(members, most):.1f}",
                f"{step * 0.8:.1f}",
                f"{_height(members, most):.1f}",
                day.isoformat(),
                f"{members:,}",
            )
            for place, (day, members) in enumerate(days)
        ),
    )
    return format_html(
        '<svg class="gx-columns-chart" viewBox="0 0 600 100" preserveAspectRatio="none" aria-hidden="true" focusable="false">{}</svg>', bars
    )


def _height(members: int, most: int) -> float:
    """Of a column; nobody is a line."""
    return max(100 * members / most if most else 0.0, 1.0)
