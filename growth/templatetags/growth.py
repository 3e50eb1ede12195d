"""How pages write growth value, thresholds in the unit of their basis, rates, and charts that are tables with bars."""

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import words
from core.enums import Channel
from core.money import format_minor
from core.words import listed
from growth import effects
from growth.enums import Basis, Reason

register = template.Library()
MONEY = {Basis.SPEND, Basis.RECHARGE}
HEAT_STEPS = 9


@register.filter
def whole(number: int | None) -> str:
    """`7200` -> `7,200`; nothing for nothing."""
    return "" if number is None else words.minus(number)


@register.filter
def signed(number: int | None) -> str:
    """`299` -> `+299`, `-1200` -> `−1,200`; nothing for nothing."""
    return "" if number is None else words.signed(number)


@register.filter
def reason_label(code: str | None) -> str:
    """`photo_review` -> the words people read; what is none is shown as it is."""
    return str(Reason(code).label) if code in Reason.values else code or ""


@register.simple_tag
def unit_name(name: str = "") -> str:
    """What the scheme calls its growth value (LVL-12)."""
    return name or _("growth value")


@register.simple_tag
def measured(amount: int | None, basis: str, currency: str) -> str:
    """A threshold or measure in the unit of its basis: `¥3,000.00`, `3,000`."""
    if amount is None:
        return ""
    return format_minor(amount, currency) if basis in MONEY else f"{amount:,}"


@register.filter
def percent(part: int, total: int) -> str:
    """`25|percent:1000` -> `2.5 %`."""
    return f"{Decimal(100 * part) / total:.1f} %" if total else "—"


@register.simple_tag
def bar(value: int, most: int, tone: str = "") -> SafeString:
    """A bar of `value` against the longest one of the chart. The number stands beside it as text, so the picture itself is silent."""
    width = max(0, 100 * value / most) if most > 0 else 0  # a day may have taken back more than it gave
    return format_html(
        '<svg class="gx-bar gx-bar-{}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="gx-bar-room" width="100" height="10"/><rect class="gx-bar-value" width="{}" height="10"/></svg>',
        tone or "plain",
        f"{width:.2f}",
    )


@register.filter
def heat(value: int, most: int) -> int:
    """A step of the colour scale, 0 for nobody, 1 to 9 by the root of the share: small cells stay told apart."""
    if value <= 0 or most <= 0:
        return 0
    return max(1, min(HEAT_STEPS, round(HEAT_STEPS * math.sqrt(value / most))))


@register.filter
def at(mapping: Any, key: Any) -> Any:
    """`counts|at:code`: what a mapping holds under a key that is a variable."""
    return mapping.get(key) if mapping else None


@register.simple_tag
def gift_words(gift: Any) -> str:
    """A part of a gift pack in words; kinds of other apps by their own name."""
    match gift.kind:
        case "points":
            return ngettext("%(count)s point", "%(count)s points", gift.payload["points"]) % {"count": gift.payload["points"]}
        case "coupon":
            return _("coupon %(template)s × %(count)s") % {"template": gift.payload["template"], "count": gift.payload.get("count", 1)}
    return str(gift.kind)


@register.simple_tag
def gift_kind(kind: str) -> str:
    """What a kind of gift is called."""
    return effects.gift_kind(kind)


@register.simple_tag
def channels(codes: Iterable[str]) -> str:
    """Where a benefit holds, in words."""
    return listed(Channel(code).label for code in codes)


@register.simple_tag
def share(part: Decimal, is_difference: bool = False) -> str:
    """`Decimal("0.0425")` -> `4.3 %`; a difference with its sign."""
    rounded = (100 * part).quantize(Decimal("0.1"))
    if not is_difference:
        return f"{rounded} %"
    return f"+{rounded}" if rounded > 0 else f"−{-rounded}" if rounded < 0 else "0.0"
