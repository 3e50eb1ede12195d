"""Terms, validity and refusals of coupons as people read them (CPN-01, CS-5), in the active language."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.money import format_minor
from core.words import end, local
from coupons.enums import CouponKind, Validity


def value(kind: str, *, face_minor: int | None, pay_rate: Decimal | None, cap_minor: int | None, currency: str) -> str:
    """What a coupon takes off: "¥50.00 off", "90 % (9 out of 10), ¥30.00 off at most"."""
    if kind == CouponKind.AMOUNT and face_minor is not None:
        return _("%(amount)s off") % {"amount": format_minor(face_minor, currency)}
    if kind == CouponKind.PERCENT and pay_rate is not None:
        percent, tenths = f"{(pay_rate * 100).normalize():f}", f"{(pay_rate * 10).normalize():f}"
        words = _("%(percent)s %% (%(tenths)s out of 10)") % {"percent": percent, "tenths": tenths}
        return words + _at_most(cap_minor, currency)
    if kind == CouponKind.SHIPPING:
        return _("free shipping") + _at_most(face_minor, currency)
    return _("one piece free") + _at_most(cap_minor, currency)


def _at_most(amount_minor: int | None, currency: str) -> str:
    return "" if amount_minor is None else _(", %(amount)s off at most") % {"amount": format_minor(amount_minor, currency)}


def condition(
    *,
    min_spend_minor: int,
    categories: Sequence[str],
    skus: Sequence[str],
    stores: Sequence[str],
    first_order: bool,
    stackable: bool,
    currency: str,
) -> str:
    """What has to hold for a coupon to be used: "from ¥299.00 on; goods of 母婴/奶粉; not with other coupons"."""
    parts = [_("from %(amount)s on") % {"amount": format_minor(min_spend_minor, currency)} if min_spend_minor else _("any amount")]
    if categories or skus:
        parts.append(_("for %(goods)s") % {"goods": _listed([*categories, *skus])})
    if stores:
        parts.append(_("in %(stores)s") % {"stores": _listed(stores)})
    if first_order:
        parts.append(_("first order only"))
    if not stackable:
        parts.append(_("not with other coupons"))
    return _("; ").join(parts)


def _listed(names: Sequence[str]) -> str:
    return _(", ").join(names)


def validity(validity_words: str, *, valid_from: datetime | None, valid_until: datetime, zone: str) -> str:
    """How long a coupon holds: "Valid for 24 hours after receipt."; validity_words: as coupons.Coupon keeps it."""
    kind, _colon, amount = validity_words.partition(":")
    if kind:
        return after_receipt(kind, int(amount))
    if valid_from is None:
        return _("Valid until %(end)s.") % {"end": end(valid_until, zone)}
    return _("Valid from %(begin)s until %(end)s.") % {"begin": local(valid_from, zone), "end": end(valid_until, zone)}


def after_receipt(validity: str, amount: int) -> str:
    """The same of a template whose coupons hold for so many hours or days."""
    if validity == Validity.HOURS:
        words = ngettext("Valid for %(count)s hour after receipt.", "Valid for %(count)s hours after receipt.", amount)
    else:
        words = ngettext("Valid for %(count)s day after receipt.", "Valid for %(count)s days after receipt.", amount)
    return words % {"count": amount}


def reason(
    refusal: str,
    *,
    validity_said: str,
    usable_until: datetime,
    valid_from: datetime,
    reserved_until: datetime | None,
    order_no: str,
    ended_at: datetime | None,
    zone: str,
) -> str:
    """Why a coupon cannot be used just now, in words; empty for no refusal. validity_said: as `validity` says it."""
    if refusal == "expired":
        return _("Expired at %(end)s. %(validity)s") % {"end": end(usable_until, zone), "validity": validity_said}
    if refusal == "not_yet_valid":
        return _("Not valid before %(moment)s.") % {"moment": local(valid_from, zone)}
    if refusal == "already_used":
        return _("Used for order %(order)s.") % {"order": order_no} if order_no else _("Used.")
    if refusal == "held_by_other_session" and reserved_until is not None:
        return _("Reserved for order %(order)s until %(moment)s.") % {"order": order_no, "moment": local(reserved_until, zone)}
    if refusal == "revoked":
        return _("Revoked on %(moment)s.") % {"moment": local(ended_at, zone)} if ended_at else _("Revoked.")
    return ""


def basket_reason(refusal: str, *, min_spend_minor: int, spend_minor: int, currency: str) -> str:
    """Why a coupon takes nothing off a basket, in words; empty for no refusal."""
    if refusal == "min_spend":
        return _("The goods it holds for cost %(spend)s, it asks for %(minimum)s.") % {
            "spend": format_minor(spend_minor, currency),
            "minimum": format_minor(min_spend_minor, currency),
        }
    return {
        "wrong_store": _("It does not hold in this store."),
        "not_first_order": _("It holds for a first order only."),
        "not_applicable": _("It holds for none of these goods, or nothing is left to take off."),
        "not_stackable": _("It cannot be combined with the coupons before it."),
        "coupon_not_found": _("The member has no such coupon."),
    }.get(refusal, "")
